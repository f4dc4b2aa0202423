/**
 * A server that is measured in a process of its own, seen from its parent.
 */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import type { Taken } from "./Harness.ts"

/** What is measured: the emulator, or a yardstick that keeps the tasks it is sent, or does not. */
export type ServerKind = "emulator" | "keeper" | "mover"

/** Where a server is, and who may ask it. */
export interface ServerPlace {
  readonly endpoint: string
  readonly account: string
  /** In base64. */
  readonly key: string
  readonly pool: string
}

/** A running server. */
export interface ServerProcess extends ServerPlace {
  readonly child: ChildProcess
}

/** To begin measuring, after memory was collected; or to tell what the process took since then. */
export type ServerRequest = "begin" | "end"

/** Starts a server. */
export const start = async (kind: ServerKind): Promise<ServerProcess> => {
  const child = fork(new URL("measuredServer.ts", import.meta.url), [kind], {
    execArgv: ["--expose-gc"]
  })
  const [place]: ReadonlyArray<ServerPlace> = await once(child, "message")
  if (place === undefined) throw new Error(`the ${kind} did not say where it is`)
  return { ...place, child }
}

/** Measures what the server takes for work that it is given meanwhile. */
export const measure = async (
  server: ServerProcess,
  work: () => Promise<number>
): Promise<Taken> => {
  await ask(server, "begin")
  const startMs = performance.now()
  const items = await work()
  const wallMicros = (performance.now() - startMs) * 1000
  const cpuMicros = await ask(server, "end")
  return { items, cpuMicros, wallMicros }
}

const ask = async ({ child }: ServerProcess, request: ServerRequest): Promise<number> => {
  const answered = once(child, "message")
  child.send(request)
  const [cpuMicros]: ReadonlyArray<number> = await answered
  return cpuMicros ?? Number.NaN
}

/** Ends a server. */
export const stop = ({ child }: ServerProcess): void => child.disconnect()

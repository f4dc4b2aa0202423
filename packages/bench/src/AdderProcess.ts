/**
 * A client that adds tasks in a process of its own, seen from its parent.
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import type * as BenchTasks from "./BenchTasks.ts"
import type { Contender, Taken } from "./Harness.ts"

/** Who adds: the least that any client does, ours, or the official one. */
export type Adder = "raw" | "ours" | "azure"

/** Who adds what, where, and how. */
export interface Work {
  readonly adder: Adder
  readonly endpoint: string
  readonly account: string
  /** In base64. */
  readonly key: string
  /** Requests at once. */
  readonly inFlight: number
  /** Tasks a round. */
  readonly taskCount: number
  readonly variety: BenchTasks.TaskVariety
}

/** To make the tasks of a round and collect memory, which is not measured; or to add them. */
export type Request = "prepare" | "run"

/** A contender that does its work in a process of its own, to be stopped after the last round. */
export interface AdderProcess {
  readonly contender: Contender
  readonly stop: () => void
}

/** Starts one. */
export const start = (name: string, work: Work): AdderProcess => {
  const child = fork(new URL("measuredAdder.ts", import.meta.url), [JSON.stringify(work)], {
    execArgv: ["--expose-gc"]
  })
  const ended = new AbortController()
  child.once("exit", () => ended.abort(new Error(`${name} has failed`)))
  const ask = async (request: Request): Promise<Taken> => {
    const answered = once(child, "message", { signal: ended.signal })
    child.send(request)
    const [taken]: ReadonlyArray<Taken> = await answered
    if (taken === undefined) throw new Error(`${name} did not say what it took`)
    return taken
  }
  return {
    contender: { name, prepare: () => ask("prepare"), run: () => ask("run") },
    stop: () => child.disconnect()
  }
}

/** What the arguments of the child say, as `start` wrote them. */
export const fromArguments = (argv: ReadonlyArray<string>): Work => {
  const work: Work = JSON.parse(argv[2] ?? "")
  return work
}

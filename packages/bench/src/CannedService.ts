/**
 * Starts the canned server in a child process and stops it.
 */
import { fork } from "node:child_process"
import { once } from "node:events"

/** A running canned server. */
export interface CannedService {
  readonly endpoint: string
  readonly stop: () => void
}

/** Starts a server on a free port of 127.0.0.1; it answers `delayMs` after it was asked. */
export const start = async (options?: { readonly delayMs: number }): Promise<CannedService> => {
  const child = fork(
    new URL("cannedServer.ts", import.meta.url),
    [String(options?.delayMs ?? 0)],
    { silent: true, execArgv: [] }
  )
  child.stderr?.pipe(process.stderr)
  if (child.stdout === null) throw new Error("the canned server has no output")
  const [line] = await once(child.stdout, "data")
  return {
    endpoint: `http://127.0.0.1:${String(line).trim()}`,
    stop: () => {
      child.disconnect()
    }
  }
}

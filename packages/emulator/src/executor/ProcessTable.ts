/**
 * The processes of this machine as `/proc` tells them; nothing on platforms without it.
 *
 * A dead process that its parent has not reaped yet counts as gone (states Z and X, proc(5)).
 */
import { readdirSync, readFileSync } from "node:fs"
import process from "node:process"

/** One living process. */
export interface ProcessEntry {
  readonly pid: number
  readonly groupId: number
  readonly sessionId: number
  /** When it started, in the kernel's ticks since boot: tells it from a later one of the same id. */
  readonly startTicks: string
}

/** Whether this platform has the table. */
export const isKnown = process.platform === "linux"

/** All living processes; `undefined` where there is no table. */
export const list = (): ReadonlyArray<ProcessEntry> | undefined => {
  if (!isKnown) return undefined
  const entries: Array<ProcessEntry> = []
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue
    const entry = find(Number(name))
    if (entry !== undefined) entries.push(entry)
  }
  return entries
}

/** One living process by its id; `undefined` when it is gone. */
export const find = (pid: number): ProcessEntry | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1")
    // The name of the program stands in parentheses and may hold anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
    const [state, , groupId, sessionId] = fields
    if (state === "Z" || state === "X") return undefined
    return {
      pid,
      groupId: Number(groupId),
      sessionId: Number(sessionId),
      startTicks: fields[19] ?? ""
    }
  } catch {
    return undefined
  }
}

/** Whether a process was started with a variable, given as `NAME=value`, or with a value so begun. */
export const wasStartedWith = (pid: number, variable: string): boolean => {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, "utf8")}`.includes(`\0${variable}`)
  } catch {
    return false
  }
}

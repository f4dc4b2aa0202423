/**
 * Sees to it that no process of ours outlives this one, whatever ends it: a second process is told of
 * every group we start, and kills them all when the pipe to it closes.
 *
 * There is one for all executors of this process. It is started with the first group, ends with this
 * process, and is started anew, and told everything again, when it should be gone before.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import process from "node:process"
import { fileURLToPath } from "node:url"

/** The variable every process of ours carries, so that none is missed. */
export const variableName = "BATCHWAVE_SUPERVISED"

/** Its value: no other process of this machine has the same. */
export const variableValue = randomUUID()

/** Beside this module, in the same language. */
const program = fileURLToPath(import.meta.url).replace(
  /Supervisor(\.[cm]?[jt]s)$/,
  "SupervisorProcess$1"
)

/** A second process that ends again and again is given up after so many starts. */
const startsMax = 5

const groups = new Set<number>()
let link: ChildProcess | undefined
let startsCount = 0

/** Starts the second process if there is none; before a group is started. */
export const ensure = (): void => {
  if (link !== undefined || startsCount >= startsMax) return
  if (++startsCount === startsMax) {
    process.emitWarning(
      "The process that ends the tasks of this one does not stay alive; should this one be killed, its tasks live on"
    )
  }
  const child = spawn(process.execPath, [program, `${variableName}=${variableValue}`], {
    detached: true,
    cwd: "/",
    env: {},
    stdio: ["pipe", "ignore", "ignore"]
  })
  link = child
  const lose = (): void => {
    if (link !== child) return
    link = undefined
    if (groups.size > 0) ensure()
  }
  child.once("error", lose)
  child.once("exit", lose)
  // A pipe that breaks tells nothing that the exit does not.
  child.stdin?.on("error", () => undefined)
  child.unref()
  if (child.stdin !== null && "unref" in child.stdin && typeof child.stdin.unref === "function") {
    child.stdin.unref()
  }
  for (const pid of groups) tell(`+${pid}\n`)
}

/** Tells of a group that was started, by its leader's id; in the same step. */
export const watch = (pid: number): void => {
  groups.add(pid)
  tell(`+${pid}\n`)
}

/** Tells that nothing is left of a group, so that its id may be anybody's. */
export const forget = (pid: number): void => {
  if (groups.delete(pid)) tell(`-${pid}\n`)
}

const tell = (line: string): void => {
  const stdin = link?.stdin
  if (stdin?.writable === true) stdin.write(line)
}

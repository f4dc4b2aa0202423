/**
 * Starts processes that end at once, as fast as Node can: alone, or each in directories of its own with
 * its outputs in files, which is the least that any executor does for a task of the service.
 */
import { spawn } from "node:child_process"
import { closeSync, mkdirSync, openSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"

/** Processes of a round. */
export const processesCount = 400

/** How many run at once. */
export const inFlight = 4

let serial = 0

/** Which round. */
export type Name = "alone" | "withFiles"

/** A round of processes without files; gives how many. */
export const alone = (root: string): Promise<number> => each(() => exited(root, "ignore", "ignore"))

/** A round of processes with directories and files below `root`, which no other round has. */
export const withFiles = (root: string): Promise<number> =>
  each(() => exitedWithFiles(join(root, `${process.pid}-${++serial}`)))

const each = async (start: () => Promise<void>): Promise<number> => {
  let next = 0
  const goOn = async (): Promise<void> => {
    while (next++ < processesCount) await start()
  }
  await Promise.all(Array.from({ length: inFlight }, goOn))
  return processesCount
}

/** Starts a process as the executor does, as the head of a group of its own, and waits for its end. */
const exited = (cwd: string, stdout: Output, stderr: Output): Promise<void> => {
  const { promise, reject, resolve } = Promise.withResolvers<void>()
  const child = spawn("/bin/true", [], { cwd, detached: true, stdio: ["ignore", stdout, stderr] })
  child.once("error", reject)
  child.once("close", (code) => code === 0 ? resolve() : reject(new Error(`exit code ${code}`)))
  return promise
}

type Output = "ignore" | number

/** The same in a directory of its own, with its output in files. */
const exitedWithFiles = async (directory: string): Promise<void> => {
  const workingDirectory = join(directory, "wd")
  mkdirSync(workingDirectory, { recursive: true })
  const stdout = openSync(join(directory, "stdout.txt"), "ax")
  const stderr = openSync(join(directory, "stderr.txt"), "ax")
  const ended = exited(workingDirectory, stdout, stderr)
  closeSync(stdout)
  closeSync(stderr)
  await ended
}

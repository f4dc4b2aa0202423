/**
 * A directory that a benchmark works in. It goes with the process, also with one that fails, unless
 * BATCHWAVE_KEEP=1.
 */
import { mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const made = new Set<string>()

/** Makes one; its name begins with `batchwave-` and `name`. Answers its real path. */
export const make = (name: string): string => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), `batchwave-${name}-`)))
  if (made.size === 0) process.once("exit", () => [...made].forEach(remove))
  made.add(directory)
  return directory
}

/** Removes it before the process ends. */
export const remove = (directory: string): void => {
  made.delete(directory)
  if ((process.env["BATCHWAVE_KEEP"] ?? "") !== "") return
  rmSync(directory, { recursive: true, force: true })
}

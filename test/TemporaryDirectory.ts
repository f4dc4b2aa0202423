/**
 * One directory for all that the tests of a run leave behind, removed when the last of them has ended,
 * however it ended: the temporary directory of the tests and of every process they start.
 *
 * With BATCHWAVE_KEEP=1 it stays, and is named.
 */
import { mkdtempSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Says that a directory is there already: vitest asks once for each of its projects. */
const marker = "BATCHWAVE_TESTS_DIRECTORY"

/** Makes it, and answers how it is removed. Called by vitest before it starts a worker. */
export const setup = (): () => void => {
  if (process.env[marker] !== undefined) return () => {}
  const outside = tmpdir()
  const directory = mkdtempSync(join(outside, "batchwave-tests-"))
  // Node keeps compiled modules in the temporary directory; a cold cache would cost each process time.
  symlinkSync(join(outside, "node-compile-cache"), join(directory, "node-compile-cache"))
  process.env[marker] = directory
  process.env["TMPDIR"] = directory
  return () => {
    if ((process.env["BATCHWAVE_KEEP"] ?? "") !== "") {
      process.stderr.write(`kept: ${directory}\n`)
      return
    }
    // A process that a test has killed may still be about to end.
    rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}

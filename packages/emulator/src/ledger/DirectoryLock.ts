/**
 * One process a directory: a lock the system takes back the moment its holder is gone, however it
 * ended. SQLite's exclusive lock on an empty database is one on every platform.
 *
 * @internal
 */
import { closeSync, openSync } from "node:fs"
import * as Path from "node:path"
import { DatabaseSync } from "node:sqlite"

/** The file the lock is on. */
export const lockName = "lock"

/** Takes the lock; answers how to give it back, or nothing when another process or emulator has it. */
export const take = (directory: string): (() => void) | undefined => {
  const path = Path.join(directory, lockName)
  // SQLite would make the file readable by others.
  closeSync(openSync(path, "a", 0o600))
  const database = new DatabaseSync(path)
  try {
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")
    return () => database.close()
  } catch (cause) {
    database.close()
    if (cause instanceof Error && /database is locked/.test(cause.message)) return undefined
    throw cause
  }
}

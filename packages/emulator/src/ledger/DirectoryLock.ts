/**
 * One process a directory: a lock the system takes back the moment its holder is gone, however it
 * ended. SQLite's exclusive lock on an empty database is one on every platform.
 *
 * @internal
 */
import * as Path from "node:path"
import { DatabaseSync } from "node:sqlite"

/** The file the lock is on. */
export const lockName = "lock"

/** Takes the lock; answers how to give it back, or nothing when another process or emulator has it. */
export const take = (directory: string): (() => void) | undefined => {
  const database = new DatabaseSync(Path.join(directory, lockName))
  try {
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")
    return () => database.close()
  } catch (cause) {
    database.close()
    if (cause instanceof Error && /database is locked/.test(cause.message)) return undefined
    throw cause
  }
}

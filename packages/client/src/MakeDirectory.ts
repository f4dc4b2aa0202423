/**
 * Directories that a user has named, made with all their parents.
 *
 * `mkdir` of Node with `recursive` never returns where a directory is there but takes no other one in
 * (`/proc`, and whatever else answers ENOENT for that): it makes the parent, which exists, and tries
 * again. So each level is made once, from the first one that is missing.
 */
import { existsSync, mkdirSync, statSync } from "node:fs"
import { dirname, resolve } from "node:path"

/** For its owner only. */
const ownerOnly = 0o700

/**
 * Makes a directory unless it is there. What is made gets `mode`, by default for its owner only; what is
 * there stays as it is. Throws the error of `node:fs` of the level that cannot be made.
 *
 * @category operations
 */
export const make = (directory: string, mode: number = ownerOnly): void => {
  const missing: Array<string> = []
  let level = resolve(directory)
  for (; !existsSync(level) && level !== dirname(level); level = dirname(level)) {
    missing.push(level)
  }
  // What is there has to be a directory: this says so if it is not.
  if (!statSync(level).isDirectory()) mkdirSync(level)
  for (const one of missing.toReversed()) makeOne(one, mode)
}

const makeOne = (directory: string, mode: number): void => {
  try {
    mkdirSync(directory, { mode })
  } catch (error) {
    // Another process may have been quicker.
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) throw error
  }
}

/**
 * The rules of paths: those inside the working directory of a task, and those of the machine that
 * orchestrates.
 */
import * as TextCheck from "./TextCheck.ts"

/**
 * Why a path is not one inside the working directory, and what to do.
 */
export const relativeProblem = (path: string): string | undefined => {
  if (path === "") return "is empty; name a file"
  const why = TextCheck.problem(path)
  if (why !== undefined) return why
  if (path.includes("\\")) return "contains a backslash; separate with /"
  if (path.startsWith("/")) return "is absolute; make it relative to the working directory"
  for (const segment of path.split("/")) {
    if (segment === "..") return "leaves the working directory with \"..\"; keep inside it"
    if (segment === "" || segment === ".") return "has an empty or \".\" segment; write it plainly"
  }
  return undefined
}

/**
 * Why a path is not an absolute one of the orchestrating machine, and what to do. Absolute on POSIX
 * (`/a`) or Windows (`C:\a`, `\\server\share`).
 */
export const localProblem = (path: string): string | undefined => {
  if (path === "") return "is empty; name a file of this machine"
  const why = TextCheck.problem(path)
  if (why !== undefined) return why
  if (/^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(path)) return undefined
  return "is relative; give the absolute path of the file on this machine"
}

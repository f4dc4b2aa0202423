/**
 * Decides where a file pattern starts: below `wd/`, or below the task directory for patterns such
 * as `../std*.txt`; anything above is refused.
 */
import * as Result from "effect/Result"
import * as FilePattern from "./FilePattern.ts"
import { isInside } from "./SafePath.ts"
import type { TaskDirectory } from "./TaskDirectory.ts"

/** A pattern and the directory its first segment is looked up in. */
export interface ScopedPattern {
  readonly base: string
  readonly pattern: FilePattern.FilePattern
}

/**
 * Replaces `$name` and `${name}` by the variable's value; wildcards in a value count.
 *
 * A name without a variable is refused, because leaving it out would widen the pattern.
 */
export const expandVariables = (
  text: string,
  environment: Readonly<Record<string, string>>
): Result.Result<string, string> => {
  const unknown: Array<string> = []
  const expanded = text.replaceAll(
    /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g,
    (_match, braced: string | undefined, plain: string | undefined) => {
      const name = braced ?? plain ?? ""
      if (Object.hasOwn(environment, name)) return environment[name] ?? ""
      unknown.push(name)
      return ""
    }
  )
  return unknown.length === 0
    ? Result.succeed(expanded)
    : Result.fail(`No environment variable ${unknown.join(", ")} is set.`)
}

/** Finds the base of an expanded pattern; fails with a sentence. */
export const scopePattern = (
  text: string,
  directory: TaskDirectory
): Result.Result<ScopedPattern, string> => {
  const relative = relativeToTask(text, directory)
  if (relative === undefined || text.includes("\0")) {
    return Result.fail("The pattern leads out of the task directory.")
  }
  const names: Array<string> = []
  for (const name of relative.split("/")) {
    if (name === "" || name === ".") continue
    if (name !== "..") {
      names.push(name)
      continue
    }
    const left = names.pop()
    if (left === undefined) return Result.fail("The pattern leads out of the task directory.")
    if (!FilePattern.isLiteral(FilePattern.parse(left))) {
      return Result.fail(`The pattern has ".." behind a wildcard.`)
    }
  }
  const isInWorkingDirectory = names[0] === "wd"
  const rest = isInWorkingDirectory ? names.slice(1) : names
  if (rest.length === 0) return Result.fail("The pattern names a directory, not files.")
  return Result.succeed({
    base: isInWorkingDirectory ? directory.workingDirectory : directory.path,
    pattern: FilePattern.parse(rest.join("/"))
  })
}

const relativeToTask = (text: string, directory: TaskDirectory): string | undefined => {
  if (!text.startsWith("/")) return `wd/${text}`
  for (const root of [directory.path, directory.givenPath]) {
    if (isInside(root, text)) return text.slice(root.length)
  }
  return undefined
}

/**
 * Docstrings of the packages' sources: each file says what it is, and so does each thing it exports.
 */
import { blank } from "./SourceText.ts"
import { packageSources, type Problem, type SourceFile } from "./SourceTree.ts"

const barrelLine = /^export \* as (\w+) from "\.\/(?:[\w-]+\/)*\1\.ts"$/
const umbrellaPath = "packages/batchwave/src/index.ts"

/** Files that do not open with a docstring, exports without one above, and barrels with other lines. */
export const docstringProblems = (tree: ReadonlyArray<SourceFile>): ReadonlyArray<Problem> =>
  packageSources(tree).flatMap((file) =>
    isBarrel(file.path) ? barrelProblems(file) : sourceProblems(file)
  )

const isBarrel = (path: string): boolean => path.endsWith("/src/index.ts") && path !== umbrellaPath

const barrelProblems = (file: SourceFile): ReadonlyArray<Problem> =>
  blank(file.text, { comments: true, strings: false }).split("\n").flatMap((line, index) =>
    line.trim() === "" || barrelLine.test(line.trim()) ? [] : [{
      path: file.path,
      line: index + 1,
      message: "a barrel has only lines of the form: export * as X from \"./X.ts\""
    }]
  )

const sourceProblems = (file: SourceFile): ReadonlyArray<Problem> => {
  const body = file.text.replace(/^#![^\n]*\n/, "").trimStart()
  const opening: ReadonlyArray<Problem> = body.startsWith("/**")
    ? []
    : [{ path: file.path, line: 1, message: "the file does not open with a docstring (/** … */)" }]
  return [...opening, ...exportProblems(file)]
}

const exportProblems = (file: SourceFile): ReadonlyArray<Problem> => {
  const code = blank(file.text, { comments: true, strings: true }).split("\n")
  const lines = file.text.split("\n")
  let overloaded: string | undefined
  return code.flatMap((line, index) => {
    if (!/^export\b/.test(line)) return []
    const name = /^export (?:default )?(?:async )?function\*? (\w+)/.exec(line)?.[1]
    const isLaterOverload = name !== undefined && name === overloaded
    overloaded = name
    if (isLaterOverload || hasDocstringAbove(lines, index)) return []
    return [{
      path: file.path,
      line: index + 1,
      message: `no docstring above: ${line.trim().slice(0, 60)}`
    }]
  })
}

/** Line comments for tools may stand between a docstring and what it describes. */
const hasDocstringAbove = (lines: ReadonlyArray<string>, index: number): boolean => {
  let above = index - 1
  while (lines[above]?.startsWith("//") === true) above -= 1
  if (lines[above]?.trimEnd().endsWith("*/") !== true) return false
  while (above >= 0 && lines[above]?.trimStart().startsWith("/*") !== true) above -= 1
  return lines[above]?.trimStart().startsWith("/**") === true
}

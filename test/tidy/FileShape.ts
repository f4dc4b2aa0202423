/**
 * Size and names of files: one concept a file, named by its word, short enough to be read at once.
 */
import { packageSources, type Problem, type SourceFile } from "./SourceTree.ts"

/** Lines of a source file, comments and blank ones included. Lint has its own, smaller bound on code. */
export const sourceLinesMax = 400

const vagueNames = /^(?:utils?|helpers?|commons?|misc|types?)$/i

/** Sources that are too long, and files or directories whose name says nothing. */
export const fileShapeProblems = (tree: ReadonlyArray<SourceFile>): ReadonlyArray<Problem> => [
  ...packageSources(tree).flatMap(lengthProblems),
  ...tree.flatMap(nameProblems)
]

const lengthProblems = ({ path, text }: SourceFile): ReadonlyArray<Problem> => {
  const lines = text.replace(/\n$/, "").split("\n").length
  return lines <= sourceLinesMax ? [] : [{
    path,
    message: `${lines} lines, at most ${sourceLinesMax} are allowed; split it by concept`
  }]
}

const nameProblems = ({ path }: SourceFile): ReadonlyArray<Problem> => {
  if (!/\.[cm]?[jt]sx?$/.test(path)) return []
  return path.split("/")
    .filter((part) => vagueNames.test(part.replace(/\..*$/, "")))
    .map((part) => ({ path, message: `"${part}" says nothing; name it by the concept it holds` }))
}

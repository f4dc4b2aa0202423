/**
 * Words that belong to one machine or to the making of the tree, not to the tree. They are put together
 * here from pieces, so that this file passes its own check.
 */
import type { Problem, SourceFile } from "./SourceTree.ts"

interface Forbidden {
  readonly word: string
  readonly pattern: RegExp
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")

const anywhere = (...pieces: ReadonlyArray<string>): Forbidden => ({
  word: pieces.join(""),
  pattern: new RegExp(escape(pieces.join("")), "i")
})

const exactWord = (...pieces: ReadonlyArray<string>): Forbidden => ({
  word: pieces.join(""),
  pattern: new RegExp(`\\b${pieces.join("")}s?\\b`)
})

/** What no path and no line of the tree may contain. */
export const forbidden: ReadonlyArray<Forbidden> = [
  anywhere("/wo", "rk/"),
  anywhere("/tmp/", "plan"),
  anywhere(".lib", "rary"),
  anywhere("registry.", "npmjs"),
  anywhere("python", "hosted"),
  anywhere("Clau", "de"),
  anywhere("Anthro", "pic"),
  anywhere("Chat", "GPT"),
  anywhere("language ", "model"),
  anywhere("helper ", "session"),
  exactWord("L", "LM")
]

/** Each line and each path that contains a forbidden word. */
export const forbiddenWordProblems = (tree: ReadonlyArray<SourceFile>): ReadonlyArray<Problem> =>
  tree.flatMap(({ path, text }) => {
    const inPath: ReadonlyArray<Problem> = forbidden
      .filter(({ pattern }) => pattern.test(`/${path}`))
      .map(({ word }) => ({ path, message: `the path contains "${word}"` }))
    const present = forbidden.filter(({ pattern }) => pattern.test(text))
    if (present.length === 0) return inPath
    const inLines = text.split("\n").flatMap((line, index) =>
      present
        .filter(({ pattern }) => pattern.test(line))
        .map(({ word }) => ({ path, line: index + 1, message: `contains "${word}"` }))
    )
    return [...inPath, ...inLines]
  })

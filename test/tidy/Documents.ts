/**
 * Documents that point at the tree: links lead to files that exist, and the commands shown are scripts
 * that exist.
 */
import { posix } from "node:path"
import { lineAt } from "./SourceText.ts"
import type { Problem, SourceFile } from "./SourceTree.ts"

const fence = /^([ \t]*)(```+|~~~+)[^\n]*\n([\s\S]*?)^\1\2[ \t]*$/gm

/** Subcommands of npm itself, which need no script. */
const npmCommands = new Set(["ci", "create", "exec", "i", "init", "install", "pack", "view"])

/** Links of Markdown files to paths that are not in the tree. */
export const linkProblems = (tree: ReadonlyArray<SourceFile>): ReadonlyArray<Problem> => {
  const paths = new Set(tree.flatMap(({ path }) => withParents(path)))
  return documents(tree).flatMap(({ path, text }) =>
    links(text)
      .filter(({ target }) => !paths.has(resolveLink(path, target)))
      .map(({ line, target }) => ({ path, line, message: `the link to "${target}" leads nowhere` }))
  )
}

/** Lines of code blocks that start with `npm` and name a script the root's `package.json` does not have. */
export const commandProblems = (
  tree: ReadonlyArray<SourceFile>,
  scripts: ReadonlySet<string>
): ReadonlyArray<Problem> =>
  documents(tree).flatMap(({ path, text }) =>
    [...text.matchAll(fence)].flatMap((block) =>
      (block[3] ?? "").split("\n").flatMap((line, index) => {
        const script = scriptOf(line)
        if (script === undefined || scripts.has(script)) return []
        return [{
          path,
          line: lineAt(text, block.index) + index + 1,
          message: `there is no script "${script}"`
        }]
      })
    )
  )

const documents = (tree: ReadonlyArray<SourceFile>): ReadonlyArray<SourceFile> =>
  tree.filter(({ path }) => path.endsWith(".md"))

const scriptOf = (line: string): string | undefined => {
  const words = line.replace(/^\s*\$?\s*/, "").split(/\s+/)
  if (words[0] !== "npm") return undefined
  const [command, ...rest] = words.slice(1).filter((word) => !word.startsWith("-"))
  if (command === "run") return rest[0] ?? ""
  return command === undefined || npmCommands.has(command) ? undefined : command
}

const links = (text: string): ReadonlyArray<{ readonly target: string; readonly line: number }> => {
  const prose = text.replace(fence, spaces).replace(/`[^`\n]*`/g, spaces)
  return [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]\n]+\]:\s*(\S+)/gm)]
    .map((match) => ({ target: match[1] ?? match[2] ?? "", line: lineAt(prose, match.index) }))
    .filter(({ target }) => !/^(?:[a-z][a-z0-9+.-]*:|#|\/\/)/i.test(target))
}

const spaces = (text: string): string => text.replace(/[^\n]/g, " ")

const resolveLink = (path: string, target: string): string => {
  const bare = decodeURIComponent(target.replace(/[#?].*$/, ""))
  const joined = bare.startsWith("/") ? bare.slice(1) : posix.join(posix.dirname(path), bare)
  return posix.normalize(joined).replace(/\/$/, "")
}

const withParents = (path: string): ReadonlyArray<string> => {
  const parts = path.split("/")
  return [".", ...parts.map((_, index) => parts.slice(0, index + 1).join("/"))]
}

const adr = "docs/adr/"

/** The headings every decision has, in this order. */
const decisionHeadings = "Summary, Problem, Goals, Non-goals, Options, Decision, Consequences"

/** Decisions that their index does not name, or that lack a part of the template. */
export const decisionProblems = (tree: ReadonlyArray<SourceFile>): ReadonlyArray<Problem> => {
  const index = tree.find(({ path }) => path === `${adr}README.md`)?.text ?? ""
  return documents(tree).flatMap(({ path, text }) => {
    if (!path.startsWith(adr) || path === `${adr}README.md`) return []
    const headings = [...text.matchAll(/^## (.*)$/gm)].map((found) => found[1]).join(", ")
    const problems: Array<Problem> = []
    if (!index.includes(`(${path.slice(adr.length)})`)) {
      problems.push({ path, line: 1, message: `${adr}README.md does not list it` })
    }
    if (headings !== decisionHeadings) {
      problems.push({ path, line: 1, message: `its headings are not ${decisionHeadings}` })
    }
    return problems
  })
}

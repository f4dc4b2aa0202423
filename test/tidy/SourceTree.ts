/**
 * The files of this repository as the tidy checks see them: what git tracks or would track. A tree
 * without git (an unpacked archive) is walked instead, without the directories git ignores.
 */
import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** One text file: its path from the root, with `/` between the parts, and its content. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** Something wrong in the tree: where, and what to do about it. Lines count from 1. */
export interface Problem {
  readonly path: string
  readonly line?: number
  readonly message: string
}

/** The absolute path of the repository's root, without a slash at its end. */
export const root: string = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "")

const ignoredDirectories = new Set([
  ".batchwave",
  ".git",
  "bundle",
  "coverage",
  "dist",
  "node_modules"
])

/** All text files of the tree, ordered by path. Files with a NUL byte are binary and left out. */
export const readTree = (): ReadonlyArray<SourceFile> =>
  listPaths()
    .filter((path) => existsSync(join(root, path)) && statSync(join(root, path)).isFile())
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))
    .filter((file) => !file.text.includes("\0"))
    .toSorted((left, right) => (left.path < right.path ? -1 : 1))

/** The problems as lines a terminal links to, empty when there are none. */
export const render = (problems: ReadonlyArray<Problem>): string =>
  problems
    .map(({ line, message, path }) => `${path}${line === undefined ? "" : `:${line}`}: ${message}`)
    .join("\n")

/** The TypeScript sources of the packages, the published ones and the benchmarks. */
export const packageSources = (tree: ReadonlyArray<SourceFile>): ReadonlyArray<SourceFile> =>
  tree.filter(({ path }) => /^packages\/[^/]+\/src\/.+\.ts$/.test(path))

/** The package a path belongs to, by its directory's name: `core` of `packages/core/src/Plan.ts`. */
export const packageOf = (path: string): string | undefined =>
  /^packages\/([^/]+)\//.exec(path)?.[1]

const listPaths = (): ReadonlyArray<string> => {
  if (!existsSync(join(root, ".git"))) return walk("")
  const listed = execFileSync(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "-z"],
    { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }
  )
  return [...new Set(listed.split("\0").filter((path) => path !== ""))]
}

const walk = (directory: string): ReadonlyArray<string> =>
  readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = directory === "" ? entry.name : `${directory}/${entry.name}`
    if (!entry.isDirectory()) return [path]
    return ignoredDirectories.has(entry.name) ? [] : walk(path)
  })

/**
 * Finds the files below a directory that a file pattern matches.
 *
 * W1. Only branches where the pattern can still match are read.
 * W2. A symbolic link is followed when its real path stays below the base, never by `**`; one that
 *     leads outside is reported and not followed.
 * W3. At most {@link entriesMax} directory entries are read per pattern.
 * W4. The order is by name, so two walks of the same tree give the same list.
 */
import * as Effect from "effect/Effect"
import { type Dirent, type Stats } from "node:fs"
import { lstat, readdir, realpath, stat } from "node:fs/promises"
import * as Path from "node:path"
import { attempt, FileFault } from "./FileFault.ts"
import * as FilePattern from "./FilePattern.ts"
import { isInside, type Names } from "./SafePath.ts"

/** How many directory entries one pattern may visit; our bound, the service documents none. */
export const entriesMax = 200_000

/** A regular file that matched. */
export interface FoundFile {
  /** Real path, all links resolved. */
  readonly realFile: string
  /** Names below the base, as the pattern saw them. */
  readonly names: Names
}

/** What a walk found, and the matching links it did not follow because they leave the base. */
export interface Findings {
  readonly files: ReadonlyArray<FoundFile>
  readonly escapes: ReadonlyArray<Names>
}

/** A directory still to read. */
interface Branch {
  readonly directory: string
  readonly names: Names
  readonly states: FilePattern.States
}

/** An entry of a directory, before it is looked at closely. */
interface Entry {
  readonly name: string
  readonly kind: Dirent | Stats
}

/** What an entry is once its links are resolved. */
type Target =
  | { readonly _tag: "File" | "Directory"; readonly real: string }
  | { readonly _tag: "Outside" }
  | { readonly _tag: "Other" }

/**
 * Walks a base directory, given by its real path.
 *
 * Fails with errno `EOVERFLOW` when the bound of W3 is passed.
 */
export const find = Effect.fnUntraced(function*(
  base: string,
  pattern: FilePattern.FilePattern,
  visitedMax: number = entriesMax
): Effect.fn.Return<Findings, FileFault> {
  const files: Array<FoundFile> = []
  const escapes: Array<Names> = []
  const branches: Array<Branch> = [
    { directory: base, names: [], states: FilePattern.start(pattern) }
  ]
  let visited = 0
  let branch = branches.pop()
  while (branch !== undefined) {
    const entries = yield* readEntries(branch, pattern)
    visited += entries.length
    if (visited > visitedMax) return yield* new FileFault({ errno: "EOVERFLOW", path: base })
    const below: Array<Branch> = []
    for (const entry of entries) {
      const states = FilePattern.step(
        pattern,
        branch.states,
        entry.name,
        entry.kind.isSymbolicLink()
      )
      if (states.length === 0) continue
      const names = [...branch.names, entry.name]
      const target = yield* targetOf(base, branch.directory, entry)
      if (target._tag === "Outside") {
        escapes.push(names)
      } else if (target._tag === "File" && FilePattern.accepts(pattern, states)) {
        files.push({ realFile: target.real, names })
      } else if (target._tag === "Directory" && FilePattern.continues(pattern, states)) {
        below.push({ directory: target.real, names, states })
      }
    }
    branches.push(...below.toReversed())
    branch = branches.pop()
  }
  return { files, escapes }
})

/** Reads a directory, or asks for the few names a pattern without wildcard can mean. */
const readEntries = Effect.fnUntraced(function*(
  branch: Branch,
  pattern: FilePattern.FilePattern
): Effect.fn.Return<ReadonlyArray<Entry>, FileFault> {
  const { directory, states } = branch
  const literalNames = FilePattern.literalNames(pattern, states)
  if (literalNames === undefined) {
    const listed = yield* attempt(directory, () => readdir(directory, { withFileTypes: true }))
      .pipe(
        whenMissing((): Array<Dirent> => [])
      )
    return listed.map((kind) => ({ name: kind.name, kind }))
      .toSorted((left, right) => left.name < right.name ? -1 : 1)
  }
  const entries: Array<Entry> = []
  for (const name of literalNames) {
    const path = Path.join(directory, name)
    const kind = yield* attempt(path, () => lstat(path)).pipe(
      whenMissing((): Stats | undefined => undefined)
    )
    if (kind !== undefined) entries.push({ name, kind })
  }
  return entries
})

const targetOf = Effect.fnUntraced(function*(
  base: string,
  directory: string,
  entry: Entry
): Effect.fn.Return<Target, FileFault> {
  const path = Path.join(directory, entry.name)
  if (entry.kind.isFile()) return { _tag: "File", real: path }
  if (entry.kind.isDirectory()) return { _tag: "Directory", real: path }
  if (!entry.kind.isSymbolicLink()) return { _tag: "Other" }
  const resolved = yield* Effect.option(attempt(path, () => realpath(path)))
  if (resolved._tag === "None") return { _tag: "Other" }
  const real = resolved.value
  if (!isInside(base, real)) return { _tag: "Outside" }
  const kind = yield* attempt(real, () => stat(real))
  if (kind.isFile()) return { _tag: "File", real }
  return kind.isDirectory() ? { _tag: "Directory", real } : { _tag: "Other" }
})

/** A name that vanished or passes through a file is the same as one that was never there. */
const whenMissing = <B>(absent: () => B) => <A>(effect: Effect.Effect<A, FileFault>) =>
  effect.pipe(
    Effect.map((found): A | B => found),
    Effect.catchIf(
      (fault) => fault.errno === "ENOENT" || fault.errno === "ENOTDIR",
      () => Effect.sync((): A | B => absent())
    )
  )

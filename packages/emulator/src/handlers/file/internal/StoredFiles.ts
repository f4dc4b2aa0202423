/**
 * Finding files in the directory of a task or of a node. A path is decoded once, by the router; names that could
 * lead elsewhere are refused, and symbolic links are not followed.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Dirent, Stats } from "node:fs"
import { lstat, readdir, realpath } from "node:fs/promises"
import * as Path from "node:path"
import * as ErrorReply from "../../../ErrorReply.ts"
import type { Exchange, Reply } from "../../../Exchange.ts"
import { attempt } from "../../../executor/FileFault.ts"
import * as SafePath from "../../../executor/SafePath.ts"
import * as NodeLayout from "../../../NodeLayout.ts"
import * as Subject from "../../../Subject.ts"

/** The directory of a task or a node by its real path. */
export interface FileRoot {
  readonly directory: string
  /** The URL below which its files are. */
  readonly url: string
}

/** A found file or directory. */
export interface FoundFile {
  readonly path: string
  readonly url: string
  readonly stats: Stats
}

/** The most entries a listing looks at. */
export const entriesMax = 100_000

/** Finds the directory of the node or the task of a request. */
export const findRoot = (exchange: Exchange): Effect.Effect<FileRoot | Reply> =>
  exchange.parameters["nodeId"] === undefined ? findTaskRoot(exchange) : findNodeRoot(exchange)

const findNodeRoot = Effect.fnUntraced(function*(
  exchange: Exchange
): Effect.fn.Return<FileRoot | Reply> {
  const subject = Subject.findNode(exchange)
  if (Subject.isReply(subject)) return subject
  const { base, state } = exchange
  const { node, pool } = subject
  const directory = NodeLayout.nodeRoot(state.settings.dataDirectory, node.id)
  const real = yield* Effect.option(attempt(directory, () => realpath(directory)))
  return real._tag === "None"
    ? ErrorReply.make(exchange, "FileNotFound")
    : { directory: real.value, url: `${base}/pools/${pool.id}/nodes/${node.id}/files` }
})

const findTaskRoot = Effect.fnUntraced(function*(
  exchange: Exchange
): Effect.fn.Return<FileRoot | Reply> {
  const subject = Subject.findTask(exchange)
  if (Subject.isReply(subject)) return subject
  const { base, state } = exchange
  const { job, task } = subject
  const node = state.account.nodes[task.nodeIndex]
  if (node === undefined) return ErrorReply.make(exchange, "TaskFilesUnavailable")
  yield* state.provideFiles(job, task)
  const directory = NodeLayout.taskDirectory(
    state.settings.dataDirectory,
    node.id,
    job.id,
    task.id
  )
  const real = yield* Effect.option(attempt(directory, () => realpath(directory)))
  if (real._tag === "None") {
    return ErrorReply.make(
      exchange,
      task.state === "completed" ? "TaskFilesCleanedup" : "TaskFilesUnavailable"
    )
  }
  return { directory: real.value, url: `${base}/jobs/${job.id}/tasks/${task.id}/files` }
})

/** Finds the file of a request. */
export const findFile = Effect.fnUntraced(function*(
  exchange: Exchange
): Effect.fn.Return<FoundFile | Reply> {
  const root = yield* findRoot(exchange)
  if (Subject.isReply(root)) return root
  const names = SafePath.namesOfRelativePath(exchange.parameters["filePath"] ?? "")
  if (Result.isFailure(names)) {
    return ErrorReply.make(exchange, "InvalidUri", [["Reason", names.failure.message]])
  }
  const path = Path.join(root.directory, ...names.success)
  const found = yield* Effect.option(
    Effect.all([attempt(path, () => realpath(path)), attempt(path, () => lstat(path))])
  )
  if (found._tag === "None" || found.value[0] !== path) {
    return ErrorReply.make(exchange, "FileNotFound")
  }
  return { path, url: urlOf(root, names.success.join("/")), stats: found.value[1] }
})

/** The URL of a file from its path below the directory. */
export const urlOf = (root: FileRoot, name: string): string =>
  `${root.url}/${name.split("/").map(encodeURIComponent).join("/")}`

/** A file or directory below the directory. */
export interface Entry {
  /** The path from the directory, with slashes. */
  readonly name: string
  readonly stats: Stats
}

/** Lists a directory, or all below it, in the order of names; links are left out. */
export const list = Effect.fnUntraced(function*(
  root: FileRoot,
  isRecursive: boolean
): Effect.fn.Return<ReadonlyArray<Entry>> {
  const entries: Array<Entry> = []
  const directories = [""]
  for (let at = 0; at < directories.length && entries.length < entriesMax; at++) {
    const prefix = directories[at] ?? ""
    for (const child of yield* readDirectory(Path.join(root.directory, prefix))) {
      if (!child.isFile() && !child.isDirectory()) continue
      const name = prefix === "" ? child.name : `${prefix}/${child.name}`
      const path = Path.join(root.directory, name)
      const stats = yield* Effect.option(attempt(path, () => lstat(path)))
      if (stats._tag === "None") continue
      entries.push({ name, stats: stats.value })
      if (isRecursive && child.isDirectory()) directories.push(name)
    }
  }
  return entries.toSorted((left, right) => left.name < right.name ? -1 : 1)
})

/** A directory that has vanished has no entries. */
const readDirectory = (path: string): Effect.Effect<ReadonlyArray<Dirent>> =>
  attempt(path, () => readdir(path, { withFileTypes: true })).pipe(
    Effect.orElseSucceed((): ReadonlyArray<Dirent> => [])
  )

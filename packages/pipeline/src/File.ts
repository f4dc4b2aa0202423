/**
 * Files of the machine that orchestrates, handed to tasks by staging them into the working
 * directory.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as path from "node:path"
import * as url from "node:url"

/**
 * The key that marks a local file.
 *
 * @category type ids
 */
export const LocalFileTypeId = "~@batchwave/pipeline/LocalFile"

/**
 * A file of the orchestrating machine. Whether it exists is known when the run starts.
 *
 * @category models
 */
export interface LocalFile {
  readonly [LocalFileTypeId]: typeof LocalFileTypeId
  /** The absolute path; empty when there is a problem. */
  readonly path: string
  /** Why the location cannot be used. */
  readonly problem?: string
}

/**
 * Names a local file by absolute path, `file:` URL text or URL object. A script beside the pipeline
 * is `File.local(new URL("./stats.mjs", import.meta.url))`. A relative path is a problem of the
 * pipeline, since it would depend on where the command was started.
 *
 * @category constructors
 */
export const local = (location: string | URL): LocalFile => {
  const text = typeof location === "string" ? location : location.href
  if (path.isAbsolute(text) && !text.includes("\0")) return make(path.normalize(text))
  if (!text.startsWith("file:")) {
    return invalid(
      `the local file "${text}" is not an absolute path or a file: URL; `
        + "write new URL(\"./name\", import.meta.url)"
    )
  }
  return Result.match(Result.try(() => url.fileURLToPath(text)), {
    onFailure: () => invalid(`the local file "${text}" is not a file: URL of this machine`),
    onSuccess: make
  })
}

/**
 * Tells a local file from other values.
 *
 * @category guards
 */
export const isLocalFile = (value: unknown): value is LocalFile =>
  Predicate.hasProperty(value, LocalFileTypeId)

const make = (absolute: string): LocalFile => ({
  [LocalFileTypeId]: LocalFileTypeId,
  path: absolute
})

const invalid = (problem: string): LocalFile => ({ ...make(""), problem })

/**
 * Digests of file contents, each file read once as long as it does not change.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { stat } from "node:fs/promises"
import { pipeline } from "node:stream/promises"
import { ArtifactFailed } from "./EngineError.ts"

/**
 * What is known already.
 *
 * @internal
 */
export interface FileDigests {
  /** By path and what the file system says of the file. */
  readonly local: Map<string, string>
  /** By key in the artifact store, whose contents stay the same. */
  readonly artifacts: Map<string, string>
}

/**
 * Knows nothing yet.
 *
 * @internal
 */
export const make = (): FileDigests => ({ local: new Map(), artifacts: new Map() })

/**
 * The SHA-256 of a local file in hexadecimal digits. Fails when it cannot be read.
 *
 * @internal
 */
export const ofFile: (
  digests: FileDigests,
  path: string
) => Effect.Effect<string, ArtifactFailed> = Effect.fnUntraced(function*(digests, path) {
  const { ino, mtimeMs, size } = yield* attempt(path, () => stat(path))
  const known = `${path}\0${ino} ${mtimeMs} ${size}`
  const found = digests.local.get(known)
  if (found !== undefined) return found
  const digest = yield* read(path)
  digests.local.set(known, digest)
  return digest
})

/**
 * The same without remembering it.
 *
 * @category operations
 */
export const read: (path: string) => Effect.Effect<string, ArtifactFailed> = Effect.fnUntraced(
  function*(path) {
    const hash = createHash("sha256")
    yield* attempt(path, () => pipeline(createReadStream(path), hash))
    return hash.digest("hex")
  }
)

const attempt = <A>(path: string, run: () => Promise<A>): Effect.Effect<A, ArtifactFailed> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) =>
      new ArtifactFailed({
        key: path,
        message: `the file ${path} is not available: ${
          cause instanceof Error ? cause.message : String(cause)
        }`,
        cause
      })
  })

/**
 * The artifact store in a local directory, for services that can reach the same file system: the
 * embedded emulator, or one of its own process on this machine.
 */
import * as MakeDirectory from "@batchwave/client/MakeDirectory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { access, copyFile, mkdir, rename, writeFile } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import { pipeline } from "node:stream/promises"
import { pathToFileURL } from "node:url"
import { keyOf } from "./ArtifactKey.ts"
import { ArtifactStore } from "./ArtifactStore.ts"
import { ArtifactFailed } from "./EngineError.ts"

/**
 * A store below `directory`, which is made if it is absent: tasks upload only to what exists. Fails
 * with `ArtifactFailed` when it cannot be made.
 *
 * @category layers
 */
export const layer = (directory: string): Layer.Layer<ArtifactStore, ArtifactFailed> =>
  Layer.effect(ArtifactStore, make(resolve(directory)))

const make = Effect.fnUntraced(function*(root: string) {
  yield* Effect.try({ try: () => MakeDirectory.make(root), catch: failedOf(root) })
  const containerUrl = pathToFileURL(root).href
  const pathOf = (key: string): string => join(root, ...key.split("/"))
  return ArtifactStore.of({
    putFile: Effect.fn("DirectoryStore.putFile")(function*(path: string) {
      const hash = createHash("sha256")
      yield* attempt(path, () => pipeline(createReadStream(path), hash))
      const key = keyOf(hash.digest("hex"), basename(path))
      yield* place(key, pathOf(key), (temporary) => copyFile(path, temporary))
      return key
    }),
    putBytes: Effect.fn("DirectoryStore.putBytes")(function*(name: string, bytes: Uint8Array) {
      const key = keyOf(createHash("sha256").update(bytes).digest("hex"), name)
      yield* place(key, pathOf(key), (temporary) => writeFile(temporary, bytes))
      return key
    }),
    sourceUrl: (key) => pathToFileURL(pathOf(key)).href,
    destination: (key) => ({ containerUrl, path: key }),
    locate: (key) => attempt(key, () => access(pathOf(key))).pipe(Effect.as(pathOf(key)))
  })
})

/** Writes beside the target and renames, so that a half-written artifact is never seen. */
const place = Effect.fnUntraced(function*(
  key: string,
  target: string,
  write: (temporary: string) => Promise<void>
) {
  const temporary = `${target}.partial`
  yield* attempt(key, () => mkdir(dirname(target), { recursive: true }))
  yield* attempt(key, () => write(temporary))
  yield* attempt(key, () => rename(temporary, target))
})

const attempt = <A>(key: string, run: () => Promise<A>): Effect.Effect<A, ArtifactFailed> =>
  Effect.tryPromise({ try: run, catch: failedOf(key) })

const failedOf = (key: string) => (cause: unknown): ArtifactFailed =>
  new ArtifactFailed({
    key,
    message: `the file ${key} is not available: ${
      cause instanceof Error ? cause.message : String(cause)
    }`,
    cause
  })

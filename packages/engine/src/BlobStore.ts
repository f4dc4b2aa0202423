/**
 * The artifact store in a blob container, for services that reach it over the network: every key is
 * a blob below the run's own prefix.
 *
 * B1 The container's URL carries a signature, which goes to the service with the tasks and nowhere
 *    else: no key, message or log holds it.
 * B2 What a person looks for is brought to a local directory first.
 */
import { BlobStorage, type BlobStorageShape, retryTransient } from "@batchwave/client/BlobStorage"
import * as StorageUrl from "@batchwave/client/StorageUrl"
import * as UploadSource from "@batchwave/client/UploadSource"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { type FileHandle, mkdir, open, rename } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import { pipeline } from "node:stream/promises"
import { keyOf } from "./ArtifactKey.ts"
import { ArtifactStore } from "./ArtifactStore.ts"
import { ArtifactFailed } from "./EngineError.ts"

/**
 * Where a run's artifacts live.
 *
 * @category models
 */
export interface BlobStoreOptions {
  /** The container with a signature that allows to read, create and write. */
  readonly containerUrl: Redacted.Redacted
  /** Begins the name of every blob; the id of the run, so that runs can share a container. */
  readonly prefix: string
  /** Where artifacts that are located are brought to. */
  readonly directory: string
}

/**
 * A store in a container. What fails, fails with `ArtifactFailed`.
 *
 * @category layers
 */
export const layer = (
  options: BlobStoreOptions
): Layer.Layer<ArtifactStore, never, BlobStorage> =>
  Layer.effect(
    ArtifactStore,
    Effect.map(BlobStorage, (blobs) => make(blobs, options))
  )

const make = (blobs: BlobStorageShape, { containerUrl, directory, prefix }: BlobStoreOptions) => {
  const container = Redacted.value(containerUrl)
  // The service leaves empty segments and single dots of a path out, so the names must as well.
  const nameOf = (key: string): string =>
    `${prefix}/${key.split("/").filter((part) => part !== "" && part !== ".").join("/")}`
  const urlOf = (key: string): Result.Result<string, string> =>
    StorageUrl.ofBlob(container, nameOf(key))
  const blobUrl = (key: string): Effect.Effect<string, ArtifactFailed> =>
    Effect.mapError(Effect.fromResult(urlOf(key)), (complaint) => unavailable(key, complaint))
  const keep = Effect.fnUntraced(
    function*(key: string, source: UploadSource.UploadSource<ArtifactFailed>) {
      const url = yield* blobUrl(key)
      // Equal keys are equal contents; a store that cannot be read from gets the file again.
      const found = yield* blobs.size(url).pipe(Effect.orElseSucceed(() => -1))
      if (found !== source.bytes) {
        yield* Effect.mapError(blobs.upload(url, source), (error) => unavailable(key, error))
      }
      return key
    }
  )
  return ArtifactStore.of({
    putFile: Effect.fn("BlobStore.putFile")(function*(path: string) {
      const hash = createHash("sha256")
      yield* attempt(path, () => pipeline(createReadStream(path), hash))
      const key = keyOf(hash.digest("hex"), basename(path))
      return yield* withFile(path, "r", (handle) =>
        Effect.flatMap(
          attempt(path, () => handle.stat()),
          ({ size }) =>
            keep(key, UploadSource.ofFile(handle, size, (cause) => unavailable(path, cause)))
        ))
    }),
    putBytes: Effect.fn("BlobStore.putBytes")((name: string, bytes: Uint8Array) =>
      keep(
        keyOf(createHash("sha256").update(bytes).digest("hex"), name),
        UploadSource.ofBytes(bytes)
      )
    ),
    sourceUrl: (key) => Result.getOrThrow(urlOf(key)),
    destination: (key) => ({ containerUrl: container, path: nameOf(key) }),
    locate: Effect.fn("BlobStore.locate")(function*(key: string) {
      const url = yield* blobUrl(key)
      const target = join(resolve(directory), ...key.split("/"))
      const partial = `${target}.partial`
      yield* attempt(key, () => mkdir(dirname(target), { recursive: true }))
      yield* retryTransient(
        withFile(
          partial,
          "w",
          (handle) =>
            blobs.download(
              url,
              Infinity,
              (chunk) => Effect.asVoid(attempt(key, () => handle.writeFile(chunk)))
            )
        )
      ).pipe(Effect.mapError((error) => unavailable(key, error)))
      yield* attempt(key, () => rename(partial, target))
      return target
    })
  })
}

const withFile = <A, E>(
  path: string,
  flags: "r" | "w",
  use: (handle: FileHandle) => Effect.Effect<A, E>
): Effect.Effect<A, E | ArtifactFailed> =>
  Effect.acquireUseRelease(
    attempt(path, () => open(path, flags, 0o600)),
    use,
    (handle) => Effect.ignore(attempt(path, () => handle.close()))
  )

const attempt = <A>(key: string, run: () => Promise<A>): Effect.Effect<A, ArtifactFailed> =>
  Effect.tryPromise({ try: run, catch: (cause) => unavailable(key, cause) })

const unavailable = (key: string, cause: unknown): ArtifactFailed => {
  if (cause instanceof ArtifactFailed) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ArtifactFailed({ key, message: `the file ${key} is not available: ${why}`, cause })
}

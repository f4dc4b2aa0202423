/**
 * An artifact store that says under which key and URL something is kept, and keeps nothing: for who
 * wants to know what a run would send.
 */
import * as ArtifactKey from "@batchwave/engine/ArtifactKey"
import type { ArtifactStoreShape } from "@batchwave/engine/ArtifactStore"
import { ArtifactFailed } from "@batchwave/engine/EngineError"
import * as FileDigests from "@batchwave/engine/FileDigests"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { basename } from "node:path"

/**
 * What was named.
 *
 * @category models
 */
export interface NamingStore extends ArtifactStoreShape {
  /** The files of this machine by the URL that tasks would read them from. */
  readonly files: ReadonlyMap<string, string>
}

/**
 * Names as `base` does. Files that cannot be read fail with `ArtifactFailed`, as they do there, and so
 * do bytes when `keepsBytes` says that nobody has written them.
 *
 * @category constructors
 */
export const make = (base: ArtifactStoreShape, keepsBytes: boolean): NamingStore => {
  const files = new Map<string, string>()
  return {
    ...base,
    files,
    putFile: Effect.fn("NamingStore.putFile")(function*(path: string) {
      const key = ArtifactKey.keyOf(yield* FileDigests.read(path), basename(path))
      files.set(base.sourceUrl(key), path)
      return key
    }),
    putBytes: Effect.fn("NamingStore.putBytes")(function*(name: string, bytes: Uint8Array) {
      if (keepsBytes) {
        return ArtifactKey.keyOf(createHash("sha256").update(bytes).digest("hex"), name)
      }
      return yield* new ArtifactFailed({
        key: name,
        message:
          `its inputs have ${bytes.byteLength} bytes and travel as a file, which a run writes`
      })
    })
  }
}

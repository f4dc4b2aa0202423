/**
 * An artifact store in memory, for runs whose tasks are simulated: what the orchestrator puts there is
 * there, and what a task would have uploaded is not.
 */
import { ArtifactStore } from "@batchwave/engine/ArtifactStore"
import { ArtifactFailed } from "@batchwave/engine/EngineError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { basename } from "node:path"

/** The root of the URLs of the store; nobody reads from there. */
const rootUrl = "file:///batchwave-simulated"

/**
 * An empty store that lives as long as its layer.
 *
 * @category layers
 */
export const layer: Layer.Layer<ArtifactStore> = Layer.sync(ArtifactStore, () => {
  const kept = new Map<string, Uint8Array>()
  const put = (name: string, bytes: Uint8Array): string => {
    const key = `files/${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}/${name}`
    kept.set(key, bytes)
    return key
  }
  return ArtifactStore.of({
    putFile: (path) =>
      Effect.map(
        Effect.tryPromise({
          try: () => readFile(path),
          catch: (cause) => missing(path, cause)
        }),
        (bytes) => put(basename(path), bytes)
      ),
    putBytes: (name, bytes) => Effect.sync(() => put(name, bytes)),
    sourceUrl: (key) => `${rootUrl}/${key}`,
    destination: (key) => ({ containerUrl: rootUrl, path: key }),
    locate: (key) =>
      kept.has(key)
        ? Effect.succeed(`${rootUrl}/${key}`)
        : Effect.fail(missing(key, new Error("nothing was put under this key")))
  })
})

const missing = (key: string, cause: unknown): ArtifactFailed =>
  new ArtifactFailed({ key, message: `the file ${key} is not available`, cause })

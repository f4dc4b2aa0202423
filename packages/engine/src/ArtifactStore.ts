/**
 * Where files live between tasks: what one task uploads, another downloads.
 *
 * A store gives every artifact a key. Tasks reach it by URL through the service (resource files in,
 * output files out), the orchestrator through this interface.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { ArtifactFailed } from "./EngineError.ts"

/**
 * What a store can do. Keys are relative paths with `/` separators.
 *
 * @category models
 */
export interface ArtifactStoreShape {
  /** Keeps a local file; equal contents under equal names get equal keys. */
  readonly putFile: (path: string) => Effect.Effect<string, ArtifactFailed>
  /** Keeps bytes under a name; equal contents under equal names get equal keys. */
  readonly putBytes: (name: string, bytes: Uint8Array) => Effect.Effect<string, ArtifactFailed>
  /** The URL a task downloads the artifact from. */
  readonly sourceUrl: (key: string) => string
  /** The container and the path in it that a task uploads the artifact to. */
  readonly destination: (key: string) => { readonly containerUrl: string; readonly path: string }
  /** Where a person finds the artifact; fails when it is not there. */
  readonly locate: (key: string) => Effect.Effect<string, ArtifactFailed>
}

/**
 * The artifact store of the run at hand.
 *
 * @category services
 */
export class ArtifactStore
  extends Context.Service<ArtifactStore, ArtifactStoreShape>()("@batchwave/engine/ArtifactStore")
{}

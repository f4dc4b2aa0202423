/**
 * Results of nodes, kept across runs: found again by a key that is made of everything that makes
 * them.
 *
 * C1 Only what succeeded is kept.
 * C2 The parts of a key are kept with it, so that a miss can be told by what differs.
 * C3 A kept file is known by what it contains; one that does not contain it any more is never given.
 */
import type { Json } from "@batchwave/core/Workflow"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { KeyPart } from "./CacheKey.ts"
import type { CacheFailed } from "./EngineError.ts"

/**
 * A file of a result.
 *
 * @category models
 */
export interface CachedFile {
  readonly _tag: "File"
  /** SHA-256 of its contents, in hexadecimal digits. */
  readonly digest: string
  /** Its name without directories. */
  readonly name: string
}

/**
 * One output of a result.
 *
 * @category models
 */
export type CachedOutput = CachedFile | { readonly _tag: "Json"; readonly value: Json }

/**
 * A kept result.
 *
 * @category models
 */
export interface CacheEntry {
  readonly key: string
  readonly parts: ReadonlyArray<KeyPart>
  readonly pipeline: string
  readonly node: string
  readonly outputs: { readonly [name: string]: CachedOutput }
  /** The run that made it, and when, in epoch milliseconds. */
  readonly from: string
  readonly madeAtMs: number
}

/**
 * What was removed.
 *
 * @category models
 */
export interface Pruned {
  readonly entries: number
  readonly files: number
  readonly bytes: number
}

/**
 * What a cache can do.
 *
 * @category models
 */
export interface ResultCacheShape {
  /** The result of a key; its time of last use becomes `nowMs`, if that is given. */
  readonly find: (key: string, nowMs?: number) => Effect.Effect<CacheEntry | undefined, CacheFailed>
  /** The latest entries of a node, newest first, at most `count`. */
  readonly latest: (
    pipeline: string,
    node: string,
    count: number
  ) => Effect.Effect<ReadonlyArray<CacheEntry>, CacheFailed>
  /** Where a kept file lies. Fails when it is not there or its contents have changed. */
  readonly fileOf: (file: CachedFile) => Effect.Effect<string, CacheFailed>
  /** Keeps a copy of a local file. */
  readonly keepFile: (path: string) => Effect.Effect<CachedFile, CacheFailed>
  /** Keeps a result, in the place of one with the same key. */
  readonly put: (entry: CacheEntry) => Effect.Effect<void, CacheFailed>
  /** Removes entries that were used last before a time, and the files that no entry needs. */
  readonly prune: (usedBeforeMs: number, nowMs: number) => Effect.Effect<Pruned, CacheFailed>
}

/**
 * The cache of results.
 *
 * @category services
 */
export class ResultCache
  extends Context.Service<ResultCache, ResultCacheShape>()("@batchwave/engine/ResultCache")
{}

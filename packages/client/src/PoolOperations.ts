/**
 * The pool operations of the service, typed and resilient.
 *
 * @source Pool_* operations, 2024-02-01.19.0
 */
import type { CloudPool, PoolAddParameter } from "@batchwave/wire/Pool"
import type { PoolResizeParameter } from "@batchwave/wire/PoolResize"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { BatchFailure } from "./BatchFailure.ts"
import { Exchange } from "./internal/Exchange.ts"
import * as MetadataSink from "./internal/MetadataSink.ts"
import * as PoolCalls from "./internal/PoolCalls.ts"
import type {
  ConditionalOptions,
  GetOptions,
  ListOptions,
  RequestOptions,
  Selected
} from "./RequestOptions.ts"

/** The pool operations. */
export interface PoolOperationsShape {
  /**
   * Creates a pool; its nodes come later. Fails with `Conflict` when the id is taken, with
   * `IdConflict` when that shows only after a lost reply and the pool there is another one.
   */
  readonly add: (
    pool: PoolAddParameter,
    options?: RequestOptions
  ) => Effect.Effect<void, BatchFailure>
  /** Reads one pool; `select` narrows the type of the result. */
  readonly get: <K extends string = string>(
    poolId: string,
    options?: GetOptions<CloudPool, K>
  ) => Effect.Effect<Selected<CloudPool, K>, BatchFailure>
  /** Lists the account's pools, following every page; `select` narrows the type of the items. */
  readonly list: <K extends string = string>(
    options?: ListOptions<CloudPool, K>
  ) => Stream.Stream<Selected<CloudPool, K>, BatchFailure>
  /** Lists the account's pools page by page; pages may be empty. */
  readonly listPages: <K extends string = string>(
    options?: ListOptions<CloudPool, K>
  ) => Stream.Stream<ReadonlyArray<Selected<CloudPool, K>>, BatchFailure>
  /** Tells whether there is such a pool; one that is being deleted still exists. */
  readonly exists: (
    poolId: string,
    options?: ConditionalOptions
  ) => Effect.Effect<boolean, BatchFailure>
  /** Deletes a pool and its nodes; it passes through `deleting`. */
  readonly delete: (
    poolId: string,
    options?: ConditionalOptions
  ) => Effect.Effect<void, BatchFailure>
  /**
   * Changes the number of nodes; it passes through `resizing`. Fails with `Conflict`
   * (`PoolBeingResized`) unless the pool's allocation is `steady`.
   */
  readonly resize: (
    poolId: string,
    resize: PoolResizeParameter,
    options?: ConditionalOptions
  ) => Effect.Effect<void, BatchFailure>
}

/** The pool operations as a service. Made by `BatchClient.layer`. */
export class PoolOperations extends Context.Service<PoolOperations, PoolOperationsShape>()(
  "@batchwave/client/PoolOperations"
) {
  /** The operations over what carries calls. */
  static readonly layerNoDeps: Layer.Layer<PoolOperations, never, Exchange> = Layer.effect(
    PoolOperations,
    Effect.map(Exchange, (exchange) => PoolCalls.make(MetadataSink.observed(exchange)))
  )
}

/**
 * Reads of the nodes of a pool, typed and resilient. Their files are in `FileOperations`.
 *
 * @source ComputeNode_* operations, 2024-02-01.19.0
 */
import type { ComputeNode } from "@batchwave/wire/ComputeNode"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { BatchFailure } from "./BatchFailure.ts"
import { Exchange } from "./internal/Exchange.ts"
import * as MetadataSink from "./internal/MetadataSink.ts"
import * as NodeCalls from "./internal/NodeCalls.ts"
import type {
  ListSelectOptions,
  RequestOptions,
  Selected,
  SelectOptions
} from "./RequestOptions.ts"

/** The node operations. */
export interface NodeOperationsShape {
  /** Reads one node; `select` narrows the type of the result. */
  readonly get: <K extends string = string>(
    poolId: string,
    nodeId: string,
    options?: RequestOptions & SelectOptions<ComputeNode, K>
  ) => Effect.Effect<Selected<ComputeNode, K>, BatchFailure>
  /** Lists the nodes of a pool, following every page; `select` narrows the type of the items. */
  readonly list: <K extends string = string>(
    poolId: string,
    options?: ListSelectOptions<ComputeNode, K>
  ) => Stream.Stream<Selected<ComputeNode, K>, BatchFailure>
  /** Lists the nodes of a pool page by page; pages may be empty. */
  readonly listPages: <K extends string = string>(
    poolId: string,
    options?: ListSelectOptions<ComputeNode, K>
  ) => Stream.Stream<ReadonlyArray<Selected<ComputeNode, K>>, BatchFailure>
}

/** The node operations as a service. Made by `BatchClient.layer`. */
export class NodeOperations extends Context.Service<NodeOperations, NodeOperationsShape>()(
  "@batchwave/client/NodeOperations"
) {
  /** The operations over what carries calls. */
  static readonly layerNoDeps: Layer.Layer<NodeOperations, never, Exchange> = Layer.effect(
    NodeOperations,
    Effect.map(Exchange, (exchange) => NodeCalls.make(MetadataSink.observed(exchange)))
  )
}

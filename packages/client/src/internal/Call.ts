/**
 * One call to the service: what to send, what counts as success and how to read it.
 */
import type { Method } from "@batchwave/wire/Operation"
import type * as Result from "effect/Result"
import type { ConditionalOptions } from "../RequestOptions.ts"
import type { OperationId } from "../RetryRule.ts"
import type { TransportReply } from "../TransportMessage.ts"

/** One call, whatever the number of its attempts. */
export interface Call<A> {
  readonly operation: OperationId
  readonly method: Method
  /** Path and query as they go on the request line. */
  readonly target: string
  /** The only status of success. */
  readonly success: number
  readonly jobId?: string
  readonly taskId?: string
  readonly poolId?: string
  readonly nodeId?: string
  readonly filePath?: string
  /** The JSON body, encoded. */
  readonly body?: Buffer
  readonly options?: ConditionalOptions
  /** Value of the `ocp-range` header. */
  readonly range?: string
  /** Reads a reply of success, or tells why it cannot be understood. */
  readonly decode: (reply: TransportReply) => Result.Result<A, string>
}

/** A call that succeeded. */
export interface Delivered<A> {
  readonly value: A
  readonly attempts: number
  /** True when an earlier attempt may have been acted on. */
  readonly ambiguous: boolean
  /** The reply that brought the value; `ResponseMetadata.ofReply` reads what it says. */
  readonly reply: TransportReply
}

/** True for calls that change something. */
export const isWrite = (method: Method): boolean => method !== "GET" && method !== "HEAD"

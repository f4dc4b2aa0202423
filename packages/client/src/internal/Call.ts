/**
 * One call to the service: what to send, what counts as success and how to read it.
 */
import type { Method } from "@batchwave/wire/Operation"
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type { BatchFailure } from "../BatchFailure.ts"
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
  /** Called each time an attempt goes onto the wire; must be quick and must not throw. */
  readonly onSent?: () => void
  /** Attempts at most, when the policy allows more. */
  readonly attemptsMax?: number
  /** Looks, before another attempt, what became of attempts that may have been acted on. */
  readonly lookBack?: (doubt: Doubt) => Effect.Effect<Finding<A>>
}

/** Attempts that may have been acted on. */
export interface Doubt {
  /** The failure of the last attempt. */
  readonly failure: BatchFailure
  /** When the first attempt was sent, in milliseconds of the monotonic clock. */
  readonly firstSentAtMs: number
  /** What is left of the call's time, in milliseconds. */
  readonly leftMs: number
}

/** What looking back tells: the call is done, is to be sent again, or is over with its failure. */
export type Finding<A> =
  | { readonly _tag: "Reached"; readonly value: A; readonly reply: TransportReply }
  | {
    readonly _tag: "SendAgain"
    /** Whether a request was made to tell. */
    readonly hasLooked: boolean
  }
  | { readonly _tag: "Unclear" }

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

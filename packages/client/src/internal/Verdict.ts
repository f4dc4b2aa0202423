/**
 * What one attempt means for its call: done, over, or worth another attempt and when.
 */
import type { ResiliencePolicy } from "@batchwave/wire/Resilience"
import * as Result from "effect/Result"
import type { BatchFailure } from "../BatchFailure.ts"
import { retryAfterMs } from "../RetryAfter.ts"
import { type RetryRule, retryRules } from "../RetryRule.ts"
import type { TransportFailure } from "../TransportFailure.ts"
import type { TransportReply } from "../TransportMessage.ts"
import { type Call, isWrite } from "./Call.ts"
import * as FailureOf from "./FailureOf.ts"
import type { Signer } from "./Signer.ts"

/** How far a call has come. */
export interface Progress {
  attempts: number
  /** Whether the service may have acted on an attempt. */
  ambiguous: boolean
  clientRequestId: string
}

/** What one attempt means. */
export type Verdict<A> =
  | { readonly _tag: "Done"; readonly value: A; readonly reply: TransportReply }
  | { readonly _tag: "Over"; readonly failure: BatchFailure }
  | {
    readonly _tag: "Again"
    readonly failure: BatchFailure
    /** The wait the service asked for, at most `retryAfterMsMax`. */
    readonly hintMs: number | undefined
  }

/** Judges one attempt and notes in `progress` whether it leaves the call ambiguous. */
export const judge = <A>(
  call: Call<A>,
  progress: Progress,
  outcome: Result.Result<TransportReply, TransportFailure>,
  nowMs: number,
  adviser: Pick<Signer, "advice">,
  { retryAfterMsMax }: Pick<ResiliencePolicy, "retryAfterMsMax">
): Verdict<A> => {
  const rule = retryRules[call.operation]
  if (Result.isFailure(outcome)) return ofTransport(call, progress, outcome.failure, rule)
  const reply = outcome.success
  if (reply.status === call.success) {
    const decoded = call.decode(reply)
    if (Result.isSuccess(decoded)) return { _tag: "Done", value: decoded.success, reply }
    if (isWrite(call.method)) progress.ambiguous = true
    const failure = FailureOf.ofUnreadable(factsOf(call, progress), reply, decoded.failure)
    return rule.unreadable ? again(failure, undefined) : over(failure)
  }
  const isTransient = rule.statuses.has(reply.status)
  if (isWrite(call.method) && (isTransient || reply.status < 300 || reply.status >= 500)) {
    progress.ambiguous = true
  }
  const askedMs = isTransient ? retryAfterMs(reply.headers, nowMs) : undefined
  const hintMs = askedMs === undefined ? undefined : Math.min(askedMs, retryAfterMsMax)
  const failure = FailureOf.ofReply(
    factsOf(call, progress),
    reply,
    hintMs,
    (code) => adviser.advice(reply, code, nowMs)
  )
  return isTransient ? again(failure, hintMs) : over(failure)
}

/** What is known about a call so far. */
export const factsOf = (call: Call<unknown>, progress: Progress): FailureOf.CallFacts => ({
  operation: call.operation,
  ...(call.jobId === undefined ? {} : { jobId: call.jobId }),
  ...(call.taskId === undefined ? {} : { taskId: call.taskId }),
  ...(call.poolId === undefined ? {} : { poolId: call.poolId }),
  ...(call.nodeId === undefined ? {} : { nodeId: call.nodeId }),
  ...(call.filePath === undefined ? {} : { filePath: call.filePath }),
  ...(progress.clientRequestId === "" ? {} : { clientRequestId: progress.clientRequestId }),
  attempts: progress.attempts,
  ambiguous: progress.ambiguous
})

const ofTransport = (
  call: Call<unknown>,
  progress: Progress,
  transport: TransportFailure,
  rule: RetryRule
): Verdict<never> => {
  if (isWrite(call.method) && transport.sent) progress.ambiguous = true
  const failure = FailureOf.ofTransport(factsOf(call, progress), transport)
  return rule.transport.has(transport.reason) ? again(failure, undefined) : over(failure)
}

const again = (failure: BatchFailure, hintMs: number | undefined): Verdict<never> => ({
  _tag: "Again",
  failure,
  hintMs
})

const over = (failure: BatchFailure): Verdict<never> => ({ _tag: "Over", failure })

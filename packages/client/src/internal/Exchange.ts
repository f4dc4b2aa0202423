/**
 * Carries one call to its end: signs each attempt afresh, sends it, and repeats it by the
 * operation's rule until it succeeds, is refused for good, or runs out of attempts or time.
 *
 * E1 No attempt starts before the wait the service asked for (up to the policy's bound) is over.
 * E2 No attempt starts after the deadline; none beyond `attemptsMax`.
 * E3 Every attempt has a new date, a new signature and, unless the caller gave one, a new request id.
 * E4 A failure is `ambiguous` exactly when the service may have acted on one of the attempts.
 * E5 At most `connections` attempts are on the wire; waiting for a turn counts against the deadline
 *    of the call, not against the time of the attempt.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import type { BatchFailure } from "../BatchFailure.ts"
import { type ResiliencePolicy, waitMs } from "../Resilience.ts"
import type { Signer } from "../SharedKeyAuth.ts"
import type { TransportShape } from "../Transport.ts"
import type { TransportFailure } from "../TransportFailure.ts"
import type { TransportReply, TransportRequest } from "../TransportMessage.ts"
import type { Call, Delivered } from "./Call.ts"
import * as FailureOf from "./FailureOf.ts"
import { factsOf, judge, type Progress } from "./Verdict.ts"

/** What carries calls. */
export interface ExchangeShape {
  /** Scheme, host and port every request goes to. */
  readonly origin: string
  /** Path before `/jobs`. */
  readonly basePath: string
  readonly policy: ResiliencePolicy
  /** Carries a call and tells how it went. */
  readonly deliver: <A>(call: Call<A>) => Effect.Effect<Delivered<A>, BatchFailure>
  /** Carries a call. */
  readonly send: <A>(call: Call<A>) => Effect.Effect<A, BatchFailure>
}

/** What carries calls, as a service of this package only. */
export class Exchange extends Context.Service<Exchange, ExchangeShape>()(
  "@batchwave/client/internal/Exchange"
) {}

/** What an exchange is made of. */
export interface ExchangeOptions {
  readonly origin: string
  readonly basePath: string
  readonly policy: ResiliencePolicy
  /** Attempts on the wire at once. */
  readonly connections: number
  readonly transport: TransportShape
  readonly signer: Signer
}

/** Makes an exchange. */
export const make = (options: ExchangeOptions): ExchangeShape => {
  const slots = Semaphore.makeUnsafe(options.connections)
  const oneSlot = slots.withPermits(1)
  const attempt = (run: Run): Effect.Effect<Outcome> =>
    oneSlot(Effect.suspend(() => startAttempt(options, run)))
  const deliver = Effect.fnUntraced(function*<A>(call: Call<A>) {
    const clock = yield* Clock.Clock
    const run = begin(call, clock, options.policy)
    let last: BatchFailure | undefined
    let isRedated = false
    while (true) {
      const outcome = yield* attempt(run)
      if (outcome === outOfTime) return yield* Effect.fail(lateBy(run, last))
      const verdict = judge(call, run, outcome, clock.currentTimeMillisUnsafe())
      if (verdict._tag === "Done") {
        return { value: verdict.value, attempts: run.attempts, ambiguous: run.ambiguous }
      }
      last = verdict.failure
      if (verdict._tag === "Over") {
        const offsetMs = isRedated ? undefined : options.signer.followClock(outcome, clock)
        if (offsetMs === undefined) return yield* Effect.fail(last)
        isRedated = true
        continue
      }
      if (run.attempts >= options.policy.attemptsMax) return yield* Effect.fail(last)
      const pauseMs = waitMs(options.policy, run.attempts, verdict.hintMs, yield* Random.next)
      if (monotonicMs(clock) + pauseMs >= run.deadlineAtMs) {
        return yield* Effect.fail(lateBy(run, last))
      }
      yield* Effect.sleep(pauseMs)
    }
  })
  return {
    origin: options.origin,
    basePath: options.basePath,
    policy: options.policy,
    deliver,
    send: (call) => Effect.map(deliver(call), (delivered) => delivered.value)
  }
}

/** One call on its way. */
interface Run extends Progress {
  readonly call: Call<unknown>
  readonly clock: Clock.Clock
  readonly deadlineMs: number
  /** On the monotonic clock, so that a jump of the wall clock changes nothing. */
  readonly deadlineAtMs: number
}

const outOfTime = "OutOfTime" as const

type Outcome = Result.Result<TransportReply, TransportFailure> | typeof outOfTime

const monotonicMs = (clock: Clock.Clock): number =>
  Number(clock.monotonicTimeNanosUnsafe()) / 1_000_000

const begin = (call: Call<unknown>, clock: Clock.Clock, policy: ResiliencePolicy): Run => {
  const deadlineMs = call.options?.deadlineMs ?? policy.deadlineMs
  return {
    call,
    clock,
    deadlineMs,
    deadlineAtMs: monotonicMs(clock) + deadlineMs,
    attempts: 0,
    ambiguous: false,
    clientRequestId: ""
  }
}

const startAttempt = (options: ExchangeOptions, run: Run): Effect.Effect<Outcome> => {
  const leftMs = run.deadlineAtMs - monotonicMs(run.clock)
  if (leftMs <= 0) return Effect.succeed(outOfTime)
  const signed = options.signer.sign(run.call, run.clock.currentTimeMillisUnsafe())
  run.attempts++
  run.clientRequestId = signed.clientRequestId
  const { call } = run
  const request: TransportRequest = {
    method: call.method,
    path: call.target,
    headers: signed.headers,
    timeoutMs: Math.min(leftMs, attemptTimeoutMs(options.policy, call.options?.timeoutSeconds)),
    ...(call.body === undefined ? {} : { body: call.body })
  }
  return Effect.result(options.transport.send(request))
}

/** Time beyond the service's own that an attempt is given to travel, in milliseconds. */
const travelMs = 5000

/** A caller who grants the service more time than an attempt has is granted a longer attempt. */
const attemptTimeoutMs = (policy: ResiliencePolicy, serviceSeconds: number | undefined): number =>
  serviceSeconds === undefined
    ? policy.attemptTimeoutMs
    : Math.max(policy.attemptTimeoutMs, serviceSeconds * 1000 + travelMs)

const lateBy = (run: Run, last: BatchFailure | undefined): BatchFailure =>
  FailureOf.ofDeadline(factsOf(run.call, run), run.deadlineMs, last)

/** The same exchange, telling after each call how many attempts it took. */
export const counted = (
  exchange: ExchangeShape,
  onAttempts: (attempts: number) => void
): ExchangeShape => {
  const deliver = <A>(call: Call<A>): Effect.Effect<Delivered<A>, BatchFailure> =>
    Effect.tapError(
      Effect.map(exchange.deliver(call), (delivered) => {
        onAttempts(delivered.attempts)
        return delivered
      }),
      (failure) => Effect.sync(() => onAttempts(failure.attempts))
    )
  return {
    ...exchange,
    deliver,
    send: (call) => Effect.map(deliver(call), (delivered) => delivered.value)
  }
}

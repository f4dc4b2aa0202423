/**
 * Carries one call to its end: proves the identity of each attempt afresh, sends it, and repeats it by
 * the operation's rule until it succeeds, is refused for good, or runs out of attempts or time.
 *
 * E1 No attempt starts before the wait the service asked for (up to the policy's bound) is over.
 * E2 No attempt starts after the deadline; none beyond `attemptsMax`, or beyond the end of the
 *    schedule that replaces it.
 * E3 Every attempt has a new date, a new signature and a new request id, unless the caller gave them.
 * E4 A failure is `ambiguous` exactly when the service may have acted on one of the attempts.
 * E5 At most `connections` attempts are on the wire, fewer while the service throttles; waiting for a
 *    turn counts against the deadline of the call, not against the time of the attempt.
 * E6 The retries of all calls together stay within the retry budget.
 * E7 A call that can look back does so before each attempt that follows one the service may have acted
 *    on; what it looks at counts against the deadline of the call.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import type { BatchFailure } from "../BatchFailure.ts"
import type { ResiliencePolicy } from "../Resilience.ts"
import * as ResponseMetadata from "../ResponseMetadata.ts"
import * as RetryBudget from "../RetryBudget.ts"
import * as Throttle from "../Throttle.ts"
import type { TransportShape } from "../Transport.ts"
import type { TransportReply, TransportRequest } from "../TransportMessage.ts"
import type { Call, Delivered, Finding } from "./Call.ts"
import * as CallerHeaders from "./CallerHeaders.ts"
import * as FailureOf from "./FailureOf.ts"
import * as Observer from "./Observer.ts"
import * as RetryPlan from "./RetryPlan.ts"
import type { Signer } from "./Signer.ts"
import { factsOf, judge, type Progress, type Verdict } from "./Verdict.ts"

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
  /** Carries a call and answers the metadata of the reply beside the value. */
  readonly sendWithMetadata: <A>(
    call: Call<A>
  ) => Effect.Effect<ResponseMetadata.WithMetadata<A>, BatchFailure>
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
  readonly retryBudget?: Partial<RetryBudget.RetryBudgetOptions>
  readonly retry?: RetryPlan.RetrySchedules
}

/** What all calls of an exchange share. */
interface Shared extends ExchangeOptions {
  readonly slots: Semaphore.Semaphore
  readonly throttle: Throttle.Throttle
  readonly budget: RetryBudget.RetryBudget
}

/** Makes an exchange. */
export const make = (options: ExchangeOptions): ExchangeShape => {
  const shared: Shared = {
    ...options,
    slots: Semaphore.makeUnsafe(options.connections),
    throttle: Throttle.make(options.connections),
    budget: RetryBudget.make(options.retryBudget)
  }
  const oneSlot = shared.slots.withPermits(1)
  const attempt = (run: Run): Effect.Effect<Outcome> =>
    oneSlot(Effect.suspend(() => startAttempt(shared, run)))
  const carry = Effect.fnUntraced(function*<A>(call: Call<A>, run: Run) {
    shared.budget.deposit()
    let last: BatchFailure | undefined
    while (true) {
      if (options.signer.ready !== undefined) yield* prepare(options.signer.ready, run)
      const outcome = yield* attempt(run)
      if (outcome === outOfTime) return yield* Effect.fail(lateBy(run, last))
      if (typeof outcome === "number") {
        if (monotonicMs(run.clock) + outcome >= run.deadlineAtMs) {
          return yield* Effect.fail(lateBy(run, last))
        }
        yield* Effect.sleep(outcome)
        continue
      }
      const verdict = judge(call, run, outcome, run.clock.currentTimeMillisUnsafe(), options.signer)
      yield* followRate(shared, run, outcome, verdict)
      if (verdict._tag === "Done") return endOf(run, verdict)
      last = verdict.failure
      if (verdict._tag === "Over") {
        const isCured = yield* cure(options.signer, run, outcome)
        if (!isCured) return yield* Effect.fail(last)
        continue
      }
      const pauseMs = yield* run.plan.pauseMs(run.attempts, verdict.hintMs, last)
      if (pauseMs === undefined) return yield* Effect.fail(last)
      const nowMs = monotonicMs(run.clock)
      const turnMs = Math.max(pauseMs, shared.budget.withdraw(nowMs))
      if (nowMs + turnMs >= run.deadlineAtMs) {
        shared.budget.refund()
        return yield* Effect.fail(lateBy(run, last))
      }
      yield* Effect.sleep(turnMs)
      const finding = yield* lookBack(call, run, last)
      if (finding?._tag === "Reached") return endOf(run, finding)
      if (finding?._tag === "Unclear") return yield* Effect.fail(last)
    }
  })
  const deliver = <A>(call: Call<A>): Effect.Effect<Delivered<A>, BatchFailure> => {
    const problem = CallerHeaders.problemOf(call.options)
    return problem === undefined
      ? Observer.withCallSpan(
        Effect.contextWith((context: Context.Context<never>) => {
          const run = begin(call, context, options)
          return Effect.onExitPrimitive(carry(call, run), (exit) => {
            run.observer.ended(Exit.isFailure(exit), monotonicMs(run.clock) - run.startedAtMs)
            return undefined
          })
        }),
        call
      )
      : Effect.fail(refusedOptions(call, problem))
  }
  return {
    origin: options.origin,
    basePath: options.basePath,
    policy: options.policy,
    ...over(deliver)
  }
}

/** The forms of sending that follow from delivering. */
const over = (
  deliver: ExchangeShape["deliver"]
): Pick<ExchangeShape, "deliver" | "send" | "sendWithMetadata"> => ({
  deliver,
  send: (call) => Effect.map(deliver(call), (delivered) => delivered.value),
  sendWithMetadata: (call) =>
    Effect.map(deliver(call), ({ reply, value }) => ({
      value,
      metadata: ResponseMetadata.ofReply(reply)
    }))
})

/** Looks what became of the attempts so far, if one may have been acted on and the call can. */
const lookBack = <A>(
  call: Call<A>,
  run: Run,
  failure: BatchFailure
): Effect.Effect<Finding<A> | undefined> =>
  call.lookBack === undefined || !run.ambiguous
    ? nothingToLookAt
    : call.lookBack({
      failure,
      firstSentAtMs: run.firstSentAtMs,
      leftMs: run.deadlineAtMs - monotonicMs(run.clock)
    })

const nothingToLookAt = Effect.succeed(undefined)

/** What a call that succeeded answers. */
const endOf = <A>(
  run: Run,
  { reply, value }: { readonly value: A; readonly reply: TransportReply }
): Delivered<A> => ({
  value,
  attempts: run.attempts,
  ambiguous: run.ambiguous,
  reply
})

const refusedOptions = (
  call: Call<unknown>,
  problem: CallerHeaders.OptionsProblem
): BatchFailure =>
  FailureOf.ofRefusal(
    factsOf(call, { attempts: 0, ambiguous: false, clientRequestId: "" }),
    problem.code,
    problem.text
  )

/** One call on its way. */
interface Run extends Progress {
  readonly call: Call<unknown>
  readonly clock: Clock.Clock
  readonly observer: Observer.Observer
  readonly plan: RetryPlan.RetryPlan
  readonly startedAtMs: number
  readonly deadlineMs: number
  /** On the monotonic clock, so that a jump of the wall clock changes nothing. */
  readonly deadlineAtMs: number
  /** When the first attempt was sent, on the monotonic clock. */
  firstSentAtMs: number
  /** When the last attempt was sent, on the monotonic clock. */
  sentAtMs: number
  /** Which credential the last attempt was signed with. */
  generation: number
  /** What was done about refusals of the identity. */
  readonly tried: Set<"clock" | "credential">
}

const outOfTime = "OutOfTime" as const

/** What an attempt brought; a number is the time in milliseconds until one may start. */
type Outcome = Observer.AttemptResult | typeof outOfTime | number

const monotonicMs = (clock: Clock.Clock): number =>
  Number(clock.monotonicTimeNanosUnsafe()) / 1_000_000

const begin = (
  call: Call<unknown>,
  context: Context.Context<never>,
  { policy, retry }: ExchangeOptions
): Run => {
  const clock = Context.get(context, Clock.Clock)
  const deadlineMs = call.options?.deadlineMs ?? policy.deadlineMs
  const startedAtMs = monotonicMs(clock)
  return {
    call,
    clock,
    observer: Observer.of(call, context),
    plan: RetryPlan.make(
      call.attemptsMax === undefined || call.attemptsMax >= policy.attemptsMax
        ? policy
        : { ...policy, attemptsMax: call.attemptsMax },
      retry?.[call.operation]
    ),
    startedAtMs,
    deadlineMs,
    deadlineAtMs: startedAtMs + deadlineMs,
    firstSentAtMs: startedAtMs,
    sentAtMs: startedAtMs,
    generation: 0,
    tried: new Set(),
    attempts: 0,
    ambiguous: false,
    clientRequestId: ""
  }
}

/** Makes sure there is something to sign with. */
const prepare = (
  ready: NonNullable<Signer["ready"]>,
  run: Run
): Effect.Effect<void, BatchFailure> =>
  Effect.mapError(
    ready(),
    (problem) => FailureOf.ofCredential(factsOf(run.call, run), problem.code, problem.message)
  )

const startAttempt = (shared: Shared, run: Run): Effect.Effect<Outcome> => {
  const nowMs = monotonicMs(run.clock)
  const leftMs = run.deadlineAtMs - nowMs
  if (leftMs <= 0) return Effect.succeed(outOfTime)
  const pausedMs = shared.throttle.pauseMs(nowMs)
  if (pausedMs > 0) return Effect.succeed(pausedMs)
  const signed = shared.signer.sign(run.call, run.clock.currentTimeMillisUnsafe())
  if (run.attempts === 0) run.firstSentAtMs = nowMs
  run.attempts++
  run.sentAtMs = nowMs
  run.generation = shared.signer.generation()
  run.clientRequestId = signed.clientRequestId
  const { call } = run
  const request: TransportRequest = {
    method: call.method,
    path: call.target,
    headers: signed.headers,
    timeoutMs: Math.min(leftMs, attemptTimeoutMs(shared.policy, call.options?.timeoutSeconds)),
    ...(call.body === undefined ? {} : { body: call.body })
  }
  return run.observer.attempt(
    Effect.result(shared.transport.send(request)),
    request,
    run.attempts
  )
}

/** Lets the shared rate follow what the service says, and resizes the number of attempts. */
const followRate = (
  { policy, slots, throttle }: Shared,
  run: Run,
  outcome: Observer.AttemptResult,
  verdict: Verdict<unknown>
): Effect.Effect<void> => {
  if (Result.isFailure(outcome)) return Effect.void
  const { status } = outcome.success
  const before = throttle.permitted()
  if (status === 429 || status === 503) {
    const hintMs = verdict._tag === "Again" ? verdict.hintMs : undefined
    run.observer.refused()
    throttle.refused(
      run.sentAtMs,
      monotonicMs(run.clock),
      hintMs === undefined ? undefined : Math.min(hintMs, policy.retryAfterMsMax)
    )
  } else if (status < 500) throttle.succeeded(monotonicMs(run.clock))
  return throttle.permitted() === before ? Effect.void : slots.resize(throttle.permitted())
}

/** Does what can be done about a refused identity; answers whether another attempt makes sense. */
const cure = (
  signer: Signer,
  run: Run,
  outcome: Observer.AttemptResult
): Effect.Effect<boolean> => {
  if (Result.isFailure(outcome)) return notCured
  const { status } = outcome.success
  if (status !== 401 && status !== 403) return notCured
  return signer.remedy({
    reply: outcome.success,
    options: run.call.options,
    nowMs: run.clock.currentTimeMillisUnsafe(),
    generation: run.generation,
    tried: run.tried
  }) ?? notCured
}

const notCured = Effect.succeed(false)

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
  return { ...exchange, ...over(deliver) }
}

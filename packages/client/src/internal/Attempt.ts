/**
 * One attempt of a call, in its turn: signed and sent, and its outcome judged and taken as a hint how
 * many attempts may be on the wire.
 *
 * A slot is taken before an attempt and given back by `assess`; whoever carries the call gives it back
 * when the call ends in any other way.
 */
import type { ResiliencePolicy } from "@batchwave/wire/Resilience"
import * as RetryBudget from "@batchwave/wire/RetryBudget"
import * as Throttle from "@batchwave/wire/Throttle"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { TransportShape } from "../Transport.ts"
import type { TransportReply, TransportRequest } from "../TransportMessage.ts"
import type { Call, Delivered } from "./Call.ts"
import * as Monotonic from "./Monotonic.ts"
import * as Observer from "./Observer.ts"
import type { Signer } from "./Signer.ts"
import * as Slots from "./Slots.ts"
import { judge, type Progress, type Verdict } from "./Verdict.ts"

/** What attempts need. */
export interface AttemptOptions {
  readonly policy: ResiliencePolicy
  /** Attempts on the wire at once. */
  readonly connections: number
  readonly transport: TransportShape
  readonly signer: Signer
}

/** What all calls of a client share. */
export interface Shared extends AttemptOptions {
  readonly slots: Slots.Slots
  readonly throttle: Throttle.Throttle
  readonly budget: RetryBudget.RetryBudget
}

/** What all calls of a client share, at its start. */
export const share = (
  { connections, policy, signer, transport }: AttemptOptions,
  retryBudget: Partial<RetryBudget.RetryBudgetOptions> | undefined
): Shared => ({
  connections,
  policy,
  signer,
  transport,
  slots: Slots.make(connections),
  throttle: Throttle.make(connections),
  budget: RetryBudget.make(retryBudget)
})

/** One call on its way. */
export interface Run extends Progress, Slots.Holder {
  readonly call: Call<unknown>
  readonly clock: Clock.Clock
  readonly observer: Observer.Observer
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
  tried: Set<"clock" | "credential"> | undefined
}

/** Says that the deadline is over. */
export const outOfTime = "OutOfTime" as const

/** What an attempt brought; a number is the time in milliseconds until one may start. */
export type Outcome = Observer.AttemptResult | typeof outOfTime | number

/** What an attempt brought and means. */
export interface Assessed<A> {
  readonly outcome: Observer.AttemptResult
  readonly verdict: Verdict<A>
}

/** Begins a call. */
export const begin = (
  call: Call<unknown>,
  context: Context.Context<never>,
  policy: ResiliencePolicy
): Run => {
  const clock = Context.get(context, Clock.Clock)
  const deadlineMs = call.options?.deadlineMs ?? policy.deadlineMs
  const startedAtMs = Monotonic.msBy(clock)
  return {
    call,
    clock,
    observer: Observer.of(call, context),
    startedAtMs,
    deadlineMs,
    deadlineAtMs: startedAtMs + deadlineMs,
    firstSentAtMs: startedAtMs,
    sentAtMs: startedAtMs,
    generation: 0,
    tried: undefined,
    hasSlot: false,
    attempts: 0,
    ambiguous: false,
    clientRequestId: ""
  }
}

/** Makes an attempt of a call, in its turn. */
export const attempt = (shared: Shared, run: Run): Effect.Effect<Outcome> =>
  shared.slots.take(run)
    ? startAttempt(shared, run)
    : Effect.flatMap(shared.slots.wait(run), () => startAttempt(shared, run))

/**
 * Ends an attempt: judges what it brought, lets the rate follow and only then gives the slot back, so
 * that whoever waits for it meets the new rate.
 */
export const assess = <A>(
  shared: Shared,
  call: Call<A>,
  run: Run,
  outcome: Observer.AttemptResult
): Assessed<A> => {
  const nowMs = run.clock.currentTimeMillisUnsafe()
  const verdict = judge(call, run, outcome, nowMs, shared.signer, shared.policy)
  followRate(shared, run, outcome, verdict)
  shared.slots.giveBack(run)
  return { outcome, verdict }
}

const startAttempt = (shared: Shared, run: Run): Effect.Effect<Outcome> => {
  const request = requestOf(shared, run)
  return typeof request !== "object"
    ? Effect.succeed(request)
    : run.observer.attempt(
      Effect.result(shared.transport.send(request)),
      request,
      run.attempts
    )
}

/** The signed request of the next attempt, or why there is none now. */
export const requestOf = (
  shared: Shared,
  run: Run
): TransportRequest | typeof outOfTime | number => {
  const nowMs = Monotonic.msBy(run.clock)
  const leftMs = run.deadlineAtMs - nowMs
  if (leftMs <= 0) return outOfTime
  const pausedMs = shared.throttle.pauseMs(nowMs)
  if (pausedMs > 0) return pausedMs
  const signed = shared.signer.sign(run.call, run.clock.currentTimeMillisUnsafe())
  if (run.attempts === 0) run.firstSentAtMs = nowMs
  run.attempts++
  run.sentAtMs = nowMs
  run.generation = shared.signer.generation()
  run.clientRequestId = signed.clientRequestId
  const { call } = run
  return {
    method: call.method,
    path: call.target,
    headers: signed.headers,
    timeoutMs: Math.min(leftMs, attemptTimeoutMs(shared.policy, call.options?.timeoutSeconds)),
    ...(call.body === undefined ? {} : { body: call.body }),
    ...(call.onSent === undefined ? {} : { onSent: call.onSent })
  }
}

/** What a call that succeeded answers; its time ends here. */
export const succeed = <A>(
  shared: Shared,
  run: Run,
  verdict: { readonly value: A; readonly reply: TransportReply }
): Delivered<A> => {
  end(shared, run, false)
  return endOf(run, verdict)
}

/** Ends a call: counts and times it, and gives back the slot it may still have. */
export const end = (shared: Shared, run: Run, isFailure: boolean): void => {
  shared.slots.giveBack(run)
  run.observer.ended(isFailure, Monotonic.msBy(run.clock) - run.startedAtMs)
}

/** What a call that succeeded answers. */
export const endOf = <A>(
  run: Run,
  { reply, value }: { readonly value: A; readonly reply: TransportReply }
): Delivered<A> => ({
  value,
  attempts: run.attempts,
  ambiguous: run.ambiguous,
  reply
})

/** Lets the shared rate follow what the service says, and resizes the number of attempts. */
const followRate = (
  { connections, slots, throttle }: Shared,
  run: Run,
  outcome: Observer.AttemptResult,
  verdict: Verdict<unknown>
): void => {
  if (Result.isFailure(outcome)) return
  const { status } = outcome.success
  const before = throttle.permitted()
  if (Throttle.isSlowing(status)) {
    const hintMs = verdict._tag === "Again" ? verdict.hintMs : undefined
    run.observer.refused()
    throttle.refused(run.sentAtMs, Monotonic.msBy(run.clock), hintMs)
  } else if (status < 500 && before < connections) throttle.succeeded(Monotonic.msBy(run.clock))
  if (throttle.permitted() !== before) slots.resize(throttle.permitted())
}

/** Time beyond the service's own that an attempt is given to travel, in milliseconds. */
const travelMs = 5000

/** A caller who grants the service more time than an attempt has is granted a longer attempt. */
const attemptTimeoutMs = (policy: ResiliencePolicy, serviceSeconds: number | undefined): number =>
  serviceSeconds === undefined
    ? policy.attemptTimeoutMs
    : Math.max(policy.attemptTimeoutMs, serviceSeconds * 1000 + travelMs)

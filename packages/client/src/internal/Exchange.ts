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
 * E8 After such a look the attempt that follows a 429 or 503 waits as long again, where the deadline
 *    allows it: a service that has room for one request at a time has given it to the look.
 */
import type { ResiliencePolicy } from "@batchwave/wire/Resilience"
import * as RetryBudget from "@batchwave/wire/RetryBudget"
import * as Throttle from "@batchwave/wire/Throttle"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import type { BatchFailure } from "../BatchFailure.ts"
import * as ResponseMetadata from "../ResponseMetadata.ts"
import type { OperationId } from "../RetryRule.ts"
import type { TransportShape } from "../Transport.ts"
import * as AddressCheck from "./AddressCheck.ts"
import * as Attempt from "./Attempt.ts"
import type { Call, Delivered, Finding } from "./Call.ts"
import * as FailureOf from "./FailureOf.ts"
import * as Monotonic from "./Monotonic.ts"
import * as Observer from "./Observer.ts"
import * as RetryPlan from "./RetryPlan.ts"
import * as Row from "./Row.ts"
import type { Signer } from "./Signer.ts"
import { factsOf } from "./Verdict.ts"

/** What carries calls. */
export interface ExchangeShape {
  /** Scheme, host and port every request goes to. */
  readonly origin: string
  /** Path before `/jobs`. */
  readonly basePath: string
  readonly policy: ResiliencePolicy
  /** The retries of an operation, for whoever repeats a part of a call that succeeded. */
  readonly planOf: (operation: OperationId) => RetryPlan.RetryPlan
  /** Carries a call and tells how it went. */
  readonly deliver: <A>(call: Call<A>) => Effect.Effect<Delivered<A>, BatchFailure>
  /** Carries calls one after another; see `Row`. */
  readonly row: <A>(calls: Row.RowOptions<A>) => Effect.Effect<Row.RowEnd<A>>
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

/** Makes an exchange. */
export const make = (options: ExchangeOptions): ExchangeShape => {
  const shared = Attempt.share(options, options.retryBudget)
  const carry = makeCarry(shared, options)
  /** Most calls end with their first attempt: it runs ahead of the loop that would repeat it. */
  const start = <A>(call: Call<A>, run: Attempt.Run): Effect.Effect<Delivered<A>, BatchFailure> => {
    shared.budget.deposit()
    if (options.signer.ready !== undefined) return carry(call, run, undefined)
    return Effect.flatMap(Attempt.attempt(shared, run), (outcome) => {
      if (typeof outcome !== "object") return carry(call, run, outcome)
      const assessed = Attempt.assess(shared, call, run, outcome)
      return assessed.verdict._tag === "Done"
        ? Effect.succeed(Attempt.endOf(run, assessed.verdict))
        : carry(call, run, assessed)
    })
  }
  const ended = <A>(
    run: Attempt.Run,
    effect: Effect.Effect<Delivered<A>, BatchFailure>
  ): Effect.Effect<Delivered<A>, BatchFailure> =>
    Effect.onExitPrimitive(effect, (exit) => {
      Attempt.end(shared, run, Exit.isFailure(exit))
      return undefined
    })
  const deliver = <A>(call: Call<A>): Effect.Effect<Delivered<A>, BatchFailure> => {
    const problem = AddressCheck.problemOf(call)
    return problem === undefined
      ? Observer.withCallSpan((context) => {
        const run = Attempt.begin(call, context, options.policy)
        return ended(run, Effect.suspend(() => start(call, run)))
      }, call)
      : Effect.fail(refusedOptions(call, problem))
  }
  const waysOn: Row.WaysOn = {
    deliver,
    carryOn: (call, run, first) => ended(run, carry(call, run, first))
  }
  return {
    origin: options.origin,
    basePath: options.basePath,
    policy: options.policy,
    planOf: (operation) => RetryPlan.make(options.policy, options.retry?.[operation]),
    ...over(deliver),
    row: (calls) => Effect.contextWith((context) => Row.carry(shared, waysOn, context, calls))
  }
}

/** The loop of attempts, from the first or from what the first brought. */
const makeCarry = (shared: Attempt.Shared, { policy, retry, signer }: ExchangeOptions) =>
  Effect.fnUntraced(function*<A>(
    call: Call<A>,
    run: Attempt.Run,
    first: Attempt.Assessed<A> | typeof Attempt.outOfTime | number | undefined
  ) {
    const plan = RetryPlan.make(policyOf(call, policy), retry?.[call.operation])
    let last: BatchFailure | undefined
    let known = first
    while (true) {
      if (known === undefined && signer.ready !== undefined) yield* prepare(signer.ready, run)
      const outcome: Attempt.Assessed<A> | Attempt.Outcome = known
        ?? (yield* Attempt.attempt(shared, run))
      known = undefined
      if (outcome === Attempt.outOfTime) return yield* Effect.fail(lateBy(run, last))
      if (typeof outcome === "number") {
        shared.slots.giveBack(run)
        if (Monotonic.msBy(run.clock) + outcome >= run.deadlineAtMs) {
          return yield* Effect.fail(lateBy(run, last))
        }
        yield* Effect.sleep(outcome)
        continue
      }
      const assessed = "verdict" in outcome ? outcome : Attempt.assess(shared, call, run, outcome)
      const { verdict } = assessed
      if (verdict._tag === "Done") return Attempt.endOf(run, verdict)
      last = verdict.failure
      if (verdict._tag === "Over") {
        const isCured = yield* cure(signer, run, assessed.outcome)
        if (!isCured) return yield* Effect.fail(last)
        continue
      }
      const pauseMs = yield* plan.pauseMs(run.attempts, verdict.hintMs, last)
      if (pauseMs === undefined) return yield* Effect.fail(last)
      const nowMs = Monotonic.msBy(run.clock)
      const turnMs = RetryBudget.turnMs(shared.budget, pauseMs, nowMs, run.deadlineAtMs)
      if (turnMs === undefined) return yield* Effect.fail(lateBy(run, last))
      yield* Effect.sleep(turnMs)
      const finding = yield* lookBack(call, run, last)
      if (finding?._tag === "Reached") return Attempt.endOf(run, finding)
      if (finding?._tag === "Unclear") return yield* Effect.fail(last)
      if (finding?.hasLooked === true && isSlowed(assessed.outcome)) yield* waitAgain(run, turnMs)
    }
  })

/** A call may have fewer attempts than the policy allows. */
const policyOf = ({ attemptsMax }: Call<unknown>, policy: ResiliencePolicy): ResiliencePolicy =>
  attemptsMax === undefined || attemptsMax >= policy.attemptsMax
    ? policy
    : { ...policy, attemptsMax }

/** The forms of sending that follow from delivering; a row of them is one call after another. */
export const over = (
  deliver: ExchangeShape["deliver"]
): Pick<ExchangeShape, "deliver" | "row" | "send" | "sendWithMetadata"> => ({
  deliver,
  row: ({ next }) =>
    Effect.sync(() => {
      const call = next()
      return call === undefined ? undefined : deliver(call)
    }),
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
  run: Attempt.Run,
  failure: BatchFailure
): Effect.Effect<Finding<A> | undefined> =>
  call.lookBack === undefined || !run.ambiguous
    ? nothingToLookAt
    : call.lookBack({
      failure,
      firstSentAtMs: run.firstSentAtMs,
      leftMs: run.deadlineAtMs - Monotonic.msBy(run.clock)
    })

const nothingToLookAt = Effect.succeed(undefined)

const isSlowed = (outcome: Observer.AttemptResult): boolean =>
  Result.isSuccess(outcome) && Throttle.isSlowing(outcome.success.status)

/** Waits, unless the call would be over by then. */
const waitAgain = (run: Attempt.Run, waitMs: number): Effect.Effect<void> =>
  Monotonic.msBy(run.clock) + waitMs < run.deadlineAtMs ? Effect.sleep(waitMs) : Effect.void

const refusedOptions = (
  call: Call<unknown>,
  problem: AddressCheck.CallProblem
): BatchFailure =>
  FailureOf.ofRefusal(
    factsOf(call, { attempts: 0, ambiguous: false, clientRequestId: "" }),
    problem.code,
    problem.text
  )

/** Makes sure there is something to sign with. */
const prepare = (
  ready: NonNullable<Signer["ready"]>,
  run: Attempt.Run
): Effect.Effect<void, BatchFailure> =>
  Effect.mapError(
    ready(),
    (problem) => FailureOf.ofCredential(factsOf(run.call, run), problem.code, problem.message)
  )

/** Does what can be done about a refused identity; answers whether another attempt makes sense. */
const cure = (
  signer: Signer,
  run: Attempt.Run,
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
    tried: run.tried ??= new Set()
  }) ?? notCured
}

const notCured = Effect.succeed(false)

const lateBy = (run: Attempt.Run, last: BatchFailure | undefined): BatchFailure =>
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

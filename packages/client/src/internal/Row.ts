/**
 * Carries calls one after another without an effect for each, for as long as every one of them ends
 * with its first attempt, as nearly all do.
 *
 * R1 A call of a row is signed, sent, timed, counted and judged exactly as any other.
 * R2 Whatever is not plain success at the first attempt ends the row and is carried on by effects: a
 *    refusal, a lost reply, a wait for a slot or for the service.
 * R3 There is no row where somebody looks at spans or debug lines, where a credential has to be fetched
 *    or where the transport knows effects only.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { BatchFailure } from "../BatchFailure.ts"
import * as AddressCheck from "./AddressCheck.ts"
import * as Attempt from "./Attempt.ts"
import type { Call, Delivered } from "./Call.ts"
import type { AttemptResult } from "./Observer.ts"

/** Calls to carry. */
export interface RowOptions<A> {
  /** The next call, or `undefined` when there is none. */
  readonly next: () => Call<A> | undefined
  /** Takes what a call brought; answers whether that is all there is to do about it. */
  readonly done: (delivered: Delivered<A>) => boolean
}

/** The call a row ended with, on its way to its end; `undefined` when there was no next one. */
export type RowEnd<A> = Effect.Effect<Delivered<A>, BatchFailure> | undefined

/** The ways on for a call that leaves its row. */
export interface WaysOn {
  /** Carries a call from its beginning. */
  readonly deliver: <A>(call: Call<A>) => Effect.Effect<Delivered<A>, BatchFailure>
  /** Carries a call on from what its first attempt brought. */
  readonly carryOn: <A>(
    call: Call<A>,
    run: Attempt.Run,
    first: Attempt.Assessed<A>
  ) => Effect.Effect<Delivered<A>, BatchFailure>
}

/** Carries a row in the context of its caller. */
export const carry = <A>(
  shared: Attempt.Shared,
  { carryOn, deliver }: WaysOn,
  context: Context.Context<never>,
  { done, next }: RowOptions<A>
): Effect.Effect<RowEnd<A>> =>
  Effect.callback((resume) => {
    let current: Attempt.Run | undefined
    let giveUp: (() => void) | undefined
    const finish = (end: RowEnd<A>): void => {
      current = undefined
      resume(Effect.succeed(end))
    }
    const step = (): void => {
      const call = next()
      if (call === undefined) return finish(undefined)
      const run = Attempt.begin(call, context, shared.policy)
      current = run
      giveUp = send(shared, run, (outcome) => {
        try {
          const assessed = Attempt.assess(shared, call, run, outcome)
          if (assessed.verdict._tag !== "Done") return finish(carryOn(call, run, assessed))
          const delivered = Attempt.succeed(shared, run, assessed.verdict)
          if (done(delivered)) step()
          else finish(Effect.succeed(delivered))
        } catch (defect) {
          resume(Effect.die(defect))
        }
      })
      if (giveUp === undefined) {
        shared.slots.giveBack(run)
        finish(deliver(call))
      }
    }
    step()
    return Effect.sync(() => {
      if (current === undefined) return
      giveUp?.()
      Attempt.end(shared, current, true)
    })
  })

/** Sends the first attempt of a call without an effect; answers how to give it up, or nothing. */
const send = (
  shared: Attempt.Shared,
  run: Attempt.Run,
  end: (outcome: AttemptResult) => void
): (() => void) | undefined => {
  const { signer, slots, transport } = shared
  const isPlain = run.observer.isQuiet && signer.ready === undefined
    && AddressCheck.problemOf(run.call) === undefined
  if (!isPlain || transport.sendNow === undefined || !slots.take(run)) return undefined
  const request = Attempt.requestOf(shared, run)
  if (typeof request !== "object") return undefined
  const giveUp = transport.sendNow(request, run.clock, end)
  if (giveUp === undefined) return undefined
  shared.budget.deposit()
  run.observer.sent(1)
  return giveUp
}

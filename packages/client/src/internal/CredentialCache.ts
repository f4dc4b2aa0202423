/**
 * Keeps what a provider gave until it has to be renewed.
 *
 * T1 However many attempts ask, at most one renewal runs.
 * T2 A value is renewed `renewBeforeMs` before it expires, or halfway if its life is shorter than
 *    twice that; while it is still valid, only one asker waits for the renewal and a failed renewal
 *    is not a failure.
 * T3 A provider that does not answer within `timeoutMs` has failed.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Semaphore from "effect/Semaphore"

/** Time before its end at which a value is renewed, in milliseconds. */
export const renewBeforeMs = 5 * 60_000

/** A provider gave nothing usable. The text never holds what the provider said. */
export class CredentialProblem extends Data.TaggedError(
  "@batchwave/client/internal/CredentialCache/CredentialProblem"
)<{
  readonly code: "CredentialTimedOut" | "CredentialUnavailable"
  readonly message: string
}> {}

/** The problem of a provider that failed. What it failed with may hold secrets: only its name is told. */
export const unavailable = (error: unknown): CredentialProblem =>
  new CredentialProblem({
    code: "CredentialUnavailable",
    message: `the credential provider failed${
      error instanceof Error && /^\w{1,60}$/.test(error.name) ? ` with ${error.name}` : ""
    }; see that it can reach its source.`
  })

/** What a provider gave. */
export interface Provided<A> {
  readonly value: A
  /** Milliseconds since 1970; `Infinity` for never. */
  readonly expiresAtMs: number
}

/** Keeps what a provider gave. */
export interface CredentialCache<A> {
  /** Makes sure there is a value that has not expired. */
  readonly ready: () => Effect.Effect<void, CredentialProblem>
  /** The value; `undefined` before the first `ready`. */
  readonly value: () => A | undefined
  /** Grows with every renewal. */
  readonly generation: () => number
  /** Renews unless somebody has since `generation`, and tells what came of it. */
  readonly renew: (generation: number) => Effect.Effect<Renewal>
}

/** What came of a renewal: another value, the same one again, or none. */
export type Renewal = "changed" | "same" | "failed"

/** What a cache is made of. */
export interface CacheOptions<A> {
  readonly provide: Effect.Effect<Provided<A>, CredentialProblem>
  readonly isSame: (left: A, right: A) => boolean
  /** Longest time a provider may take, in milliseconds. */
  readonly timeoutMs: number
}

/** Makes an empty cache. */
export const make = <A>(options: CacheOptions<A>): CredentialCache<A> => {
  const turn = Semaphore.makeUnsafe(1)
  let held: Provided<A> | undefined
  let renewAtMs = Number.NEGATIVE_INFINITY
  let generation = 0
  let isRenewing = false
  const provide = options.provide.pipe(
    // Code of the caller's that throws is a provider that failed, and what it threw may hold secrets.
    Effect.catchDefect((defect) => Effect.fail(unavailable(defect))),
    Effect.timeoutOrElse({
      duration: options.timeoutMs,
      orElse: () =>
        Effect.fail(
          new CredentialProblem({
            code: "CredentialTimedOut",
            message: `the credential provider did not answer within ${options.timeoutMs} ms.`
          })
        )
    })
  )
  const fetch = Effect.suspend(() => {
    isRenewing = true
    return Effect.flatMap(provide, (given) =>
      Clock.clockWith((clock) => {
        const nowMs = clock.currentTimeMillisUnsafe()
        const lifeMs = given.expiresAtMs - nowMs
        if (!(lifeMs > 0)) return Effect.fail(expired)
        const isChanged = held === undefined || !options.isSame(held.value, given.value)
        if (isChanged) generation++
        held = given
        renewAtMs = lifeMs === Number.POSITIVE_INFINITY
          ? lifeMs
          : nowMs + Math.max(lifeMs - renewBeforeMs, lifeMs / 2)
        return Effect.succeed(isChanged)
      }))
  }).pipe(Effect.onExit((exit) =>
    Effect.map(Clock.currentTimeMillis, (nowMs) => {
      isRenewing = false
      if (Exit.isFailure(exit)) renewAtMs = Math.max(renewAtMs, nowMs + retryMs)
    })
  ))
  const isValid = (nowMs: number): boolean => held !== undefined && held.expiresAtMs > nowMs
  return {
    value: () => held?.value,
    generation: () => generation,
    ready: () =>
      Clock.clockWith((clock) => {
        const nowMs = clock.currentTimeMillisUnsafe()
        if (isValid(nowMs) && (nowMs < renewAtMs || isRenewing)) return Effect.void
        return turn.withPermit(Effect.suspend(() => {
          const nowMs = clock.currentTimeMillisUnsafe()
          if (isValid(nowMs) && nowMs < renewAtMs) return Effect.void
          return Effect.catch(fetch, (problem) =>
            isValid(clock.currentTimeMillisUnsafe()) ? Effect.void : Effect.fail(problem))
        }))
      }).pipe(Effect.asVoid),
    renew: (seen) =>
      turn.withPermit(Effect.suspend(() =>
        seen < generation
          ? Effect.succeed<Renewal>("changed")
          : Effect.match(fetch, {
            onFailure: (): Renewal => "failed",
            onSuccess: (isChanged): Renewal => isChanged ? "changed" : "same"
          })
      ))
  }
}

/** Time after a failed renewal before the next one, while the old value lasts, in milliseconds. */
const retryMs = 1000

const expired = new CredentialProblem({
  code: "CredentialUnavailable",
  message: "the credential provider gave a token that has already expired."
})

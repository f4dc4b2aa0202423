/**
 * Tokens are asked for as rarely as they can be and as early as they have to be.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import * as CredentialCache from "../src/internal/CredentialCache.ts"

const minuteMs = 60_000

/** A provider of values that last `lifeMs`; a step may be replaced. */
const providerOf = (lifeMs: number) => {
  const state = {
    asked: 0,
    next: Effect.void as Effect.Effect<void, CredentialCache.CredentialProblem>
  }
  const cache = CredentialCache.make<number>({
    timeoutMs: 1000,
    isSame: (left, right) => left === right,
    provide: Effect.suspend(() => {
      const value = ++state.asked
      return Effect.andThen(
        state.next,
        Effect.map(Effect.clockWith((clock) => clock.currentTimeMillis), (nowMs) => ({
          value,
          expiresAtMs: nowMs + lifeMs
        }))
      )
    })
  })
  return { state, cache }
}

const failed = Effect.fail(CredentialCache.unavailable(new Error("CANARY")))

describe("CredentialCache", () => {
  it.effect("asks once for any number of askers", () =>
    Effect.gen(function*() {
      const { cache, state } = providerOf(60 * minuteMs)
      state.next = Effect.sleep(100)
      const fiber = yield* Effect.forkChild(
        Effect.forEach(Array.from({ length: 50 }), cache.ready, { concurrency: "unbounded" })
      )
      yield* TestClock.adjust(100)
      yield* Fiber.join(fiber)
      assert.strictEqual(state.asked, 1)
      assert.strictEqual(cache.value(), 1)
    }))

  it.effect("renews five minutes before the end, not earlier", () =>
    Effect.gen(function*() {
      const { cache, state } = providerOf(60 * minuteMs)
      yield* cache.ready()
      yield* TestClock.adjust(55 * minuteMs - 1)
      yield* cache.ready()
      assert.strictEqual(state.asked, 1)
      yield* TestClock.adjust(1)
      yield* cache.ready()
      assert.deepStrictEqual([state.asked, cache.value(), cache.generation()], [2, 2, 2])
    }))

  it.effect("renews a short-lived value halfway", () =>
    Effect.gen(function*() {
      const { cache, state } = providerOf(4 * minuteMs)
      yield* cache.ready()
      yield* TestClock.adjust(2 * minuteMs - 1)
      yield* cache.ready()
      assert.strictEqual(state.asked, 1)
      yield* TestClock.adjust(1)
      yield* cache.ready()
      assert.strictEqual(state.asked, 2)
    }))

  it.effect("lives on with the old value while renewing fails, until it ends", () =>
    Effect.gen(function*() {
      const { cache, state } = providerOf(60 * minuteMs)
      yield* cache.ready()
      state.next = failed
      yield* TestClock.adjust(56 * minuteMs)
      yield* cache.ready()
      yield* cache.ready()
      assert.deepStrictEqual([state.asked, cache.value()], [2, 1])
      yield* TestClock.adjust(4 * minuteMs)
      const problem = yield* Effect.flip(cache.ready())
      assert.strictEqual(problem.code, "CredentialUnavailable")
      assert.notInclude(problem.message, "CANARY")
    }))

  it.effect("gives up on a provider that hangs", () =>
    Effect.gen(function*() {
      const { cache, state } = providerOf(60 * minuteMs)
      state.next = Effect.never
      const fiber = yield* Effect.forkChild(Effect.flip(cache.ready()))
      yield* TestClock.adjust(1000)
      assert.strictEqual((yield* Fiber.join(fiber)).code, "CredentialTimedOut")
    }))

  it.effect("takes a provider that throws for one that failed, and does not tell what it threw", () =>
    Effect.gen(function*() {
      const { cache, state } = providerOf(60 * minuteMs)
      state.next = Effect.die(new TypeError("CANARY"))
      const problem = yield* Effect.flip(cache.ready())
      assert.strictEqual(problem.code, "CredentialUnavailable")
      assert.include(problem.message, "TypeError")
      assert.notInclude(JSON.stringify(problem), "CANARY")
      state.next = Effect.void
      yield* cache.ready()
      assert.strictEqual(cache.value(), 2)
    }))

  it.effect("refuses a value that has ended already", () =>
    Effect.gen(function*() {
      const { cache } = providerOf(0)
      assert.match((yield* Effect.flip(cache.ready())).message, /expired/)
    }))

  it.effect("renews by force once for one generation", () =>
    Effect.gen(function*() {
      const { cache, state } = providerOf(60 * minuteMs)
      yield* cache.ready()
      const renewals = yield* Effect.forEach([1, 1, 1], (generation) => cache.renew(generation))
      assert.deepStrictEqual(renewals, ["changed", "changed", "changed"])
      assert.strictEqual(state.asked, 2)
      state.next = failed
      assert.strictEqual(yield* cache.renew(2), "failed")
    }))
})

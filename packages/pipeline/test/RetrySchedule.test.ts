import * as Policy from "@batchwave/core/Policy"
import * as RetrySchedule from "@batchwave/pipeline/RetrySchedule"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as fc from "fast-check"

const delays = (
  schedule: RetrySchedule.PureSchedule,
  count: number,
  unit = 0.5
): ReadonlyArray<number | undefined> => {
  const backoff = RetrySchedule.fromSchedule(schedule)
  return Array.from({ length: count }, (_, index) => backoff.delayMs(index, unit))
}

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe("RetrySchedule", () => {
  it("waits the interval of a fixed and of a spaced schedule before every retry", () => {
    assert.deepStrictEqual(delays(Schedule.fixed("5 seconds"), 4), [5_000, 5_000, 5_000, 5_000])
    assert.deepStrictEqual(delays(Schedule.spaced("1 minute"), 2), [60_000, 60_000])
  })

  it("doubles with an exponential schedule and adds up with a Fibonacci one", () => {
    assert.deepStrictEqual(delays(Schedule.exponential("1 second"), 5), [
      1_000,
      2_000,
      4_000,
      8_000,
      16_000
    ])
    assert.deepStrictEqual(delays(Schedule.exponential("1 second", 3), 3), [1_000, 3_000, 9_000])
    assert.deepStrictEqual(delays(Schedule.fibonacci("1 second"), 5), [
      1_000,
      1_000,
      2_000,
      3_000,
      5_000
    ])
  })

  it("allows as many retries as the schedule recurs and none after", () => {
    assert.deepStrictEqual(delays(Schedule.recurs(2), 4), [0, 0, undefined, undefined])
    assert.deepStrictEqual(delays(Schedule.recurs(0), 1), [undefined])
    assert.deepStrictEqual(
      delays(Schedule.exponential("1 second").pipe(Schedule.upTo({ times: 3 })), 5),
      [1_000, 2_000, 4_000, undefined, undefined]
    )
  })

  it("counts elapsed time by the schedule's own delays", () => {
    assert.deepStrictEqual(
      delays(Schedule.spaced("10 seconds").pipe(Schedule.upTo({ duration: "25 seconds" })), 5),
      [10_000, 10_000, 10_000, undefined, undefined]
    )
    const byClock = Schedule.spaced("1 second").pipe(
      Schedule.modifyDelay(() => Effect.map(Clock.currentTimeMillis, Duration.millis))
    )
    assert.deepStrictEqual(delays(byClock, 3), [0, 0, 0])
  })

  it("ends at an infinite delay", () => {
    assert.deepStrictEqual(delays(Schedule.spaced(Duration.infinity), 2), [undefined, undefined])
  })

  it("draws the jitter of the asked retry from the unit and from nothing else", () => {
    const schedule = Schedule.exponential("1 second").pipe(Schedule.jittered)
    fc.assert(
      fc.property(fc.nat(10), unit, (index, drawn) => {
        const backoff = RetrySchedule.fromSchedule(schedule)
        const plainMs = 1_000 * 2 ** index
        const first = backoff.delayMs(index, drawn) ?? Number.NaN
        assert.approximately(first, plainMs * (0.8 + 0.4 * drawn), 0.001 * plainMs)
        assert.strictEqual(backoff.delayMs(index, drawn), first)
      })
    )
  })

  it("gives a schedule that draws several numbers the same ones for the same unit", () => {
    const schedule = Schedule.spaced("1 second").pipe(
      Schedule.modifyDelay(() =>
        Effect.map(
          Effect.all([Random.next, Random.next, Random.nextInt]),
          ([a, b, c]) => Duration.millis(1 + a + b * 10 + Math.abs(c % 1_000))
        )
      )
    )
    fc.assert(
      fc.property(fc.nat(5), unit, (index, drawn) => {
        const delay = delays(schedule, index + 1, drawn)[index]
        assert.strictEqual(delays(schedule, index + 1, drawn)[index], delay)
        assert.isAtLeast(delay ?? -1, 1 + drawn)
      })
    )
  })

  it("throws for a schedule that waits for something", () => {
    const waits = Schedule.spaced("1 second").pipe(
      Schedule.tap(() => Effect.sleep("1 second"))
    )
    assert.throws(() => delays(waits, 1), /must step without waiting/)
  })

  it("takes durations as text for constant and exponential waits", () => {
    const constant = RetrySchedule.constant("5 seconds")
    assert.strictEqual(constant.description, "constant 5 s")
    assert.strictEqual(constant.delayMs(9, 0.3), 5_000)
    const exponential = RetrySchedule.exponential("10 seconds", {
      factor: 3,
      max: "1 minute",
      jitter: "none"
    })
    assert.deepStrictEqual([0, 1, 2, 3].map((index) => exponential.delayMs(index, 0.9)), [
      10_000,
      30_000,
      60_000,
      60_000
    ])
    assert.strictEqual(RetrySchedule.exponential("1 second").delayMs(1, 0.25), 500)
  })

  it("ends a policy's retries when the schedule ends", () => {
    const policy = Policy.retry({
      max: 10,
      backoff: RetrySchedule.fromSchedule(Schedule.recurs(1), "once")
    })
    assert.strictEqual(policy.description, "retry up to 10 times, once")
    const decide = (count: number) =>
      Policy.decide(policy, {
        node: "a",
        attempts: Array.from({ length: count }, (_, index) => ({
          number: index + 1,
          submission: 1,
          failure: { _tag: "Exit" as const, exitCode: 1 },
          transition: "",
          delayMs: 0,
          plannedAtMs: 0,
          failedAtMs: 0,
          runTimeMs: 0,
          slots: 1
        })),
        unit: 0,
        nowMs: 0,
        run: { startedCount: 1, retryCount: 0, failureStreak: count, startedAtMs: 0 }
      })._tag
    assert.deepStrictEqual([decide(1), decide(2)], ["Retry", "GiveUp"])
  })
})

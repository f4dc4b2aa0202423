import { assert, describe, it } from "@effect/vitest"
import * as VirtualTime from "batchwave/virtual/VirtualTime"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"

const live = it.live

describe("VirtualTime", () => {
  live(
    "lets a year pass at once, and sleepers wake in order of time, then of going to sleep",
    () =>
      Effect.gen(function*() {
        const woken: Array<string> = []
        const sleeper = (name: string, ms: number) =>
          Effect.andThen(Effect.sleep(ms), Effect.sync(() => woken.push(name)))
        const atMs = yield* VirtualTime.run(
          Effect.gen(function*() {
            yield* Effect.all(
              [sleeper("a", 20), sleeper("b", 10), sleeper("c", 20), sleeper("d", 10)],
              { concurrency: "unbounded" }
            )
            yield* Effect.sleep("365 days")
            return yield* Clock.currentTimeMillis
          }),
          { startAtMs: 1000 }
        )
        assert.deepStrictEqual(woken, ["b", "d", "a", "c"])
        assert.strictEqual(atMs, 1000 + 20 + 365 * 86_400_000)
      })
  )

  live("stands still while a file is read and written", () =>
    Effect.gen(function*() {
      const directory = yield* Effect.promise(() => mkdtemp(join(tmpdir(), "batchwave-virtual-")))
      const path = join(directory, "file")
      const work = Effect.promise(async () => {
        for (let turn = 0; turn < 20; turn++) {
          await writeFile(path, String(turn))
          await readFile(path)
        }
      })
      const winner = yield* VirtualTime.run(
        Effect.raceFirst(Effect.as(work, "file"), Effect.as(Effect.sleep(1), "time"))
      )
      yield* Effect.promise(() => rm(directory, { recursive: true }))
      assert.strictEqual(winner, "file")
    }))

  live(
    "ends every third sleep early where it is asked to, and none that is no longer than that",
    () =>
      Effect.gen(function*() {
        const lengths = (ms: number) =>
          VirtualTime.run(
            Effect.replicateEffect(
              Effect.gen(function*() {
                const beganAtMs = yield* Clock.currentTimeMillis
                yield* Effect.sleep(ms)
                return (yield* Clock.currentTimeMillis) - beganAtMs
              }),
              6
            ),
            { timersEarlyMs: 2 }
          )
        assert.deepStrictEqual(yield* lengths(10), [10, 10, 8, 10, 10, 8])
        assert.deepStrictEqual(yield* lengths(2), [2, 2, 2, 2, 2, 2])
      })
  )

  live(
    "never ends a sleep early, and keeps time in whole milliseconds",
    () =>
      Effect.gen(function*() {
        const atMs = yield* VirtualTime.run(
          Effect.andThen(Effect.sleep(1.2), Clock.currentTimeMillis),
          { startAtMs: 0 }
        )
        assert.strictEqual(atMs, 2)
      })
  )

  live(
    "does not wake a sleeper that was interrupted, nor wait for it",
    () =>
      Effect.gen(function*() {
        const atMs = yield* VirtualTime.run(
          Effect.gen(function*() {
            const late = yield* Effect.forkChild(Effect.sleep(1000))
            yield* Effect.sleep(1)
            yield* Fiber.interrupt(late)
            yield* Effect.sleep(10)
            return yield* Clock.currentTimeMillis
          }),
          { startAtMs: 0 }
        )
        assert.strictEqual(atMs, 11)
      })
  )

  live("draws the same for one seed, and other things for another", () =>
    Effect.gen(function*() {
      const draw = (seed: number) =>
        VirtualTime.run(Effect.all([Random.next, Random.nextInt]), { seed })
      assert.deepStrictEqual(yield* draw(3), yield* draw(3))
      assert.notDeepEqual(yield* draw(3), yield* draw(4))
    }))

  live(
    "fails when nothing can run and nothing sleeps, after its finalizers",
    () =>
      Effect.gen(function*() {
        let isReleased = false
        const error = yield* VirtualTime.run(
          Effect.onExit(Effect.never, () =>
            Effect.andThen(
              Effect.sleep(5),
              Effect.sync(() => {
                isReleased = true
              })
            )),
          { startAtMs: 7, outsideMsMax: 20 }
        ).pipe(Effect.flip)
        assert.strictEqual(error.reason, "Stalled")
        assert.strictEqual(error.atMs, 7)
        assert.isTrue(isReleased)
      })
  )

  live(
    "waits for what comes from outside, and time stands still meanwhile",
    () =>
      Effect.gen(function*() {
        const atMs = yield* VirtualTime.run(
          Effect.andThen(Effect.promise(() => wait(30)), Clock.currentTimeMillis),
          { startAtMs: 3 }
        )
        assert.strictEqual(atMs, 3)
      })
  )

  live("fails one millisecond after the last moment, not at it", () =>
    Effect.gen(function*() {
      const sleep = (ms: number) => VirtualTime.run(Effect.sleep(ms), { durationMsMax: 100 })
      yield* sleep(100)
      const error = yield* Effect.flip(sleep(101))
      assert.strictEqual(error.reason, "Late")
    }))

  live(
    "passes failures on, and ends when it is interrupted from outside",
    () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* Effect.flip(VirtualTime.run(Effect.fail("no"))), "no")
        const endless = VirtualTime.run(Effect.forever(Effect.sleep(1)))
        const fiber = yield* Effect.forkChild(endless)
        yield* Effect.yieldNow
        yield* Fiber.interrupt(fiber)
      })
  )

  live(
    "stands still as long as it is held, and then goes on as if nothing had been",
    () =>
      Effect.gen(function*() {
        let asked = 0
        const isHeld = () => ++asked <= 3
        const atMs = yield* VirtualTime.run(
          Effect.andThen(Effect.sleep("1 day"), Clock.currentTimeMillis),
          { startAtMs: 5, isHeld }
        )
        assert.strictEqual(atMs, 5 + 86_400_000)
        assert.isAbove(asked, 3)
      })
  )

  live("can be ended while it is held", () =>
    Effect.gen(function*() {
      const held = VirtualTime.run(Effect.sleep(1), { isHeld: () => true })
      const fiber = yield* Effect.forkChild(held)
      yield* Effect.promise(() => wait(1))
      yield* Fiber.interrupt(fiber)
    }))

  live(
    "has something outside that lives in real time, is heard, and ends with the program",
    () =>
      Effect.gen(function*() {
        const services = yield* Effect.context()
        const told: Array<string> = []
        const outside = (message: Deferred.Deferred<number>) =>
          Effect.gen(function*() {
            yield* Effect.sleep(1)
            yield* Deferred.succeed(message, yield* Clock.currentTimeMillis)
            return yield* Effect.never
          }).pipe(Effect.onInterrupt(() => Effect.sync(() => told.push("ended"))))
        const [sentAtMs, heardAtMs] = yield* VirtualTime.run(
          Effect.gen(function*() {
            const message = yield* Deferred.make<number>()
            yield* Effect.forkScoped(VirtualTime.outside(services, outside(message)))
            const sent = yield* Deferred.await(message)
            return [sent, yield* Clock.currentTimeMillis]
          }).pipe(Effect.scoped),
          { startAtMs: 5 }
        )
        assert.isAbove(sentAtMs ?? 0, 1_600_000_000_000)
        assert.strictEqual(heardAtMs, 5)
        assert.deepStrictEqual(told, ["ended"])
      })
  )
})

/**
 * Watchers of a run: every event once and in order, whenever they come and however slow they are.
 */
import type { RunEvent } from "@batchwave/core/RunEvent"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Journal } from "../src/Journal.ts"
import * as RunFeed from "../src/RunFeed.ts"

const event: RunEvent = { _tag: "AlarmRang" }

const makeRun = Effect.gen(function*() {
  const journal = Context.get(yield* Layer.build(Journal.layerMemory), Journal)
  const feed = yield* RunFeed.make
  let atMs = 0
  return {
    feed,
    journal,
    happen: Effect.fnUntraced(function*(count: number) {
      const events = Array.from({ length: count }, () => event)
      yield* journal.append(events, ++atMs)
      yield* RunFeed.publish(feed, events, atMs)
    })
  }
})

const upTo = (count: number, from = 1): ReadonlyArray<number> =>
  Array.from({ length: count - from + 1 }, (_, index) => from + index)

describe("RunFeed", () => {
  it.effect("gives what was before, what comes, and ends with the run", () =>
    Effect.gen(function*() {
      const { feed, happen, journal } = yield* makeRun
      yield* happen(3)
      const fiber = yield* Effect.forkChild(Stream.runCollect(RunFeed.events(feed, journal, 1)))
      yield* Effect.yieldNow
      yield* happen(2)
      yield* happen(1)
      yield* RunFeed.end(feed)
      const records = yield* Fiber.join(fiber)
      assert.deepStrictEqual(records.map(({ sequence }) => sequence), upTo(6, 2))
      assert.deepStrictEqual(records.map(({ atMs }) => atMs), [1, 1, 2, 2, 3])
      const late = yield* Stream.runCollect(RunFeed.events(feed, journal, 5))
      assert.deepStrictEqual(late.map(({ sequence }) => sequence), [6])
      assert.deepStrictEqual(yield* Stream.runCollect(RunFeed.events(feed, journal, 6)), [])
    }))

  it.effect("loses nothing for a watcher that is far slower than the run", () =>
    Effect.gen(function*() {
      const { feed, happen, journal } = yield* makeRun
      yield* happen(1)
      const seen: Array<number> = []
      const isStopped = yield* Deferred.make<void>()
      const goOn = yield* Deferred.make<void>()
      const fiber = yield* RunFeed.events(feed, journal, 0).pipe(
        Stream.runForEach(({ sequence }) =>
          Effect.gen(function*() {
            seen.push(sequence)
            yield* Deferred.succeed(isStopped, undefined)
            yield* Deferred.await(goOn)
          })
        ),
        Effect.forkChild
      )
      yield* Deferred.await(isStopped)
      for (let batch = 0; batch < 5_000; batch++) yield* happen(2)
      yield* Deferred.succeed(goOn, undefined)
      yield* happen(1)
      yield* RunFeed.end(feed)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(seen, upTo(10_002))
    }))

  it.effect("reads of a long journal only what a watcher has not seen, and what little is before", () =>
    Effect.gen(function*() {
      const { feed, happen, journal } = yield* makeRun
      for (let batch = 0; batch < 3_500; batch++) yield* happen(2)
      yield* RunFeed.end(feed)
      const pages: Array<number> = []
      const watched: Journal["Service"] = {
        ...journal,
        page: (after) => {
          pages.push(after)
          return journal.page(after)
        }
      }
      const after = (sequence: number) =>
        Effect.map(
          Stream.runCollect(RunFeed.events(feed, watched, sequence)),
          (records) => records.map(({ sequence }) => sequence)
        )
      assert.deepStrictEqual(yield* after(6_000), upTo(7_000, 6_001))
      assert.deepStrictEqual(pages, [3_000, 3_100, 3_200, 3_300, 3_400, 3_500])
      assert.deepStrictEqual(yield* after(5_999), upTo(7_000, 6_000))
      assert.strictEqual(pages[6], 2_000)
      assert.deepStrictEqual(yield* after(7_000), [])
    }))
})

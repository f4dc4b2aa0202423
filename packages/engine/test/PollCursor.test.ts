import { assert, describe, it } from "@effect/vitest"
import * as PollCursor from "../src/PollCursor.ts"

/** A cursor that has seen a change at service time 600,100 when our clock said 100. */
const seen = (): PollCursor.PollCursor => {
  const cursor = PollCursor.make(600_000, 50)
  PollCursor.see(cursor, 600_100, 100)
  PollCursor.finish(cursor, { beganMs: 99, isDeep: true, news: 1, latestMs: 600_100, shownMs: 0 })
  return cursor
}

describe("PollCursor", () => {
  it("asks from the creation of the job at first", () => {
    assert.strictEqual(PollCursor.fromMs(PollCursor.make(600_000, 50), true), 599_999)
  })

  it("counts the time between polls on the service's clock, whatever ours says", () => {
    const cursor = seen()
    assert.strictEqual(PollCursor.fromMs(cursor, true), 600_099 - 50)
    PollCursor.finish(cursor, { beganMs: 1000, isDeep: true, news: 0, latestMs: 0, shownMs: 0 })
    assert.strictEqual(PollCursor.fromMs(cursor, true), 601_000 - 50)
  })

  it("never goes back, neither when our clock seems slower nor for an old change", () => {
    const cursor = seen()
    PollCursor.see(cursor, 600_050, 900)
    PollCursor.finish(cursor, { beganMs: 50, isDeep: true, news: 1, latestMs: 600_050, shownMs: 0 })
    assert.strictEqual(PollCursor.fromMs(cursor, true), 600_099 - 50)
  })

  it("keeps what a poll for news has not covered for the next deep one", () => {
    const cursor = seen()
    PollCursor.finish(cursor, { beganMs: 500, isDeep: false, news: 0, latestMs: 0, shownMs: 0 })
    assert.strictEqual(PollCursor.fromMs(cursor, false), 600_500 - 1)
    assert.strictEqual(PollCursor.fromMs(cursor, true), 600_099 - 50)
    PollCursor.confirm(cursor, 400)
    assert.strictEqual(PollCursor.fromMs(cursor, true), 600_400 - 50)
  })

  it("asks on from the latest change of the first page, less a hundredth of the overlap", () => {
    const cursor = PollCursor.make(600_000, 1000)
    PollCursor.see(cursor, 600_100, 100)
    const poll = { beganMs: 50, isDeep: false, news: 1, latestMs: 600_100 }
    PollCursor.finish(cursor, { ...poll, shownMs: 600_060 })
    assert.strictEqual(PollCursor.fromMs(cursor, false), 600_050 - 1)
    PollCursor.finish(cursor, { ...poll, shownMs: 600_100 })
    assert.strictEqual(PollCursor.fromMs(cursor, false), 600_090 - 1)
    assert.strictEqual(PollCursor.fromMs(cursor, true), 599_999)
  })

  it("is deep while it repeats little: 50 changes are, 51 wait for a quarter of the overlap", () => {
    const cursor = seen()
    PollCursor.finish(cursor, {
      beganMs: 101,
      isDeep: true,
      news: 49,
      latestMs: 600_100,
      shownMs: 0
    })
    assert.isTrue(PollCursor.isDeepDue(cursor, 101))
    PollCursor.finish(cursor, {
      beganMs: 102,
      isDeep: true,
      news: 1,
      latestMs: 600_101,
      shownMs: 0
    })
    assert.isFalse(PollCursor.isDeepDue(cursor, 114.4))
    assert.isTrue(PollCursor.isDeepDue(cursor, 114.5))
    PollCursor.finish(cursor, { beganMs: 114, isDeep: false, news: 0, latestMs: 0, shownMs: 0 })
    assert.isTrue(PollCursor.isDeepDue(cursor, 114.5))
  })

  it("is deep while the repeats fit a page: 900 do, 901 do not, and none are left once covered", () => {
    const cursor = seen()
    PollCursor.finish(cursor, {
      beganMs: 101,
      isDeep: true,
      news: 899,
      latestMs: 600_100,
      shownMs: 0
    })
    assert.isTrue(PollCursor.isDeepDue(cursor, 200))
    PollCursor.finish(cursor, {
      beganMs: 102,
      isDeep: true,
      news: 1,
      latestMs: 600_101,
      shownMs: 0
    })
    assert.isFalse(PollCursor.isDeepDue(cursor, 200))
    PollCursor.finish(cursor, { beganMs: 152, isDeep: true, news: 0, latestMs: 0, shownMs: 0 })
    assert.isTrue(PollCursor.isDeepDue(cursor, 152))
  })

  it("starts anew when it was wrong, and takes the clock for one that stands still after that", () => {
    const cursor = seen()
    PollCursor.distrust(cursor, 600_000)
    assert.strictEqual(PollCursor.fromMs(cursor, true), 599_999)
    PollCursor.distrust(cursor, 600_000)
    PollCursor.see(cursor, 600_200, 300)
    PollCursor.finish(cursor, {
      beganMs: 5000,
      isDeep: true,
      news: 1,
      latestMs: 600_200,
      shownMs: 0
    })
    assert.strictEqual(PollCursor.fromMs(cursor, true), 600_200 - 50)
  })
})

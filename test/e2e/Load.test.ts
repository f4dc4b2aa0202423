import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as LoadRun from "./LoadRun.ts"

/** A sample; `npm run test:load` takes a million. */
const tasksCount = 20_000

describe("a job of 20,000 tasks", () => {
  it.live("is added, run, counted, listed and filtered without losing one", () =>
    Effect.gen(function*() {
      const lines: Array<string> = []
      const result = yield* LoadRun.run(tasksCount, (line) => lines.push(line))
      const { countsAfter, failedListed } = result
      assert.deepInclude(result, {
        added: tasksCount,
        listed: tasksCount,
        lateListed: 2000,
        lateRequests: 2
      })
      assert.deepInclude(result.countsBefore, { active: tasksCount - 1000, running: 1000 })
      assert.strictEqual(countsAfter.succeeded + countsAfter.failed, tasksCount)
      assert.strictEqual(failedListed, countsAfter.failed)
      assert.approximately(countsAfter.failed / tasksCount, 0.05, 0.01)
      assert.strictEqual(lines.length, 7)
    }))
})

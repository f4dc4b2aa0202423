/**
 * Retries of all calls together stay within the budget, and wait rather than fail.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as RetryBudget from "../src/RetryBudget.ts"

describe("RetryBudget", () => {
  it("lets the saved retries go at once and the next one wait its turn", () => {
    const budget = RetryBudget.make({ burst: 3, perSecondMin: 10, ratio: 0 })
    assert.deepStrictEqual([1, 2, 3].map(() => budget.withdraw(0)), [0, 0, 0])
    assert.strictEqual(budget.withdraw(0), 100)
    assert.strictEqual(budget.withdraw(0), 200)
    assert.strictEqual(budget.withdraw(1000), 0)
  })

  it("gives one retry for five calls at the default ratio", () => {
    const budget = RetryBudget.make({ burst: 1, perSecondMin: 0 })
    assert.strictEqual(budget.withdraw(0), 0)
    for (let call = 0; call < 4; call++) budget.deposit()
    assert.strictEqual(budget.withdraw(0), Number.POSITIVE_INFINITY)
    budget.refund()
    budget.deposit()
    assert.strictEqual(budget.withdraw(0), 0)
  })

  it("never lets more retries start than burst, ratio and floor allow over any span", () => {
    fc.assert(fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 300 })), { maxLength: 400 }),
      (steps) => {
        const { burst, perSecondMin, ratio } = RetryBudget.defaultRetryBudget
        const budget = RetryBudget.make()
        const startedAtMs: Array<number> = []
        let nowMs = 0
        let calls = 0
        for (const [isCall, elapsedMs] of steps) {
          nowMs += elapsedMs
          if (isCall) {
            calls++
            budget.deposit()
          } else startedAtMs.push(nowMs + budget.withdraw(nowMs))
        }
        const count = startedAtMs.filter((atMs) => atMs <= nowMs).length
        assert.isAtMost(count, burst + ratio * calls + perSecondMin * nowMs / 1000 + 1e-6)
      }
    ))
  })
})

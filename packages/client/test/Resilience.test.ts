/**
 * Backoff stays within its bounds, and the rule table says what the contract says.
 */
import { FilesApi } from "@batchwave/wire/FilesApi"
import { JobsApi } from "@batchwave/wire/JobsApi"
import { NodesApi } from "@batchwave/wire/NodesApi"
import { PoolsApi } from "@batchwave/wire/PoolsApi"
import { backoffMs, defaultPolicy, waitMs } from "@batchwave/wire/Resilience"
import { TasksApi } from "@batchwave/wire/TasksApi"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { retryRules, transientStatuses, transientTransport } from "../src/RetryRule.ts"

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe("Resilience", () => {
  it("waits between zero and the doubled bound, never above backoffMsMax", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 2000 }), unit, (retry, random) => {
      const ms = backoffMs(defaultPolicy, retry, random)
      assert.isAtLeast(ms, 0)
      assert.isAtMost(ms, Math.min(defaultPolicy.backoffMsMax, 250 * 2 ** (retry - 1)))
    }))
  })

  it("never waits less than a hint within the bound, and at most 250 ms more than needed", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 60_000 }),
        unit,
        (retry, hintMs, random) => {
          const ms = waitMs(defaultPolicy, retry, hintMs, random)
          assert.isAtLeast(ms, hintMs)
          assert.isAtMost(ms, Math.max(hintMs + 250, backoffMs(defaultPolicy, retry, random)))
        }
      )
    )
  })

  it("recovers from a hint of one second within two seconds", () => {
    assert.isBelow(waitMs(defaultPolicy, 1, 1000, 0.999_999), 2000)
  })
})

describe("RetryRule", () => {
  it("repeats exactly 408, 429, 500, 502, 503 and 504", () => {
    assert.deepStrictEqual(Array.from(transientStatuses), [408, 429, 500, 502, 503, 504])
  })

  it("repeats failed and lost connections and timeouts, but no certificate, size or form problem", () => {
    assert.deepStrictEqual(
      Array.from(transientTransport),
      ["ConnectFailed", "ConnectionLost", "TimedOut"]
    )
  })

  it("has a row for every operation of the contract in use, and no other", () => {
    const operations = [TasksApi, JobsApi, FilesApi, PoolsApi, NodesApi].flatMap((api) =>
      Object.values(api).map((operation) => operation.operationId)
    )
    assert.sameMembers(Object.keys(retryRules), operations)
  })

  it("takes a refusal as reached only where an earlier attempt explains it", () => {
    const reached = Object.entries(retryRules).flatMap(([operation, rule]) =>
      rule.reached.size === 0 ? [] : [[operation, Array.from(rule.reached)]]
    )
    assert.deepStrictEqual(reached, [
      ["Task_Delete", ["TaskNotFound", "JobNotFound", "ResourceNotFound"]],
      ["Task_Terminate", ["TaskCompleted", "TaskNotFound", "JobNotFound", "ResourceNotFound"]],
      ["Task_Reactivate", ["TaskNotCompleted"]],
      ["Job_Terminate", ["JobCompleted", "JobBeingTerminated"]],
      ["Job_Delete", ["JobNotFound", "ResourceNotFound", "JobBeingDeleted"]],
      ["Job_Disable", ["JobDisabled"]],
      ["File_DeleteFromTask", ["FileNotFound", "ResourceNotFound"]],
      ["File_DeleteFromComputeNode", ["FileNotFound", "ResourceNotFound"]],
      ["Pool_Delete", ["PoolNotFound", "ResourceNotFound", "PoolBeingDeleted"]]
    ])
  })
})

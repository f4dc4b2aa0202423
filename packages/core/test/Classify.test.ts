import * as Classify from "@batchwave/core/Classify"
import type { TaskEnd } from "@batchwave/core/TaskEnd"
import { assert, describe, it } from "@effect/vitest"

const info = { category: "UserError", code: "FailureExitCode", message: "it failed" }

const endOf = (rest: Partial<TaskEnd> & Pick<TaskEnd, "result">): TaskEnd => ({
  transition: "t",
  runTimeMs: 1,
  ...rest
})

describe("an end", () => {
  it("is a success when result, exit code and the lack of failure information all say so", () => {
    for (const result of ["success", "failure"] as const) {
      for (const exitCode of [0, 1, undefined]) {
        for (const failureInfo of [undefined, info]) {
          const end = endOf({
            result,
            ...(exitCode === undefined ? {} : { exitCode }),
            ...(failureInfo === undefined ? {} : { failureInfo })
          })
          const isSuccess = result === "success" && exitCode === 0 && failureInfo === undefined
          const text = JSON.stringify(end)
          assert.strictEqual(Classify.isSuccess(end), isSuccess, text)
          assert.strictEqual(Classify.classify(end) === undefined, isSuccess, text)
        }
      }
    }
  })

  it("with exit code 0 and the result failure, but no reason, failed in its set-up", () => {
    assert.deepStrictEqual(Classify.classify(endOf({ result: "failure", exitCode: 0 })), {
      _tag: "SetupFailed",
      code: "Unknown",
      message: "the service reports neither an exit code nor a reason"
    })
  })

  it("with a nonzero exit code and the result success is the failure of its exit code", () => {
    assert.deepStrictEqual(Classify.classify(endOf({ result: "success", exitCode: 136 })), {
      _tag: "Exit",
      exitCode: 136
    })
    assert.deepStrictEqual(Classify.classify(endOf({ result: "success", exitCode: 137 })), {
      _tag: "OutOfMemory",
      exitCode: 137
    })
  })
})

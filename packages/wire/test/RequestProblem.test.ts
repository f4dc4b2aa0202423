/**
 * What a server refuses in requests of the right shape.
 */
import { JobAddParameter } from "@batchwave/wire/Job"
import * as RequestProblem from "@batchwave/wire/RequestProblem"
import { TaskAddParameter } from "@batchwave/wire/Task"
import { assert, describe, it } from "@effect/vitest"

const task = { id: "t1", commandLine: "true" }

const pathsOf = (value: unknown) =>
  RequestProblem.problems(TaskAddParameter, value).map(({ path }) => path)

describe("RequestProblem", () => {
  it("finds nothing wrong with known values in any case", () => {
    assert.deepStrictEqual(
      pathsOf({
        ...task,
        constraints: { maxWallClockTime: "PT1H", maxTaskRetryCount: -1 },
        exitConditions: { default: { jobAction: "None", dependencyAction: "satisfy" } }
      }),
      []
    )
  })

  it("lists every refused member with its path, value and reason", () => {
    assert.deepStrictEqual(
      RequestProblem.problems(TaskAddParameter, {
        ...task,
        requiredSlots: 1.5,
        constraints: { retentionTime: "soon" },
        exitConditions: {
          exitCodes: [{ code: 1, exitOptions: { jobAction: "explode" } }]
        }
      }),
      [
        {
          path: "exitConditions.exitCodes.0.exitOptions.jobAction",
          value: "explode",
          reason: "It must be one of none, disable, terminate."
        },
        {
          path: "constraints.retentionTime",
          value: "soon",
          reason: "It must be an ISO 8601 duration such as PT30M."
        },
        {
          path: "requiredSlots",
          value: "1.5",
          reason: "It must be a whole number of 32 bits."
        }
      ]
    )
  })

  it("takes numbers to the edges of 32 bits and not one further", () => {
    assert.deepStrictEqual(pathsOf({ ...task, requiredSlots: 2_147_483_647 }), [])
    assert.deepStrictEqual(pathsOf({ ...task, requiredSlots: -2_147_483_648 }), [])
    assert.deepStrictEqual(pathsOf({ ...task, requiredSlots: 2_147_483_648 }), ["requiredSlots"])
    assert.deepStrictEqual(pathsOf({ ...task, requiredSlots: -2_147_483_649 }), ["requiredSlots"])
  })

  it("looks into jobs as well", () => {
    assert.deepStrictEqual(
      RequestProblem.problems(JobAddParameter, {
        id: "j",
        poolInfo: { poolId: "p" },
        onAllTasksComplete: "explode"
      }).map(({ path }) => path),
      ["onAllTasksComplete"]
    )
  })
})

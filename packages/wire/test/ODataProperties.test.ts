/**
 * What listings can be filtered by.
 */
import * as OData from "@batchwave/wire/OData"
import * as ODataParser from "@batchwave/wire/ODataParser"
import * as ODataProperties from "@batchwave/wire/ODataProperties"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"

const parsed = (source: string): OData.Filter => Result.getOrThrow(ODataParser.parse(source))

describe("ODataProperties", () => {
  const problemsOf = (source: string) =>
    ODataProperties.problems(parsed(source), ODataProperties.taskProperties)

  it("accepts what the service documents", () => {
    for (
      const source of [
        "id eq 'task1' or id eq 'task2'",
        "state eq 'Completed' and executionInfo/result eq 'Failure'",
        "(executionInfo/exitCode lt 0) or (executionInfo/exitCode gt 0)",
        "lastModifiedTime gt DateTime'2024-11-13T21:00:00Z'"
      ]
    ) {
      assert.deepStrictEqual(problemsOf(source), [])
    }
  })

  it("lists every problem of a filter", () => {
    assert.deepStrictEqual(
      problemsOf(
        "Id eq 'a' and state gt 'active' and state eq 'deleted' and executionInfo/exitCode eq '1'" +
          " and startswith(executionInfo/startTime,'2') and constructor eq 'x'"
      ),
      [
        "There is no property Id to filter by.",
        "The property state cannot be compared with gt.",
        "The property state has no value 'deleted'.",
        "The property executionInfo/exitCode takes Integer values, not Text.",
        "The property executionInfo/startTime cannot be used with startswith.",
        "There is no property constructor to filter by."
      ]
    )
  })

  it("lets truth values and names be equal or not, and nothing else", () => {
    const problemsOfPools = (source: string) =>
      ODataProperties.problems(parsed(source), ODataProperties.poolProperties)
    assert.deepStrictEqual(
      problemsOfPools("enableAutoScale eq true and vmSize ne 'standard_d2s_v3' or id gt 'p'"),
      []
    )
    assert.deepStrictEqual(
      problemsOfPools(
        "enableAutoScale gt true and enableAutoScale eq 'true' and vmSize lt 'a' and " +
          "startswith(vmSize,'a') and id eq true"
      ),
      [
        "The property enableAutoScale cannot be compared with gt.",
        "The property enableAutoScale takes Boolean values, not Text.",
        "The property vmSize cannot be compared with lt.",
        "The property vmSize cannot be used with startswith.",
        "The property id takes Text values, not Boolean."
      ]
    )
  })

  it("builds filters of pools, nodes and preparation tasks", () => {
    const { NodeFilter, PoolFilter, PreparationAndReleaseTaskStatusFilter } = ODataProperties
    assert.strictEqual(
      OData.print(OData.and(
        PoolFilter.eq("enableAutoScale", false),
        PoolFilter.eq("allocationState", "steady")
      )),
      "enableAutoScale eq false and allocationState eq 'steady'"
    )
    assert.strictEqual(
      OData.print(NodeFilter.ge("lastBootTime", "2024-11-13T21:00:00Z")),
      "lastBootTime ge DateTime'2024-11-13T21:00:00Z'"
    )
    assert.strictEqual(
      OData.print(OData.and(
        PreparationAndReleaseTaskStatusFilter.eq("poolId", "p1"),
        PreparationAndReleaseTaskStatusFilter.ne("jobPreparationTaskExecutionInfo/exitCode", 0)
      )),
      "poolId eq 'p1' and jobPreparationTaskExecutionInfo/exitCode ne 0"
    )
  })
})

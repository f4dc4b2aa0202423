/**
 * What listings can be filtered by.
 */
import type * as OData from "@batchwave/wire/OData"
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
        "The property executionInfo/startTime is no text, so startswith cannot be used on it.",
        "There is no property constructor to filter by."
      ]
    )
  })
})

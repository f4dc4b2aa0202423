/**
 * Evaluating filters.
 */
import * as OData from "@batchwave/wire/OData"
import * as ODataMatch from "@batchwave/wire/ODataMatch"
import * as ODataParser from "@batchwave/wire/ODataParser"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"

const parsed = (source: string): OData.Filter => Result.getOrThrow(ODataParser.parse(source))

describe("ODataMatch", () => {
  const task: Readonly<Record<string, string | number | boolean>> = {
    id: "Wave-3-7",
    state: "completed",
    enableAutoScale: true,
    stateTransitionTime: "2024-11-13T21:00:00.1234567Z"
  }
  const matches = (source: string) => ODataMatch.matches(parsed(source), (name) => task[name])

  it("compares texts without case", () => {
    assert.isTrue(matches("state eq 'COMPLETED' and startswith(id,'wave-3-')"))
    assert.isFalse(matches("startswith(id,'wave-4-')"))
  })

  it("compares truth values with truth values only", () => {
    assert.isTrue(matches("enableAutoScale eq true and enableAutoScale ne false"))
    assert.isFalse(matches("enableAutoScale eq false or enableAutoScale eq 'true'"))
    assert.isFalse(matches("state ne true"))
  })

  it("compares times to the seventh digit", () => {
    assert.isTrue(matches("stateTransitionTime gt DateTime'2024-11-13T21:00:00.1234566Z'"))
    assert.isFalse(matches("stateTransitionTime gt DateTime'2024-11-13T21:00:00.1234567Z'"))
    assert.isTrue(matches("stateTransitionTime ge DateTime'2024-11-13T21:00:00.1234567Z'"))
    assert.isTrue(matches("stateTransitionTime gt DateTime'Wed, 13 Nov 2024 21:00:00 GMT'"))
  })

  it("matches nothing on a property without a value", () => {
    for (const operator of OData.comparisonOperators) {
      assert.isFalse(matches(`executionInfo/exitCode ${operator} 0`))
    }
    assert.isTrue(matches("executionInfo/exitCode eq 0 or id ne 'x'"))
  })
})

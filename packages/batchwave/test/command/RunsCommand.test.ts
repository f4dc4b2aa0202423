/** Which runs are listed. */
import { assert, describe, it } from "@effect/vitest"
import * as RunsCommand from "batchwave/command/RunsCommand"
import * as Option from "effect/Option"

const line = (
  run: string,
  pipeline: string,
  state: RunsCommand.Line["state"]
): RunsCommand.Line => ({ run, pipeline, state, backend: "emulator", startedAtMs: 0 })

const lines = [
  line("4", "a", "running"),
  line("3", "b", "failed"),
  line("2", "a", "failed"),
  line("1", "a", "succeeded")
]

const idsOf = (filter: Partial<RunsCommand.RunsFilter>): string =>
  RunsCommand.wanted(lines, { state: [], pipeline: [], last: Option.none(), ...filter })
    .map(({ run }) => run).join("")

describe("the runs that are listed", () => {
  it("are all, those of any of the states and pipelines, and of these the last", () => {
    assert.strictEqual(idsOf({}), "4321")
    assert.strictEqual(idsOf({ state: ["failed"] }), "32")
    assert.strictEqual(idsOf({ state: ["failed", "succeeded"], pipeline: ["a"] }), "21")
    assert.strictEqual(idsOf({ pipeline: ["a"], last: Option.some(2) }), "42")
    assert.strictEqual(idsOf({ last: Option.some(9) }), "4321")
    assert.strictEqual(idsOf({ pipeline: ["c"] }), "")
  })
})

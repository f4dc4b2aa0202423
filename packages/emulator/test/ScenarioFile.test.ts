import * as ScenarioFile from "@batchwave/emulator/ScenarioFile"
import type { Scenario } from "@batchwave/sim/Scenario"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"

/** Every member there is. */
const whole: Required<Scenario> = {
  seed: 3,
  tasks: [{
    tasks: "a*",
    attempts: { from: 1, to: 2 },
    duration: { _tag: "Weibull", scale: 1, shape: 2 },
    setup: { _tag: "Uniform", min: 0, max: 1 },
    upload: { _tag: "Exponential", mean: 1 },
    failures: [{ exitCode: 1, probability: 0.1, part: 0.5 }],
    memory: { needMiB: { _tag: "LogNormal", median: 1, sigma: 1 }, perSlotMiB: 1, exitCode: 9 },
    stuckProbability: 0.1,
    straggler: { probability: 0.1, factor: 2 },
    setupFailure: { probability: 0.1, code: "DiskFull" },
    uploadFailure: { probability: 0.1 },
    stdout: "o",
    stderr: "e"
  }],
  nodes: [{
    nodes: "n*",
    slowness: { _tag: "Fixed", value: 1 },
    failures: [],
    boot: { _tag: "Empirical", values: [1, 2] },
    life: { _tag: "Fixed", value: 1 },
    away: { _tag: "Fixed", value: 1 }
  }],
  recordedMs: { a1: 12.5 },
  recordedRuns: {
    a: [{ durationMs: 1, exitCode: 2, setupFailure: "x", uploadFailure: "y", slots: 3 }]
  }
}

describe("a scenario file", () => {
  it("takes every member of a scenario and changes none", () => {
    const decoded = ScenarioFile.decode(JSON.parse(JSON.stringify(whole)))
    assert.deepStrictEqual(Result.getOrThrow(decoded), whole)
    assert.deepStrictEqual(Result.getOrThrow(ScenarioFile.decode({})), {})
  })

  it("refuses unknown members, wrong types and wrong values, all at once", () => {
    const shapes = ScenarioFile.decode({
      tasks: [{ task: "a" }, { duration: { _tag: "Normal", mean: 1 } }],
      sed: 1
    })
    const wrong = Result.isFailure(shapes) ? shapes.failure : []
    for (const place of ["scenario.tasks.0.task:", "scenario.tasks.1.duration", "scenario.sed:"]) {
      assert.isTrue(wrong.some((problem) => problem.startsWith(place)), wrong.join("\n"))
    }
    assert.deepStrictEqual(
      ScenarioFile.decode({ seed: 0.5, tasks: [{ stuckProbability: 2 }] }),
      Result.fail([
        "seed must be a whole number, not 0.5.",
        "tasks[0].stuckProbability must be from 0 to 1, not 2."
      ])
    )
  })
})

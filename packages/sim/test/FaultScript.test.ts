/** Everything that is wrong with a fault script is told at once, each with its place. */
import * as FaultScript from "@batchwave/sim/FaultScript"
import { assert, describe, it } from "@effect/vitest"

describe("FaultScript.problems", () => {
  it("finds nothing in a script at the edge of what is right", () => {
    assert.deepStrictEqual(
      FaultScript.problems({
        seed: -1,
        runs: [
          { when: { fromMs: 0, untilMs: 1, nth: 1, probability: 1 }, fault: { _tag: "Hang" } },
          { when: { tasks: "*".repeat(200) }, fault: { _tag: "Slow", factor: 1, extraMs: 0 } },
          { fault: { _tag: "Exit", exitCode: 0, afterMs: 0 } }
        ],
        nodes: [{ nodes: "*", atMs: 0, everyMs: 1, untilMs: 1, returnAfterMs: 0 }]
      }),
      []
    )
  })

  it("names every problem with its place", () => {
    assert.deepStrictEqual(
      FaultScript.problems({
        seed: 0.5,
        runs: [
          {
            when: { fromMs: -1, untilMs: -1, nth: 0, probability: 1.1, retryCount: -1 },
            fault: { _tag: "Exit", exitCode: 0.5, afterMs: -1 }
          },
          {
            when: { jobs: "*".repeat(201), everyNth: 1.5, countMax: 0 },
            fault: { _tag: "Slow", factor: 0.9, extraMs: Number.NaN }
          },
          { fault: { _tag: "NodeTaken", afterMs: -1, returnAfterMs: 1, replaceAfterMs: 1 } },
          { fault: { _tag: "Hold", forMs: -1 } },
          { fault: { _tag: "SetupFailed", code: "" } }
        ],
        nodes: [{ nodes: "*", atMs: 5, untilMs: 5, everyMs: 0, probability: -0.1, countMax: 0 }]
      }, "it"),
      [
        "it.seed: it must be a whole number, not 0.5.",
        "it.runs.0.when.fromMs: it must be at least 0, not -1.",
        "it.runs.0.when.untilMs: it must be later than fromMs.",
        "it.runs.0.when.nth: it must be a whole number of at least 1, not 0.",
        "it.runs.0.when.retryCount: it must be a whole number of at least 0, not -1.",
        "it.runs.0.when.probability: it must be from 0 to 1, not 1.1.",
        "it.runs.0.fault.exitCode: it must be a whole number, not 0.5.",
        "it.runs.0.fault.afterMs: it must be at least 0, not -1.",
        "it.runs.1.when.everyNth: it must be a whole number of at least 1, not 1.5.",
        "it.runs.1.when.countMax: it must be a whole number of at least 1, not 0.",
        "it.runs.1: a pattern may have 200 characters.",
        "it.runs.1.fault.factor: it must be at least 1, not 0.9.",
        "it.runs.1.fault.extraMs: it must be at least 0, not NaN.",
        "it.runs.2.fault.afterMs: it must be at least 0, not -1.",
        "it.runs.2.fault: a node comes back or is replaced; give one of the two.",
        "it.runs.3.fault.forMs: it must be at least 0, not -1.",
        "it.runs.4.fault.code: it must not be empty.",
        "it.nodes.0.everyMs: it must be a whole number of at least 1, not 0.",
        "it.nodes.0.countMax: it must be a whole number of at least 1, not 0.",
        "it.nodes.0.probability: it must be from 0 to 1, not -0.1.",
        "it.nodes.0.untilMs: it must be later than atMs."
      ]
    )
  })
})

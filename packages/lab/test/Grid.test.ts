/** Arms in every combination of workloads and worlds. */
import * as Backoff from "@batchwave/core/Backoff"
import * as Policy from "@batchwave/core/Policy"
import { assert, describe, it } from "@effect/vitest"
import * as Arm from "../src/Arm.ts"
import * as Experiment from "../src/Experiment.ts"
import * as Grid from "../src/Grid.ts"
import * as GridReport from "../src/GridReport.ts"
import * as LabText from "../src/LabText.ts"
import type * as Method from "../src/Method.ts"
import * as Trial from "../src/Trial.ts"
import * as TrialFile from "../src/TrialFile.ts"
import * as Variant from "../src/Variant.ts"
import * as Workload from "../src/Workload.ts"
import * as World from "../src/World.ts"

const failing: World.World = {
  name: "half fail",
  pool: World.steady.pool,
  scenario: {
    tasks: [
      { failures: [{ exitCode: 1, probability: 0.5 }] },
      { duration: { _tag: "Fixed", value: 60_000 } }
    ]
  }
}

const experiment = Experiment.grid({
  workloads: [Workload.chain(2), Workload.forkJoin(3)],
  worlds: [{ ...World.steady, name: "calm" }, failing],
  arms: [
    Arm.make("at once", { policy: Policy.retry({ max: 20 }) }),
    Arm.make("later", { policy: Policy.retry({ max: 20, backoff: Backoff.constant(300_000) }) })
  ],
  trials: 60,
  seed: 3
})

/** Runs what the comparison asks for; stops it after so many trials. */
const drive = (of: Experiment.Experiment, trialsMax = Infinity) => {
  const batches: Array<Method.Batch> = []
  const method = Grid.compare(of, "test")
  let run = 0
  for (let step = method.next();;) {
    if (step.done === true) return { found: step.value, batches }
    const { from, until, variant } = step.value
    batches.push(step.value)
    const varied = Variant.apply(of, variant)
    const count = Math.min(until - from, trialsMax - run)
    run += count
    const outcomes = Array.from(
      { length: count },
      (_, index) => varied.arms.map((arm) => Trial.run(varied, arm, from + index))
    ).flat()
    step = method.next(count < until - from ? { _tag: "Stopped", outcomes } : outcomes)
  }
}

describe("Grid", () => {
  it("tells when it is stopped which combinations there are", () => {
    for (const [trials, cells, part] of [[7, 1, 7], [60, 1, 60], [75, 2, 15]] as const) {
      const { found } = drive(experiment, trials)
      assert.strictEqual(found.cells.length, cells)
      assert.strictEqual(found.cells.at(-1)?.analysis.trials, part)
      assert.include(found.notes[0], `Interrupted: ${cells} of `)
      for (const told of [LabText.text(GridReport.documentOf(found)), GridReport.page(found)]) {
        assert.include(told, "Interrupted: ")
        assert.notMatch(told, /NaN|undefined/)
      }
    }
  })

  it("compares in every combination, each with its share of the confidence", () => {
    const { batches, found } = drive(experiment)
    assert.deepStrictEqual(batches.map(({ from, until, variant }) => [variant.cell, from, until]), [
      [0, 0, 60],
      [1, 0, 60],
      [2, 0, 60],
      [3, 0, 60]
    ])
    assert.deepStrictEqual(
      found.cells.map(({ analysis, workload, world }) => [
        workload,
        world,
        analysis.judgements[0]?.verdict,
        analysis.judgements[0]?.difference.confidence
      ]),
      [
        ["chain-2", "calm", "cannot tell", 0.9875],
        ["chain-2", "half fail", "worse", 0.9875],
        ["fork-join-3x1", "calm", "cannot tell", 0.9875],
        ["fork-join-3x1", "half fail", "worse", 0.9875]
      ]
    )
    assert.strictEqual(found.confidence, 0.95)
  })

  it("is, in each combination, the experiment of that alone", () => {
    const { found } = drive({ ...experiment, trials: 8 })
    const { grid: _, ...rest } = experiment
    const alone = Experiment.make({
      ...rest,
      trials: 8,
      workload: Workload.forkJoin(3),
      world: failing
    })
    const outcomes = Array.from(
      { length: 8 },
      (_unused, trial) => alone.arms.map((arm) => Trial.run(alone, arm, trial))
    ).flat()
    assert.deepStrictEqual(found.cells[3]?.outcomes, outcomes)
    assert.strictEqual(found.cells[3]?.analysis.header.experiment, "fork-join-3x1 in half fail")
  })

  it("stops in each combination when that is clear", () => {
    const { found } = drive({ ...experiment, trials: 100, stopsWhenClear: true })
    assert.deepStrictEqual(found.cells.map(({ analysis }) => analysis.trials), [100, 40, 100, 40])
  })

  it("tells it as text and as a page", () => {
    const { found } = drive(experiment)
    const text = LabText.text(GridReport.documentOf(found))
    for (
      const expected of [
        "2 workloads in 2 worlds",
        "60 trials of each arm in each combination, seed 3, batchwave test",
        "later against at once in makespan: worse in 2 (chain-2 in half fail; fork-join-3x1 in half "
        + "fail), cannot tell in 2 (chain-2 in calm; fork-join-3x1 in calm).",
        "60 trials are few; intervals of skewed measures hold as stated from about 100 on.\n"
      ]
    ) {
      assert.include(text, expected)
    }
    assert.strictEqual(text.split("trials are few").length, 2, "what holds for all is told once")
    const page = GridReport.page(found)
    assert.strictEqual(page.split("<details>").length - 1, 4)
    assert.notMatch(page, /<script|https?:|src=|NaN|undefined|Infinity/)
  })

  it("tells what is wrong with all of it at once", () => {
    assert.deepStrictEqual(
      Experiment.problems({
        ...experiment,
        grid: {
          workloads: [Workload.chain(2), Workload.chain(2)],
          worlds: [failing, { ...failing, pool: { nodes: 0, slotsPerNode: 1 } }]
        }
      }),
      [
        "world \"half fail\": pool.nodes must be a whole number from 1 to 10000, not 0.",
        "two of its workloads are named \"chain-2\"; give each its own name.",
        "two of its worlds are named \"half fail\"; give each its own name."
      ]
    )
    assert.deepStrictEqual(
      Experiment.problems({ ...experiment, grid: { worlds: [] } }),
      ["it has 0 combinations of workloads and worlds; give 1 to 1000."]
    )
    assert.throws(
      () => Experiment.grid({ workloads: [], worlds: [failing], arms: [] }),
      "at least one"
    )
    assert.throws(() => Variant.apply(experiment, { cell: 4 }), "has no combination 4")
  })

  it("has all of its workloads and worlds in the header of its file", () => {
    const header = TrialFile.methodHeaderOf("grid", experiment, "test")
    assert.deepStrictEqual(header.grid?.workloads.map(({ name, nodes }) => [name, nodes]), [
      ["chain-2", 2],
      ["fork-join-3x1", 5]
    ])
    assert.deepStrictEqual(header.grid?.worlds.map(({ name }) => name), ["calm", "half fail"])
  })
})

/** Sweeps, successive halving and sensitivity: known answers, and what luck must not be able to do. */
import * as Policy from "@batchwave/core/Policy"
import * as Random from "@batchwave/core/Random"
import { assert, describe, it } from "@effect/vitest"
import * as Arm from "../src/Arm.ts"
import * as Experiment from "../src/Experiment.ts"
import * as Halving from "../src/Halving.ts"
import * as LabText from "../src/LabText.ts"
import type * as Method from "../src/Method.ts"
import * as Quantiles from "../src/Quantiles.ts"
import * as SearchReport from "../src/SearchReport.ts"
import * as Sensitivity from "../src/Sensitivity.ts"
import * as SensitivityReport from "../src/SensitivityReport.ts"
import * as Sweep from "../src/Sweep.ts"
import * as Trial from "../src/Trial.ts"
import * as Variant from "../src/Variant.ts"
import * as Workload from "../src/Workload.ts"
import * as World from "../src/World.ts"
import * as WorldKnob from "../src/WorldKnob.ts"

const grid = Sweep.arms(
  { a: [1, 2, 3, 4, 5], b: Sweep.linear(0, 4, 5) },
  ({ a, b }) => ({ policy: Policy.retry({ max: a + b }) })
)

const experiment = Experiment.make({
  workload: Workload.chain(1),
  world: World.steady,
  arms: [Arm.make("base"), ...grid],
  trials: 40
})
const template = Trial.run(experiment, Arm.make("base"), 0)

/** An outcome of which only the makespan counts. */
const outcome = (of: Experiment.Experiment, arm: string, trial: number, makespan: number) => ({
  ...template,
  arm,
  trial,
  seed: Trial.seedOf(of, trial),
  measures: { ...template.measures, makespan }
})

/** Drives a method with makespans from a function; stops it after so many trials. */
const drive = <Found>(
  of: Experiment.Experiment,
  begin: (of: Experiment.Experiment) => Method.Method<Found>,
  makespanOf: (varied: Experiment.Experiment, arm: Arm.Arm, trial: number) => number,
  trialsMax = Infinity
): { readonly found: Found; readonly batches: ReadonlyArray<Method.Batch> } => {
  const batches: Array<Method.Batch> = []
  const method = begin(of)
  let run = 0
  for (let step = method.next();;) {
    if (step.done === true) return { found: step.value, batches }
    const { from, until, variant } = step.value
    batches.push(step.value)
    const varied = Variant.apply(of, variant)
    const count = Math.min(until - from, trialsMax - run)
    run += count
    const trials = Array.from({ length: count }, (_, index) => from + index)
    const outcomes = trials.flatMap((trial) =>
      varied.arms.map((arm) => outcome(varied, arm.name, trial, makespanOf(varied, arm, trial)))
    )
    step = method.next(from + count < until ? { _tag: "Stopped", outcomes } : outcomes)
  }
}

/** Between −1 and 1, the same for the same three. */
const noise = (of: Experiment.Experiment, arm: string, trial: number, salt = 0): number => {
  let hash = Trial.seedOf(of, trial) ^ Math.imul(salt + 1, 0x9e3779b1)
  for (const character of arm) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193)
  return 2 * Random.nextUnit(Random.make(hash)) - 1
}

const numberAt = ({ point }: Arm.Arm, name: string): number => Number(point?.[name] ?? 0)

describe("Sweep", () => {
  it("makes an arm of every combination, the last parameter first to change", () => {
    assert.strictEqual(grid.length, 25)
    assert.deepStrictEqual(grid.slice(0, 6).map(({ name }) => name), [
      "a=1 b=0",
      "a=1 b=1",
      "a=1 b=2",
      "a=1 b=3",
      "a=1 b=4",
      "a=2 b=0"
    ])
    assert.deepStrictEqual(grid[5]?.point, { a: 2, b: 0 })
    assert.isTrue(grid.every(Arm.isArm))
  })

  it("spreads values evenly, or by equal ratios to three digits", () => {
    assert.deepStrictEqual(Sweep.linear(0, 1, 3), [0, 0.5, 1])
    assert.deepStrictEqual(Sweep.logarithmic(1_000, 60_000, 4), [1_000, 3_910, 15_300, 60_000])
    assert.throws(() => Sweep.logarithmic(0, 1, 2), "ends above 0, not 0 and 1")
    assert.throws(() => Sweep.linear(0, 1, 1), "at least 2 values, not 1")
    assert.throws(() => Sweep.arms({ a: [] }, () => ({})), "\"a\" has no values")
  })
})

const search = (of: Experiment.Experiment) => Halving.search(of, "test")
const analyse = (of: Experiment.Experiment) => Sensitivity.analyse(of, "test")

describe("Halving", () => {
  it("shares its budget evenly among the rungs", () => {
    assert.deepStrictEqual(Halving.rungsOf(27), [
      { arms: 27, trials: 10, kept: 9 },
      { arms: 9, trials: 40, kept: 3 }
    ])
    assert.deepStrictEqual(Halving.rungsOf(8, { budget: 48, factor: 2, finalists: 1 }), [
      { arms: 8, trials: 2, kept: 4 },
      { arms: 4, trials: 6, kept: 2 },
      { arms: 2, trials: 14, kept: 1 }
    ])
    assert.deepStrictEqual(Halving.rungsOf(4, { budget: 1, finalists: 3 }), [
      { arms: 4, trials: 1, kept: 3 }
    ])
    assert.deepStrictEqual(Halving.rungsOf(3), [])
  })

  it("finds the best point of a bowl under noise, with a part of the trials of the grid", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { batches, found } = drive(
        { ...experiment, seed },
        search,
        (of, arm, trial) => {
          if (arm.name === "base") return 120
          const [a, b] = [numberAt(arm, "a"), numberAt(arm, "b")]
          return 100 + 5 * (a - 4) ** 2 + 5 * (b - 1) ** 2 + 6 * noise(of, arm.name, trial)
        }
      )
      assert.strictEqual(found.winner, "a=4 b=1", `seed ${seed}`)
      assert.isBelow(found.searchTrials, 0.6 * found.gridTrials)
      const searched = batches.slice(0, -1).map(({ from, until, variant }) =>
        (until - from) * (variant.arms?.length ?? 0)
      )
      assert.strictEqual(searched.reduce((sum, count) => sum + count, 0), found.searchTrials)
      assert.strictEqual(found.confirmation?.judgements.length, 3)
      assert.strictEqual(
        found.confirmation?.judgements.find(({ arm }) => arm === "a=4 b=1")?.verdict,
        "better"
      )
    }
  })

  it("tells when it is stopped what there is, and that nothing of it is confirmed", () => {
    const makespan = (of: Experiment.Experiment, arm: Arm.Arm, trial: number) =>
      100 + 10 * numberAt(arm, "a") + noise(of, arm.name, trial)
    const whole = drive(experiment, search, makespan)
    const [first = { until: 0, from: 0 }, second = first] = whole.batches
    for (const trials of [3, first.until, first.until + 2, second.until, second.until + 4]) {
      const { batches, found } = drive(experiment, search, makespan, trials)
      const text = LabText.text(SearchReport.documentOf(found))
      const page = SearchReport.page(found, [])
      for (const told of [text, page]) assert.notMatch(told, /NaN|undefined/)
      assert.isBelow(found.searchTrials, whole.found.searchTrials + 1)
      const isConfirming = batches.at(-1)?.variant.seed !== undefined && trials > second.until
      assert.strictEqual(found.confirmation?.trials, isConfirming ? 4 : undefined)
      assert.strictEqual(found.gain.confirmed === undefined, !isConfirming)
      assert.strictEqual(text.includes("nothing is confirmed"), !isConfirming)
      assert.include(text, "Best of the search: a=")
      for (const told of [text, page]) {
        assert.include(told, `seed ${experiment.seed}`)
        assert.include(told, "batchwave test")
      }
    }
    assert.include(
      drive(experiment, search, makespan, 3).found.notes[0],
      "Interrupted in rung 1 of"
    )
  })

  it("does not take luck for merit: of equal arms the search promises, the confirmation does not", () => {
    const repetitions = 100
    const [searched, confirmed] = [new Array<number>(), new Array<number>()]
    let wrong = 0
    for (let seed = 1; seed <= repetitions; seed++) {
      const { found } = drive(
        { ...experiment, seed, search: { finalists: 1, budget: 300 } },
        search,
        (of, arm, trial) => 100 + 20 * noise(of, arm.name, trial)
      )
      searched.push(found.gain.searched)
      confirmed.push(found.gain.confirmed ?? NaN)
      const judgements = found.confirmation?.judgements ?? []
      if (judgements.some(({ verdict }) => verdict !== "cannot tell")) wrong++
    }
    const promise = Quantiles.moments(searched)
    const truth = Quantiles.moments(confirmed)
    assert.isBelow(promise.mean, -2, "the best of 25 equal arms looks good")
    assert.isBelow(
      Math.abs(truth.mean),
      4 * Math.sqrt(truth.variance / repetitions),
      `on fresh seeds it is like any other, not ${truth.mean}`
    )
    assert.isBelow(wrong / repetitions, 0.1, `${wrong} wrong verdicts at 95% of ${repetitions}`)
  })

  it("holds the truth in the interval of the winner, though it is the best of three finalists", () => {
    const repetitions = 100
    const gains: Array<number> = []
    let wrong = 0
    for (let seed = 1; seed <= repetitions; seed++) {
      const { found } = drive(
        { ...experiment, seed, search: { finalists: 3, budget: 300 } },
        search,
        (of, arm, trial) => 100 + 20 * noise(of, arm.name, trial)
      )
      gains.push(found.gain.confirmed ?? NaN)
      const judgement = found.confirmation?.judgements.find(({ arm }) => arm === found.winner)
      if (judgement?.verdict !== "cannot tell") wrong++
    }
    // The best of three equal ones is 0.85 deviations below their mean; that of 40 trials is 1.8.
    assert.approximately(Quantiles.moments(gains).mean, -0.85 * 1.8, 1)
    assert.isAtMost(wrong / repetitions, 0.1, `${wrong} wrong intervals at 95% of ${repetitions}`)
  })

  it("tells what it found as text and as a page", () => {
    const { found } = drive(
      experiment,
      search,
      (of, arm, trial) => 100 + numberAt(arm, "a") + noise(of, arm.name, trial)
    )
    const text = LabText.text(SearchReport.documentOf(found))
    for (
      const expected of ["Best of the search: a=1 b=", "by a (down) and b (across)", "on fresh"]
    ) {
      assert.include(text, expected)
    }
    const page = SearchReport.page(found, [])
    assert.include(page, "by a and b")
    assert.notMatch(page, /<script|https?:|src=|NaN|undefined/)
  })

  it("needs more arms than it confirms", () => {
    assert.throws(
      () => Halving.search({ ...experiment, arms: experiment.arms.slice(0, 4) }, "test").next(),
      "more arms than the 3 that are confirmed"
    )
    assert.deepStrictEqual(Halving.problems({ budget: 0, factor: 1.9, finalists: 0 }), [
      "search.budget must be a whole number of at least 1, not 0.",
      "search.factor must be at least 2, not 1.9.",
      "search.finalists must be a whole number of at least 1, not 0."
    ])
  })
})

describe("WorldKnob", () => {
  it("finds the quantities of a world, and turns one at a time", () => {
    const paths = WorldKnob.all(World.throttled).map(({ path }) => path)
    for (
      const path of [
        "pool.nodes",
        "link.latencyMs.median",
        "link.throttle.requestsPerSecond",
        "tasks[0].duration.sigma",
        "tasks[0].failures[1].probability"
      ]
    ) {
      assert.include(paths, path)
    }
    assert.notInclude(paths, "tasks[0].failures[1].exitCode")
    const path = "tasks[0].failures[1].probability"
    const turned = WorldKnob.set(World.throttled, path, 0.5)
    assert.strictEqual(turned.scenario.tasks?.[0]?.failures?.[1]?.probability, 0.5)
    assert.strictEqual(World.throttled.scenario.tasks?.[0]?.failures?.[1]?.probability, 0.03)
    assert.deepStrictEqual(WorldKnob.set(turned, path, 0.03), World.throttled)
    assert.throws(() => WorldKnob.set(World.steady, "pool.size", 1), "has no quantity pool.size")
  })

  it("refuses ranges that are none", () => {
    assert.deepStrictEqual(
      Experiment.problems({
        ...experiment,
        world: World.flaky,
        vary: { "tasks[0].failures[0].probability": [0.5, 1.1], "pool.nodes": [8, 4] }
      }),
      [
        "vary: tasks[0].failures[0].probability needs two ends from 0 to 1, the lower first, not 0.5 and 1.1.",
        "vary: pool.nodes needs two ends from 0 to Infinity, the lower first, not 8 and 4."
      ]
    )
  })
})

describe("Sensitivity", () => {
  const two = (seed: number): Experiment.Experiment => ({
    ...experiment,
    seed,
    arms: [Arm.make("base"), Arm.make("other")],
    vary: { "pool.nodes": [2, 40], "tasks[0].duration.median": [60_000, 240_000] }
  })
  /** The other arm is as much better as there are nodes fewer than 21.3. */
  const makespan = (of: Experiment.Experiment, arm: Arm.Arm, trial: number): number =>
    100 + (arm.name === "other" ? of.world.pool.nodes - 21.3 : 0) + noise(of, arm.name, trial)

  it("finds where the verdict flips, within its interval, and what does not matter", () => {
    for (let seed = 1; seed <= 15; seed++) {
      const { batches, found } = drive(two(seed), analyse, makespan)
      const [nodes, median] = found.effects
      assert.deepStrictEqual([nodes?.path, median?.path], [
        "pool.nodes",
        "tasks[0].duration.median"
      ])
      assert.deepStrictEqual(median?.flips, [])
      const [flip] = nodes?.flips ?? []
      assert.deepStrictEqual([flip?.arm, flip?.from, flip?.to], ["other", "better", "worse"])
      const [low, high] = flip?.between ?? [0, 0]
      assert.isTrue(low <= 21.3 && 21.3 <= high && high - low <= 4, `seed ${seed}: ${low} ${high}`)
      assert.approximately(flip?.at ?? 0, 21.5, 1, `seed ${seed}`)
      assert.isAtMost(batches.length, 20)
    }
  })

  it("looks for the flip on the other side of the base, too", () => {
    const { found } = drive(
      {
        ...two(1),
        world: { ...World.steady, pool: { nodes: 32, slotsPerNode: 4 } }
      },
      analyse,
      makespan
    )
    const [flip] = found.effects[0]?.flips ?? []
    assert.deepStrictEqual([flip?.from, flip?.to], ["worse", "better"])
    assert.isTrue((flip?.between[0] ?? 0) >= 21.3 && (flip?.between[1] ?? 99) <= 21.3)
  })

  it("tells when it is stopped what there is: of the world as it is, and of quantities turned", () => {
    const whole = drive(two(1), analyse, makespan)
    for (let stop = 7; stop < whole.batches.length * 40; stop += 40) {
      const { found } = drive(two(1), analyse, makespan, stop)
      assert.strictEqual(found.base.length, 1)
      assert.strictEqual(found.trials, stop < 40 ? stop : 40)
      assert.include(found.notes[0], "Interrupted: ")
      assert.isAtMost(found.effects.length, whole.found.effects.length)
      // Flips that were looked for to the half are left out.
      for (const { flips, path } of found.effects) {
        const known = whole.found.effects.find((effect) => effect.path === path)?.flips ?? []
        for (const flip of flips) assert.deepInclude(known, flip)
      }
      const page = SensitivityReport.page(found)
      for (const told of [LabText.text(SensitivityReport.documentOf(found)), page]) {
        assert.notMatch(told, /NaN|undefined/)
        assert.include(told, "Interrupted: ")
      }
    }
  })

  it("tells what it found as text and as a page, and what could not be varied", () => {
    const { vary: _, ...all } = two(1)
    const uniform = { _tag: "Uniform", min: 1_000, max: 1_500 } as const
    const { found } = drive(
      {
        ...all,
        world: { ...World.steady, scenario: { tasks: [{ duration: uniform }] } }
      },
      analyse,
      makespan
    )
    assert.deepStrictEqual(found.notes.slice(-2), [
      "tasks[0].duration.min cannot be 2000: tasks[0].duration.max must be at least min, not 1500.",
      "tasks[0].duration.max cannot be 750: tasks[0].duration.max must be at least min, not 750."
    ])
    const text = LabText.text(SensitivityReport.documentOf(found))
    for (
      const expected of [
        "No quantity flips the verdict",
        "world steady: 8 nodes of 4 slots",
        "seed 1, batchwave test",
        `${found.trials} trials are few`,
        "Each probe holds by itself with 95% confidence; of many, some flip by chance."
      ]
    ) {
      assert.include(text, expected)
    }
    const { batchwave, method, seed } = found.header
    assert.deepStrictEqual({ batchwave, method, seed }, {
      batchwave: "test",
      method: "sensitivity",
      seed: 1
    })
    const page = SensitivityReport.page(drive(two(1), analyse, makespan).found)
    assert.include(page, "turns from &quot;better&quot; to &quot;worse&quot; when pool.nodes")
    assert.notMatch(page, /<script|https?:|src=|NaN|undefined/)
    assert.throws(
      () => analyse({ ...experiment, arms: [Arm.make("alone")] }).next(),
      "a verdict needs two arms"
    )
  })
})

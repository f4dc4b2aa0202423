/** Trials: measures by hand, common random numbers, result files. */
import * as Backoff from "@batchwave/core/Backoff"
import * as Policy from "@batchwave/core/Policy"
import * as Random from "@batchwave/core/Random"
import * as Distribution from "@batchwave/sim/Distribution"
import { assert, describe, it } from "@effect/vitest"
import * as Analysis from "../src/Analysis.ts"
import * as Arm from "../src/Arm.ts"
import * as Experiment from "../src/Experiment.ts"
import * as LabHtml from "../src/LabHtml.ts"
import * as LabText from "../src/LabText.ts"
import * as Measure from "../src/Measure.ts"
import * as Quantiles from "../src/Quantiles.ts"
import * as Trial from "../src/Trial.ts"
import * as TrialFile from "../src/TrialFile.ts"
import * as Workload from "../src/Workload.ts"
import * as World from "../src/World.ts"

const minuteEach: World.World = {
  name: "a minute each, half of it in vain at first",
  pool: { nodes: 2, slotsPerNode: 2 },
  scenario: {
    tasks: [
      { attempts: { to: 1 }, failures: [{ exitCode: 1, probability: 1, part: 0.5 }] },
      { duration: { _tag: "Fixed", value: 60_000 } }
    ]
  },
  pricePerSlotHour: 2
}
const reactivate = (waitMs: number) =>
  Policy.retry({ max: 3, via: "reactivate", backoff: Backoff.constant(waitMs) })

const flaky = Experiment.make({
  workload: Workload.layered({ levels: 3, width: 6 }),
  world: World.flaky,
  arms: [
    Arm.make("never", { policy: Policy.giveUp }),
    Arm.make("once", { policy: Policy.retry({ max: 1 }) }),
    Arm.make("often", { policy: Policy.retry({ max: 5 }) })
  ],
  trials: 4,
  seed: 11,
  measures: ["makespan", "success"]
})
const header = TrialFile.headerOf(flaky, "0.0.0-test")
const outcomes = Array.from(
  { length: flaky.trials },
  (_, trial) => flaky.arms.map((arm) => Trial.run(flaky, arm, trial))
).flat()

describe("Trial", () => {
  it("measures one failure and its retry as by hand", () => {
    const experiment = Experiment.make({
      workload: Workload.chain(1),
      world: minuteEach,
      arms: [Arm.make("again", { policy: reactivate(10_000) })]
    })
    const { outcome, spans } = Trial.timelineOf(experiment, experiment.arms[0]!, 0)
    const { failures, measures } = outcome
    assert.strictEqual(outcome.outcome, "succeeded")
    assert.deepStrictEqual(failures, { Exit: 1 })
    assert.strictEqual(measures.attempts, 2)
    assert.strictEqual(measures.backoffSeconds, 10)
    assert.strictEqual(measures.wastedSlotSeconds, 30)
    assert.deepStrictEqual(
      spans.map(({ end, fromMs, untilMs }) => [end, untilMs - fromMs]),
      [["failed", 30_000], ["succeeded", 60_000]]
    )
    assert.approximately(measures.utilisation, 90 / (4 * measures.makespan), 1e-12)
    assert.approximately(measures.cost, 4 * measures.makespan / 3600 * 2, 1e-12)
    assert.isAtLeast(measures.makespan, 100)
    assert.isAtMost(measures.makespan, 125)
  })

  it("counts a run that never ends with all the time it had", () => {
    const experiment = Experiment.make({
      workload: Workload.chain(1),
      world: {
        ...minuteEach,
        scenario: { tasks: [{ stuckProbability: 1 }] },
        latestMs: 3_600_000
      },
      arms: [Arm.make("waits")]
    })
    const { measures, outcome } = Trial.run(experiment, experiment.arms[0]!, 0)
    assert.deepStrictEqual([outcome, measures.makespan, measures.success], ["unfinished", 3600, 0])
    // One of four slots is held to the end, and in vain.
    assert.approximately(measures.wastedSlotSeconds, 3600, 1)
    assert.approximately(measures.utilisation, 0.25, 1e-3)
  })

  it("measures waits in the queue, refused requests and nodes that failed as by hand", () => {
    const once = (options: {
      readonly workload: Workload.Workload
      readonly world: Partial<World.World>
      readonly patienceMs?: number
      readonly client?: NonNullable<Arm.Arm["client"]>
    }) => {
      const experiment = Experiment.make({
        workload: options.workload,
        world: {
          name: "by hand",
          pool: { nodes: 1, slotsPerNode: 1 },
          scenario: { tasks: [{ duration: Distribution.fixed(60_000) }] },
          link: { latencyMs: Distribution.fixed(0) },
          ...options.world
        },
        arms: [
          Arm.make("plain", {
            policy: Policy.retry({ max: 1, backoff: Backoff.constant(5_000) }),
            submit: { patienceMs: options.patienceMs ?? 1_000 },
            ...(options.client === undefined ? {} : { client: options.client })
          })
        ]
      })
      return Trial.run(experiment, experiment.arms[0]!, 0).measures
    }
    // Three tasks at once for one slot wait 0, 60 and 120 s.
    const queued = once({ workload: Workload.layered({ levels: 1, width: 3 }), world: {} })
    assert.strictEqual(queued.queueSeconds, 60)
    assert.strictEqual(queued.utilisation, 180 / queued.makespan)

    // Requests at 0, 4 and 8 s are refused; that at 12 s is not, and all goes on as it would have.
    const plain = once({ workload: Workload.chain(1), world: {} })
    const refused = once({
      workload: Workload.chain(1),
      world: {
        link: { latencyMs: Distribution.fixed(0), outages: [{ fromMs: 0, forMs: 10_000 }] }
      },
      patienceMs: 4_000,
      client: { attemptsMax: 1 }
    })
    assert.strictEqual(plain.throttledSeconds, 0)
    assert.strictEqual(refused.throttledSeconds, 12)
    assert.strictEqual(refused.requests, plain.requests + 3)
    assert.approximately(refused.makespan, plain.makespan + 12, 1e-9)

    // The second of three in a row fails twice: one is done, one given up, one never begins.
    const failed = once({
      workload: Workload.chain(3),
      world: {
        scenario: {
          tasks: [
            { tasks: "step-1", failures: [{ exitCode: 9, probability: 1, part: 0.5 }] },
            { duration: Distribution.fixed(60_000) }
          ]
        }
      }
    })
    assert.deepStrictEqual(
      [failed.success, failed.nodesDone, failed.giveUps, failed.attempts],
      [0, 1 / 3, 1, 3]
    )
    assert.deepStrictEqual([failed.wastedSlotSeconds, failed.backoffSeconds], [60, 5])
    assert.approximately(failed.cost, failed.makespan / 3600 * World.pricePerSlotHourDefault, 1e-12)
  })

  it("draws the same for every arm: equal policies give equal measures", () => {
    const twins = ["one", "other"].map((name) =>
      Trial.run(flaky, Arm.make(name, { policy: Policy.retry({ max: 2 }) }), 3)
    )
    assert.deepStrictEqual(twins[0]?.measures, twins[1]?.measures)
  })

  it("draws the same for each execution of a node, however many attempts other nodes make", () => {
    const spansOf = (policy: Policy.Policy, trial: number) => {
      const seen = new Map<string, number>()
      return new Map(
        Trial.timelineOf(flaky, Arm.make("arm", { policy }), trial).spans
          .toSorted((left, right) => left.fromMs - right.fromMs)
          .map(({ end, fromMs, taskId, untilMs }) => {
            const turn = (seen.get(taskId) ?? 0) + 1
            seen.set(taskId, turn)
            return [`${taskId}, run ${turn}`, `${end} after ${untilMs - fromMs} ms`]
          })
      )
    }
    let more = 0
    for (let trial = 0; trial < 10; trial++) {
      const few = spansOf(Policy.giveUp, trial)
      const many = spansOf(
        Policy.retry({ max: 6, via: "reactivate", backoff: Backoff.constant(90_000) }),
        trial
      )
      for (const [run, course] of few) assert.strictEqual(many.get(run), course, `${trial}: ${run}`)
      more += many.size - few.size
    }
    assert.isAbove(more, 20)
  })

  it("draws the same for a reactivated and a resubmitted task", () => {
    const [reactivated, resubmitted] = (["reactivate", "resubmit"] as const).map((via) => {
      const arm = Arm.make(via, { policy: Policy.retry({ max: 8, via }) })
      return Array.from({ length: 20 }, (_, trial) => Trial.run(flaky, arm, trial))
    })
    for (const measure of ["attempts", "success", "giveUps"] as const) {
      const values = reactivated?.map((outcome) => outcome.measures[measure])
      assert.deepStrictEqual(resubmitted?.map((outcome) => outcome.measures[measure]), values)
    }
    const attempts = new Set(reactivated?.map(({ measures }) => measures.attempts))
    assert.isAbove(attempts.size, 3)
  })

  it("tells two ways to retry apart by a sixth of the variance of trials without a pair", () => {
    const experiment = Experiment.make({
      ...flaky,
      world: {
        ...World.preemption,
        scenario: {
          ...World.preemption.scenario,
          tasks: [
            { failures: [{ exitCode: 1, probability: 0.125, part: 0.5 }] },
            ...World.preemption.scenario.tasks ?? []
          ]
        }
      },
      workload: Workload.layered({ levels: 4, width: 24 })
    })
    const trials = Array.from({ length: 40 }, (_, trial) => trial)
    const [first = [], second = []] = (["reactivate", "resubmit"] as const).map((via) => {
      const arm = Arm.make(via, { policy: Policy.retry({ max: 8, via }) })
      return trials.map((trial) => Trial.run(experiment, arm, trial).measures.wastedSlotSeconds)
    })
    const varianceOf = (shift: number): number =>
      Quantiles.moments(
        trials.map((trial) => (first[trial] ?? 0) - (second[(trial + shift) % trials.length] ?? 0))
      ).variance
    assert.isBelow(varianceOf(0), varianceOf(1) / 6, `seed ${experiment.seed}`)
  })

  it("gives another world to another trial and another seed", () => {
    const arm = flaky.arms[2]!
    const first = Trial.run(flaky, arm, 0).measures.makespan
    assert.notStrictEqual(Trial.run(flaky, arm, 1).measures.makespan, first)
    assert.notStrictEqual(Trial.run({ ...flaky, seed: 12 }, arm, 0).measures.makespan, first)
  })

  it("runs every built-in world to its end, the same twice", () => {
    for (const world of World.builtIn.values()) {
      assert.deepStrictEqual(World.problems(world), [])
      const experiment = Experiment.make({
        workload: Workload.forkJoin(8, 2),
        world,
        arms: [Arm.make("retries", { policy: Policy.retry({ max: 2 }) })]
      })
      const outcome = Trial.run(experiment, experiment.arms[0]!, 0)
      assert.notStrictEqual(outcome.outcome, "unfinished", world.name)
      assert.deepStrictEqual(Trial.run(experiment, experiment.arms[0]!, 0), outcome)
      for (const name of Measure.names) assert.isTrue(Number.isFinite(outcome.measures[name]), name)
    }
  })
})

describe("Experiment", () => {
  it("tells all its problems at once", () => {
    assert.deepStrictEqual(
      Experiment.problems({
        ...flaky,
        arms: [Arm.make("a"), Arm.make("a")],
        trials: 0,
        seed: 0.5,
        confidence: 1,
        relevant: -1,
        world: {
          ...World.steady,
          pool: { nodes: 0, slotsPerNode: 257 },
          faults: {
            runs: [{ when: { fromMs: 5, untilMs: 5, nth: 0 }, fault: { _tag: "Hang" } }],
            nodes: [{ nodes: "*", atMs: -1 }]
          }
        }
      }),
      [
        "world \"steady\": pool.nodes must be a whole number from 1 to 10000, not 0.",
        "world \"steady\": pool.slotsPerNode must be a whole number from 1 to 256, not 257.",
        "world \"steady\": faults.runs.0.when.untilMs: it must be later than fromMs.",
        "world \"steady\": faults.runs.0.when.nth: it must be a whole number of at least 1, not 0.",
        "world \"steady\": faults.nodes.0.atMs: it must be at least 0, not -1.",
        "two arms are named \"a\"; give each its own name.",
        "trials must be a whole number from 1 to 1000000, not 0.",
        "seed must be a whole number, not 0.5.",
        "confidence must be above 0.5 and below 1, not 1.",
        "relevant must be at least 0, not -1."
      ]
    )
    assert.throws(() => Experiment.make({ ...flaky, arms: [] }), "it has 0 arms; give 1 to 1000.")
  })

  it("tells of members that are misspelt, which would count for nothing", () => {
    const odd = {
      ...flaky,
      tials: 5,
      world: {
        ...World.steady,
        price: 1,
        link: { throtle: {} },
        scenario: { tasks: [{ durations: 5 }], nodes: [{ live: 5 }], task: [] }
      },
      arms: [{ name: "a", polcy: 3 }, Arm.make("b", { policy: Policy.retry({ max: -1 }) })]
    }
    assert.isTrue(Experiment.isExperiment(odd))
    if (!Experiment.isExperiment(odd)) return
    assert.deepStrictEqual(
      Experiment.problems(odd).map((problem) => problem.replace(/; there are .*/, "")),
      [
        "tials is not known",
        "world \"steady\": price is not known",
        "world \"steady\": task is not known",
        "world \"steady\": tasks[0].durations is not known",
        "world \"steady\": nodes[0].live is not known",
        "world \"steady\": link.throtle is not known",
        "arm \"a\": polcy is not known",
        "arm \"b\": its policy: max of retry is -1; give a whole number from 0 to 10000"
      ]
    )
  })

  it("is told from what only looks like one", () => {
    assert.isTrue(Experiment.isExperiment(flaky))
    for (const wrong of [{ workload: 1 }, { world: {} }, { arms: "three" }, { arms: [{}] }]) {
      assert.isFalse(Experiment.isExperiment({ ...flaky, ...wrong }))
    }
    assert.isFalse(Experiment.isExperiment(undefined))
  })
})

describe("Arm", () => {
  it("tells everything that is wrong with it, so that no trial runs for ever", () => {
    const odd = JSON.parse(`{
      "name": "odd",
      "mode": "wave",
      "failureMode": "tolerate:101%",
      "limits": { "activeSlotsMax": 0, "nodeSlotsMax": 1.5 },
      "poll": { "msMin": 20000, "minMs": 5, "pollsPerSweep": "few" },
      "submit": { "concurrency": 0, "patienceMs": null }
    }`)
    assert.isTrue(Arm.isArm(odd))
    assert.deepStrictEqual(Arm.problems(odd), [
      "mode must be one of eager, waves, native, not wave.",
      "failureMode must be one of keepGoing, drain, failFast, tolerate:N, tolerate:N%, not "
      + "tolerate:101%.",
      "limits.activeSlotsMax must be a whole number of at least 1, not 0.",
      "limits.nodeSlotsMax must be a whole number of at least 1, not 1.5.",
      "poll.minMs is not known; there are msMin, msMax, overlapMs, pollsPerSweep, stuckAfterMs.",
      "poll.pollsPerSweep must be a whole number of at least 1, not few.",
      "submit.concurrency must be a whole number of at least 1, not 0.",
      "submit.patienceMs must be a number of at least 1, not null.",
      "poll.msMin must be at most poll.msMax, which is 10000, not 20000."
    ])
    assert.deepStrictEqual(Arm.problems(Arm.make("never", { poll: { msMax: Infinity } })), [
      "poll.msMax must be a number of at least 1, not Infinity."
    ])
    const edge = Arm.make("edge", {
      mode: "native",
      failureMode: "tolerate:100%",
      limits: { activeSlotsMax: 1, unansweredMax: 1, nodeSlotsMax: 1 },
      poll: { msMin: 1, msMax: 1, overlapMs: 0, pollsPerSweep: 1, stuckAfterMs: Infinity },
      submit: {
        tasksPerRequest: 1,
        concurrency: 1,
        patienceMs: 1,
        timeoutMs: 1,
        giveUpAfterMs: Infinity
      }
    })
    assert.deepStrictEqual(Arm.problems(edge), [])
    assert.throws(
      () => Experiment.make({ ...flaky, arms: [odd] }),
      "arm \"odd\": mode must be one of eager"
    )
  })
})

describe("TrialFile", () => {
  const text = [header, ...outcomes].map(TrialFile.lineOf).join("")

  it("reads back what was written", () => {
    assert.deepStrictEqual(TrialFile.read(text, header), { _tag: "Held", outcomes, text })
  })

  it("keeps the whole trials of a file that was cut anywhere", () => {
    for (let cut = text.length - 1; cut >= 0; cut -= 97) {
      const held = TrialFile.read(text.slice(0, cut), header)
      assert.strictEqual(held._tag, "Held")
      if (held._tag !== "Held") continue
      assert.strictEqual(held.outcomes.length % flaky.arms.length, 0)
      assert.deepStrictEqual(held.outcomes, outcomes.slice(0, held.outcomes.length))
      assert.isTrue(text.startsWith(held.text))
    }
  })

  it("refuses the file of another experiment, and says what differs", () => {
    const other = TrialFile.headerOf({ ...flaky, seed: 12, trials: 9 }, "0.0.0-test")
    const measured = TrialFile.headerOf({ ...flaky, measures: ["cost"] }, "0.0.0-test")
    assert.deepStrictEqual(TrialFile.read(text, measured), {
      _tag: "Foreign",
      reason: "it was begun with another value of measures"
    })
    assert.deepStrictEqual(TrialFile.read(text, other), {
      _tag: "Foreign",
      reason: "it was begun with seed 11, not 12, trials 4, not 9"
    })
    for (const text of ["hello\n", "hello", "\0\0\0"]) {
      assert.deepStrictEqual(TrialFile.read(text, header), {
        _tag: "Foreign",
        reason: "it is no result file"
      })
    }
  })

  it("takes nothing for an outcome that is not one of its own, and tells the line", () => {
    const lines = text.split("\n")
    const changes: ReadonlyArray<(outcome: Trial.Outcome) => unknown> = [
      (outcome) => ({ ...outcome, measures: { ...outcome.measures, cost: undefined } }),
      (outcome) => ({ ...outcome, measures: { ...outcome.measures, requests: "7" } }),
      (outcome) => ({ ...outcome, seed: outcome.seed + 1 }),
      (outcome) => ({ ...outcome, trial: outcome.trial + 1 }),
      (outcome) => ({ ...outcome, arm: "often" }),
      (outcome) => ({ ...outcome, outcome: "fine" }),
      (outcome) => ({ ...outcome, failures: null }),
      () => 7,
      () => null
    ]
    for (const change of changes) {
      const wrong = lines.with(5, JSON.stringify(change(outcomes[4]!))).join("\n")
      assert.deepStrictEqual(TrialFile.read(wrong, header), { _tag: "Damaged", line: 6 })
    }
    const broken = lines.with(5, lines[5]!.slice(0, 40)).join("\n")
    assert.deepStrictEqual(TrialFile.read(broken, header), { _tag: "Damaged", line: 6 })
    const further = flaky.arms.map((arm) => Trial.run(flaky, arm, flaky.trials))
    const longer = text + further.map(TrialFile.lineOf).join("")
    assert.deepStrictEqual(TrialFile.read(longer, header), { _tag: "Damaged", line: 14 })
  })
})

describe("Analysis", () => {
  const analysis = Analysis.make(header, outcomes)

  it("judges each measure of each arm against the first", () => {
    assert.deepStrictEqual(
      analysis.judgements.map((
        { arm, baseline, difference, measure, trials }
      ) => [arm, baseline, measure, trials, difference.confidence]),
      [
        ["once", "never", "makespan", 4, 0.9875],
        ["often", "never", "makespan", 4, 0.9875],
        ["once", "never", "success", 4, 0.9875],
        ["often", "never", "success", 4, 0.9875]
      ]
    )
    assert.isTrue(analysis.notes.some((note) => note.startsWith("The arms differ in how often")))
  })

  it("says nothing from four trials: it takes eight for a verdict on four comparisons", () => {
    for (const { difference, verdict } of analysis.judgements) {
      assert.deepStrictEqual([verdict, difference.low, difference.high], [
        "cannot tell",
        -Infinity,
        Infinity
      ])
    }
    assert.isTrue(
      analysis.notes.some((note) => note.startsWith("A verdict takes at least 8 trials"))
    )
  })

  it("says where too few trials differ to tell how much, and tells it where there is a bound", () => {
    const many = Array.from({ length: 60 }, (_, trial) =>
      header.arms.map(({ name }, place) => ({
        ...outcomes[0]!,
        trial,
        arm: name,
        measures: {
          ...outcomes[0]!.measures,
          makespan: 100 + trial % 7,
          giveUps: place === 2 && trial < 7 ? 1 : 0
        }
      }))).flat()
    const rare = Analysis.make({ ...header, measures: ["makespan", "giveUps"] }, many)
    assert.include(
      rare.notes,
      "Too few trials differ to say how much in 2 comparisons, such as once in makespan: none of 60, so "
        + "at most 8.1% of all trials do, by an amount that is not known."
    )
    const nodes = header.workload.nodes
    const [seldom, never] = rare.judgements.filter(({ measure }) => measure === "giveUps")
      .toSorted((left, right) => right.differing - left.differing)
    assert.deepStrictEqual([seldom?.differing, never?.differing], [7, 0])
    // What 7 of 60 tell is a share: all of them are 1.
    assert.isAtMost(seldom?.difference.low ?? 0, 0)
    assert.isAbove(seldom?.difference.high ?? 0, 7 / 60)
    assert.isBelow(seldom?.difference.high ?? Infinity, 0.35)
    // 1 − 0.003125^(1/60) of the trials, a node in each at most.
    assert.approximately(never?.difference.high ?? 0, nodes * (1 - 0.003125 ** (1 / 60)), 1e-9)
    const text = LabText.text(LabText.documentOf(rare))
    assert.include(text, "≤ 8.1% of trials, size unknown")
  })

  it("is not misled about what else was measured by stopping when the main measure is clear", () => {
    const random = Random.make(17)
    const normal = Distribution.normalQuantile
    const sequential: TrialFile.Header = {
      ...header,
      arms: header.arms.slice(0, 2),
      trials: 200,
      stopsWhenClear: true,
      measures: ["makespan", "requests"]
    }
    const repetitions = 600
    let [wrong, early] = [0, 0]
    for (let turn = 0; turn < repetitions; turn++) {
      const told: Array<Trial.Outcome> = []
      for (let trial = 0; trial < sequential.trials; trial++) {
        // Truly 0.1 slower, and the same in requests; both hang on the same luck.
        const luck = normal(Random.nextUnit(random))
        for (const [place, { name }] of sequential.arms.entries()) {
          const measures = {
            ...outcomes[0]!.measures,
            makespan: 100 + place * (0.1 + luck),
            requests: 50 + place * luck
          }
          told.push({ ...outcomes[0]!, trial, arm: name, measures })
        }
        if (trial % 5 === 4 && Analysis.isClear(sequential, told)) break
      }
      const { judgements, trials } = Analysis.make(sequential, told)
      if (trials < sequential.trials) early++
      if (judgements[1]?.verdict !== "cannot tell") wrong++
    }
    assert.isAbove(early, 0)
    // An interval made for one look is wrong in 5% here, twice as often as it says.
    assert.isAtMost(wrong / repetitions, 0.025)
  })

  it("tells of an experiment that was stopped what that means", () => {
    const noteOf = (of: Partial<TrialFile.Header>, told: ReadonlyArray<Trial.Outcome>) =>
      Analysis.make({ ...header, ...of }, told).notes.at(-1)
    const half = outcomes.slice(0, 6)
    assert.strictEqual(
      noteOf({}, half),
      "Only 2 of 4 trials have been run. The intervals hold if it was not stopped for what it showed."
    )
    assert.strictEqual(
      noteOf({ stopsWhenClear: true }, half),
      "Only 2 of at most 4 trials have been run, and it is not clear yet."
    )
    assert.notMatch(noteOf({}, outcomes) ?? "", /have been run/)
  })

  it("says that runs fail early where that makes them short, however even the arms are", () => {
    const notesOf = (success: (trial: number, arm: number) => number) =>
      Analysis.make(
        header,
        outcomes.map((outcome, place) => ({
          ...outcome,
          measures: { ...outcome.measures, success: success(outcome.trial, place % 3) }
        }))
      ).notes.filter((note) => note.includes("fails early"))
    const advice = "A run that fails early is short and cheap, so read times and costs together "
      + "with success and nodesDone."
    assert.deepStrictEqual(notesOf(() => 1), [])
    assert.deepStrictEqual(notesOf(() => 0), [`No run succeeds, whatever the arm. ${advice}`])
    assert.deepStrictEqual(notesOf((trial) => trial === 0 ? 0 : 1), [
      `75% of the runs of each arm succeed. ${advice}`
    ])
    assert.deepStrictEqual(notesOf((_, arm) => arm === 1 ? 0 : 1), [
      `The arms differ in how often the whole run succeeds. ${advice}`
    ])
  })

  it("has the unit of every measure, the seed and the version in its header", () => {
    const { batchwave, seed, units } = header
    assert.deepStrictEqual(
      { batchwave, seed, units },
      {
        batchwave: "0.0.0-test",
        seed: 11,
        units: Object.fromEntries(Measure.all.map(({ name, unit }) => [name, unit]))
      }
    )
    assert.strictEqual(units["wastedSlotSeconds"], "slot·s")
  })

  it("is clear only with a second arm and enough trials", () => {
    const { measures } = outcomes[0]!
    const many: Array<Trial.Outcome> = []
    for (let trial = 0; trial < 40; trial++) {
      for (const [place, { name }] of header.arms.entries()) {
        const makespan = 100 + trial % 7 + 50 * place
        many.push({ ...outcomes[0]!, trial, arm: name, measures: { ...measures, makespan } })
      }
    }
    const sequential = { ...header, stopsWhenClear: true }
    assert.isTrue(Analysis.isClear(sequential, many))
    assert.isFalse(Analysis.isClear(sequential, many.slice(0, 39 * 3)))
    const alone = { ...sequential, arms: header.arms.slice(0, 1) }
    assert.isFalse(Analysis.isClear(alone, many.filter(({ arm }) => arm === "never")))
  })

  it("is rendered as text, Markdown and a page without anything remote", () => {
    const plain = LabText.text(LabText.documentOf(analysis))
    const front = "By means alone, which luck moves too, no arm beats in both"
    for (const expected of ["never", "often", "seed 11", "Verdicts against never", front]) {
      assert.include(plain, expected)
    }
    const marked = LabText.markdown(LabText.documentOf(analysis))
    for (const row of marked.split("\n").filter((line) => line.startsWith("|"))) {
      assert.match(row, / \|$/)
    }
    const named = { ...analysis, header: { ...header, experiment: "<script>alert(1)</script>" } }
    const timelines = [{
      arm: "often",
      trial: 0,
      spans: Trial.timelineOf(flaky, flaky.arms[2]!, 0).spans
    }]
    const page = LabHtml.page(named, outcomes, timelines)
    assert.include(page, "default-src 'none'")
    assert.include(page, "&lt;script&gt;")
    assert.notMatch(page, /<script|https?:|src=|NaN/)
    assert.include(page, "The worst trial of often")
    assert.notInclude(page, "Infinity")
  })
})

import * as Random from "@batchwave/core/Random"
import * as NodeCourse from "@batchwave/sim/NodeCourse"
import * as RunCourse from "@batchwave/sim/RunCourse"
import * as Scenario from "@batchwave/sim/Scenario"
import * as ScenarioModel from "@batchwave/sim/ScenarioModel"
import { assert, describe, it } from "@effect/vitest"

const fixed = (value: number) => ({ _tag: "Fixed", value }) as const

const courses = (scenario: Scenario.Scenario) => {
  const model = ScenarioModel.make(scenario)
  return (
    taskId: string,
    attempt = 1,
    more: { readonly nodeId?: string; readonly requiredSlots?: number } = {}
  ) => RunCourse.make(model, { taskId, attempt, nodeId: "node-1", requiredSlots: 1, ...more })
}

const rich: Scenario.Scenario = {
  seed: 5,
  tasks: [
    { tasks: "slow-*", duration: { _tag: "LogNormal", median: 60_000, sigma: 1 } },
    {
      duration: { _tag: "Exponential", mean: 1000 },
      setup: { _tag: "Uniform", min: 0, max: 100 },
      failures: [{ exitCode: 1, probability: 0.2 }, { exitCode: 2, probability: 0.1, part: 0.5 }],
      stuckProbability: 0.05,
      straggler: { probability: 0.1, factor: 10 },
      setupFailure: { probability: 0.05, code: "DiskFull" },
      uploadFailure: { probability: 0.05 }
    }
  ],
  nodes: [{ nodes: "node-2", slowness: fixed(3), failures: [{ exitCode: 9, probability: 0.5 }] }]
}

describe("the course of a run", () => {
  it("depends on seed, task, attempt and node, and on no history", () => {
    const runs = Array.from({ length: 500 }, (_, index) => ({
      taskId: `${index % 3 === 0 ? "slow" : "t"}-${index % 100}`,
      attempt: 1 + Math.floor(index / 100),
      nodeId: `node-${1 + index % 2}`
    }))
    const ask = courses(rich)
    const told = runs.map((run) => ask(run.taskId, run.attempt, run))
    const places = Random.shuffle(Random.make(1), runs.map((_, place) => place))
    const askAgain = courses(rich)
    for (const place of places) {
      const run = runs[place]!
      assert.deepStrictEqual(askAgain(run.taskId.toUpperCase(), run.attempt, run), told[place])
    }
    const other = courses({ ...rich, seed: 6 })
    assert.notDeepEqual(runs.map((run) => other(run.taskId, run.attempt, run)), told)
  })

  it("keeps every other draw when one rule changes", () => {
    const before = courses(rich)
    const after = courses({
      ...rich,
      tasks: [{ setup: fixed(7) }, ...rich.tasks ?? []]
    })
    for (let index = 0; index < 300; index++) {
      const { setupMs: _, totalMs: __, ...left } = before(`t-${index}`)
      const { setupMs, totalMs, ...right } = after(`t-${index}`)
      assert.deepStrictEqual(right, left)
      assert.strictEqual(setupMs, 7)
      assert.strictEqual(totalMs, 7 + right.processMs + right.uploadMs)
    }
  })

  it("ends as often in each way as the rules say", () => {
    const ask = courses(rich)
    const counts = new Map<string, number>()
    const count = 20_000
    for (let index = 0; index < count; index++) {
      const { end, processMs } = ask(`t-${index}`)
      const kind = processMs === Infinity
        ? "stuck"
        : end._tag === "Exited"
        ? `exit ${end.exitCode}${end.uploadFailure === undefined ? "" : " upload"}`
        : end._tag
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
    }
    const near = (kind: string, probability: number) => {
      const got = (counts.get(kind) ?? 0) / count
      assert.isBelow(Math.abs(got - probability), 0.01, `${kind}: ${got}, not ${probability}`)
    }
    near("SetupFailed", 0.05)
    near("stuck", 0.95 * 0.05)
    const going = 0.95 * 0.95
    near("exit 1", going * 0.2)
    near("exit 2", going * 0.1)
    near("exit 0 upload", going * 0.7 * 0.05)
    near("exit 0", going * 0.7 * 0.95)
  })

  it("takes each member from the first rule that matches and has it", () => {
    const ask = courses({
      tasks: [
        { tasks: "a*", attempts: { to: 1 }, failures: [{ exitCode: 4, probability: 1 }] },
        { tasks: "a?", duration: fixed(50) },
        { duration: fixed(20), setup: fixed(5) }
      ]
    })
    assert.deepStrictEqual(ask("a1"), {
      setupMs: 5,
      processMs: 50,
      uploadMs: 0,
      totalMs: 55,
      end: { _tag: "Exited", exitCode: 4 }
    })
    assert.deepInclude(ask("a1", 2), { totalMs: 55, end: { _tag: "Exited", exitCode: 0 } })
    assert.deepInclude(ask("abc", 2), { totalMs: 25 })
    assert.deepInclude(ask("b"), { totalMs: 25, end: { _tag: "Exited", exitCode: 0 } })
  })

  it("runs out of memory until it has slots enough, and again at the next attempt", () => {
    const ask = courses({
      tasks: [{ duration: fixed(1000), memory: { needMiB: fixed(3000), perSlotMiB: 1000 } }]
    })
    for (const attempt of [1, 2]) {
      assert.deepInclude(ask("t", attempt, { requiredSlots: 2 }), {
        processMs: 667,
        end: { _tag: "Exited", exitCode: 137 }
      })
      assert.deepInclude(ask("t", attempt, { requiredSlots: 3 }), {
        processMs: 1000,
        end: { _tag: "Exited", exitCode: 0 }
      })
    }
    const drawn = courses({
      tasks: [{ memory: { needMiB: { _tag: "Uniform", min: 0, max: 2000 }, perSlotMiB: 1000 } }]
    })
    for (let index = 0; index < 100; index++) {
      const ends = [1, 2, 3].map((attempt) => drawn(`t${index}`, attempt).end)
      assert.deepStrictEqual(new Set(ends.map((end) => JSON.stringify(end))).size, 1)
      assert.deepStrictEqual(drawn(`t${index}-r2`).end, ends[0])
    }
  })

  it("is slower and fails more on the nodes that rules name", () => {
    const ask = courses({
      tasks: [{ duration: fixed(100) }],
      nodes: [{ nodes: "node-2", slowness: fixed(3), failures: [{ exitCode: 9, probability: 1 }] }]
    })
    assert.deepInclude(ask("t"), { processMs: 100, end: { _tag: "Exited", exitCode: 0 } })
    assert.deepInclude(ask("t", 1, { nodeId: "node-2" }), {
      processMs: 300,
      end: { _tag: "Exited", exitCode: 9 }
    })
  })

  it("takes recorded durations before those of rules, for resubmissions too", () => {
    const ask = courses({ recordedMs: { "Align_1": 1234.4 }, tasks: [{ duration: fixed(9) }] })
    assert.deepStrictEqual(
      ["align_1", "Align_1-r2", "align_1-r2-r3", "other"].map((id) => ask(id).processMs),
      [1234, 1234, 9, 9]
    )
  })

  it("goes as recorded where a run was, and as the rules say beyond", () => {
    const ask = courses({
      tasks: [{ duration: fixed(9), setup: fixed(1) }],
      recordedRuns: {
        "Align": [
          { durationMs: 70, exitCode: 4 },
          { durationMs: 80, setupFailure: "DiskFull" },
          { durationMs: 90, uploadFailure: "NoRoom" },
          { durationMs: 60, exitCode: 137, slots: 2 }
        ]
      }
    })
    const told = [1, 2, 3, 5].map((attempt) => ask("align", attempt))
    assert.deepStrictEqual(told.map(({ totalMs }) => totalMs), [70, 80, 90, 10])
    assert.deepStrictEqual(told[0]?.end, { _tag: "Exited", exitCode: 4 })
    assert.strictEqual(told[1]?.end._tag, "SetupFailed")
    assert.deepInclude(told[2]?.end, { _tag: "Exited", exitCode: 0 })
    const withSlots = (requiredSlots: number) => ask("align", 4, { requiredSlots }).totalMs
    assert.deepStrictEqual([withSlots(2), withSlots(3)], [60, 10])
    assert.deepStrictEqual(
      Scenario.problems({ recordedRuns: { a: [{ durationMs: -1, exitCode: 0.5 }] } }),
      [
        "recordedRuns[\"a\"][0].durationMs must be a number of at least 0, not -1.",
        "recordedRuns[\"a\"][0].exitCode must be a whole number, not 0.5."
      ]
    )
  })

  it("takes a millisecond at least", () => {
    assert.deepInclude(courses({})("t"), { processMs: 0, totalMs: 1 })
  })

  it("writes what the rule says, with its own names in it", () => {
    const model = ScenarioModel.make({
      tasks: [{ stdout: "{task} {attempt} on {node}\n", files: { "a/out.json": "\"{task}\"" } }]
    })
    assert.deepStrictEqual(
      RunCourse.outputOf(model, { taskId: "t", attempt: 2, nodeId: "n", requiredSlots: 1 }),
      { stdout: "t 2 on n\n", stderr: "", files: new Map([["a/out.json", "\"t\""]]) }
    )
  })

  it("takes relative paths of files only", () => {
    const problemsOf = (path: string) => Scenario.problems({ tasks: [{ files: { [path]: "" } }] })
    for (const path of ["a", "a/b.json", "..a", "a..", ".hidden"]) {
      assert.deepStrictEqual(problemsOf(path), [], path)
    }
    for (const path of ["", "/a", "..", "../a", "a/../b", "./a", "a/.", "a/", "a//b", "a\\b"]) {
      assert.strictEqual(problemsOf(path).length, 1, path)
    }
  })
})

describe("the course of a node", () => {
  it("boots, lives and is away as its rule says, differently each round", () => {
    const model = ScenarioModel.make({
      nodes: [{
        nodes: "spot-*",
        boot: fixed(90),
        life: { _tag: "Exponential", mean: 1000 },
        away: fixed(10)
      }]
    })
    const rounds = [1, 2, 3].map((round) => NodeCourse.make(model, "spot-1", round))
    assert.strictEqual(new Set(rounds.map(({ lifeMs }) => lifeMs)).size, 3)
    assert.deepStrictEqual(rounds.map(({ awayMs, bootMs }) => [bootMs, awayMs]), [
      [90, 10],
      [90, 10],
      [90, 10]
    ])
    assert.deepStrictEqual(NodeCourse.make(model, "spot-1", 2), rounds[1])
    assert.deepStrictEqual(NodeCourse.make(model, "node-1", 1), {
      bootMs: 0,
      lifeMs: Infinity,
      awayMs: Infinity
    })
  })
})

describe("a scenario", () => {
  it("names everything that is wrong with it", () => {
    assert.deepStrictEqual(
      Scenario.problems({
        seed: 1.5,
        tasks: [{
          tasks: "",
          attempts: { from: 3, to: 2 },
          duration: fixed(-1),
          failures: [{ exitCode: 0, probability: 0.7 }, { exitCode: 1, probability: 0.4 }],
          memory: { needMiB: fixed(1), perSlotMiB: 0 },
          stuckProbability: 2
        }],
        nodes: [{ slowness: fixed(Number.NaN) }],
        recordedMs: { a: -1 }
      }),
      [
        "seed must be a whole number, not 1.5.",
        "tasks[0].tasks must have 1 to 200 characters, not 0.",
        "tasks[0].attempts must run from 1 or more to the same or more, not 3 to 2.",
        "tasks[0].duration.value must be a number of at least 0, not -1.",
        "tasks[0].failures[0].exitCode must be a whole number other than 0, not 0.",
        "tasks[0].failures have probabilities of 1.1 together; at most 1.",
        "tasks[0].memory.perSlotMiB must be above 0, not 0.",
        "tasks[0].stuckProbability must be from 0 to 1, not 2.",
        "nodes[0].slowness.value must be a number of at least 0, not NaN.",
        "recordedMs[\"a\"] must be a number of at least 0, not -1."
      ]
    )
    assert.deepStrictEqual(Scenario.problems(rich), [])
    const rules = (count: number) =>
      Scenario.problems({ nodes: Array.from({ length: count }, () => ({})) })
    assert.deepStrictEqual(rules(50), [])
    assert.deepStrictEqual(rules(51), ["nodes has 51 rules; at most 50."])
  })
})

/**
 * `batchwave lab` as a process: results that do not depend on threads or interruptions, reports in
 * every form, and errors all at once.
 */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Command from "./Command.ts"

const directory = Command.makeDirectory()
const pipeline = Command.writePipeline(
  directory,
  "diamond.ts",
  `
import { Pipeline, Policy } from "batchwave"
export default Pipeline.graph("diamond", {
  a: { run: "true" },
  b: { run: "true", needs: ["a"] },
  c: { run: "true", needs: ["a"] },
  d: { run: "true", needs: ["b", "c"] }
}, { policy: Policy.retry({ max: 1 }) })
`
)
const arms = Command.writePipeline(
  directory,
  "arms.ts",
  `
import { Backoff, Policy } from "batchwave"
export const patient = Policy.retry({ max: 4, backoff: Backoff.constant(600_000) })
export default { name: "quick", policy: Policy.retry({ max: 4 }), mode: "waves" }
`
)
const lab = (...args: ReadonlyArray<string>) => Command.run(["lab", ...args], { cwd: directory })
const study = ["--arm", arms, "--arm", "pipeline", "--trials", "43", "--seed", "5"]
const resultsOf = (out: string): string =>
  readFileSync(join(directory, out, "results.ndjson"), "utf8")

describe("lab", () => {
  it("gives a verdict, and the same bytes on one thread, on two, and after an interruption", async () => {
    const first = await lab(pipeline, ...study, "--out", "one", "--threads", "1", "--json")
    assert.strictEqual(first.code, 0, first.stderr)
    const { arms: found, judgements, trials } = JSON.parse(first.stdout)
    assert.strictEqual(trials, 43)
    assert.deepStrictEqual(found.map(({ name }: { name: string }) => name), [
      "quick",
      "patient",
      "pipeline"
    ])
    const [patient] = judgements
    assert.deepStrictEqual([patient.arm, patient.measure, patient.verdict], [
      "patient",
      "makespan",
      "worse"
    ])
    assert.deepStrictEqual(readdirSync(join(directory, "one")).toSorted(), [
      "lock",
      "report.html",
      "report.json",
      "report.md",
      "results.ndjson"
    ])

    const second = await lab(pipeline, ...study, "--out", "two", "--threads", "2", "--json")
    assert.strictEqual(second.stdout, first.stdout)
    assert.strictEqual(resultsOf("two"), resultsOf("one"))

    const whole = resultsOf("one")
    truncateSync(join(directory, "two", "results.ndjson"), Math.floor(whole.length / 2))
    const third = await lab(pipeline, ...study, "--out", "two", "--json")
    assert.strictEqual(third.stdout, first.stdout)
    assert.strictEqual(resultsOf("two"), whole)
  })

  it("reports what it has when it is interrupted, and goes on from there", async () => {
    const options = ["--arm", arms, "--trials", "100000", "--out", "stopped", "--json"]
    const started = Command.start(["lab", pipeline, ...options], { cwd: directory })
    const file = join(directory, "stopped", "results.ndjson")
    await Command.eventually(
      "some trials",
      () => existsSync(file) && readFileSync(file, "utf8").split("\n").length > 30
    )
    started.child.kill("SIGINT")
    const { code, stderr, stdout } = await started.ended
    assert.strictEqual(code, 130, stderr)
    const { notes, trials } = JSON.parse(stdout)
    assert.isBelow(trials, 100_000)
    assert.include(notes.at(-1), `Only ${trials} of 100000 trials have been run.`)
    assert.strictEqual(resultsOf("stopped").split("\n").length, 2 + 2 * trials)
    assert.include(readdirSync(join(directory, "stopped")), "report.html")
  })

  it("refuses a directory that another process works in, and takes it once that is killed", async () => {
    const options = ["--arm", arms, "--trials", "100000", "--out", "held", "--quiet"]
    const first = Command.start(["lab", pipeline, ...options], { cwd: directory })
    const file = join(directory, "held", "results.ndjson")
    await Command.eventually(
      "some trials",
      () => existsSync(file) && readFileSync(file, "utf8").split("\n").length > 30
    )
    const others = await Promise.all([
      lab("sensitivity", pipeline, ...options),
      lab(pipeline, ...options)
    ])
    for (const { code, stderr } of others) {
      assert.strictEqual(code, 7, stderr)
      assert.match(
        stderr,
        new RegExp(
          `another batchwave lab works in held: process ${first.child.pid}, since 20\\d\\d-`
        )
      )
    }
    first.child.kill("SIGKILL")
    await first.ended
    const third = Command.start(["lab", pipeline, ...options, "--json"], { cwd: directory })
    const kept = resultsOf("held").split("\n").length
    await Command.eventually("more trials", () => resultsOf("held").split("\n").length > kept)
    third.child.kill("SIGINT")
    const { code, stderr } = await third.ended
    assert.strictEqual(code, 130, stderr)
    assert.notInclude(readdirSync(join(directory, "held")), "lock.json")
  })

  it("stops when the verdict is clear, at the same trial whatever the number of threads", async () => {
    const until = ["--until-clear", "--trials", "400", "--json"]
    const [one, two] = await Promise.all(
      ["1", "2"].map((threads) => lab(pipeline, "--arm", arms, ...until, "--threads", threads))
    )
    assert.strictEqual(one?.code, 0, one?.stderr)
    assert.strictEqual(two?.stdout, one?.stdout)
    const { judgements, trials } = JSON.parse(one?.stdout ?? "")
    assert.isBelow(trials, 400)
    assert.notStrictEqual(judgements[0].verdict, "cannot tell")
  })

  it("reads a world from a file, and prints Markdown and a page", async () => {
    writeFileSync(
      join(directory, "world.json"),
      JSON.stringify({
        name: "small",
        pool: { nodes: 1, slotsPerNode: 1 },
        link: { latencyMs: 10 },
        tasks: [{ duration: { _tag: "Fixed", value: 60_000 } }]
      })
    )
    const options = ["--arm", "pipeline", "--scenario", "world.json", "--trials", "3"]
    const markdown = await lab(pipeline, ...options, "--format", "markdown")
    assert.strictEqual(markdown.code, 0, markdown.stderr)
    assert.include(markdown.stdout, "# diamond in small")
    assert.include(markdown.stdout, "world small: 1 node of 1 slot")
    const page = await lab(pipeline, ...options, "--format", "html")
    assert.match(page.stdout, /^<!doctype html>/)
  })

  it("tells everything that is wrong at once", async () => {
    const wrongArm = Command.writePipeline(
      directory,
      "wrongArm.ts",
      `import { Policy } from "batchwave"\nexport const endless = Policy.retry({ max: Infinity })\n`
    )
    writeFileSync(join(directory, "odd.json"), JSON.stringify({ pool: { nodes: 2 }, speed: 9 }))
    const failures = [{ exitCode: 0, probability: 0.1 }]
    writeFileSync(
      join(directory, "wrong.json"),
      JSON.stringify({ pool: { nodes: 0, slotsPerNode: 1 }, tasks: [{ failures }] })
    )
    const twice = ["--measure", "cost", "--measure", "cost"]
    const wrong = await lab(pipeline, "--arm", "pipeline", "--scenario", "wrong.json")
    assert.include(
      wrong.stderr,
      "wrong.json: pool.nodes must be a whole number from 1 to 10000, not 0"
    )
    assert.include(wrong.stderr, "failures[0].exitCode must be a whole number other than 0")
    const repeated = await lab(pipeline, "--arm", "pipeline", ...twice)
    assert.include(repeated.stderr, "the measure cost is given twice")
    const { code, stderr, stdout } = await lab(
      "absent.ts",
      "--arm",
      "nowhere.ts",
      "--arm",
      pipeline,
      "--arm",
      wrongArm,
      "--scenario",
      "odd.json"
    )
    assert.strictEqual(code, 2)
    assert.strictEqual(stdout, "")
    for (
      const expected of [
        "the arm file nowhere.ts does not exist",
        "exports \"default\", which is no arm",
        "the policy of arm \"endless\" in",
        "max of retry is Infinity",
        "slotsPerNode",
        "speed",
        "the file absent.ts does not exist"
      ]
    ) {
      assert.include(stderr, expected)
    }
    const parametrised = Command.writePipeline(
      directory,
      "parametrised.ts",
      `import { Pipeline } from "batchwave"
import { Schema } from "effect"
const params = { day: Schema.String, night: Schema.String }
export default Pipeline.make("p", { params }, (p) => {})`
    )
    const nested = await lab(parametrised, "--arm", "nowhere.ts")
    assert.match(
      nested.stderr,
      /cannot be made:\n- the arm file .*\n- pipeline "p" has 2 problems:\n {2}- parameter "day" .*\n {2}- parameter "night" /
    )
    const bare = await lab(pipeline)
    assert.include(bare.stderr, "no arm is given; add --arm FILE")
  })

  it("refuses flags that would count for nothing", async () => {
    const file = fileURLToPath(new URL("../../examples/lab/memory.ts", import.meta.url))
    const given = await lab(file, "--param", "days=3")
    assert.strictEqual(given.code, 2)
    assert.include(given.stderr, "is an experiment, whose workload is made in it")
    for (const method of ["search", "sensitivity"]) {
      const { code, stderr } = await lab(method, file, "--until-clear")
      assert.strictEqual(code, 2)
      assert.include(stderr, "leave --until-clear out")
    }
  })

  it("does not mix experiments in one directory", async () => {
    const options = ["--arm", "pipeline", "--trials", "2", "--out", "mixed"]
    assert.strictEqual((await lab(pipeline, ...options)).code, 0)
    const { code, stderr } = await lab(pipeline, ...options, "--seed", "9")
    assert.strictEqual(code, 2)
    assert.include(stderr, "belongs to another experiment: it was begun with seed 1, not 9")
    const results = join(directory, "mixed", "results.ndjson")
    const lines = readFileSync(results, "utf8").split("\n")
    writeFileSync(results, lines.with(1, "{}").join("\n"))
    const damaged = await lab(pipeline, ...options)
    assert.strictEqual(damaged.code, 2)
    assert.include(damaged.stderr, "is damaged: line 2 is not what belongs there; cut the file")
    assert.strictEqual(readFileSync(results, "utf8"), lines.with(1, "{}").join("\n"))
  })

  it("replays a real run, fits a world to it, and experiments in it", async () => {
    const real = await Command.run(["run", pipeline, "--run-id", "real", "--quiet"], {
      cwd: directory
    })
    assert.strictEqual(real.code, 0, real.stderr)
    const replayed = await lab("replay", "real", "--arm", arms, "--trials", "2", "--json")
    assert.strictEqual(replayed.code, 0, replayed.stderr)
    assert.include(replayed.stderr, "run real: took")
    assert.include(replayed.stderr, "4 executions to repeat, 0 left out")
    const { arms: found, notes } = JSON.parse(replayed.stdout)
    assert.deepStrictEqual(found.map(({ name }: { name: string }) => name), [
      "as recorded",
      "quick",
      "patient"
    ])
    assert.include(notes[0], "as recorded: 100% of its runs are as recorded")
    const foreign = await lab("replay", "real", "--arm", "pipeline")
    assert.include(foreign.stderr, "a journal does not hold the policies of its pipeline")
    const fitted = await lab("fit", "real")
    assert.strictEqual(fitted.code, 0, fitted.stderr)
    assert.include(fitted.stderr, "run real: 4 ends; run times")
    assert.include(fitted.stderr, "failures: none")
    writeFileSync(join(directory, "real.json"), fitted.stdout)
    const options = ["--arm", "pipeline", "--scenario", "real.json", "--trials", "2"]
    const there = await lab(pipeline, ...options)
    assert.strictEqual(there.code, 0, there.stderr)
    assert.include(there.stdout, "diamond in real")
  })
})

describe("lab in several worlds", () => {
  it("compares in each, the same on two threads and after an interruption", async () => {
    writeFileSync(
      join(directory, "calm.json"),
      JSON.stringify({ tasks: [{ duration: { _tag: "Fixed", value: 60_000 } }] })
    )
    const scenarios = ["--scenario", "calm.json", "--scenario", "flaky"]
    const options = ["--arm", arms, ...scenarios, "--trials", "45", "--nodes", "3", "--json"]
    const first = await lab(pipeline, ...options, "--out", "worlds", "--threads", "1")
    assert.strictEqual(first.code, 0, first.stderr)
    const { cells, grid } = JSON.parse(first.stdout)
    assert.deepStrictEqual(
      cells.map(({ analysis, world }: {
        readonly world: string
        readonly analysis: {
          readonly header: { readonly world: { readonly pool: { readonly nodes: number } } }
          readonly judgements: ReadonlyArray<{ readonly verdict: string }>
        }
      }) => [world, analysis.header.world.pool.nodes, analysis.judgements[0]?.verdict]),
      [["calm", 3, "cannot tell"], ["flaky", 3, "worse"]]
    )
    assert.strictEqual(grid.confidence, 0.95)
    const whole = resultsOf("worlds")
    truncateSync(join(directory, "worlds", "results.ndjson"), Math.floor(whole.length * 0.7))
    const second = await lab(pipeline, ...options, "--out", "worlds", "--threads", "2")
    assert.strictEqual(second.stdout, first.stdout)
    assert.strictEqual(resultsOf("worlds"), whole)
    const search = await lab("search", pipeline, "--arm", arms, ...scenarios)
    assert.include(search.stderr, "a search takes one workload and one world")
  })
})

describe("lab search", () => {
  const sweep = Command.writePipeline(
    directory,
    "sweep.ts",
    `
import { Arm, Experiment, Sweep, Workload, World } from "${import.meta.resolve("@batchwave/lab")}"
import { Policy } from "batchwave"
export default Experiment.make({
  name: "retries",
  workload: Workload.forkJoin(8),
  world: World.flaky,
  arms: [
    Arm.make("never", { policy: Policy.giveUp }),
    ...Sweep.arms({ max: [0, 1, 2, 5, 9] }, ({ max }) => ({ policy: Policy.retry({ max }) }))
  ],
  measures: ["nodesDone"],
  trials: 30,
  search: { finalists: 2 }
})
`
  )

  it("finds the better end of a sweep, the same on two threads and after an interruption", async () => {
    const options = ["--json", "--budget", "80"]
    const first = await lab("search", sweep, ...options, "--out", "found", "--threads", "1")
    assert.strictEqual(first.code, 0, first.stderr)
    const { confirmation, search } = JSON.parse(first.stdout)
    assert.include(["max=2", "max=5", "max=9"], search.winner)
    assert.deepStrictEqual(search.rungs, [{ arms: 5, trials: 16, kept: 2 }])
    assert.strictEqual(confirmation.trials, 30)
    assert.strictEqual(confirmation.judgements[0].verdict, "better")
    const whole = resultsOf("found")
    const second = await lab("search", sweep, ...options, "--out", "again", "--threads", "2")
    assert.strictEqual(second.stdout, first.stdout)
    assert.strictEqual(resultsOf("again"), whole)
    truncateSync(join(directory, "again", "results.ndjson"), Math.floor(whole.length * 0.7))
    const third = await lab("search", sweep, ...options, "--out", "again")
    assert.strictEqual(third.stdout, first.stdout)
    assert.strictEqual(resultsOf("again"), whole)
    const other = await lab("search", sweep, "--budget", "81", "--out", "again")
    assert.include(other.stderr, "it was begun with another value of search")
  })

  it("draws the whole sweep, and says when there is nothing to search", async () => {
    const page = await lab(sweep, "--trials", "3", "--format", "html")
    assert.include(page.stdout, "nodesDone (share) by max")
    const { code, stderr } = await lab("search", sweep, "--finalists", "5")
    assert.strictEqual(code, 2)
    assert.include(stderr, "besides the baseline there are 5 arms, and all would be confirmed")
  })
})

describe("every method of lab", () => {
  const many = Command.writePipeline(
    directory,
    "many.ts",
    `
import { Arm, Experiment, Sweep, Workload, World } from "${import.meta.resolve("@batchwave/lab")}"
import { Policy } from "batchwave"
export default Experiment.make({
  workload: Workload.forkJoin(8),
  world: World.flaky,
  arms: [
    Arm.make("never", { policy: Policy.giveUp }),
    ...Sweep.arms({ max: [0, 1, 2, 5, 9] }, ({ max }) => ({ policy: Policy.retry({ max }) }))
  ],
  trials: 20_000
})
`
  )

  it("reports what there is when it is interrupted", async () => {
    const methods = [
      { name: "search", arguments: ["search", many, "--budget", "100000"] },
      { name: "sensitivity", arguments: ["sensitivity", many] },
      { name: "grid", arguments: [many, "--scenario", "flaky", "--scenario", "steady"] }
    ]
    await Promise.all(methods.map(async ({ arguments: options, name }) => {
      const out = `stopped-${name}`
      const started = Command.start(["lab", ...options, "--out", out, "--json"], { cwd: directory })
      const file = join(directory, out, "results.ndjson")
      await Command.eventually(
        "some trials",
        () => existsSync(file) && readFileSync(file, "utf8").split("\n").length > 60
      )
      started.child.kill("SIGINT")
      const { code, stderr, stdout } = await started.ended
      assert.strictEqual(code, 130, stderr)
      const { cells, grid, notes, search, trials } = JSON.parse(stdout)
      const told = name === "search" ? search.notes : name === "grid" ? grid.notes : notes
      assert.match(told[0], /^Interrupted/, name)
      const held = resultsOf(out).split("\n").length - 2
      const run = name === "search"
        ? search.searchTrials
        : 6 * (name === "grid" ? cells[0].analysis.trials : trials)
      assert.strictEqual(run, held, name)
      assert.include(readFileSync(join(directory, out, "report.md"), "utf8"), "Interrupted")
      assert.include(readdirSync(join(directory, out)), "report.html")
    }))
  })
})

describe("lab sensitivity", () => {
  it("tells where the verdict flips", async () => {
    writeFileSync(
      join(directory, "outage.json"),
      JSON.stringify({
        name: "an outage",
        link: { latencyMs: 10 },
        tasks: [{ duration: { _tag: "Fixed", value: 60_000 } }],
        faults: {
          runs: [{
            when: { untilMs: 60_000 },
            fault: { _tag: "Exit", exitCode: 1, afterMs: 1_000 }
          }]
        }
      })
    )
    const patience = Command.writePipeline(
      directory,
      "patience.ts",
      `
import { Backoff, Policy } from "batchwave"
const policy = (max) => Policy.retry({ max, backoff: Backoff.constant(60_000) })
export default [{ name: "twice", policy: policy(2) }, { name: "nine times", policy: policy(9) }]
`
    )
    const found = await lab(
      "sensitivity",
      pipeline,
      "--arm",
      patience,
      "--scenario",
      "outage.json",
      "--measure",
      "success",
      "--trials",
      "6",
      "--vary",
      "faults.runs[0].when.untilMs=60000..400000",
      "--json"
    )
    assert.strictEqual(found.code, 0, found.stderr)
    const [{ flips }] = JSON.parse(found.stdout).effects
    assert.deepStrictEqual([flips[0].from, flips[0].to], ["cannot tell", "better"])
    // The third run of the first task begins after two runs of a second, two waits of a minute, and up
    // to 11 s each until a poll sees the end; a verdict takes six trials that differ.
    const [low, high] = flips[0].between
    assert.isTrue(high > 122_000 && high < 151_000 && high - low < 7_000, `${low} to ${high}`)
    const wrong = await lab("sensitivity", pipeline, "--arm", patience, "--vary", "nodes=1")
    assert.include(wrong.stderr, "a path and two numbers, such as pool.nodes=2..32")
    const unknown = await lab("sensitivity", pipeline, "--arm", patience, "--vary", "nodes=1..2")
    assert.include(unknown.stderr, "the world has no quantity nodes; it has pool.nodes")
  })
})

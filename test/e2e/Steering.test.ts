/**
 * A run that goes on is asked, paused, continued, changed and ended from another process.
 */
import { assert, describe, it } from "@effect/vitest"
import { Pipeline, Policy, run, type RunOptions } from "batchwave"
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { requireText } from "../PublishedSchema.ts"
import * as Command from "./Command.ts"

/** Two branches that wait for files, each with a node behind it. */
const pipelineOf = (directory: string): string =>
  Command.writePipeline(
    directory,
    "branches.ts",
    `
import { Pipeline } from "batchwave"
const until = (name: string) => "until [ -e ${directory}/" + name + " ]; do sleep 0.05; done"
export default Pipeline.graph("branches", {
  left: { run: until("left") },
  "after left": { run: "touch ${directory}/left-ran", needs: ["left"] },
  right: { run: until("right") },
  "after right": { run: "touch ${directory}/right-ran", needs: ["right"] }
})
`
  )

describe("a run that goes on", () => {
  it("is told about, explained, paused, continued, changed and cut by its id", async () => {
    const directory = Command.makeDirectory()
    const options = { cwd: directory }
    const ask = async (...args: ReadonlyArray<string>): Promise<string> => {
      const ended = await Command.run(args, options)
      assert.strictEqual(ended.code, 0, `${args.join(" ")}: ${ended.stderr}`)
      return ended.stdout
    }
    const run = Command.start(
      ["run", pipelineOf(directory), "--run-id", "r", "--slots", "4", "--json"],
      options
    )
    await Command.eventually(
      "both tasks run",
      () => run.output().stderr.includes("submitted 2 tasks")
    )

    assert.match(await ask("status"), /^run r is running: 4 pending; \d tasks? in the service/)
    assert.match(await ask("explain", "--node", "after left"), /^after left: .*left/)
    assert.match(await ask("pause", "r"), /run r is paused/)
    const status = await ask("status", "--json")
    requireText("status", status)
    assert.strictEqual(JSON.parse(status).phase, "paused")
    assert.match(await ask("set", "--on-failure", "tolerate:50%"), /tolerate:50%; it was keepGoing/)
    writeFileSync(join(directory, "left"), "")
    await Command.eventually("left ends", () => run.output().stderr.includes("left succeeded"))
    const kept: ReadonlyArray<{ readonly reason: string }> = JSON.parse(
      await ask("explain", "--node", "after left", "--json")
    )
    assert.deepStrictEqual(kept.map(({ reason }) => reason), ["Paused"])
    assert.isFalse(existsSync(join(directory, "left-ran")))

    const report = JSON.parse(await ask("report", "--json"))
    assert.strictEqual(report.outcome, "unfinished")
    assert.strictEqual(report.liveAtMs, report.endedAtMs)
    const executions: ReadonlyArray<{ readonly node: string; readonly end: string }> =
      report.executions
    assert.deepStrictEqual(
      executions.map(({ end, node }) => `${node} ${end}`),
      ["left succeeded", "right open"]
    )
    assert.isAbove(report.executions[1].runMs, 0)
    assert.match(await ask("report"), /goes on; as of .*4 nodes, 1 succeeded, 3 pending/)
    assert.match(await ask("report", "--format", "html"), /branches: goes on/)

    const wrong = await Command.run(["cancel", "--node", "after lefd"], options)
    assert.strictEqual(wrong.code, 2)
    assert.include(wrong.stderr, "did you mean \"after left\"?")
    assert.match(await ask("cancel", "--node", "right"), /1 node of run r .* being cancelled/)
    assert.match(await ask("continue"), /run r goes on/)
    const ended = await run.ended
    assert.strictEqual(existsSync(join(directory, "left-ran")), true)
    assert.strictEqual(existsSync(join(directory, "right-ran")), false)
    const document: {
      readonly nodes: ReadonlyArray<{ readonly node: string; readonly outcome: string }>
    } = JSON.parse(ended.stdout)
    const outcomes = new Map(document.nodes.map(({ node, outcome }) => [node, outcome]))
    assert.strictEqual(outcomes.get("after left"), "succeeded")
    assert.strictEqual(outcomes.get("right"), "cancelled")

    assert.match(await ask("status"), /^run r (?!is running)/)
    assert.notInclude(await ask("report"), "goes on")
    const dead = await Command.run(["pause"], options)
    assert.strictEqual(dead.code, 2)
    assert.match(dead.stderr, /run r has ended \(.*nothing left to steer/)
  })
})

describe("a branch whose first node has ended", () => {
  it("is cancelled from where it is, and it is said when nothing is left of it", async () => {
    const directory = Command.makeDirectory()
    const file = Command.writePipeline(
      directory,
      "chain.ts",
      `
import { Pipeline } from "batchwave"
const until = (name: string) => "until [ -e ${directory}/" + name + " ]; do sleep 0.05; done"
export default Pipeline.graph("chain", {
  first: { run: "true" },
  second: { run: until("never"), needs: ["first"] },
  third: { run: "true", needs: ["second"] },
  other: { run: until("go") }
})
`
    )
    const options = { cwd: directory }
    const run = Command.start(["run", file, "--run-id", "r", "--slots", "4", "--json"], options)
    await Command.eventually(
      "first ends",
      () => run.output().stderr.includes("first succeeded")
    )
    const cancel = async (...names: ReadonlyArray<string>) => {
      const args = names.flatMap((name) => ["--node", name])
      const ended = await Command.run(["cancel", "r", ...args], options)
      assert.strictEqual(ended.code, 0, ended.stderr)
      return ended.stdout.trim()
    }
    assert.strictEqual(
      await cancel("first"),
      "1 node of run r and what depends on it are being cancelled: second"
    )
    await Command.eventually(
      "the branch ends",
      () => run.output().stderr.includes("cancelled: third")
    )
    assert.strictEqual(
      await cancel("first", "third"),
      "nothing of run r is cancelled: first has settled as succeeded, third has settled as cancelled, "
        + "and nothing that needs them is left"
    )
    writeFileSync(join(directory, "go"), "")
    const document: {
      readonly nodes: ReadonlyArray<{ readonly node: string; readonly outcome: string }>
    } = JSON.parse((await run.ended).stdout)
    assert.deepStrictEqual(
      document.nodes.map(({ outcome }) => outcome),
      ["succeeded", "cancelled", "cancelled", "succeeded"]
    )
  })
})

describe("a run of a program", () => {
  it("refuses options that make no sense, all at once", async () => {
    const options: RunOptions = {
      mode: JSON.parse("\"lazy\""),
      onFailure: "tolerate:101%",
      seed: 0.5,
      slots: 0,
      policy: Policy.retry({ max: NaN }),
      data: join(Command.makeDirectory(), ".batchwave")
    }
    const untyped = { ...options, resume: true, runid: "r" }
    const told = await run(Pipeline.graph("p", { a: { run: "true" } }), {}, untyped).catch(
      (error: Error) => error.message
    )
    assert.strictEqual(
      told,
      [
        "a run has no option \"resume\"; known are \"account\", \"store\", \"data\", \"runId\", \"mode\", "
        + "\"onFailure\", \"policy\", \"slots\" and 3 more",
        "a run has no option \"runid\"; did you mean \"runId\"?",
        "the run's policy: max of retry is NaN; give a whole number from 0 to 10000",
        "\"lazy\" is no mode; use eager, waves, native",
        "\"tolerate:101%\" is no failure mode; use keepGoing, drain, failFast, tolerate:N or tolerate:N%",
        "seed is 0.5; give a whole number",
        "slots is 0; give a whole number of at least 1"
      ].join("\n")
    )
  })

  it("gives tasks without a policy the one of the run", async () => {
    const data = join(Command.makeDirectory(), ".batchwave")
    const pipeline = Pipeline.graph("p", { a: { run: "exit 3" } })
    const { report } = await run(pipeline, {}, { data, policy: Policy.skip })
    assert.strictEqual(report.nodes[0]?.outcome, "skipped")
  })

  it("is told about and paused from outside, and tells the program its events", async () => {
    const directory = Command.makeDirectory()
    const data = join(directory, ".batchwave")
    const pipeline = Pipeline.graph("program", {
      first: { run: `until [ -e ${directory}/go ]; do sleep 0.05; done` },
      second: { run: "true", needs: ["first"] }
    })
    const ask = async (...args: ReadonlyArray<string>): Promise<string> => {
      const ended = await Command.run(args, { cwd: directory })
      assert.strictEqual(ended.code, 0, `${args.join(" ")}: ${ended.stderr}`)
      return ended.stdout
    }
    const seen: Array<string> = []
    const outcome = run(pipeline, {}, {
      data,
      runId: "r",
      onEvents: (events, _atMs, state) => {
        for (const event of events) {
          if (event._tag === "NodeSucceeded") seen.push(state.plan.names[event.node] ?? "")
          if (event._tag === "PauseRequested" || event._tag === "TaskStarted") seen.push(event._tag)
        }
      }
    })
    await Command.eventually("the first task runs", () => seen.includes("TaskStarted"))
    assert.match(await ask("status"), /^run r is running: 2 pending/)
    assert.match(await ask("pause", "r"), /run r is paused/)
    writeFileSync(join(directory, "go"), "")
    await Command.eventually("the first task ends", () => seen.includes("first"))
    assert.match(await ask("continue"), /run r goes on/)
    assert.strictEqual((await outcome).report.outcome, "succeeded")
    assert.deepStrictEqual(
      seen.filter((what) => what !== "TaskStarted"),
      ["PauseRequested", "first", "second"]
    )
  })
})

/**
 * A chosen part of a run is run again, after the run has ended and while it goes on.
 */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Command from "./Command.ts"

/** Every node leaves a line in `log`; `train` needs the file `fixed`. */
const pipelineOf = (directory: string): string =>
  Command.writePipeline(
    directory,
    "weather.ts",
    `
import { Pipeline } from "batchwave"
const log = (name: string) => "echo " + name + " >> ${directory}/log"
export default Pipeline.graph("weather", {
  load: { run: log("load") },
  train: { run: log("train") + "; test -e ${directory}/fixed", needs: ["load"] },
  score: { run: log("score"), needs: ["train"] },
  report: { run: log("report"), needs: ["score"] },
  other: { run: log("other") }
})
`
  )

const logOf = (directory: string): ReadonlyArray<string> =>
  readFileSync(join(directory, "log"), "utf8").trim().split("\n").toSorted()

interface Document {
  readonly outcome: string
  readonly nodes: ReadonlyArray<{ readonly node: string; readonly outcome: string }>
}

describe("batchwave retry", () => {
  it(
    "runs what failed and what that held up, and nothing else, once the cause is gone",
    async () => {
      const directory = Command.makeDirectory()
      const options = { cwd: directory }
      const run = (...args: ReadonlyArray<string>) => Command.run(args, options)
      const first = await run("run", pipelineOf(directory), "--run-id", "r", "--quiet")
      assert.strictEqual(first.code, 1, first.stderr)
      assert.deepStrictEqual(logOf(directory), ["load", "other", "train"])

      const wrong = await run("retry", "r", "trian")
      assert.strictEqual(wrong.code, 2)
      assert.include(wrong.stderr, "selection \"trian\", character 1")
      assert.include(wrong.stderr, "did you mean \"train\"?")
      const none = await run("retry", "r", "failed", "--exclude", "class:Exit")
      assert.strictEqual(none.code, 2)
      assert.include(none.stderr, "the selection holds no node of run r")

      const dry = await run("retry", "r", "failed", "--dry-run")
      assert.strictEqual(dry.code, 0, dry.stderr)
      assert.include(dry.stdout, "1 node chosen: train")
      assert.match(dry.stdout, /2 nodes kept from running .*: score, report/)
      assert.deepStrictEqual(logOf(directory), ["load", "other", "train"])

      writeFileSync(join(directory, "fixed"), "")
      const again = await run("retry", "r", "failed", "--json")
      assert.strictEqual(again.code, 0, again.stderr)
      assert.include(again.stderr, "1 node chosen: train")
      assert.deepStrictEqual(logOf(directory), [
        "load",
        "other",
        "report",
        "score",
        "train",
        "train"
      ])
      const document: Document = JSON.parse(again.stdout)
      assert.strictEqual(document.outcome, "succeeded")
      assert.match((await run("status", "r")).stdout, /^run r succeeded: 5 succeeded/)
      assert.strictEqual((await run("doctor", "r")).code, 0)

      const told = await run("events", "r")
      assert.strictEqual(told.code, 0, told.stderr)
      const [about, ...records]: ReadonlyArray<{
        readonly nodes: ReadonlyArray<string>
        readonly sequence: number
        readonly event: { readonly _tag: string; readonly nodes: ReadonlyArray<number> }
      }> = told.stdout.trim().split("\n").map((line) => JSON.parse(line))
      assert.deepStrictEqual(
        records.map(({ sequence }) => sequence),
        records.map((_, at) => at + 1)
      )
      assert.deepStrictEqual(
        records.filter(({ event }) => event._tag === "RerunRequested")
          .map(({ event }) => event.nodes.map((node) => about?.nodes[node])),
        [["train"]]
      )
      assert.strictEqual(records.at(-1)?.event._tag, "RunFinished")
      const last = await run("events", "r", "--after", String(records.length - 1))
      assert.deepStrictEqual(JSON.parse(last.stdout.trim().split("\n")[1] ?? ""), records.at(-1))

      const upward = await run("retry", "r", "+score", "--exclude", "load", "--quiet")
      assert.strictEqual(upward.code, 0, upward.stderr)
      assert.deepStrictEqual(logOf(directory), [
        "load",
        "other",
        "report",
        "score",
        "score",
        "train",
        "train",
        "train"
      ])
    }
  )

  it("keeps dependencies that the service holds, slots and retries of its own", async () => {
    const directory = Command.makeDirectory()
    const options = { cwd: directory }
    const file = pipelineOf(directory)
    const first = await Command.run(
      ["run", file, "--run-id", "r", "--quiet", "--mode", "native", "--slots", "2"],
      options
    )
    assert.strictEqual(first.code, 1, first.stderr)
    const flags = ["--quiet", "--emulator-slots", "2", "--slots", "2"]
    const again = await Command.run(["retry", "r", "failed", "--retries", "2", ...flags], options)
    assert.strictEqual(again.code, 1, again.stderr)
    assert.deepStrictEqual(logOf(directory), [
      "load",
      "other",
      ...Array.from({ length: 4 }, () => "train")
    ])
    writeFileSync(join(directory, "fixed"), "")
    const last = await Command.run(["retry", "r", "train", ...flags], options)
    assert.strictEqual(last.code, 0, last.stderr)
    assert.deepStrictEqual(logOf(directory).slice(0, 4), ["load", "other", "report", "score"])
    assert.strictEqual(logOf(directory).length, 9)
  })

  it("goes on with a retry that was interrupted", async () => {
    const directory = Command.makeDirectory()
    const options = { cwd: directory }
    const file = Command.writePipeline(
      directory,
      "gate.ts",
      `
import { Pipeline } from "batchwave"
export default Pipeline.graph("gate", {
  gate: {
    run: "echo x >> ${directory}/tries; test -e ${directory}/fixed || exit 1; "
      + "until [ -e ${directory}/open ]; do sleep 0.05; done"
  },
  after: { run: "true", needs: ["gate"] }
})
`
    )
    const first = await Command.run(["run", file, "--run-id", "r", "--quiet"], options)
    assert.strictEqual(first.code, 1, first.stderr)
    writeFileSync(join(directory, "fixed"), "")
    const again = Command.start(["retry", "r", "failed"], options)
    await Command.eventually(
      "the gate runs again",
      () => readFileSync(join(directory, "tries"), "utf8") === "x\nx\n"
    )
    assert.isFalse(existsSync(join(directory, ".batchwave/runs/r/report.json")))
    again.child.kill("SIGKILL")
    await again.ended
    writeFileSync(join(directory, "open"), "")
    const resumed = await Command.run(
      ["run", file, "--resume", "--run-id", "r", "--quiet"],
      options
    )
    assert.strictEqual(resumed.code, 0, resumed.stderr)
  })

  it("is granted by the process that works on the run", async () => {
    const directory = Command.makeDirectory()
    const options = { cwd: directory }
    const file = Command.writePipeline(
      directory,
      "two.ts",
      `
import { Pipeline } from "batchwave"
export default Pipeline.graph("two", {
  slow: { run: "until [ -e ${directory}/open ]; do sleep 0.05; done" },
  bad: { run: "test -e ${directory}/fixed" },
  after: { run: "true", needs: ["bad"] }
})
`
    )
    const run = Command.start(["run", file, "--run-id", "r", "--slots", "2"], options)
    await Command.eventually("bad fails", () => run.output().stderr.includes("bad failed"))
    const held = await Command.run(["events", "r"], options)
    assert.strictEqual(held.code, 7, held.stdout)
    const dry = await Command.run(["retry", "r", "failed, slow", "--dry-run"], options)
    assert.strictEqual(dry.code, 0, dry.stderr)
    assert.include(dry.stdout, "1 node chosen that has not settled and goes on as it is: slow")
    const refused = await Command.run(["retry", "r", "failed", "--retries", "3"], options)
    assert.strictEqual(refused.code, 2)
    assert.include(refused.stderr, "leave --retries out")
    writeFileSync(join(directory, "fixed"), "")
    const asked = await Command.run(["retry", "r", "failed"], options)
    assert.strictEqual(asked.code, 0, asked.stderr)
    assert.include(asked.stdout, "1 node chosen: bad")
    await Command.eventually("bad succeeds", () => run.output().stderr.includes("bad succeeded"))
    writeFileSync(join(directory, "open"), "")
    assert.strictEqual((await run.ended).code, 0)
  })
})

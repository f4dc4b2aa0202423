/**
 * Runs are listed, reported on, and what their tasks wrote is read, while they run and afterwards.
 */
import { BatchClient } from "@batchwave/client/BatchClient"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import type { CloudTask, TaskAddParameter } from "@batchwave/wire/Task"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Stream } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { requireText } from "../PublishedSchema.ts"
import * as Command from "./Command.ts"

const pipelineOf = (directory: string, name: string): string =>
  Command.writePipeline(
    directory,
    `${name}.ts`,
    `
import { Pipeline, sh } from "batchwave"
export default Pipeline.make("${name}", {}, (p) => {
  const first = p.task("first", { run: sh\`echo one; echo two; echo three\` })
  const until = "echo begun; until [ -e ${directory}/go ]; do sleep 0.05; done; echo oops >&2; exit 3"
  const bad = p.task("bad", { run: sh\`sh -c \${until}\`, after: [first] })
  p.task("behind", { run: sh\`true\`, after: [bad] })
})
`
  )

describe("runs that were made here", () => {
  it("are listed, read and reported on, live and afterwards", async () => {
    const directory = Command.makeDirectory()
    const options = { cwd: directory }
    const ask = async (...args: ReadonlyArray<string>) => {
      const ended = await Command.run(args, options)
      assert.strictEqual(ended.code, 0, `${args.join(" ")}: ${ended.stderr}`)
      return ended
    }
    assert.strictEqual((await ask("runs")).stdout, "")
    const run = Command.start(
      ["run", pipelineOf(directory, "looked"), "--run-id", "looked-1", "--quiet"],
      options
    )
    const begun = () => Command.run(["logs", "--node", "bad", "--file", "stdout.txt"], options)
    let written = ""
    while (!written.includes("begun")) written = (await begun()).stdout
    assert.match((await ask("runs")).stdout, /^looked-1 +looked +running +\S+Z +emulator$/m)
    const early = await ask("report")
    assert.match(early.stdout, /^run looked-1 of "looked" goes on; as of \S+Z: 3 nodes/)
    assert.match(early.stderr, /run looked-1 goes on; this is as of/)
    const followed = ["stdout.txt", "stderr.txt"].map((file) =>
      Command.start(["logs", "--node", "bad", "--file", file, "--follow"], options)
    )
    const all = Command.start(["logs", "--file", "stdout.txt", "--follow"], options)
    await Command.eventually(
      "what is there is shown",
      () => [followed[0], all].every((one) => one?.output().stdout === "begun\n")
    )
    writeFileSync(join(directory, "go"), "")
    assert.strictEqual((await run.ended).code, 1)
    const [out, err] = await Promise.all(followed.map(({ ended }) => ended))
    assert.deepStrictEqual([out?.code, out?.stdout], [0, "begun\n"], out?.stderr)
    assert.deepStrictEqual([err?.code, err?.stdout], [0, "oops\n"], err?.stderr)
    const everything = await all.ended
    assert.deepStrictEqual([everything.code, everything.stdout], [0, "begun\n"])
    assert.include(everything.stderr, "bad: stdout.txt of task bad")
    const whom = await Command.run(["logs", "--follow"], options)
    assert.strictEqual(whom.code, 2)
    assert.include(whom.stderr, "by --node")

    const [listed] = JSON.parse((await ask("runs", "--json")).stdout)
    assert.strictEqual(listed.run, "looked-1")
    assert.strictEqual(listed.state, "failed")
    const failed = await ask("logs", "look")
    assert.strictEqual(failed.stdout, "oops\n")
    assert.include(failed.stderr, "bad: stderr.txt of task bad (5 bytes)")
    const tail = await ask("logs", "--node", "first", "--file", "stdout.txt", "--lines", "2")
    assert.strictEqual(tail.stdout, "two\nthree\n")
    const lines = await ask("logs", "--node", "first", "--file", "stdout.txt", "--lines", "0")
    assert.strictEqual(lines.stdout, "one\ntwo\nthree\n")
    const missing = await Command.run(["logs", "--node", "behind"], options)
    assert.strictEqual(missing.code, 2)
    assert.include(missing.stderr, "behind: it has no task yet")

    const text = (await ask("report")).stdout
    assert.match(
      text,
      /^run looked-1 of "looked" failed: 3 nodes, 1 succeeded, 1 failed, 1 blocked$/m
    )
    assert.match(text, /what ended last: first → bad; of .* it ran .* and waited .* in the service/)
    const reportText = (await ask("report", "--json")).stdout
    requireText("report", reportText)
    const report = JSON.parse(reportText)
    assert.deepStrictEqual(
      report.executions.map((one: { node: string; end: string }) => [one.node, one.end]),
      [["first", "succeeded"], ["bad", "failed"]]
    )
    assert.strictEqual((await ask("report", "--format", "csv")).stdout.split("\r\n").length, 4)
    await ask("report", "--format", "html", "--out", "page.html")
    assert.match(readFileSync(join(directory, "page.html"), "utf8"), /<svg.*<\/svg>/s)
    const nowhere = await Command.run(["report", "--out", "no/such/page.html"], options)
    assert.strictEqual(nowhere.code, 2)
    assert.include(nowhere.stderr, "cannot write no/such/page.html")
  })

  it("are named by how they begin, as long as that is one; what was meant is said", async () => {
    const directory = Command.makeDirectory()
    const options = { cwd: directory }
    writeFileSync(join(directory, "go"), "")
    const file = pipelineOf(directory, "looked")
    for (const runId of ["looked-1", "looked-2"]) {
      await Command.run(["run", file, "--run-id", runId, "--quiet"], options)
    }
    const both = await Command.run(["status", "look"], options)
    assert.strictEqual(both.code, 2)
    assert.include(both.stderr, "2 runs of .batchwave begin with look (looked-2, looked-1)")
    const whole = await Command.run(["status", "looked-1"], options)
    assert.match(whole.stdout, /^run looked-1 failed/)
    const wrong = await Command.run(["status", "loked-1"], options)
    assert.include(wrong.stderr, "did you mean \"looked-1\"?")
    const { after, before } = JSON.parse(
      (await Command.run(["compare", "looked-2", "--json"], options)).stdout
    )
    assert.deepStrictEqual([before.run, after.run], ["looked-1", "looked-2"])
    assert.strictEqual((await Command.run(["compare", "looked-1", "looked-1"], options)).code, 2)
  })
})

describe("a run that was interrupted", () => {
  it(
    "goes on by its id alone, or as the newest one, with its own file and parameters",
    async () => {
      const directory = Command.makeDirectory()
      const elsewhere = Command.makeDirectory()
      const file = Command.writePipeline(
        directory,
        "left.ts",
        `
import { Pipeline, sh } from "batchwave"
import { Schema } from "effect"
export default Pipeline.make("left", { params: { word: Schema.String } }, (p, { word }) => {
  const waits = "until [ -e ${directory}/go ]; do sleep 0.05; done"
  p.task("waits", { run: sh\`sh -c \${waits}; echo \${word}\` })
})
`
      )
      const data = ["--data", join(directory, "data")]
      const run = Command.start(["run", file, "--param", "word=again", ...data], { cwd: directory })
      await Command.eventually(
        "its task is there",
        () => run.output().stderr.includes("submitted 1 task")
      )
      const busy = await Command.run(["resume", "left", ...data], { cwd: elsewhere })
      assert.strictEqual(busy.code, 7, busy.stderr)
      run.child.kill("SIGINT")
      const left = await run.ended
      assert.strictEqual(left.code, 130)
      assert.match(left.stderr, /resume with: batchwave resume left-[0-9a-f-]+ --data /)
      const status = await Command.run(["status", ...data], { cwd: elsewhere })
      assert.match(status.stdout, / was interrupted: 1 pending;/)
      const why = await Command.run(["explain", ...data], { cwd: elsewhere })
      assert.match(why.stdout, /^nobody works on run left-/)
      const cancel = await Command.run(["cancel", ...data], { cwd: elsewhere })
      assert.strictEqual(cancel.code, 2)
      assert.match(cancel.stderr, /by batchwave resume left-\S+\. Nothing of it runs/)

      writeFileSync(join(directory, "go"), "")
      const resumed = await Command.run(["resume", "--quiet", ...data], { cwd: elsewhere })
      assert.strictEqual(resumed.code, 0, resumed.stderr)
      const said = await Command.run(
        ["logs", "--node", "waits", "--file", "stdout.txt", ...data],
        { cwd: elsewhere }
      )
      assert.strictEqual(said.stdout, "again\n")
      const none = await Command.run(["resume", ...data], { cwd: elsewhere })
      assert.strictEqual(none.code, 2)
      assert.include(none.stderr, "was interrupted; batchwave runs lists")
    }
  )
})

describe("the tasks of a pipeline before any run", () => {
  it("name a container by its URL alone, and none where no file is handed over", async () => {
    const directory = Command.makeDirectory()
    const options = { cwd: directory }
    const file = Command.writePipeline(
      directory,
      "files.ts",
      `
import { Output, Pipeline, sh } from "batchwave"
export default Pipeline.make("files", {}, (p) => {
  const made = p.task("made", { run: sh\`touch made.txt\`, output: Output.file("made.txt") })
  p.task("read", { inputs: { made: made.output }, run: sh\`true\` })
  p.task("alone", { run: sh\`true\`, after: [made] })
})
`
    )
    const container = "https://a.blob.core.windows.net/c"
    const told = await Command.run(["export", file, "--az", "--store", container], options)
    assert.strictEqual(told.code, 0, told.stderr)
    const tasks: ReadonlyArray<TaskAddParameter> = JSON.parse(told.stdout)
    assert.strictEqual(
      tasks[0]?.outputFiles?.[0]?.destination.container?.containerUrl,
      `${container}?SIGNATURE`
    )
    assert.include(told.stderr, "their files need the signature of the container")
    const env = { AZURE_STORAGE_CONTAINER_SAS_URL: `${container}?sig=SECRET` }
    const same = await Command.run(["export", file, "--az"], { ...options, env })
    assert.deepStrictEqual([same.code, same.stdout], [0, told.stdout])

    const alone = await Command.run(["export", file, "--az", "--node", "alone"], options)
    assert.strictEqual(alone.code, 0, alone.stderr)
    assert.deepStrictEqual(JSON.parse(alone.stdout), [tasks[2]])
    for (const node of ["made", "read"]) {
      const asked = await Command.run(["export", file, "--az", "--node", node], options)
      assert.strictEqual(asked.code, 2)
      assert.include(asked.stderr, `the pipeline hands files over (${node}); say in which blob`)
    }
  })
})

/** What the service holds of a run, by id. */
const tasksOf = (
  { account, endpoint, key }: Command.EmulatorCoordinates,
  runId: string
): Promise<ReadonlyArray<CloudTask>> =>
  TaskOperations.pipe(
    Effect.flatMap((tasks) => Stream.runCollect(tasks.list(`bw-${runId}`))),
    Effect.map((tasks) => tasks.toSorted((one, other) => one.id! < other.id! ? -1 : 1)),
    Effect.provide(BatchClient.layer({ endpoint, account, key: Redacted.make(key) })),
    Effect.runPromise
  )

describe("a run on an account", () => {
  it("has its tasks' files read there, and says at once that its pool is not there", async () => {
    const directory = Command.makeDirectory()
    const emulator = await Command.startEmulator(directory)
    const options = { cwd: directory, env: emulator.env }
    try {
      writeFileSync(join(directory, "go"), "")
      const file = pipelineOf(directory, "away")
      const ended = await Command.run(["run", file, "--quiet"], options)
      assert.strictEqual(ended.code, 1, ended.stderr)
      assert.notInclude(ended.stderr, "warning")
      const logs = await Command.run(["logs"], options)
      assert.strictEqual(logs.stdout, "oops\n", logs.stderr)
      const exported = await Command.run(["export", "--az"], options)
      assert.strictEqual(exported.code, 0, exported.stderr)
      assert.include(exported.stderr, "no task was made for them: behind")
      const told: ReadonlyArray<TaskAddParameter> = JSON.parse(exported.stdout)
      const held = await tasksOf(
        emulator.coordinates,
        JSON.parse(
          (await Command.run(["runs", "--json"], options)).stdout
        )[0].run
      )
      assert.deepStrictEqual(told.map(({ id }) => id).toSorted(), held.map(({ id }) => id))
      for (const task of told) {
        const same = held.find(({ id }) => id === task.id)
        assert.strictEqual(same?.commandLine, task.commandLine)
        assert.deepStrictEqual(same?.environmentSettings, task.environmentSettings)
      }
      const lost = Command.start(["run", file, "--pool", "nowhere"], options)
      await Command.eventually(
        "the pool is missed",
        () => lost.output().stderr.includes("has no pool nowhere; the tasks wait")
      )
      lost.child.kill("SIGINT")
      assert.strictEqual((await lost.ended).code, 130)
    } finally {
      await Command.stop(emulator.started)
    }
  })
})

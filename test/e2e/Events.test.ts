/**
 * The events of a run while it goes on: from a program, and from another process.
 */
import * as Definition from "@batchwave/core/Definition"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Workflow from "@batchwave/core/Workflow"
import * as DirectoryStore from "@batchwave/engine/DirectoryStore"
import { Journal } from "@batchwave/engine/Journal"
import * as Run from "@batchwave/engine/Run"
import * as RunConfig from "@batchwave/engine/RunConfig"
import { assert, describe, it } from "@effect/vitest"
import { schemaNames } from "batchwave/schema/SchemaNames"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { requireText } from "../PublishedSchema.ts"
import * as Command from "./Command.ts"
import * as World from "./EngineWorld.ts"

interface Line {
  readonly run?: string
  readonly nodes?: ReadonlyArray<string>
  readonly sequence?: number
  readonly event?: { readonly _tag: RunEvent["_tag"] }
}

const linesOf = (text: string): ReadonlyArray<Line> =>
  text.split("\n").filter((line) => line !== "").map((line): Line => JSON.parse(line))

const pipelineOf = (directory: string): string =>
  Command.writePipeline(
    directory,
    "gated.ts",
    `
import { Pipeline } from "batchwave"
export default Pipeline.graph("gated", {
  gate: { run: "until [ -e ${directory}/open ]; do sleep 0.05; done" },
  after: { run: "true", needs: ["gate"] }
})
`
  )

describe("batchwave events --follow", () => {
  it("shows a live run event by event, without gap or repetition, and ends with it", async () => {
    const directory = Command.makeDirectory()
    const options = { cwd: directory }
    const file = pipelineOf(directory)
    const run = Command.start(["run", file, "--run-id", "r", "--jsonl"], options)
    await Command.eventually(
      "the task is submitted",
      () => run.output().stderr.includes("submitted 1 task")
    )
    const whole = Command.start(["events", "r", "--follow"], options)
    const part = Command.start(["events", "r", "--follow", "--from", "3"], options)
    await Command.eventually(
      "both watch",
      () => [whole, part].every((one) => one.output().stdout.includes("TaskStarted"))
    )
    const locked = await Command.run(["events", "r"], options)
    assert.strictEqual(locked.code, 7)
    writeFileSync(join(directory, "open"), "")
    const [ended, followed, partial] = await Promise.all([run.ended, whole.ended, part.ended])
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.strictEqual(followed.code, 0, followed.stderr)
    for (const line of followed.stdout.trimEnd().split("\n")) requireText("events", line)
    const lines = linesOf(followed.stdout)
    assert.deepStrictEqual(lines[0]?.nodes, ["gate", "after"])
    assert.deepStrictEqual(
      lines.slice(1).map(({ sequence }) => sequence),
      lines.slice(1).map((_, index) => index + 1)
    )
    assert.strictEqual(lines.at(-1)?.event?._tag, "RunFinished")
    const recorded = await Command.run(["events", "r"], options)
    assert.strictEqual(recorded.stdout, followed.stdout)
    assert.strictEqual(ended.stdout, followed.stdout)
    const again = await Command.run(["resume", "r", "--jsonl"], options)
    assert.strictEqual(again.stdout, followed.stdout)
    assert.deepStrictEqual(linesOf(partial.stdout), [...lines.slice(0, 1), ...lines.slice(3)])
  })

  it(
    "ends with what the journal has when the process that works on the run is killed",
    async () => {
      const directory = Command.makeDirectory()
      const options = { cwd: directory }
      const run = Command.start(["run", pipelineOf(directory), "--run-id", "r"], options)
      await Command.eventually(
        "the task is submitted",
        () => run.output().stderr.includes("submitted 1 task")
      )
      const follower = Command.start(["events", "--follow"], options)
      const watcher = Command.start(["watch"], options)
      await Command.eventually("it watches", () => follower.output().stdout.includes("TaskStarted"))
      await Command.eventually("so does watch", () => watcher.output().stderr.includes("Ctrl-C"))
      run.child.kill("SIGKILL")
      const [followed, watched] = await Promise.all([follower.ended, watcher.ended])
      assert.strictEqual(watched.code, 130)
      assert.include(watched.stderr, "run r was interrupted: nobody works on it any more")
      assert.include(watched.stderr, "resume with: batchwave resume r")
      assert.strictEqual(followed.code, 0, followed.stderr)
      const recorded = await Command.run(["events"], options)
      assert.strictEqual(followed.stdout, recorded.stdout)
      assert.isFalse(followed.stdout.includes("RunFinished"))
      const left = readdirSync(join(directory, ".batchwave/runs/r/control"))
      assert.isFalse(left.some((name) => name.endsWith(".alive")), left.join())
    }
  )
})

describe("batchwave schema", () => {
  it("prints the schemas as they are published, where no run is", async () => {
    const directory = Command.makeDirectory()
    for (const name of schemaNames) {
      const printed = await Command.run(["schema", name], { cwd: directory })
      assert.strictEqual(printed.code, 0, printed.stderr)
      const published = join(import.meta.dirname, `../../docs/schemas/${name}.schema.json`)
      assert.strictEqual(printed.stdout, readFileSync(published, "utf8"))
    }
    const lines = await Command.run(["schema"], { cwd: directory })
    assert.include(lines.stdout, "\"EventLine\": {")
    const unknown = await Command.run(["schema", "nothing"], { cwd: directory })
    assert.strictEqual(unknown.code, 2)
    assert.deepStrictEqual(readdirSync(directory), [])
  })
})

describe("Run.start", () => {
  it.live(
    "gives the events as a stream that ends with the run, and again when it has ended",
    () =>
      Effect.gen(function*() {
        const world = yield* World.make
        const plan = World.planOf([Workflow.node("a", "true"), Workflow.node("b", "exit 1")])
        const start = Run.start({
          definition: Definition.make(plan.workflow),
          plan,
          header: World.headerOf(world, plan, "r"),
          config: RunConfig.forEmulator
        })
        const services = yield* Layer.build(Layer.mergeAll(
          World.clientLayer(world),
          Journal.layerMemory,
          DirectoryStore.layer(join(world.directory, "artifacts"))
        ))
        const watch = Effect.gen(function*() {
          const run = yield* start
          const records = yield* Stream.runCollect(run.events)
          const result = yield* run.result
          return { records, outcome: result.report.outcome, run }
        })
        const first = yield* Effect.provideContext(watch, services)
        assert.strictEqual(first.outcome, "failed")
        assert.deepStrictEqual(
          first.records.map(({ sequence }) => sequence),
          first.records.map((_, index) => index + 1)
        )
        assert.strictEqual(first.records[0]?.event._tag, "RunStarted")
        assert.strictEqual(first.records.at(-1)?.event._tag, "RunFinished")
        const second = yield* Effect.provideContext(watch, services)
        assert.deepStrictEqual(second.records, first.records)
        const [last] = yield* Stream.runCollect(
          second.run.eventsAfter(first.records.length - 1)
        )
        assert.strictEqual(last?.event._tag, "RunFinished")
      })
  )
})

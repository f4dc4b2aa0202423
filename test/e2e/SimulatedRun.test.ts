/**
 * `batchwave run` without running anything: recorded workflows and scenarios in virtual time.
 */
import { assert, describe, it } from "@effect/vitest"
import * as ControlChannel from "batchwave/run/ControlChannel"
import * as RunDirectory from "batchwave/run/RunDirectory"
import { Effect } from "effect"
import { existsSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Command from "./Command.ts"

const task = (id: string, parents: ReadonlyArray<string>) => ({ id, name: id, parents })

/** Two chains of an hour and a bit; a command that would leave a mark if it were run. */
const trace = (mark: string): string =>
  JSON.stringify({
    name: "recorded",
    schemaVersion: "1.5",
    workflow: {
      specification: {
        tasks: [task("split it/1", []), task("left", ["split it/1"]), task("right", ["split it/1"])]
      },
      execution: {
        tasks: ["split it/1", "left", "right"].map((id) => ({
          id,
          runtimeInSeconds: 3600,
          command: { program: "touch", arguments: [mark] }
        }))
      }
    }
  })

const node = (name: string, outputs: ReadonlyArray<object>) => ({
  name,
  after: [],
  command: [{ _tag: "Text", text: "false" }],
  inputs: {},
  files: [],
  outputs,
  environment: {},
  slots: 1
})

const workflow = (outputs: ReadonlyArray<object>): string =>
  JSON.stringify({ version: 1, name: "made up", nodes: [node("make", outputs)] })

const jsonOutput = { _tag: "Json", name: "value", path: "output.json" }

const inDirectory = (files: Readonly<Record<string, string>>): string => {
  const cwd = Command.makeDirectory()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
  return cwd
}

const run = (cwd: string, ...args: ReadonlyArray<string>) =>
  Effect.promise(() => Command.run(["run", ...args], { cwd }))

describe("a simulated run", () => {
  it.live("is what a trace gets: hours at once, nothing run, and a line that says so", () =>
    Effect.gen(function*() {
      const cwd = inDirectory({ "trace.json": trace("mark") })
      const { code, stderr, stdout } = yield* run(cwd, "trace.json", "--slots", "2")
      assert.strictEqual(code, 0, stderr)
      assert.match(stderr, /simulated in virtual time: no command is run.*--executor process/)
      assert.strictEqual(stdout.match(/succeeded +1 +1 h 00 min|succeeded +1 +60 min/g)?.length, 3)
      assert.deepStrictEqual(readdirSync(cwd).toSorted(), [".batchwave", "trace.json"])
    }))

  it.live("is not what a trace gets that is to be run as processes", () =>
    Effect.gen(function*() {
      const cwd = inDirectory({})
      const mark = join(cwd, "mark")
      writeFileSync(join(cwd, "trace.json"), trace(mark))
      const { code, stderr } = yield* run(cwd, "trace.json", "--executor", "process")
      assert.strictEqual(code, 0, stderr)
      assert.isTrue(existsSync(mark))
    }))

  it.live("follows a scenario: failures, retries by no policy, and the same again by its seed", () =>
    Effect.gen(function*() {
      const cwd = inDirectory({
        "trace.json": trace("mark"),
        "scenario.json": JSON.stringify({
          tasks: [{ tasks: "left*", failures: [{ exitCode: 3, probability: 1 }], stderr: "bang\n" }]
        })
      })
      const flags = ["trace.json", "--scenario", "scenario.json", "--seed", "5", "--json"]
      const first = yield* run(cwd, ...flags, "--run-id", "one")
      const second = yield* run(cwd, ...flags, "--run-id", "two")
      assert.strictEqual(first.code, 1, first.stderr)
      assert.include(first.stderr, "| bang")
      const report = JSON.parse(first.stdout)
      assert.strictEqual(report.counts.failed, 1)
      assert.strictEqual(report.counts.succeeded, 2)
      const told = ({ stdout }: { readonly stdout: string }) => stdout.replaceAll(/one|two/g, "run")
      assert.strictEqual(told(second), told(first))
      const resumed = yield* run(cwd, "trace.json", "--resume", "--run-id", "one")
      assert.strictEqual(resumed.code, 1, resumed.stderr)
    }))

  it.live("has the JSON outputs that its scenario gives it", () =>
    Effect.gen(function*() {
      const cwd = inDirectory({
        "made.json": workflow([jsonOutput]),
        "scenario.json": JSON.stringify({ tasks: [{ files: { "output.json": "[1, 2]" } }] })
      })
      const { code, stderr } = yield* run(cwd, "made.json", "--scenario", "scenario.json")
      assert.strictEqual(code, 0, stderr)
    }))

  it.live("is refused, with what to do, when others need what simulated tasks cannot leave", () =>
    Effect.gen(function*() {
      const cwd = inDirectory({
        "json.json": workflow([jsonOutput]),
        "file.json": workflow([{ _tag: "File", name: "file", path: "a.txt" }]),
        "empty.json": "{}"
      })
      const json = yield* run(cwd, "json.json", "--executor", "simulated")
      assert.strictEqual(json.code, 2)
      assert.include(json.stderr, "{\"tasks\": \"make\", \"files\": {\"output.json\": \"…\"}}")
      const file = yield* run(cwd, "file.json", "--executor", "simulated")
      assert.strictEqual(file.code, 2)
      assert.include(file.stderr, "--executor process")
      const both = yield* run(cwd, "json.json", "--executor", "process", "--scenario", "empty.json")
      assert.strictEqual(both.code, 2)
      assert.include(both.stderr, "--scenario is only for --executor simulated")
      assert.isFalse(existsSync(join(cwd, ".batchwave")))
    }))

  it.live(
    "is asked, paused, followed and cancelled from another process while it goes on",
    () =>
      Effect.gen(function*() {
        const hours = Array.from(
          { length: 2_000 },
          (_, at) => task(`t${at}`, at === 0 ? [] : [`t${at - 1}`])
        )
        const cwd = inDirectory({
          "trace.json": JSON.stringify({
            name: "long",
            schemaVersion: "1.5",
            workflow: {
              specification: { tasks: hours },
              execution: { tasks: hours.map(({ id }) => ({ id, runtimeInSeconds: 3600 })) }
            }
          })
        })
        const ask = (...args: ReadonlyArray<string>) =>
          Effect.promise(() => Command.run(args, { cwd }))
        const { control } = RunDirectory.make(join(cwd, ".batchwave"), "r")
        const wish = (request: ControlChannel.Request) =>
          ControlChannel.ask(control, request, 20_000)
        const started = Command.start(["run", "trace.json", "--run-id", "r", "--quiet"], { cwd })
        yield* Effect.promise(() => Command.eventually("it is there", () => existsSync(control)))
        const follower = Command.start(["events", "r", "--follow"], { cwd })
        yield* Effect.promise(() =>
          Command.eventually(
            "the follower sees a node end",
            () => follower.output().stdout.includes("NodeSucceeded")
          )
        )
        assert.deepInclude(yield* wish({ _tag: "Pause" }), {
          text: "run r is paused: nothing new is submitted"
        })
        // What the service has ends, then time stands still.
        const inService = Effect.map(wish({ _tag: "Status" }), (reply) => JSON.stringify(reply))
        while (!(yield* inService).includes("\"inService\":0")) yield* Effect.yieldNow
        const first = JSON.parse((yield* ask("report", "r", "--json")).stdout)
        assert.strictEqual(first.outcome, "unfinished")
        const startedAtMs: number = first.startedAtMs
        assert.isAtLeast(first.liveAtMs - startedAtMs, 3_600_000)
        const status = yield* ask("status", "r", "--json")
        assert.strictEqual(JSON.parse(status.stdout).phase, "paused")
        yield* wish({ _tag: "Continue" })
        yield* wish({ _tag: "Cancel" })
        const { code, stderr } = yield* Effect.promise(() => started.ended)
        assert.strictEqual(code, 3, stderr)
        const { stdout } = yield* Effect.promise(() => follower.ended)
        assert.include(
          stdout.trimEnd().split("\n").at(-1),
          "\"RunFinished\",\"outcome\":\"cancelled\""
        )
      })
  )
})

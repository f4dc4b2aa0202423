import { assert, describe, it } from "@effect/vitest"
import { Batchwave, Output, Pipeline, PipelineError, plan, run, RunFailed, sh } from "batchwave"
import { Effect, Schema } from "effect"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const scratch = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "batchwave-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const greeting = Pipeline.make("greeting", { params: { name: Schema.String } }, (p, { name }) => {
  const word = p.task("word", {
    run: sh`printf '{"text":"hello %s"}' ${name} > "$BATCHWAVE_OUTPUT_FILE"`,
    output: Output.json(Schema.Struct({ text: Schema.String }))
  })
  const letter = p.task("letter", {
    run: sh`echo ${word.output.at("text")} > letter.txt`,
    output: Output.file("letter.txt")
  })
  return { text: word.output.at("text"), letter: letter.output }
})

const failing = Pipeline.graph("failing", {
  a: { run: "exit 3" },
  b: { run: "true", needs: ["a"] }
})

describe("Batchwave", () => {
  it.live("runs a pipeline on an emulator inside the process and answers its typed value", () =>
    Effect.gen(function*() {
      const data = yield* scratch
      const { report, value } = yield* Effect.promise(() =>
        run(greeting, { name: "you" }, { data })
      )
      const text: string = value.text
      assert.strictEqual(text, "hello you")
      assert.strictEqual(readFileSync(value.letter, "utf8"), "hello you\n")
      assert.strictEqual(report.outcome, "succeeded")
    }).pipe(Effect.scoped))

  it.live("fails with the report when a node failed, and answers the same when asked again", () =>
    Effect.gen(function*() {
      const data = yield* scratch
      const attempt = Batchwave.run(failing, {}, { data, runId: "r" }).pipe(Effect.flip)
      const first = yield* attempt
      assert.instanceOf(first, RunFailed)
      assert.include(first.message, "a exit code 3")
      const again = yield* attempt
      assert.strictEqual(again.message, first.message)
    }).pipe(Effect.scoped))

  it.live("refuses a pipeline with problems before anything is made", () =>
    Effect.gen(function*() {
      const cyclic = Pipeline.graph("cyclic", {
        a: { run: "true", needs: ["b"] },
        b: { run: "true", needs: ["a"] }
      })
      const error = yield* Effect.flip(Batchwave.run(cyclic, {}))
      assert.instanceOf(error, PipelineError)
      assert.throws(() => plan(cyclic, {}), /"a" → "b" → "a"/)
    }))

  it("plans without running", () => {
    assert.deepStrictEqual(plan(greeting, { name: "x" }).names, ["word", "letter"])
  })
})

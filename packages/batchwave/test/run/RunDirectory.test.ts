import { assert, describe, it } from "@effect/vitest"
import * as RunDirectory from "batchwave/run/RunDirectory"
import * as RunDocument from "batchwave/run/RunDocument"
import { Effect } from "effect"
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const scratch = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "batchwave-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const note = (run: string, startedAtMs: number): RunDirectory.RunNote => ({
  run,
  pipeline: "p",
  backend: "emulator",
  startedAtMs
})

describe("RunDirectory", () => {
  it.effect("lists runs, the last started first, with how they ended", () =>
    Effect.gen(function*() {
      const data = yield* scratch
      assert.deepStrictEqual(yield* RunDirectory.list(data), [])
      const [one, two] = [RunDirectory.make(data, "one"), RunDirectory.make(data, "two")]
      yield* RunDirectory.begin(one, note("one", 1))
      yield* RunDirectory.begin(two, note("two", 2))
      yield* RunDirectory.finish(one, { outcome: "failed" })
      assert.deepStrictEqual(yield* RunDirectory.list(data), [
        note("two", 2),
        { ...note("one", 1), outcome: "failed" }
      ])
      assert.isTrue(RunDirectory.exists(one))
      assert.isFalse(RunDirectory.exists(RunDirectory.make(data, "three")))
    }))

  it.effect("passes over what is no run, and takes a half-written report for no end", () =>
    Effect.gen(function*() {
      const data = yield* scratch
      mkdirSync(join(data, "runs", "stray"), { recursive: true })
      const run = RunDirectory.make(data, "run")
      yield* RunDirectory.begin(run, note("run", 1))
      writeFileSync(run.report, "{\"outcome\": \"succ")
      assert.deepStrictEqual(yield* RunDirectory.list(data), [note("run", 1)])
    }))

  it.effect("is for its owner only", () =>
    Effect.gen(function*() {
      const run = RunDirectory.make(yield* scratch, "run")
      yield* RunDirectory.begin(run, note("run", 1))
      assert.strictEqual(statSync(run.path).mode & 0o077, 0)
    }))
})

describe("RunDocument", () => {
  it("gives the members of a record by name and anything else under one name", () => {
    assert.deepStrictEqual(RunDocument.resultsOf({ a: 1 }), { a: 1 })
    assert.deepStrictEqual(RunDocument.resultsOf([1]), { result: [1] })
    assert.deepStrictEqual(RunDocument.resultsOf("x"), { result: "x" })
    assert.deepStrictEqual(RunDocument.resultsOf(null), { result: null })
    assert.deepStrictEqual(RunDocument.resultsOf(undefined), {})
  })

  it("has a text for what JSON has no form for", () => {
    assert.strictEqual(RunDocument.toJson({ n: 10n ** 20n }), "{\"n\":\"100000000000000000000\"}")
    assert.strictEqual(RunDocument.toJson(undefined), "null")
  })
})

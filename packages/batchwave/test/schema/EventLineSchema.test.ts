import * as RunEvent from "@batchwave/core/RunEvent"
import { assert, describe, it } from "@effect/vitest"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as RunEvents from "../../src/run/RunEvents.ts"
import * as EventLineSchema from "../../src/schema/EventLineSchema.ts"
import { tags } from "../../src/schema/RunEventSchema.ts"

const repository = join(import.meta.dirname, "../../../..")

const isLine = new Ajv2020().compile(JSON.parse(EventLineSchema.jsonSchema()))

/** Whether both readers take it: the one of the JSON Schema, and Effect's. */
const isValid = (line: unknown): boolean => {
  const isDecoded = Schema.is(EventLineSchema.Line)(line)
  assert.strictEqual(isLine(line), isDecoded, JSON.stringify(line))
  return isDecoded
}

const lineOf = (event: object) => ({ sequence: 1, atMs: 1.5, event })

const task = { node: 0, submission: 1 }

const header = {
  run: "r",
  eventVersion: RunEvent.eventVersion,
  pipeline: "p",
  seed: 1,
  nodes: ["a"]
}

const readings = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "batchwave-schema-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true }))
)

describe("the schema of event lines", () => {
  const golden = join(repository, "test/golden")
  const journals = readdirSync(golden).filter((name) => name.endsWith(".db"))

  it("is held against a journal of each version", () => {
    assert.deepStrictEqual(journals, ["journal-v1.db", "journal-v2.db", "journal-v3.db"])
  })

  for (const journal of journals) {
    it.live(`fits what is read from ${journal}`, () =>
      Effect.gen(function*() {
        const file = join(yield* readings, journal)
        copyFileSync(join(golden, journal), file)
        const read = yield* RunEvents.read(file, 0)
        assert.isDefined(read)
        const records = yield* Stream.runCollect(read.events)
        assert.isAtLeast(records.length, 10)
        assert.isTrue(isValid(JSON.parse(JSON.stringify(RunEvents.introduction(read.header)))))
        for (const record of records) assert.isTrue(isValid(JSON.parse(JSON.stringify(record))))
      }).pipe(Effect.scoped))
  }

  it("passes over fields and events that it does not know", () => {
    assert.isTrue(isValid({ ...header, later: true }))
    assert.isTrue(isValid({ ...lineOf({ _tag: "TaskStarted", task, later: { a: 1 } }), more: 1 }))
    assert.isTrue(isValid(lineOf({ _tag: "TaskApplauded", by: [null] })))
  })

  it("takes no known event without its fields, or with other values", () => {
    const end = { transition: "t", result: "success", runTimeMs: 0 }
    assert.isTrue(isValid(lineOf({ _tag: "TaskEnded", task, end })))
    for (
      const event of [
        {},
        { _tag: 1 },
        { _tag: "TaskStarted" },
        { _tag: "TaskStarted", task: { node: -1, submission: 1 } },
        { _tag: "TaskStarted", task: { node: 0.5, submission: 1 } },
        { _tag: "TaskStarted", task: { node: 0, submission: 0 } },
        { _tag: "TaskEnded", task, end: { ...end, result: "unknown" } },
        { _tag: "TaskEnded", task, end: { ...end, runTimeMs: null } },
        { _tag: "NodeFailed", node: 0, failure: { _tag: "Terminated", message: "" }, reason: "" },
        { _tag: "FailureModeChanged", failureMode: "tolerate:many" }
      ]
    ) assert.isFalse(isValid(lineOf(event)), JSON.stringify(event))
    assert.isTrue(isValid(lineOf({ _tag: "FailureModeChanged", failureMode: "tolerate:2.5%" })))
  })

  it("takes no line without its number or its time, and no header of another version", () => {
    assert.isTrue(isValid(header))
    assert.isFalse(isValid({ ...header, eventVersion: RunEvent.eventVersion + 1 }))
    const { event, ...place } = lineOf({ _tag: "AlarmRang" })
    assert.isFalse(isValid(place))
    assert.isFalse(isValid({ sequence: 1, event }))
    assert.isFalse(isValid({ sequence: 0, atMs: 1, event }))
    assert.isFalse(isValid([]))
  })

  it("has the events that docs/events.md lists", () => {
    const page = readFileSync(join(repository, "docs/events.md"), "utf8")
    const listed = [...page.matchAll(/^\| (`[A-Z][^|]*)/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name)
    )
    assert.sameMembers(listed, [...tags])
  })
})

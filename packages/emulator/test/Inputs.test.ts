import * as LogHeader from "@batchwave/emulator/ledger/LogHeader"
import * as Snapshot from "@batchwave/emulator/ledger/Snapshot"
import * as StateOpening from "@batchwave/emulator/StateOpening"
import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { deserialize } from "node:v8"
import * as History from "./ledger/History.ts"

const source = join(import.meta.dirname, "../src")

/** Calls of the model that change an account and are no request. */
const reports = /\b(?:Runs\.(?:taskStarted|taskEnded|advance|loseNode|returnNode)|Restart\.apply)\b/

/** The names of all members, through maps and arrays, as `path: kind`. */
const shapeOf = (value: unknown, path: string, found: Set<string>, seen: Set<object>): void => {
  if (typeof value !== "object" || value === null) return
  if (seen.has(value)) return
  seen.add(value)
  if (ArrayBuffer.isView(value)) {
    found.add(`${path}: ${value.constructor.name}`)
  } else if (Array.isArray(value) || value instanceof Set) {
    for (const item of value) shapeOf(item, `${path}[]`, found, seen)
  } else if (value instanceof Map) {
    for (const [key, item] of value) {
      shapeOf(key, `${path}.key`, found, seen)
      shapeOf(item, `${path}.value`, found, seen)
    }
  } else {
    for (const [name, item] of Object.entries(value)) {
      found.add(`${path}.${name}`)
      shapeOf(item, `${path}.${name}`, found, seen)
    }
  }
}

describe("Inputs", () => {
  it("is the only place that reports to the account", () => {
    const callers = readdirSync(source, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .filter((name) => reports.test(readFileSync(join(source, name), "utf8")))
    assert.deepStrictEqual(callers, ["Inputs.ts"])
  })
})

describe("the form of snapshots", () => {
  // A difference means that a data directory of a released version cannot be read as it is now: raise
  // `LogHeader.versionNow`, and run with UPDATE_SHAPE=1.
  it("is that of its version", () => {
    const state = StateOpening.begin(History.fresh(), History.startMs)
    const steps: ReadonlyArray<History.Step> = [
      { verb: "addJob", job: "j", ends: false },
      {
        verb: "addTasks",
        job: "j",
        tasks: [
          { id: "a", slots: 1, after: "", retries: 0 },
          { id: "B", slots: 1, after: "a", retries: 0 }
        ]
      },
      { verb: "addPool" },
      { verb: "delete", job: "j", task: "a" },
      { verb: "addJob", job: "K", ends: false },
      { verb: "deleteJob", job: "K" }
    ]
    steps.forEach((step, index) => History.act(state, step, index))
    const found = new Set<string>()
    shapeOf(deserialize(Snapshot.take(state)), "", found, new Set())
    assert.isAbove(found.size, 100)
    const file = join(import.meta.dirname, "ledger/shape.json")
    const now = { version: LogHeader.versionNow, shape: [...found].toSorted() }
    if (process.env["UPDATE_SHAPE"] === "1") {
      writeFileSync(file, `${JSON.stringify(now, undefined, 2)}\n`)
    }
    assert.deepStrictEqual(now, JSON.parse(readFileSync(file, "utf8")))
  })
})

/**
 * The published JSON Schemas against what programs are told of random runs.
 */
import type { Plan } from "@batchwave/core/Plan"
import * as Report from "@batchwave/core/Report"
import * as RunState from "@batchwave/core/RunState"
import type { JournaledBatch } from "@batchwave/engine/Journal"
import { journalVersion, type RunHeader } from "@batchwave/engine/RunHeader"
import { assert, describe, it } from "@effect/vitest"
import * as RunReport from "batchwave/report/RunReport"
import * as RunDocument from "batchwave/run/RunDocument"
import * as RunQuery from "batchwave/run/RunQuery"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { requireText } from "../PublishedSchema.ts"
import * as SimulationRun from "./SimulationRun.ts"

const seeds = 100

const headerOf = ({ workflow }: Plan): RunHeader => ({
  version: journalVersion,
  runId: "r",
  jobId: "bw-r",
  poolId: "pool",
  pipeline: "p",
  parameters: {},
  endpoint: "http://127.0.0.1:1",
  workflow,
  planFingerprint: "",
  seed: 1,
  createdAtMs: 0
})

const stateAfter = (plan: Plan, batches: ReadonlyArray<JournaledBatch>): RunState.RunState => {
  const state = RunState.make(plan)
  for (const { atMs, events } of batches) {
    for (const event of events) RunState.evolve(state, event, atMs)
  }
  return state
}

const documentOf = (state: RunState.RunState, value: unknown): RunDocument.RunDocument =>
  RunDocument.make(
    { run: "r", pipeline: "p", backend: "emulator", directory: "/r" },
    Report.make(state),
    value
  )

/** What programs are told after these events, while nobody works on the run, and while its disk is full. */
const requireDocuments = (plan: Plan, batches: ReadonlyArray<JournaledBatch>): void => {
  const state = stateAfter(plan, batches)
  const nowMs = batches.at(-1)?.atMs ?? 0
  const waiting = { file: join(tmpdir(), "journal.db"), sinceMs: nowMs }
  for (const life of [{ isLive: false }, { isLive: true, waiting }]) {
    const reply = RunQuery.answer({ _tag: "Status" }, { runId: "r", state, ...life }, nowMs)
    if (reply._tag !== "Done") throw new Error(JSON.stringify(reply))
    requireText("status", JSON.stringify(reply.value))
    const liveAtMs = life.isLive ? { liveAtMs: nowMs + 1 } : {}
    const report = RunReport.make({ header: headerOf(plan), plan, batches, ...liveAtMs })
    requireText("report", JSON.stringify(report))
  }
  for (const value of [undefined, 1, { a: [null] }]) {
    requireText("run", RunDocument.toJson(documentOf(state, value)))
  }
}

describe("the schemas of documents", () => {
  it(`fit status, report and end of the runs from seed 1 to ${seeds}, at any time`, () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const { case: drawn, result: { journal } } = SimulationRun.run(seed)
      for (const share of [0, 0.3, 0.6, 1]) {
        requireDocuments(drawn.plan, journal.slice(0, Math.ceil(share * journal.length)))
      }
    }
  })

  it("take further fields, and no document that lacks one or has another value", () => {
    const { case: { plan }, result: { journal } } = SimulationRun.run(1)
    const document = documentOf(stateAfter(plan, journal), undefined)
    requireText("run", JSON.stringify({ ...document, later: 1 }))
    const { counts: _, ...without } = document
    for (
      const wrong of [without, { ...document, outcome: "ended" }, { ...document, nodes: [{}] }]
    ) {
      assert.throws(() => requireText("run", JSON.stringify(wrong)), "by the schema run")
    }
  })
})

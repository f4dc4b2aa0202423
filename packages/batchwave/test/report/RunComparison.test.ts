/** What differs between two runs. */
import * as Plan from "@batchwave/core/Plan"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Workflow from "@batchwave/core/Workflow"
import { assert, describe, it } from "@effect/vitest"
import * as ComparisonText from "batchwave/report/ComparisonText"
import * as RunComparison from "batchwave/report/RunComparison"
import type { Recorded } from "batchwave/run/RunJournal"
import * as Style from "batchwave/screen/Style"
import * as World from "../screen/World.ts"

const recorded = (
  runId: string,
  nodes: ReadonlyArray<Workflow.WorkflowNode>,
  events: ReadonlyArray<RunEvent>,
  parameters: { readonly [name: string]: string } = {}
): Recorded => {
  const workflow = Workflow.make("w", nodes)
  const planned = Plan.make(workflow)
  if (planned._tag === "Invalid") throw new Error(JSON.stringify(planned.errors))
  const started: RunEvent = {
    _tag: "RunStarted",
    seed: 1,
    dependencyMode: "eager",
    failureMode: "keepGoing"
  }
  return {
    header: {
      version: 3,
      runId,
      jobId: `bw-${runId}`,
      poolId: "batchwave",
      pipeline: "w",
      parameters,
      endpoint: `http://127.0.0.1:${runId.length + 1_000}`,
      workflow,
      planFingerprint: "f",
      seed: 1,
      createdAtMs: 0
    },
    plan: planned.plan,
    batches: [{ atMs: 1_000, events: [started, ...events] }]
  }
}

const node = (name: string, command = "true") => Workflow.node(name, command)

/** A node that succeeds after so long. */
const took = (index: number, runTimeMs: number): ReadonlyArray<RunEvent> =>
  World.succeededNode(index).map((event) =>
    event._tag === "TaskEnded"
      ? Object.assign({}, event, { end: { ...event.end, runTimeMs } })
      : event
  )

const comparison = RunComparison.make(
  recorded("one", [node("same"), node("slower"), node("other", "a"), node("gone")], [
    ...took(0, 1_000),
    ...took(1, 1_000),
    ...took(2, 1_000),
    ...took(3, 1_000)
  ], { n: "1", kept: "x" }),
  recorded("later", [node("same"), node("slower"), node("other", "b"), node("new")], [
    ...took(0, 1_040),
    ...took(1, 3_000),
    ...World.failedNode(2),
    ...took(3, 1_000)
  ], { n: "2", kept: "x" })
)

describe("RunComparison", () => {
  it("tells what was asked for differently, but for the port of the embedded emulator", () => {
    assert.deepStrictEqual(comparison.differences, [{ name: "--param n", before: "1", after: "2" }])
  })

  it("has every node of either run, and says which are to do something else", () => {
    assert.deepStrictEqual(
      comparison.nodes.map((one) => [
        one.node,
        one.before?.outcome,
        one.after?.outcome,
        one.isChanged,
        RunComparison.isNotable(one),
        RunComparison.longerMs(one)
      ]),
      [
        ["same", "succeeded", "succeeded", false, false, 40],
        ["slower", "succeeded", "succeeded", false, false, 2_000],
        ["other", "succeeded", "failed", true, true, 0],
        ["new", undefined, "succeeded", false, true, 0],
        ["gone", "succeeded", undefined, false, true, 0]
      ]
    )
  })

  it("shows first what ended otherwise, then what took longer, and counts the rest", () => {
    const shown = (isVerbose: boolean) =>
      ComparisonText.render(comparison, { style: Style.make(false), isVerbose })
    const lines = shown(false).split("\n")
    const first = lines.findIndex((line) => line.startsWith("node"))
    assert.deepStrictEqual(lines.slice(first).map((line) => line.split(/ {2,}/)), [
      ["node", "before", "after", "run time"],
      ["other", "succeeded in 1 s", "failed in 1 s", "it does something else"],
      ["new", "not in it", "succeeded in 1 s"],
      ["gone", "succeeded in 1 s", "not in it"],
      ["slower", "succeeded in 1 s", "succeeded in 3 s", "+2 s (+200 %)"],
      ["1 node ended alike and ran as long"],
      [""]
    ])
    assert.match(shown(false), /^--param n +1 +2$/m)
    assert.match(shown(true), /^same +succeeded in 1 s +succeeded in 1.04 s +\+0.04 s \(\+4 %\)$/m)
  })
})

import * as Report from "@batchwave/core/Report"
import type { RunEvent } from "@batchwave/core/RunEvent"
import { assert, describe, it } from "@effect/vitest"
import * as NodeTable from "batchwave/screen/NodeTable"
import * as Style from "batchwave/screen/Style"
import { endedTask, failedNode, planOf, stateAfter, succeededNode } from "./World.ts"

const options: NodeTable.TableOptions = { style: Style.make(false), isVerbose: false }

const fanOutOf = (count: number) =>
  planOf(Array.from({ length: count }, (_, index) => [`sum[${index}]`, [], "sum"]))

describe("NodeTable", () => {
  it("shows outcome, attempts, run time, failure and the chain of causes", () => {
    const plan = planOf([["fetch", []], ["clean", ["fetch"]], ["load", ["clean"]], ["other", []]])
    const state = stateAfter(plan, [
      ...failedNode(0),
      { _tag: "NodesBlocked", nodes: [1, 2], by: [0, 1] },
      ...succeededNode(3),
      { _tag: "RunFinished", outcome: "failed" }
    ])
    assert.strictEqual(
      NodeTable.render(Report.make(state), plan.workflow, options),
      [
        "node   outcome    attempts  run time",
        "fetch  failed            1       1 s  exit code 3 (no retry is set for Exit)",
        "clean  blocked           0         -  blocked by fetch",
        "load   blocked           0         -  blocked by fetch → clean",
        "other  succeeded         1       1 s",
        "",
        "run failed: 4 nodes, 1 succeeded, 1 failed, 2 blocked",
        ""
      ].join("\n")
    )
  })

  it("gives a fan-out of 30 a line an item and summarises one of 31", () => {
    const lines = (count: number, isVerbose = false): number => {
      const plan = fanOutOf(count)
      const state = stateAfter(
        plan,
        Array.from({ length: count }, (_, n) => succeededNode(n)).flat()
      )
      return NodeTable.render(Report.make(state), plan.workflow, { ...options, isVerbose })
        .split("\n").length - 4
    }
    assert.strictEqual(lines(NodeTable.itemsShownMax), 30)
    assert.strictEqual(lines(NodeTable.itemsShownMax + 1), 1)
    assert.strictEqual(lines(NodeTable.itemsShownMax + 1, true), 31)
  })

  it("names the failed items of a summarised fan-out, up to ten", () => {
    const plan = fanOutOf(40)
    const events = Array.from(
      { length: 40 },
      (_, node) => node < 12 ? failedNode(node) : succeededNode(node)
    )
    const text = NodeTable.render(
      Report.make(stateAfter(plan, events.flat())),
      plan.workflow,
      options
    )
    assert.include(text, "sum (40 items)  28 succeeded, 12 failed")
    assert.include(text, "sum[9] ")
    assert.notInclude(text, "sum[10] ")
    assert.include(text, "… and 2 more")
  })

  it("says how many nodes a policy did without, and names them in a fan-out", () => {
    const plan = fanOutOf(40)
    const failure = { _tag: "Exit", exitCode: 3 } as const
    const events = Array.from({ length: 40 }, (_, node): ReadonlyArray<RunEvent> => {
      if (node === 0) {
        return [...endedTask(0, 3), { _tag: "NodesSkipped", nodes: [0], reason: "skip", failure }]
      }
      if (node > 1) return succeededNode(node)
      return [...endedTask(1, 3), {
        _tag: "NodeSubstituted",
        node: 1,
        outputs: {},
        failure,
        reason: "exit code 3"
      }]
    })
    const state = stateAfter(plan, [...events.flat(), {
      _tag: "RunFinished",
      outcome: "succeeded"
    }])
    const text = NodeTable.render(Report.make(state), plan.workflow, options)
    assert.match(text, /^sum\[0\] +skipped .*exit code 3 \(skip\)/m)
    assert.match(text, /^sum\[1\] +succeeded .*a substitute: exit code 3/m)
    assert.include(
      text,
      "run succeeded: 40 nodes, 39 succeeded, 1 skipped; degraded: 2 nodes failed and were done without"
    )
  })

  it("does not call a run degraded that skipped a node by its condition", () => {
    const plan = planOf([["a", []]])
    const state = stateAfter(plan, [
      { _tag: "NodesSkipped", nodes: [0], reason: "its condition is false" },
      { _tag: "RunFinished", outcome: "succeeded" }
    ])
    assert.include(
      NodeTable.render(Report.make(state), plan.workflow, options),
      "run succeeded: 1 node, 1 skipped\n"
    )
  })

  it("keeps control sequences of names out", () => {
    const plan = planOf([["a\u{1b}[31m\nb", []]])
    const text = NodeTable.render(Report.make(stateAfter(plan, [])), plan.workflow, options)
    assert.match(text, /^a b +pending/m)
    assert.notInclude(text, "\u{1b}")
  })
})

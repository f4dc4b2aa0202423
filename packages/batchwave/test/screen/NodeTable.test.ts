import * as Report from "@batchwave/core/Report"
import { assert, describe, it } from "@effect/vitest"
import * as NodeTable from "batchwave/screen/NodeTable"
import * as Style from "batchwave/screen/Style"
import { failedNode, planOf, stateAfter, succeededNode } from "./World.ts"

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

  it("keeps control sequences of names out", () => {
    const plan = planOf([["a\u{1b}[31m\nb", []]])
    const text = NodeTable.render(Report.make(stateAfter(plan, [])), plan.workflow, options)
    assert.match(text, /^a b +pending/m)
    assert.notInclude(text, "\u{1b}")
  })
})

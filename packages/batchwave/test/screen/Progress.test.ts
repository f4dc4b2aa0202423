import { assert, describe, it } from "@effect/vitest"
import { clean } from "batchwave/screen/CleanText"
import * as ProgressBlock from "batchwave/screen/ProgressBlock"
import * as ProgressModel from "batchwave/screen/ProgressModel"
import * as Style from "batchwave/screen/Style"
import { failedNode, planOf, runningTask, stateAfter, succeededNode } from "./World.ts"

const plain: ProgressBlock.BlockOptions = {
  columns: 100,
  linesMax: 14,
  elapsedMs: 2_000,
  style: Style.make(false)
}

const fanOut = planOf([
  ["split", []],
  ["sum[0]", ["split"], "sum"],
  ["sum[1]", ["split"], "sum"],
  ["sum[2]", ["split"], "sum"],
  ["merge", ["sum[0]", "sum[1]", "sum[2]"]]
])

describe("ProgressModel", () => {
  it("counts the phases of every wave and names waves of one node or one fan-out", () => {
    const state = stateAfter(fanOut, [
      ...succeededNode(0),
      ...runningTask(1),
      ...failedNode(2),
      { _tag: "NodesBlocked", nodes: [4], by: [2] },
      { _tag: "SubmissionPlanned", tasks: [{ node: 3, submission: 1 }] }
    ])
    const { all, waves } = ProgressModel.make(state)
    assert.deepStrictEqual(waves.map(({ label, wave }) => [wave, label]), [
      [1, "split"],
      [2, "sum"],
      [3, "merge"]
    ])
    assert.deepStrictEqual(all, {
      total: 5,
      waiting: 0,
      active: 2,
      running: 1,
      retrying: 0,
      succeeded: 1,
      failed: 1,
      lost: 1
    })
    assert.strictEqual(ProgressModel.settledCount(all), 3)
    assert.strictEqual(ProgressModel.inServiceCount(state), 2)
  })

  it("counts finalizers in no wave but after all", () => {
    const plan = planOf([["a", []], ["tidy", [], undefined, true], ["b", ["a"]]])
    const { waves } = ProgressModel.make(stateAfter(plan, succeededNode(0)))
    assert.deepStrictEqual(
      waves.map(({ counts, label }) => [label, counts.succeeded, counts.total]),
      [["a", 1, 1], ["b", 0, 1], ["tidy", 0, 1]]
    )
    const several = planOf([["a", []], ["tidy", [], undefined, true], [
      "tell",
      [],
      undefined,
      true
    ]])
    assert.deepStrictEqual(
      ProgressModel.make(stateAfter(several, [])).waves.map(({ label }) => label),
      ["a", "finalizers"]
    )
  })

  it("gives a wave of several kinds no name", () => {
    const state = stateAfter(planOf([["a", []], ["b[0]", [], "b"]]), [])
    assert.isUndefined(ProgressModel.make(state).waves[0]?.label)
  })
})

describe("ProgressBlock", () => {
  const render = (state: Parameters<typeof ProgressModel.make>[0], options = plain) =>
    ProgressBlock.render(ProgressModel.make(state), options)

  it("draws one bar a wave and a line for all", () => {
    const lines = render(stateAfter(fanOut, [...succeededNode(0), ...runningTask(1)]))
    assert.strictEqual(lines.length, 4)
    assert.match(lines[0] ?? "", /^ {2}split +█+ 1\/1$/)
    assert.match(lines[1] ?? "", /^ {2}sum +░+ 0\/3 {2}1 running$/)
    assert.match(lines[3] ?? "", /1 of 5 nodes done {2}1\/5 {2}1 running {2}2 s$/)
  })

  it("fills a bar only when everything has settled, and starts it with the first node", () => {
    const wide = planOf(Array.from({ length: 100 }, (_, index) => [`n${index}`, []]))
    const filled = (count: number): number => {
      const events = Array.from({ length: count }, (_, node) => succeededNode(node)).flat()
      return (render(stateAfter(wide, events))[0] ?? "").split("█").length - 1
    }
    assert.strictEqual(filled(0), 0)
    assert.strictEqual(filled(1), 1)
    assert.strictEqual(filled(99), 29)
    assert.strictEqual(filled(100), 30)
  })

  it("stays within its lines and shows the waves where things happen", () => {
    const chain = planOf(
      Array.from({ length: 40 }, (_, index) => [`n${index}`, index === 0 ? [] : [`n${index - 1}`]])
    )
    const events = Array.from({ length: 20 }, (_, node) => succeededNode(node)).flat()
    const lines = render(stateAfter(chain, events), { ...plain, linesMax: 5 })
    assert.strictEqual(lines.length, 5)
    assert.match(lines[0] ?? "", /n20/)
    assert.strictEqual(lines[3], "  20 waves before, 17 waves after")
  })

  it("lets no name move the cursor", () => {
    const state = stateAfter(planOf([["a\u{1b}[2Jb\nc", []]]), [])
    const text = render(state).join("\n")
    assert.strictEqual(clean(text), text)
    assert.include(text, "ab c")
  })
})

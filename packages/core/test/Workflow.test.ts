/** Nodes at their defaults, and every place a reference can stand in. */
import { assert, describe, it } from "@effect/vitest"
import * as Workflow from "../src/Workflow.ts"

const value = (node: string, output: string): Workflow.InputSource => ({
  _tag: "Value",
  from: { node, output },
  path: []
})

describe("Workflow", () => {
  it("makes a node with one slot and nothing else", () => {
    assert.deepStrictEqual(Workflow.node("a", "true"), {
      name: "a",
      command: [{ _tag: "Text", text: "true" }],
      after: [],
      inputs: {},
      files: [],
      outputs: [],
      environment: {},
      slots: 1
    })
  })

  it("keeps what is given over the defaults", () => {
    const node = Workflow.node("a", "true", { slots: 4, after: ["b"], estimateMs: 9 })
    assert.deepStrictEqual([node.slots, node.after, node.estimateMs], [4, ["b"], 9])
  })

  it("survives a trip through JSON", () => {
    const workflow = Workflow.make("w", [
      Workflow.node("a", "true", { inputs: { x: value("b", "c") }, environment: { K: "V" } })
    ])
    assert.deepStrictEqual(JSON.parse(JSON.stringify(workflow)), workflow)
  })

  it("finds references in the command, in nested inputs and in files", () => {
    const node: Workflow.WorkflowNode = {
      ...Workflow.node("a", ""),
      command: [
        { _tag: "Text", text: "x " },
        { _tag: "Value", from: { node: "b", output: "1" }, path: ["deep"] },
        { _tag: "File", path: "in" }
      ],
      inputs: {
        fixed: { _tag: "Literal", value: { node: "no", output: "no" } },
        direct: value("b", "2"),
        list: { _tag: "List", items: [value("b", "3"), { _tag: "Literal", value: 1 }] },
        record: { _tag: "Struct", fields: { inner: { _tag: "List", items: [value("b", "4")] } } }
      },
      files: [
        { path: "in", source: { _tag: "Output", from: { node: "b", output: "5" } } },
        { path: "local", source: { _tag: "Local", path: "/x" } }
      ]
    }
    assert.deepStrictEqual(
      Workflow.references(node).map(({ output }) => output),
      ["1", "2", "3", "4", "5"]
    )
  })

  it("lists a reference as often as it is used", () => {
    const inputs = { x: value("b", "1"), y: value("b", "1") }
    assert.strictEqual(Workflow.references(Workflow.node("a", "", { inputs })).length, 2)
  })
})

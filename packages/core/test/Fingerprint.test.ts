/** The fingerprint moves with what runs and with nothing else. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Fingerprint from "../src/Fingerprint.ts"
import * as Plan from "../src/Plan.ts"
import * as Workflow from "../src/Workflow.ts"

const base = Workflow.node("align", "run it", {
  after: ["fetch", "index"],
  inputs: {
    genome: { _tag: "Literal", value: { name: "hg38", parts: [1, 2.5, true, null] } },
    reads: { _tag: "Value", from: { node: "fetch", output: "result" }, path: ["a"] }
  },
  files: [{ path: "in", source: { _tag: "Local", path: "/data/in" } }],
  outputs: [{ _tag: "Json", name: "result", path: "output.json" }],
  environment: { A: "1", B: "2" },
  slots: 2,
  runTimeMsMax: 1000
})

const reversedKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversedKeys)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).toReversed().map(([key, item]) => [key, reversedKeys(item)])
  )
}

const withInput = (value: Workflow.Json): Workflow.WorkflowNode =>
  Workflow.node("n", "x", { inputs: { value: { _tag: "Literal", value } } })

const jsonValue: FastCheck.Arbitrary<Workflow.Json> = FastCheck.jsonValue().map((
  value
): Workflow.Json => JSON.parse(JSON.stringify(value)))

describe("Fingerprint", () => {
  it("is 32 hexadecimal digits that stay the same between versions", () => {
    assert.strictEqual(Fingerprint.ofNode(base), "b0412d9f3ff1addf56db9fe5cf939621")
    assert.strictEqual(
      Fingerprint.ofWorkflow(Workflow.make("w", [base])),
      "8e98726f1f04c11b0de34ad3be0c803c"
    )
  })

  it("ignores the order of object keys", () => {
    FastCheck.assert(FastCheck.property(jsonValue, (value) => {
      const turned: Workflow.Json = JSON.parse(JSON.stringify(reversedKeys(value)))
      assert.strictEqual(
        Fingerprint.ofNode(withInput(value)),
        Fingerprint.ofNode(withInput(turned))
      )
    }))
  })

  it("differs for different values", () => {
    FastCheck.assert(FastCheck.property(jsonValue, jsonValue, (left, right) => {
      const isSame = JSON.stringify(sorted(left)) === JSON.stringify(sorted(right))
      const leftPrint = Fingerprint.ofNode(withInput(left))
      const rightPrint = Fingerprint.ofNode(withInput(right))
      assert.strictEqual(leftPrint === rightPrint, isSame)
    }))
  })

  const changes: ReadonlyArray<readonly [string, Partial<Workflow.WorkflowNode>]> = [
    ["name", { name: "Align" }],
    ["after", { after: ["fetch"] }],
    ["command", { command: [{ _tag: "Text", text: "run it " }] }],
    ["inputs", { inputs: {} }],
    ["files", { files: [] }],
    ["outputs", { outputs: [{ _tag: "File", name: "result", path: "output.json" }] }],
    ["environment", { environment: { A: "1", B: "3" } }],
    ["slots", { slots: 3 }],
    ["runTimeMsMax", { runTimeMsMax: 1001 }]
  ]
  for (const [field, change] of changes) {
    it(`changes with ${field}`, () => {
      assert.notStrictEqual(Fingerprint.ofNode({ ...base, ...change }), Fingerprint.ofNode(base))
    })
  }

  it("stays when only the group, the estimate or the workflow's name change", () => {
    const other = Workflow.make("other", [{ ...base, group: "g", estimateMs: 7 }])
    assert.strictEqual(
      Fingerprint.ofWorkflow(other),
      Fingerprint.ofWorkflow(Workflow.make("w", [base]))
    )
  })

  it("tells apart lists that join to the same text", () => {
    const prints = [["ab", "c"], ["a", "bc"], ["abc"], ["", "abc"], [["abc"]], "abc", ["abc", null]]
      .map((value) => Fingerprint.ofNode(withInput(value)))
    assert.strictEqual(new Set(prints).size, prints.length)
  })

  it("changes when two nodes change places", () => {
    const nodes = [Workflow.node("a", "x"), Workflow.node("b", "x")]
    assert.notStrictEqual(
      Fingerprint.ofWorkflow(Workflow.make("w", nodes)),
      Fingerprint.ofWorkflow(Workflow.make("w", nodes.toReversed()))
    )
  })

  it("is the same for a plan as for its workflow", () => {
    const workflow = Workflow.make("w", [Workflow.node("a", "x")])
    const result = Plan.make(workflow)
    if (result._tag === "Invalid") throw new Error("the workflow is valid")
    assert.strictEqual(Plan.fingerprint(result.plan), Plan.fingerprint(workflow))
  })

  it("reads values nested 100,000 deep", () => {
    let deep: Workflow.Json = []
    for (let depth = 0; depth < 100_000; depth++) deep = [deep]
    assert.strictEqual(Fingerprint.ofNode(withInput(deep)).length, 32)
  })

  it("has no collision among 20,000 similar nodes", () => {
    const prints = new Set<string>()
    for (let at = 0; at < 20_000; at++) {
      prints.add(Fingerprint.ofNode(Workflow.node(`task-${at}`, "x")))
    }
    assert.strictEqual(prints.size, 20_000)
  })
})

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => ({ key, item: sorted(item) }))
  return { entries: entries.toSorted((left, right) => left.key < right.key ? -1 : 1) }
}

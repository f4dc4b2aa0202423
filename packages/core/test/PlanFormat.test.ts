/** The four texts of a plan, and that no name can break out of any of them. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Plan from "../src/Plan.ts"
import * as PlanFormat from "../src/PlanFormat.ts"
import * as Policy from "../src/Policy.ts"
import * as Workflow from "../src/Workflow.ts"

const planOf = (
  edges: ReadonlyArray<readonly [name: string, after: ReadonlyArray<string>]>,
  name = "weather"
): Plan.Plan => {
  const nodes = edges.map(([node, after]) => Workflow.node(node, "true", { after }))
  const result = Plan.make(Workflow.make(name, nodes))
  if (result._tag === "Invalid") throw new Error(JSON.stringify(result.errors))
  return result.plan
}

const diamond = planOf([
  ["fetch", []],
  ["qc", ["fetch"]],
  ["clean it", ["fetch"]],
  ["report", ["qc", "clean it"]]
])

/** A chain through names that differ also when case is ignored. */
const chainOfNames = FastCheck.uniqueArray(
  FastCheck.oneof(
    FastCheck.string({ unit: "binary", minLength: 1 })
      .filter((name) => !name.includes("\0") && name.isWellFormed()),
    FastCheck.constantFrom(
      "\"]\nclick n0 href \"javascript:alert(1)\"",
      "end",
      "\\",
      "\\\"",
      "`**x**`",
      "1. item",
      "&quot;",
      "<b>",
      "#35;",
      "a\r\nb",
      "\u202Eevil",
      "n1 -> n0"
    )
  ),
  { minLength: 1, maxLength: 6, selector: (name) => name.toLowerCase() }
)

const chainPlan = (names: ReadonlyArray<string>): Plan.Plan =>
  planOf(names.map((name, at) => [name, names.slice(Math.max(0, at - 1), at)]), names[0])

describe("PlanFormat.text", () => {
  it("shows counts, waves, the critical path and policies", () => {
    const retry = Policy.make("retry twice", () => undefined)
    const policies = new Map([["qc", retry], ["report", retry]])
    assert.deepStrictEqual(
      PlanFormat.text(diamond, { policies, runPolicy: Policy.giveUp }).split("\n"),
      [
        "weather: 4 nodes, 4 edges, 3 waves",
        "",
        "wave 1 (1): fetch",
        "wave 2 (2): qc, \"clean it\"",
        "wave 3 (1): report",
        "",
        "critical path (3 nodes): fetch → qc → report",
        "",
        "policy of qc, report: retry twice",
        "policy of all others: give up",
        ""
      ]
    )
  })

  it("counts what it does not show", () => {
    const many = planOf(Array.from({ length: 5 }, (_, at) => [`n${at}`, []]))
    assert.include(
      PlanFormat.text(many, { namesMax: 4 }),
      "wave 1 (5): n0, n1, n2, n3, … and 1 more"
    )
    assert.include(PlanFormat.text(many, { namesMax: 5 }), "n3, n4\n")
    assert.include(PlanFormat.text(diamond, { wavesMax: 1 }), "… and 2 more waves")
    assert.notInclude(PlanFormat.text(diamond, { wavesMax: 3 }), "more")
  })

  it("keeps finalizers out of the waves, and says that they run after all", () => {
    const result = Plan.make(Workflow.make("w", [
      Workflow.node("a", "x"),
      Workflow.node("tidy up", "x", { finalizer: true }),
      Workflow.node("tell", "x", { finalizer: true, after: ["tidy up"] }),
      Workflow.node("again", "x", { finalizer: true, after: ["tell"] }),
      Workflow.node("b", "x", { after: ["a"] })
    ]))
    if (result._tag === "Invalid") throw new Error("the workflow is valid")
    assert.deepStrictEqual(PlanFormat.text(result.plan, { namesMax: 2 }).split("\n").slice(0, 5), [
      "w: 5 nodes, 3 edges, 2 waves",
      "",
      "wave 1 (1): a",
      "wave 2 (1): b",
      "after all (3): \"tidy up\", tell, … and 1 more"
    ])
    const { finalizers, levels } = JSON.parse(PlanFormat.json(result.plan))
    assert.deepStrictEqual(levels, [["a"], ["b"]])
    assert.deepStrictEqual(finalizers, ["tidy up", "tell", "again"])
  })

  it("adds the estimate when there is one", () => {
    const result = Plan.make(
      Workflow.make("w", [Workflow.node("a", "x", { estimateMs: 70 }), Workflow.node("b", "x")])
    )
    if (result._tag === "Invalid") throw new Error("the workflow is valid")
    assert.include(PlanFormat.text(result.plan), "critical path (1 node, estimated 70 ms): a\n")
  })

  it("keeps one wave a line and shows nothing invisible", () => {
    FastCheck.assert(FastCheck.property(chainOfNames, (names) => {
      const lines = PlanFormat.text(chainPlan(names)).split("\n")
      assert.strictEqual(lines.length, 5 + names.length)
      for (const line of lines) assert.notMatch(line, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
    }))
  })
})

describe("PlanFormat.json", () => {
  it("has exactly the counts, the levels and the critical path", () => {
    assert.deepStrictEqual(JSON.parse(PlanFormat.json(diamond)), {
      nodes: 4,
      edges: 4,
      levels: [["fetch"], ["qc", "clean it"], ["report"]],
      criticalPath: ["fetch", "qc", "report"]
    })
    assert.deepStrictEqual(Object.keys(JSON.parse(PlanFormat.json(diamond))), [
      "nodes",
      "edges",
      "levels",
      "criticalPath"
    ])
  })
})

describe("PlanFormat.mermaid", () => {
  it("draws nodes by index and edges by node", () => {
    assert.deepStrictEqual(PlanFormat.mermaid(diamond).split("\n"), [
      "flowchart TD",
      "  n0[\"fetch\"]",
      "  n1[\"qc\"]",
      "  n2[\"clean it\"]",
      "  n3[\"report\"]",
      "  n0 --> n1",
      "  n0 --> n2",
      "  n1 --> n3",
      "  n2 --> n3",
      ""
    ])
  })

  it("gives back every name and lets none out of its label", () => {
    FastCheck.assert(FastCheck.property(chainOfNames, (names) => {
      const lines = PlanFormat.mermaid(chainPlan(names)).split("\n")
      assert.strictEqual(lines.length, 1 + names.length + (names.length - 1) + 1)
      names.forEach((name, at) => {
        const label = /^ {2}n\d+\["((?:[\p{L}\p{N} ._-]|#\d+;)*)"\]$/u.exec(lines[at + 1] ?? "")
        const text = label?.[1]?.replace(
          /#(\d+);/g,
          (_, code) => String.fromCodePoint(Number(code))
        )
        assert.strictEqual(text, name)
      })
      for (const line of lines.slice(names.length + 1, -1)) {
        assert.match(line, /^ {2}n\d+ --> n\d+$/)
      }
    }))
  })

  it("keeps Markdown from reading a list or emphasis in a label", () => {
    const lines = PlanFormat.mermaid(planOf([["1. a", []], ["__b__", []], ["c_d-e.f", []]]))
    assert.include(lines, "[\"1#46; a\"]")
    assert.include(lines, "[\"#95;#95;b#95;#95;\"]")
    assert.include(lines, "[\"c_d-e.f\"]")
  })
})

describe("PlanFormat.dot", () => {
  it("draws nodes by index and edges by node", () => {
    assert.deepStrictEqual(PlanFormat.dot(diamond).split("\n"), [
      "digraph \"weather\" {",
      "  n0 [label=\"fetch\"]",
      "  n1 [label=\"qc\"]",
      "  n2 [label=\"clean it\"]",
      "  n3 [label=\"report\"]",
      "  n0 -> n1",
      "  n0 -> n2",
      "  n1 -> n3",
      "  n2 -> n3",
      "}",
      ""
    ])
  })

  it("lets no name out of its quotes", () => {
    FastCheck.assert(FastCheck.property(chainOfNames, (names) => {
      const lines = PlanFormat.dot(chainPlan(names)).split("\n")
      assert.strictEqual(lines.length, 1 + names.length + (names.length - 1) + 2)
      const quoted = /^(?: {2}n\d+ \[label=|digraph )"(?:[^"\\\p{Cc}]|\\["\\n])*"(?:\]| \{)$/u
      for (const line of lines.slice(0, names.length + 1)) assert.match(line, quoted)
      for (const line of lines.slice(names.length + 1, -2)) assert.match(line, /^ {2}n\d+ -> n\d+$/)
    }))
  })
})

describe("PlanFormat.text of the native mode", () => {
  it("counts the edges the service cannot hold, by reason", () => {
    const result = Plan.make(Workflow.make("graph", [
      Workflow.node("a", "true"),
      Workflow.node("b", "true", { after: ["a"] }),
      Workflow.node("c", "true", { after: ["a", "b"], when: "allDone" }),
      Workflow.node("end", "true", { after: ["b"], finalizer: true })
    ]))
    if (result._tag === "Invalid") throw new Error("the plan is valid")
    const lines = PlanFormat.text(result.plan, { showNative: true }).split("\n")
    assert.deepStrictEqual(lines.slice(lines.findIndex((line) => line.startsWith("native mode"))), [
      "native mode: the service holds 1 of 4 edges",
      "  2 edges left to the engine, because of each child: the service knows no trigger rule but success (a → c, b → c)",
      "  1 edge left to the engine, because of each child: it is a finalizer (b → end)",
      ""
    ])
    assert.deepStrictEqual(
      JSON.parse(PlanFormat.json(result.plan, { showNative: true })).native,
      {
        heldEdges: 1,
        otherEdges: [
          { parent: "a", child: "c", reason: "rule" },
          { parent: "b", child: "c", reason: "rule" },
          { parent: "b", child: "end", reason: "finalizer" }
        ]
      }
    )
    assert.notProperty(JSON.parse(PlanFormat.json(result.plan)), "native")
  })
})

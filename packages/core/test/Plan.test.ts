/** What makes a workflow a plan, and that every problem is reported at once. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Plan from "../src/Plan.ts"
import type { PlanError } from "../src/PlanError.ts"
import * as Workflow from "../src/Workflow.ts"
import * as NaiveGraph from "./NaiveGraph.ts"

const nodeOf = (
  name: string,
  after: ReadonlyArray<string> = [],
  rest: Partial<Workflow.WorkflowNode> = {}
): Workflow.WorkflowNode => Workflow.node(name, "true", { after, ...rest })

const planned = (nodes: ReadonlyArray<Workflow.WorkflowNode>): Plan.Plan => {
  const result = Plan.make(Workflow.make("test", nodes))
  if (result._tag === "Invalid") throw new Error(JSON.stringify(result.errors))
  return result.plan
}

const errorsOf = (
  nodes: ReadonlyArray<Workflow.WorkflowNode>,
  name = "test"
): ReadonlyArray<PlanError> => {
  const result = Plan.make(Workflow.make(name, nodes))
  return result._tag === "Invalid" ? result.errors : []
}

const json: Workflow.OutputSpec = { _tag: "Json", name: "result", path: "output.json" }
const file: Workflow.OutputSpec = { _tag: "File", name: "report", path: "out/report.html" }

const reading = (node: string, output: string): Partial<Workflow.WorkflowNode> => ({
  inputs: { value: { _tag: "Value", from: { node, output }, path: [] } }
})

const staging = (path: string, node: string, output: string): Workflow.StagedFile => ({
  path,
  source: { _tag: "Output", from: { node, output } }
})

describe("Plan.make", () => {
  it("keeps every index, level and edge of any acyclic workflow", () => {
    FastCheck.assert(FastCheck.property(NaiveGraph.acyclicRows(12), (rows) => {
      FastCheck.pre(rows.length > 0)
      const plan = planned(rows.map((row, node) => nodeOf(`n${node}`, row.map((at) => `n${at}`))))
      assert.deepStrictEqual(Array.from(plan.levelOf), NaiveGraph.levels(rows))
      rows.forEach((row, node) => {
        const { parentOffsets, parents } = plan.graph
        const found = parents.slice(parentOffsets[node], parentOffsets[node + 1])
        assert.deepStrictEqual(Array.from(found), row)
        assert.strictEqual(plan.indexOf(`n${node}`), node)
        assert.strictEqual(plan.names[node], `n${node}`)
      })
      assert.deepStrictEqual(Plan.levelsOf(plan).flat().length, rows.length)
    }))
  })

  it("gives a cycle or a plan for any graph, never both", () => {
    FastCheck.assert(FastCheck.property(NaiveGraph.anyRows(8), (rows) => {
      const errors = errorsOf(
        rows.map((row, node) => nodeOf(`n${node}`, row.map((at) => `n${at}`)))
      )
      const isStuck = NaiveGraph.stuckNodes(rows).length > 0
      assert.deepStrictEqual(errors.map((error) => error._tag), isStuck ? ["Cycle"] : [])
    }))
  })

  it("lists levels by name in the order of authorship", () => {
    const plan = planned([nodeOf("c", ["a", "b"]), nodeOf("b"), nodeOf("a")])
    assert.deepStrictEqual(Plan.levelsOf(plan), [["b", "a"], ["c"]])
  })

  it("counts a parent named twice once", () => {
    const plan = planned([nodeOf("a"), nodeOf("b", ["a", "a"])])
    assert.strictEqual(plan.graph.edgeCount, 1)
    assert.strictEqual(plan.graph.parents.length, 1)
  })

  it("accepts names that objects and shells give a meaning to", () => {
    const names = ["__proto__", "constructor", "toString", " ", "-rf", "a\nb", "\u{1F600}", "#{}"]
    const plan = planned(names.map((name, at) => nodeOf(name, names.slice(0, at))))
    assert.deepStrictEqual(names.map(plan.indexOf), names.map((_, at) => at))
    assert.strictEqual(plan.indexOf("hasOwnProperty"), undefined)
    assert.strictEqual(plan.indexOf(""), undefined)
  })

  it("plans a chain of 10,000 written backwards", () => {
    const nodes = Array.from(
      { length: 10_000 },
      (_, at) => nodeOf(`n${at}`, at === 9_999 ? [] : [`n${at + 1}`])
    )
    assert.strictEqual(planned(nodes).levelCount, 10_000)
  })
})

describe("Plan.criticalPath", () => {
  it("weighs nodes by their estimate, and 1 without one", () => {
    const plan = planned([
      nodeOf("a"),
      nodeOf("slow", ["a"], { estimateMs: 50 }),
      nodeOf("b", ["a"]),
      nodeOf("c", ["b"]),
      nodeOf("end", ["c", "slow"])
    ])
    assert.deepStrictEqual(Plan.criticalPath(plan), { names: ["a", "slow", "end"], lengthMs: 52 })
    assert.deepStrictEqual(Array.from(Plan.remainingMs(plan)), [52, 51, 3, 2, 1])
  })

  it("takes the most nodes when nothing is estimated", () => {
    const plan = planned([nodeOf("a"), nodeOf("b", ["a"]), nodeOf("c", ["a", "b"])])
    assert.deepStrictEqual(Plan.criticalPath(plan), { names: ["a", "b", "c"], lengthMs: 3 })
  })
})

const fromA: Workflow.OutputReference = { node: "a", output: "result" }

const manyOutputs = Array.from(
  { length: 17 },
  (_, at): Workflow.OutputSpec => ({ _tag: "Json", name: `part-${at}`, path: `${at}.json` })
)

describe("Plan.make refuses", () => {
  const cases: ReadonlyArray<
    readonly [claim: string, ReadonlyArray<Workflow.WorkflowNode>, ReadonlyArray<PlanError>]
  > = [
    ["a workflow without nodes", [], [{ _tag: "EmptyWorkflow", workflow: "test" }]],
    ["an empty name", [nodeOf("")], [{ _tag: "EmptyName", index: 0 }]],
    ["a name with NUL or half a surrogate pair", [nodeOf("a\0"), nodeOf("b\ud800")], [
      { _tag: "InvalidText", node: "a\0", place: "name", why: "contains NUL; remove it" },
      {
        _tag: "InvalidText",
        node: "b\ud800",
        place: "name",
        why: "contains half a surrogate pair; remove it"
      }
    ]],
    ["a command with NUL, once", [
      nodeOf("a", [], { command: [{ _tag: "Text", text: "\0" }, { _tag: "Text", text: "b\0" }] })
    ], [{ _tag: "InvalidText", node: "a", place: "command", why: "contains NUL; remove it" }]],
    ["a command with half a surrogate pair", [
      nodeOf("a", [], { command: [{ _tag: "Text", text: "a" }, { _tag: "Text", text: "\udc00" }] })
    ], [{
      _tag: "InvalidText",
      node: "a",
      place: "command",
      why: "contains half a surrogate pair; remove it"
    }]],
    ["a name used three times, once", [nodeOf("a"), nodeOf("b"), nodeOf("a"), nodeOf("a")], [
      { _tag: "DuplicateName", name: "a", indexes: [0, 2, 3] }
    ]],
    ["names that differ in case", [nodeOf("Ab"), nodeOf("x"), nodeOf("aB"), nodeOf("AB")], [
      { _tag: "CaseConflict", names: ["Ab", "aB", "AB"] }
    ]],
    ["a cycle", [nodeOf("a", ["c"]), nodeOf("b", ["a"]), nodeOf("c", ["b"])], [
      { _tag: "Cycle", path: ["a", "b", "c"] }
    ]],
    ["a node after itself, once", [nodeOf("a", ["a", "a"])], [
      { _tag: "SelfDependency", node: "a" }
    ]],
    ["an unknown dependency, with the nearest name", [nodeOf("fetch"), nodeOf("b", ["Fecth"])], [
      { _tag: "UnknownDependency", node: "b", dependency: "Fecth", suggestion: "fetch" }
    ]],
    ["an unknown dependency that resembles nothing", [nodeOf("a"), nodeOf("b", ["zzzzzz"])], [
      { _tag: "UnknownDependency", node: "b", dependency: "zzzzzz" }
    ]],
    ["a value of a node it is not after", [
      nodeOf("a", [], { outputs: [json] }),
      nodeOf("b", [], reading("a", "result"))
    ], [{ _tag: "MissingEdge", node: "b", producer: "a" }]],
    ["a value of an unknown node", [nodeOf("a"), nodeOf("b", [], reading("nowhere", "x"))], [
      { _tag: "UnknownDependency", node: "b", dependency: "nowhere" }
    ]],
    ["a value of an unknown node once when `after` names it too", [
      nodeOf("b", ["nowhere"], reading("nowhere", "x"))
    ], [{ _tag: "UnknownDependency", node: "b", dependency: "nowhere" }]],
    ["an unknown output, with the nearest name", [
      nodeOf("a", [], { outputs: [json] }),
      nodeOf("b", ["a"], reading("a", "results"))
    ], [{
      _tag: "UnknownOutput",
      node: "b",
      from: { node: "a", output: "results" },
      suggestion: "result"
    }]],
    ["a file output used as a value", [
      nodeOf("a", [], { outputs: [file] }),
      nodeOf("b", ["a"], reading("a", "report"))
    ], [{
      _tag: "WrongOutputKind",
      node: "b",
      from: { node: "a", output: "report" },
      wanted: "Json"
    }]],
    ["a JSON output staged as a file", [
      nodeOf("a", [], { outputs: [json] }),
      nodeOf("b", ["a"], { files: [staging("in", "a", "result")] })
    ], [{
      _tag: "WrongOutputKind",
      node: "b",
      from: { node: "a", output: "result" },
      wanted: "File"
    }]],
    ["a command that uses a file it does not stage", [
      nodeOf("a", [], { command: [{ _tag: "File", path: "x" }, { _tag: "File", path: "x" }] })
    ], [{ _tag: "UnstagedFile", node: "a", path: "x" }]],
    ["two files at one path", [
      nodeOf("a", [], { outputs: [file] }),
      nodeOf("b", ["a"], { files: [staging("in", "a", "report"), staging("in", "a", "report")] })
    ], [{ _tag: "DuplicateStagedPath", node: "b", path: "in" }]],
    ["an output declared twice", [nodeOf("a", [], { outputs: [json, json] })], [
      { _tag: "DuplicateOutput", node: "a", output: "result" }
    ]],
    ["two outputs at one path", [
      nodeOf("a", [], { outputs: [json, { ...file, path: json.path }] })
    ], [{ _tag: "DuplicateOutputPath", node: "a", path: "output.json" }]],
    ["a reference used as a value and as a file for the one that is wrong", [
      nodeOf("a", [], { outputs: [json] }),
      nodeOf("b", ["a"], {
        inputs: { value: { _tag: "Value", from: fromA, path: [] } },
        files: [{ path: "in", source: { _tag: "Output", from: fromA } }]
      })
    ], [{ _tag: "WrongOutputKind", node: "b", from: fromA, wanted: "File" }]],
    ["an output among many, with the nearest name", [
      nodeOf("a", [], { outputs: manyOutputs }),
      nodeOf("b", ["a"], reading("a", "part-16")),
      nodeOf("c", ["a"], reading("a", "path-16"))
    ], [{
      _tag: "UnknownOutput",
      node: "c",
      from: { node: "a", output: "path-16" },
      suggestion: "part-16"
    }]],
    ["a name used twice without judging whose outputs are read", [
      nodeOf("a"),
      nodeOf("a", [], { outputs: [json] }),
      nodeOf("b", ["a"], reading("a", "result"))
    ], [{ _tag: "DuplicateName", name: "a", indexes: [0, 1] }]]
  ]
  for (const [claim, nodes, errors] of cases) {
    it(claim, () => assert.deepStrictEqual(errorsOf(nodes), errors))
  }

  for (
    const [name, why] of [
      ["", "is empty; give it one"],
      ["a\0", "contains NUL; remove it"],
      ["\udfff", "contains half a surrogate pair; remove it"]
    ] as const
  ) {
    it(`the workflow name ${JSON.stringify(name)}`, () => {
      const errors = errorsOf([nodeOf("a")], name)
      assert.deepStrictEqual(errors, [{ _tag: "InvalidWorkflowName", name, why }])
    })
  }

  for (const slots of [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53]) {
    it(`${slots} slots`, () => {
      const errors = errorsOf([nodeOf("a", [], { slots })])
      assert.deepStrictEqual(errors, [{ _tag: "InvalidSlots", node: "a", slots }])
    })
  }

  for (
    const [setting, valueMs] of [
      ["runTimeMsMax", 0],
      ["runTimeMsMax", Infinity],
      ["estimateMs", -1],
      ["estimateMs", Number.NaN]
    ] as const
  ) {
    it(`${setting} ${valueMs}`, () => {
      const errors = errorsOf([nodeOf("a", [], { [setting]: valueMs })])
      assert.deepStrictEqual(errors, [{ _tag: "InvalidTime", node: "a", setting, valueMs }])
    })
  }

  for (const path of ["", "/a", "../a", "a/../b", "a\\b", "a\0b", "a//b", "./a", "a/"]) {
    it(`the output path ${JSON.stringify(path)}`, () => {
      const errors = errorsOf([nodeOf("a", [], { outputs: [{ ...file, path }] })])
      assert.deepStrictEqual(errors.map((error) => error._tag), ["InvalidFilePath"])
    })
  }

  for (const path of ["", "a", "./a", "C:a", "/a\0"]) {
    it(`the local file ${JSON.stringify(path)}`, () => {
      const files = [{ path: "in", source: { _tag: "Local", path } }] as const
      const errors = errorsOf([nodeOf("a", [], { files })])
      assert.deepStrictEqual(errors.map((error) => error._tag), ["InvalidFilePath"])
    })
  }

  for (const name of ["", "A=B", "A\0", "1A", "odd name", "a-b", "É", "A\n"]) {
    it(`the environment variable ${JSON.stringify(name)}`, () => {
      const errors = errorsOf([nodeOf("a", [], { environment: { [name]: "1" } })])
      assert.deepStrictEqual(errors, [{ _tag: "InvalidEnvironmentName", node: "a", name }])
    })
  }

  for (
    const [value, why] of [
      ["a\0", "contains NUL; remove it"],
      ["\ud800", "contains half a surrogate pair; remove it"],
      [1, "is not text but of type number; write it as text"],
      [null, "is not text but null; write it as text"]
    ] as const
  ) {
    it(`the value ${JSON.stringify(value)} of an environment variable`, () => {
      // @ts-expect-error callers without types may give anything
      const errors = errorsOf([nodeOf("a", [], { environment: { A: value } })])
      assert.deepStrictEqual(errors, [
        { _tag: "InvalidEnvironmentValue", node: "a", name: "A", why }
      ])
    })
  }
})

describe("Plan.make accepts the edge of each rule", () => {
  it("one slot, 1 ms of run time, an estimate of 0, dots in names, absolute local files", () => {
    const plan = planned([
      nodeOf("a", [], { outputs: [{ ...file, path: "...hidden/a..b" }] }),
      nodeOf("b", ["a"], {
        slots: 1,
        runTimeMsMax: 1,
        estimateMs: 0,
        files: [
          staging("in", "a", "report"),
          { path: "posix", source: { _tag: "Local", path: "/a b" } },
          { path: "windows", source: { _tag: "Local", path: "C:\\a" } },
          { path: "share", source: { _tag: "Local", path: "\\\\server\\a" } }
        ],
        command: [{ _tag: "File", path: "in" }],
        environment: { _: "", a1: "\u{1F600}\n" }
      })
    ])
    assert.strictEqual(plan.levelCount, 2)
  })
})

describe("Plan.make reports", () => {
  it("problems of every kind at once, the cycle first", () => {
    const errors = errorsOf([
      nodeOf("a", ["b"]),
      nodeOf("b", ["a", "lost"], { slots: 0 }),
      nodeOf("B"),
      nodeOf("B"),
      nodeOf("c", ["c"], reading("a", "none"))
    ])
    assert.deepStrictEqual(errors.map((error) => error._tag), [
      "Cycle",
      "DuplicateName",
      "CaseConflict",
      "UnknownDependency",
      "SelfDependency",
      "InvalidSlots",
      "MissingEdge",
      "UnknownOutput"
    ])
  })

  const wrong = (count: number): ReadonlyArray<Workflow.WorkflowNode> =>
    Array.from({ length: count }, (_, at) => nodeOf(`n${at}`, [], { slots: 0 }))

  it("100 problems one by one", () => {
    const errors = errorsOf(wrong(100))
    assert.strictEqual(errors.length, 100)
    assert.isTrue(errors.every((error) => error._tag === "InvalidSlots"))
  })

  it("the first 100 of 103 and how many more", () => {
    const errors = errorsOf(wrong(103))
    assert.strictEqual(errors.length, 101)
    assert.deepStrictEqual(errors[100], { _tag: "MoreErrors", count: 3 })
  })

  it("a cycle even behind 100 other problems", () => {
    const lost = Array.from({ length: 100 }, (_, at) => `lost${at}`)
    const errors = errorsOf([nodeOf("a", ["b"]), nodeOf("b", ["a", ...lost])])
    assert.deepStrictEqual(errors[0], { _tag: "Cycle", path: ["a", "b"] })
    assert.strictEqual(errors.length, 101)
    assert.deepStrictEqual(errors[100], { _tag: "MoreErrors", count: 1 })
  })

  it("100,000 unknown names in a workflow of 20,000 nodes within its bounds", () => {
    const nodes = Array.from(
      { length: 20_000 },
      (_, at) => nodeOf(`node-${at}`, [1, 2, 3, 4, 5].map((again) => `nodes-${at}-${again}`))
    )
    assert.deepStrictEqual(errorsOf(nodes).at(-1), { _tag: "MoreErrors", count: 99_900 })
  }, 30_000)
})

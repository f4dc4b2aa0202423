import * as Plan from "@batchwave/core/Plan"
import * as Pipeline from "@batchwave/pipeline/Pipeline"
import * as WfFormat from "@batchwave/pipeline/WfFormat"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"

interface TaskOptions {
  readonly name?: string
  readonly parents?: ReadonlyArray<string>
  readonly children?: ReadonlyArray<string>
}

const task = (id: string, rest: TaskOptions = {}) => ({
  id,
  parents: [],
  children: [],
  inputFiles: ["never staged"],
  ...rest
})

const trace = (
  tasks: ReadonlyArray<object>,
  executed: ReadonlyArray<object> = [],
  schemaVersion = "1.5"
): unknown => ({
  name: "a trace",
  schemaVersion,
  author: { name: "someone" },
  workflow: {
    specification: { tasks, files: [] },
    execution: { makespanInSeconds: 1, tasks: executed, machines: [] }
  }
})

const problemsOf = (value: unknown): ReadonlyArray<string> => {
  const decoded = WfFormat.decode(value)
  return Result.isFailure(decoded) ? decoded.failure : assert.fail("the trace was accepted")
}

describe("WfFormat.decode", () => {
  it("keeps ids that are illegal in the service, titles as groups, run times as estimates", () => {
    const workflow = Result.getOrThrow(WfFormat.decode(trace(
      [
        task("NFCORE:RNASEQ (sample 1)", { name: "RNASEQ", children: ["b/ü"] }),
        task("b/ü", { parents: ["NFCORE:RNASEQ (sample 1)"] })
      ],
      [{
        id: "b/ü",
        runtimeInSeconds: 1.25,
        command: { program: "tool", arguments: ["it's", "$HOME"] },
        coreCount: 48
      }]
    )))
    assert.deepStrictEqual(
      workflow.nodes.map(({ after, command, estimateMs, group, name, slots }) => ({
        after,
        command,
        estimateMs,
        group,
        name,
        slots
      })),
      [
        {
          after: [],
          command: [{ _tag: "Text", text: "'RNASEQ'" }],
          estimateMs: undefined,
          group: "RNASEQ",
          name: "NFCORE:RNASEQ (sample 1)",
          slots: 1
        },
        {
          after: ["NFCORE:RNASEQ (sample 1)"],
          command: [{ _tag: "Text", text: "'tool' 'it'\\''s' '$HOME'" }],
          estimateMs: 1250,
          group: undefined,
          name: "b/ü",
          slots: 1
        }
      ]
    )
    assert.strictEqual(Plan.make(workflow)._tag, "Planned")
  })

  it("takes an edge that only one of its ends tells of, once", () => {
    const workflow = Result.getOrThrow(WfFormat.decode(trace([
      task("a", { children: ["b", "c"] }),
      task("b", { parents: ["a"] }),
      task("c", { parents: ["b"] })
    ])))
    assert.deepStrictEqual(workflow.nodes.map((node) => node.after), [[], ["a"], ["a", "b"]])
  })

  it("names every problem of a trace at once", () => {
    assert.deepStrictEqual(
      problemsOf(trace(
        [
          task("a", { children: ["nowhere"] }),
          task("a"),
          task("b", { parents: ["missing"] })
        ],
        [{ id: "ghost" }, { id: "b", runtimeInSeconds: -1 }]
      )),
      [
        "trace: two tasks have the id \"a\"",
        "trace: the task \"a\" has an unknown child \"nowhere\"",
        "trace: the task \"b\" has an unknown parent \"missing\"",
        "trace: an execution of \"ghost\" is recorded, but no such task is specified",
        "trace: the run time of \"b\" is -1 s; it must be 0 or more"
      ]
    )
  })

  it("refuses another schema version by name", () => {
    assert.deepStrictEqual(problemsOf(trace([], [], "1.4")), [
      "trace.schemaVersion: expected \"1.5\", got \"1.4\""
    ])
  })

  it("refuses members of the wrong type with their paths", () => {
    assert.deepStrictEqual(
      problemsOf(trace([{ id: 7 }, { id: "b", parents: "a" }])).map((text) => text.split(":")[0]),
      [
        "trace.workflow.specification.tasks[0].id",
        "trace.workflow.specification.tasks[1].parents"
      ]
    )
  })

  it("leaves broken rules of the graph to the compilation", () => {
    const pipeline = Result.getOrThrow(Pipeline.fromJson(trace([
      task("a", { parents: ["b"] }),
      task("b", { parents: ["a"] })
    ])))
    const compiled = pipeline.compile({})
    if (Result.isSuccess(compiled)) return assert.fail("a cycle was accepted")
    assert.deepStrictEqual(compiled.failure.problems, [
      "nodes wait for each other in a cycle: \"a\" → \"b\" → \"a\"; remove one of these dependencies"
    ])
  })
})

describe("WfFormat.isTrace", () => {
  it("tells traces of any version from canonical workflows", () => {
    assert.strictEqual(WfFormat.isTrace({ schemaVersion: "1.2" }), true)
    assert.strictEqual(WfFormat.isTrace({ workflow: { tasks: [] } }), true)
    assert.strictEqual(WfFormat.isTrace({ version: 1, name: "w", nodes: [] }), false)
    assert.strictEqual(WfFormat.isTrace("workflow"), false)
    assert.strictEqual(WfFormat.isTrace(null), false)
  })
})

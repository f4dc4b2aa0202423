/** What authors say about when and in what order tasks run reaches the workflow, and mistakes are named. */
import * as Definition from "@batchwave/core/Definition"
import * as Policy from "@batchwave/core/Policy"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Output from "../src/Output.ts"
import * as Pipeline from "../src/Pipeline.ts"
import { sh } from "../src/Shell.ts"
import * as Trigger from "../src/Trigger.ts"
import * as WorkflowSchema from "../src/WorkflowSchema.ts"

const everything = Pipeline.make("all", {}, (p) => {
  p.pool("licenses", 2)
  const load = p.task("load", { run: sh`load`, output: Output.json(Schema.Number), priority: 5 })
  const fast = p.task("fast", { run: sh`fast`, after: [load], pools: ["licenses"], mutex: "db" })
  p.task("alert", { run: sh`alert`, when: "oneFailed", after: [load, fast] })
  p.task("merge", {
    run: sh`merge`,
    when: Trigger.any(Trigger.succeeded(fast), Trigger.not(Trigger.failed(load))),
    inputs: { rows: load.output }
  })
  p.task("clean", { run: sh`clean`, finalizer: true })
})

const compiled = <A>(pipeline: Pipeline.Pipeline<{}, {}, A>) =>
  Result.getOrThrow(pipeline.compile({}))

const problems = <A>(pipeline: Pipeline.Pipeline<{}, {}, A>): ReadonlyArray<string> => {
  const result = pipeline.compile({})
  return Result.isFailure(result) ? result.failure.problems : []
}

describe("Scheduling in a pipeline", () => {
  it("reaches the workflow, and every task of a condition becomes a parent", () => {
    const { workflow } = compiled(everything).definition
    assert.deepStrictEqual(workflow.pools, { licenses: 2 })
    const [load, fast, alert, merge, clean] = workflow.nodes
    assert.strictEqual(load?.priority, 5)
    assert.deepStrictEqual([fast?.pools, fast?.mutex], [["licenses"], "db"])
    assert.strictEqual(alert?.when, "oneFailed")
    assert.deepStrictEqual(merge?.after.toSorted(), ["fast", "load"])
    assert.deepStrictEqual(merge?.when, {
      _tag: "Any",
      of: [
        { _tag: "Is", node: "fast", outcomes: ["succeeded"] },
        { _tag: "Not", of: { _tag: "Is", node: "load", outcomes: ["failed", "blocked"] } }
      ]
    })
    assert.isTrue(clean?.finalizer)
  })

  it("survives the canonical JSON form", () => {
    const { workflow } = compiled(everything).definition
    const text: unknown = JSON.parse(JSON.stringify(workflow))
    assert.deepStrictEqual(Result.getOrThrow(WorkflowSchema.decode(text)), workflow)
  })

  it("refuses what cannot be meant, all at once", () => {
    const found = problems(Pipeline.make("wrong", {}, (p) => {
      const load = p.task("load", { run: sh`load`, output: Output.json(Schema.Number) })
      const clean = p.task("clean", { run: sh`clean`, finalizer: true })
      p.task("a", { run: sh`a ${load.output}`, when: "allDone" })
      p.task("b", { run: sh`b`, when: "oneSucceeded" })
      p.task("c", { run: sh`c`, after: [clean], pools: ["nowhere"], mutex: "" })
      p.task("d", { run: sh`d`, priority: Number.NaN })
    }))
    assert.deepStrictEqual(found.toSorted(), [
      `node "a" may run without the output that its command uses; read it through \`inputs\`, as an option`,
      `node "b" has the rule oneSucceeded but no parents; name them in \`after\``,
      `node "c" comes after the finalizer "clean", which runs when all else has settled; make it a finalizer too`,
      `node "c" has a mutex without a name; give it one`,
      `node "c" names the pool "nowhere", which the workflow does not declare; declare it`,
      `node "d" has priority NaN; give a finite number`
    ])
  })

  it("refuses policies and rules with impossible settings, each where it is given", () => {
    // What a program without types may give.
    const foreign = (value: unknown) => Object.assign(JSON.parse("{}"), { value }).value
    const found = problems(Pipeline.make("wrong", { policy: Policy.retry({ max: -1 }) }, (p) => {
      const load = p.task("load", { run: sh`load` })
      p.task("a", { run: sh`a`, policy: foreign("retry"), watchdog: { requeues: -1 } })
      p.task("b", {
        run: sh`b`,
        policy: Policy.on("OutOfMemmory", Policy.deadline(-1, Policy.skip))
      })
      p.task("c", { run: sh`c`, after: [load], when: foreign({ _tag: "Or", of: [] }) })
      p.task("d", { run: sh`d`, when: Trigger.is(load, foreign("success")) })
      p.each("fan", ["x", "y"], { key: String, policy: Policy.escalate({ factor: 1 }) }, () => ({
        run: sh`fan`
      }))
    }))
    assert.deepStrictEqual(found, [
      "the pipeline: its policy: max of retry is -1; give a whole number from 0 to 10000",
      "task \"a\": its policy is no policy; make one with Policy.retry or the others",
      "task \"b\": its policy: deadline is -1; give milliseconds, 0 or more",
      "task \"b\": its policy asks for the failure class \"OutOfMemmory\", which nothing gives without "
      + "a classify function; did you mean \"OutOfMemory\"?",
      "fan-out \"fan\": its policy: factor of escalate is 1; give a number above 1",
      "node \"a\" has a limit that makes no sense: requeuesMax is -1; give a whole number of at least 0",
      "node \"c\" has a rule that is none; give a rule by its name, or a condition made with Trigger",
      "node \"d\" has a condition on \"load\" with the outcome \"success\", which does not exist; known "
      + "are \"succeeded\", \"failed\", \"blocked\", \"cancelled\", \"skipped\""
    ])
    const graph = problems(
      Pipeline.graph("graph", { a: { run: "a", policy: Policy.on("Mine", Policy.skip) } }, {
        policy: Policy.on([], Policy.skip)
      })
    )
    assert.deepStrictEqual(graph, [
      "the graph: its policy: on names no failure class; name one",
      "task \"a\": its policy asks for the failure class \"Mine\", which nothing gives without a "
      + "classify function; known are \"Exit\", \"OutOfMemory\", \"TimedOut\", \"Preempted\", "
      + "\"NodeLost\", \"SetupFailed\", \"UploadFailed\", \"OutputInvalid\" and 4 more"
    ])
    compiled(
      Pipeline.graph("own", { a: { run: "a", policy: Policy.on("Mine", Policy.skip) } }, {
        classify: () => undefined
      })
    )
  })

  it("tells every substitute that can never stand in for what its tasks write", () => {
    const Rows = Output.json(Schema.Struct({ rows: Schema.Number }))
    const found = problems(
      Pipeline.make("unfit", { policy: Policy.onExit([9], Policy.substitute(0)) }, (p) => {
        p.task("a", { run: sh`a`, output: Rows, policy: Policy.substitute({ row: 3 }) })
        p.task("b", { run: sh`b`, output: Rows, policy: Policy.substitute({ rows: 3 }) })
        p.task("c", { run: sh`c`, output: Output.file("plot.png"), policy: Policy.substitute(1) })
        p.task("d", { run: sh`d`, output: { left: Rows, right: Output.file("r") } })
        p.task("e", { run: sh`e` })
        p.each("fan", ["x", "y", "z"], { key: String, policy: Policy.substitute("none") }, () => ({
          run: sh`f`,
          output: Rows
        }))
        p.task("g", { run: sh`g`, policy: Policy.retry({ max: -1 }) })
      })
    )
    assert.deepStrictEqual(found, [
      "task \"g\": its policy: max of retry is -1; give a whole number from 0 to 10000",
      "task \"a\": its policy: substitute {\"row\":3}: the value does not fit its output \"output\": "
      + "value.rows: missing key",
      "task \"c\": its policy: substitute 1: a value cannot stand in for the file \"output\"",
      "task \"d\": its policy: substitute 0: a value cannot stand in for the file \"right\"",
      "task \"fan[x]\" and 2 others of the same policy: its policy: substitute \"none\": the value "
      + "does not fit its output \"output\": value: expected object, got \"none\""
    ])
  })

  it("takes the nearest policy: the task's, the fan-out's, the pipeline's, the run's", () => {
    const named = (name: string) => Policy.make(name, () => undefined)
    const each = (withPipeline: boolean) =>
      Pipeline.make(
        "nearest",
        withPipeline ? { policy: named("pipeline") } : {},
        (p) => {
          p.each("item", ["x", "y"], { key: String, policy: named("group") }, (item) => ({
            run: sh`work ${item}`,
            ...(item === "x" ? { policy: named("task") } : {})
          }))
          p.task("alone", { run: sh`alone` })
        }
      )
    const nearest = (withPipeline: boolean) => {
      const policyOf = Definition.policiesOf(compiled(each(withPipeline)).definition, named("run"))
      return [0, 1, 2].map((node) => policyOf(node).description)
    }
    assert.deepStrictEqual(nearest(true), ["task", "group", "pipeline"])
    assert.deepStrictEqual(nearest(false), ["task", "group", "run"])
  })

  it("works in the object form too", () => {
    const { definition } = compiled(Pipeline.graph("object", {
      a: { run: "a", pools: ["gpu"] },
      b: { run: "b", needs: ["a"], when: "oneFailed", priority: 1 }
    }, { pools: { gpu: 1 }, classify: () => ({ _tag: "Custom", name: "Mine", message: "" }) }))
    assert.deepStrictEqual(definition.workflow.pools, { gpu: 1 })
    assert.strictEqual(definition.workflow.nodes[1]?.when, "oneFailed")
    assert.isDefined(definition.classify)
  })
})

describe("Defaults of a pipeline", () => {
  it("reach every task that says nothing else: the nearest wins, each limit by itself", () => {
    const { workflow } = compiled(Pipeline.make("defaults", {
      cache: true,
      watchdog: { queueWait: "1 hour", runTime: "2 hours" }
    }, (p) => {
      p.task("plain", { run: sh`x` })
      p.task("own", {
        run: sh`x`,
        cache: { version: "2" },
        watchdog: { runTime: "Infinity", noOutput: "10 minutes" }
      })
      p.task("off", { run: sh`x`, cache: false })
      p.each("items", ["a"], { key: String, cache: false, watchdog: { queueWait: 5 } }, () => ({
        run: sh`x`
      }))
      p.task("clean", { run: sh`x`, finalizer: true })
    })).definition
    const run = { queueMsMax: 3_600_000, runMsMax: 7_200_000 }
    assert.deepStrictEqual(
      workflow.nodes.map(({ cache, name, watch }) => ({ name, cache, watch })),
      [
        { name: "plain", cache: {}, watch: run },
        {
          name: "own",
          cache: { version: "2" },
          watch: { ...run, runMsMax: Number.MAX_SAFE_INTEGER, silenceMsMax: 600_000 }
        },
        { name: "off", cache: undefined, watch: run },
        { name: "items[a]", cache: undefined, watch: { ...run, queueMsMax: 5 } },
        { name: "clean", cache: undefined, watch: run }
      ]
    )
    const text: unknown = JSON.parse(JSON.stringify(workflow))
    assert.deepStrictEqual(Result.getOrThrow(WorkflowSchema.decode(text)), workflow)
  })

  it("hold for a graph of plain records too", () => {
    const { workflow } = compiled(
      Pipeline.graph("g", { a: { run: "x" }, b: { run: "x", cache: false } }, { cache: true })
    ).definition
    assert.deepStrictEqual(workflow.nodes.map(({ cache }) => cache), [{}, undefined])
  })

  it("are refused where they cannot be meant", () => {
    const found = problems(Pipeline.make("wrong", {}, (p) => {
      p.task("clean", { run: sh`x`, finalizer: true, cache: true })
      p.task("slow", { run: sh`x`, watchdog: { queueWait: 0 } })
    }))
    assert.deepStrictEqual(found, [
      `task "clean": a finalizer runs every time, so it takes no cache`,
      `task "slow": watchdog.queueWait is not a positive duration; write one like "10 minutes"`
    ])
  })
})

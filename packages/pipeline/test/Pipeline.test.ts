import * as Plan from "@batchwave/core/Plan"
import * as Policy from "@batchwave/core/Policy"
import * as Workflow from "@batchwave/core/Workflow"
import * as File from "@batchwave/pipeline/File"
import * as Output from "@batchwave/pipeline/Output"
import * as Pipeline from "@batchwave/pipeline/Pipeline"
import type { PipelineError } from "@batchwave/pipeline/PipelineError"
import type { FileRef } from "@batchwave/pipeline/Ref"
import { sh } from "@batchwave/pipeline/Shell"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const YearStats = Schema.Struct({ year: Schema.Int, mean: Schema.Number })

const weather = Pipeline.make("weather", {
  params: { csv: Schema.String, years: Schema.Array(Schema.Int) }
}, (p, params) => {
  const script = File.local("/pipelines/stats.mjs")
  const stats = p.each("stats", params.years, { key: String, max: 200 }, (year) => ({
    run: sh`node ${script} ${params.csv} ${year}`,
    output: Output.json(YearStats),
    timeout: "10 minutes",
    slots: 2,
    env: { TZ: "UTC" }
  }))
  return p.task("report", {
    inputs: { stats: stats.outputs, title: "the weather" },
    run: sh`node ${File.local(new URL("file:///pipelines/re%20port.mjs"))}`,
    output: Output.file("report.html")
  })
})

/** As somebody writes it whom no types check. */
const withMore = <A extends object>(value: A, more: object): A => ({ ...value, ...more })

const problemsOf = <A>(result: Result.Result<A, PipelineError>): ReadonlyArray<string> =>
  Result.isFailure(result) ? result.failure.problems : []

const statsNode = (year: number): Workflow.WorkflowNode => ({
  name: `stats[${year}]`,
  after: [],
  command: [
    { _tag: "Text", text: "node " },
    { _tag: "File", path: "files/0/stats.mjs" },
    { _tag: "Text", text: ` 'it'\\''s.csv' '${year}'` }
  ],
  inputs: {},
  files: [{ path: "files/0/stats.mjs", source: { _tag: "Local", path: "/pipelines/stats.mjs" } }],
  outputs: [{ _tag: "Json", name: "output", path: "output.json" }],
  environment: { TZ: "UTC" },
  slots: 2,
  runTimeMsMax: 600_000,
  group: "stats"
})

const value = (year: number): Workflow.InputSource => ({
  _tag: "Value",
  from: { node: `stats[${year}]`, output: "output" },
  path: []
})

describe("Pipeline", () => {
  it("compiles a fan-out and its collector to exactly this workflow", () => {
    const compiled = Result.getOrThrow(weather.compile({ csv: "it's.csv", years: [2019, 2020] }))
    assert.deepStrictEqual(compiled.definition.workflow, {
      version: 1,
      name: "weather",
      nodes: [
        statsNode(2019),
        statsNode(2020),
        {
          name: "report",
          after: ["stats[2019]", "stats[2020]"],
          command: [{ _tag: "Text", text: "node " }, {
            _tag: "File",
            path: "files/0/re port.mjs"
          }],
          inputs: {
            stats: { _tag: "List", items: [value(2019), value(2020)] },
            title: { _tag: "Literal", value: "the weather" }
          },
          files: [{
            path: "files/0/re port.mjs",
            source: { _tag: "Local", path: "/pipelines/re port.mjs" }
          }],
          outputs: [{ _tag: "File", name: "output", path: "report.html" }],
          environment: {},
          slots: 1
        }
      ]
    })
    assert.strictEqual(compiled.definition.policies.size, 0)
  })

  it("compiles the same workflow from text as from values", () => {
    assert.deepStrictEqual(
      Result.getOrThrow(weather.compileText({ csv: "it's.csv", years: "[2019,2020]" }))
        .definition.workflow,
      Result.getOrThrow(weather.compile({ csv: "it's.csv", years: [2019, 2020] }))
        .definition.workflow
    )
  })

  it("compiles to JSON that reads back as the same workflow", () => {
    const { workflow } = Result.getOrThrow(weather.compile({ csv: "a", years: [1, 2, 3] }))
      .definition
    const read = Result.getOrThrow(Pipeline.fromJson(JSON.parse(JSON.stringify(workflow))))
    assert.strictEqual(read.name, "weather")
    assert.deepStrictEqual(Result.getOrThrow(read.compile({})).definition.workflow, workflow)
  })

  it("infers an edge from each of run, inputs and files, and adds those of after", () => {
    const pipeline = Pipeline.make("edges", {}, (p) => {
      const json = p.task("json", {
        run: sh`a`,
        output: Output.json(Schema.Struct({ names: Schema.Array(Schema.String) }))
      })
      const named = p.task("named", {
        run: sh`b`,
        output: {
          log: Output.file("logs/a.txt"),
          plots: Output.files(["x.png", "deep/y.png"])
        }
      })
      const each = p.each("each", ["a", "b"], { key: (item) => item }, () => ({ run: sh`c` }))
      const alone = p.task("alone", { run: sh`d` })
      p.task("last", {
        run: sh`use ${json.output.at("names").at(1)} ${named.output.log} ${named.output.log}`,
        inputs: { nested: { list: [1, { plot: named.output.plots.file("deep/y.png") }] } },
        files: { "kept/x.png": named.output.plots.file("x.png") },
        after: [alone, each]
      })
    })
    const [, , , , , last] = Result.getOrThrow(pipeline.compile({})).definition.workflow.nodes
    assert.deepStrictEqual(last, {
      name: "last",
      after: ["json", "named", "alone", "each[a]", "each[b]"],
      command: [
        { _tag: "Text", text: "use " },
        { _tag: "Value", from: { node: "json", output: "output" }, path: ["names", "1"] },
        { _tag: "Text", text: " " },
        { _tag: "File", path: "files/0/a.txt" },
        { _tag: "Text", text: " " },
        { _tag: "File", path: "files/0/a.txt" }
      ],
      inputs: {
        nested: {
          _tag: "Literal",
          value: { list: [1, { plot: "files/1/y.png" }] }
        }
      },
      files: [
        {
          path: "kept/x.png",
          source: { _tag: "Output", from: { node: "named", output: "plots/x.png" } }
        },
        {
          path: "files/0/a.txt",
          source: { _tag: "Output", from: { node: "named", output: "log" } }
        },
        {
          path: "files/1/y.png",
          source: { _tag: "Output", from: { node: "named", output: "plots/deep/y.png" } }
        }
      ],
      outputs: [],
      environment: {},
      slots: 1
    })
  })

  it("gives every task its own policy, else the pipeline's, else none", () => {
    const own = Policy.retry({ max: 1 })
    const common = Policy.retry({ max: 2 })
    const body = (isSetInBody: boolean) =>
      Pipeline.make("policies", { policy: Policy.giveUp }, (p) => {
        p.task("a", { run: sh`a`, policy: own })
        p.each("b", [1], { key: String }, () => ({ run: sh`b` }))
        if (isSetInBody) p.policy(common)
      })
    const policies = (isSetInBody: boolean) =>
      Result.getOrThrow(body(isSetInBody).compile({})).definition.policies
    assert.deepStrictEqual([...policies(true)], [["a", own], ["b[1]", common]])
    assert.deepStrictEqual([...policies(false)], [["a", own], ["b[1]", Policy.giveUp]])
  })

  it("collects every mistake of a body in one error that names the task and the fix", () => {
    const pipeline = Pipeline.make("wrong", {}, (p) => {
      const a = p.task("a", { run: sh`a`, output: Output.file("a.txt") })
      p.task("a", { run: sh`again` })
      p.task("A", { run: sh`again` })
      p.task("b", {
        run: sh`echo "${"x"}" ${File.local("./b.mjs")}`,
        timeout: 0,
        slots: 0,
        env: { "1X": "y" },
        // @ts-expect-error a Date is no input
        inputs: { when: new Date(0), nan: Number.NaN, ok: null },
        files: { "../up": a.output },
        output: { x: Output.json(Schema.String), y: Output.json(Schema.String) }
      })
      // @ts-expect-error a handle is not its output
      p.task("c", { run: sh`c`, inputs: { a, nested: [{ deep: undefined }] } })
      p.policy(Policy.giveUp)
      p.policy(Policy.giveUp)
    })
    assert.deepStrictEqual(problemsOf(pipeline.compile({})), [
      "task \"a\" is declared twice; rename one",
      "task \"A\" differs from \"a\" only in letter case; rename one",
      "task \"b\": a value stands inside double quotes; remove the quotes, "
      + "sh quotes every value itself",
      "task \"b\": the local file \"./b.mjs\" is not an absolute path or a file: URL; "
      + "write new URL(\"./name\", import.meta.url)",
      "task \"b\": the input \"when\" is not JSON: it is a Date; "
      + "convert it to text, a number or a plain record",
      "task \"b\": the input \"nan\" is not JSON: NaN has no JSON form; give null or text",
      "task \"b\": timeout is not a positive duration; write one like \"10 minutes\"",
      "task \"c\": the input \"a\" is not JSON: it is the task \"a\" itself; give its .output",
      "task \"c\": the input \"nested[0].deep\" is not JSON: it is undefined; "
      + "leave the key out or give null",
      "p.policy is called twice; give tasks their own policy instead",
      "node \"b\" asks for 0 slots; give a whole number of at least 1",
      "node \"b\" has the file path \"../up\", which leaves the working directory with \"..\"; "
      + "keep inside it",
      "node \"b\" declares two outputs at \"output.json\"; give each its own path",
      "node \"b\" sets the environment variable \"1X\"; "
      + "use letters, digits and underscores, no digit first"
    ])
  })

  it("refuses settings that there are not, wherever they stand", () => {
    const watchdog = withMore({ queueWait: "1 hour" } as const, { requeue: 1 })
    const pipeline = Pipeline.make("w", withMore({ watchdog }, { polcy: 1 }), (p) => {
      const limits = withMore({ requeues: 1 }, { silence: 1 })
      p.task("a", withMore({ run: sh`true`, watchdog: limits }, { slot: 3, cach: true }))
      p.each("b", ["x"], withMore({ key: String }, { maximum: 3 }), () =>
        withMore(
          { run: sh`true`, cache: withMore({ version: "1" }, { versions: "2" }) },
          { needs: ["a"] }
        ))
    })
    assert.deepStrictEqual(problemsOf(pipeline.compile({})), [
      "the pipeline has no setting \"polcy\"; did you mean \"policy\"?",
      "the pipeline has no setting \"watchdog.requeue\"; did you mean \"requeues\"?",
      "task \"a\" has no setting \"slot\"; did you mean \"slots\"?",
      "task \"a\" has no setting \"cach\"; did you mean \"cache\"?",
      "task \"a\" has no setting \"watchdog.silence\"; known are \"queueWait\", \"runTime\", "
      + "\"noOutput\", \"requeues\"",
      "fan-out \"b\" has no setting \"maximum\"; known are \"key\", \"max\", \"policy\", \"cache\", "
      + "\"watchdog\"",
      "task \"b[x]\" has no setting \"needs\"; known are \"run\", \"output\", \"inputs\", \"files\", "
      + "\"after\", \"cache\", \"watchdog\", \"env\" and 9 more",
      "task \"b[x]\" has no setting \"cache.versions\"; did you mean \"version\"?"
    ])
    const graph = Pipeline.graph(
      "g",
      { a: withMore({ run: "true" }, { need: ["b"] }), b: { run: "true" } },
      withMore({ pools: {} }, { pool: { x: 1 } })
    )
    assert.deepStrictEqual(problemsOf(graph.compile({})), [
      "task \"a\" has no setting \"need\"; did you mean \"needs\"?",
      "the graph has no setting \"pool\"; did you mean \"pools\"?"
    ])
  })

  it("refuses shell source with NUL and a pipeline without a name", () => {
    const pipeline = Pipeline.make("", {}, (p) => {
      p.task("a", { run: sh.raw("a\0") })
    })
    assert.deepStrictEqual(problemsOf(pipeline.compile({})), [
      "workflow \"\" has a name that is empty; give it one",
      "node \"a\" has a command that contains NUL; remove it"
    ])
  })

  it("refuses a pipeline without tasks, also when its fan-outs have no items", () => {
    const none: ReadonlyArray<string> = []
    const empty = Pipeline.make("empty", {}, (p) => {
      p.each("each", none, { key: String }, () => ({ run: sh`a` }))
    })
    assert.deepStrictEqual(problemsOf(empty.compile({})), [
      "workflow \"empty\" has no nodes; add at least one"
    ])
  })

  it("reports what was left out once, not what is missing because of it", () => {
    const pipeline = Pipeline.make("left out", {}, (p) => {
      p.task("made", { run: sh`a` })
      const again = p.task("made", { run: sh`a`, output: Output.file("a.txt") })
      const shouted = p.task("MADE", { run: sh`a`, output: Output.file("a.txt") })
      const many = Array.from({ length: 200 }, (_, at) => at)
      const each = p.each("made", many, { key: String }, () => ({
        run: sh`b`,
        output: Output.json(Schema.Int)
      }))
      p.task("uses", {
        run: sh`c ${again.output} ${shouted.output}`,
        inputs: { all: each.outputs },
        slots: 0
      })
    })
    assert.deepStrictEqual(problemsOf(pipeline.compile({})), [
      "task \"made\" is declared twice; rename one",
      "task \"MADE\" differs from \"made\" only in letter case; rename one",
      "fan-out \"made\" is declared twice; rename one"
    ])
    const throwing = Pipeline.make("only item", {}, (p) => {
      p.each("each", [1], { key: String }, () => {
        throw new Error("no")
      })
      p.each("keyless", [1], { key: () => "" }, () => ({ run: sh`a` }))
    })
    assert.deepStrictEqual(problemsOf(throwing.compile({})), [
      "task \"each[1]\": its description threw Error: no",
      "fan-out \"keyless\": the key of item 0 is empty; it must be text that names the item"
    ])
  })

  it("carries the plan of what it compiled", () => {
    const compiled = Result.getOrThrow(weather.compile({ csv: "a", years: [1, 2] }))
    assert.strictEqual(compiled.plan.workflow, compiled.definition.workflow)
    assert.deepStrictEqual(Plan.levelsOf(compiled.plan), [["stats[1]", "stats[2]"], ["report"]])
  })

  it("turns what a body throws into a problem and keeps it as the cause", () => {
    const cause = new Error("no such year")
    const pipeline = Pipeline.make("throws", {}, (p) => {
      p.task("", { run: sh`a` })
      throw cause
    })
    const failure = Result.getOrThrow(Result.flip(pipeline.compile({})))
    assert.strictEqual(failure.cause, cause)
    assert.strictEqual(
      failure.message,
      "pipeline \"throws\" has 1 problem:\n- the body threw Error: no such year"
    )
  })

  it("refuses a reference that comes from another pipeline", () => {
    const strays: Array<FileRef> = []
    const first = Pipeline.make("first", {}, (p) => {
      strays.push(p.task("made", { run: sh`a`, output: Output.file("a.txt") }).output)
    })
    Result.getOrThrow(first.compile({}))
    const second = Pipeline.make("second", {}, (p) => {
      p.task("uses", { run: sh`cat ${strays}` })
    })
    assert.deepStrictEqual(problemsOf(second.compile({})), [
      "node \"uses\" depends on \"made\", which does not exist; "
      + "add that node or remove the dependency"
    ])
  })

  it("reads the value of what the body returns, decoded", () => {
    const pipeline = Pipeline.make("returns", {}, (p) => {
      const when = p.task("when", {
        run: sh`a`,
        output: { day: Output.json(Schema.Struct({ at: Schema.Date })), log: Output.file("log") }
      })
      const each = p.each("each", ["x", "y"], { key: String }, () => ({
        run: sh`b`,
        output: { n: Output.json(Schema.NumberFromString, { path: "n.json" }) }
      }))
      const plots = p.task("plots", { run: sh`c`, output: Output.files(["1.png", "2.png"]) })
      return {
        when,
        year: when.output.day.at("at"),
        numbers: each.outputsOf("n"),
        each,
        plots,
        fixed: ["a", 1, null]
      }
    })
    const { definition, result } = Result.getOrThrow(pipeline.compile({}))
    const checked = definition.checkOutput("each[x]", "n", "41")
    assert.deepStrictEqual(checked, { _tag: "Valid", value: 41 })
    const day = "2020-01-02T00:00:00.000Z"
    const outputs: { readonly [key: string]: Workflow.Json } = {
      "when/day": { at: day },
      "when/log": "/store/log",
      "each[x]/n": 41,
      "each[y]/n": 42,
      "plots/output/1.png": "/store/1.png",
      "plots/output/2.png": "/store/2.png"
    }
    assert.deepStrictEqual(
      Result.getOrThrow(result((node, output) => outputs[`${node}/${output}`])),
      {
        when: { day: { at: new Date(day) }, log: "/store/log" },
        year: new Date(day),
        numbers: [41, 42],
        each: [{ n: 41 }, { n: 42 }],
        plots: { "1.png": "/store/1.png", "2.png": "/store/2.png" },
        fixed: ["a", 1, null]
      }
    )
    assert.deepStrictEqual(
      problemsOf(
        result((node, output) =>
          node === "each[x]" ? "forty-one" : node === "plots" ? undefined : outputs[
            `${node}/${output}`
          ]
        )
      ),
      [
        "output \"n\" of task \"each[x]\": value: expected number, got \"forty-one\"",
        "task \"plots\" left no file \"1.png\"",
        "task \"plots\" left no file \"2.png\""
      ]
    )
  })

  it("tells a pipeline from what else a file may export", () => {
    assert.isTrue(Pipeline.isPipeline(weather))
    assert.isFalse(Pipeline.isPipeline({ name: "weather" }))
    assert.isFalse(Pipeline.isPipeline(undefined))
  })
})

describe("Pipeline.graph", () => {
  it("compiles a record of tasks to exactly this workflow", () => {
    const policy = Policy.retry({ max: 1 })
    const graph = Pipeline.graph("lanes", {
      fetch: { run: "fetch | tee all" },
      qc: { run: "qc", needs: ["fetch"], slots: 4, timeout: "1 minute", estimate: 5_000 },
      report: {
        run: "report",
        needs: ["qc", "fetch"],
        env: { A: "b" },
        files: { "r.mjs": File.local("/r.mjs") },
        policy
      }
    })
    const { definition, result } = Result.getOrThrow(graph.compile({}))
    assert.deepStrictEqual(
      definition.workflow,
      Workflow.make("lanes", [
        Workflow.node("fetch", "fetch | tee all"),
        Workflow.node("qc", "qc", {
          after: ["fetch"],
          slots: 4,
          runTimeMsMax: 60_000,
          estimateMs: 5_000
        }),
        Workflow.node("report", "report", {
          after: ["qc", "fetch"],
          environment: { A: "b" },
          files: [{ path: "r.mjs", source: { _tag: "Local", path: "/r.mjs" } }]
        })
      ])
    )
    assert.deepStrictEqual([...definition.policies], [["report", policy]])
    assert.deepStrictEqual(result(() => undefined), Result.succeed(undefined))
  })

  it("refuses a need that is no task and a need of itself, and counts one named twice once", () => {
    const graph = Pipeline.graph("wrong", {
      fetch: { run: "a" },
      // @ts-expect-error no task has this name
      qc: { run: "b", needs: ["fetsh", "fetch", "fetch", "qc"] }
    })
    assert.deepStrictEqual(problemsOf(graph.compile({})), [
      "node \"qc\" depends on \"fetsh\", which does not exist; did you mean \"fetch\"?",
      "node \"qc\" depends on itself; remove its own name from its dependencies"
    ])
    const twice = Pipeline.graph("twice", {
      fetch: { run: "a" },
      qc: { run: "b", needs: ["fetch", "fetch"] }
    })
    assert.strictEqual(Result.getOrThrow(twice.compile({})).plan.graph.edgeCount, 1)
  })
})

describe("Pipeline.fromJson", () => {
  it("takes a node that says no more than its name and its command", () => {
    const short = {
      version: 1,
      name: "short",
      nodes: [
        { name: "a", command: "echo a" },
        { name: "b", command: [{ _tag: "Text", text: "echo b" }], after: ["a"], slots: 2 }
      ]
    }
    const { definition } = Result.getOrThrow(
      Result.flatMap(Pipeline.fromJson(short), (pipeline) => pipeline.compile({}))
    )
    assert.deepStrictEqual(
      definition.workflow,
      Workflow.make("short", [
        Workflow.node("a", "echo a"),
        Workflow.node("b", "echo b", { after: ["a"], slots: 2 })
      ])
    )
  })

  it("names every problem of form with its path", () => {
    const wrong = {
      version: 2,
      name: "x",
      extra: true,
      nodes: [{
        ...Workflow.node("a", "b"),
        slots: 1.5,
        outputs: [{ _tag: "Xml", name: "o", path: "p" }],
        after: ["a", 3]
      }]
    }
    assert.deepStrictEqual(problemsOf(Pipeline.fromJson(wrong)).toSorted(), [
      "workflow.extra: unexpected key with value true",
      "workflow.nodes[0].after[1]: expected string, got 3",
      "workflow.nodes[0].outputs[0]._tag: expected \"Json\" | \"File\", got \"Xml\"",
      "workflow.nodes[0].slots: expected an integer, got 1.5",
      "workflow.version: expected 1, got 2"
    ])
  })

  it("finds broken references and unsafe commands when it is compiled", () => {
    const from = { node: "a", output: "o" }
    const workflow = Workflow.make("x", [
      Workflow.node("a", "a", { outputs: [{ _tag: "Json", name: "o", path: "o.json" }] }),
      {
        ...Workflow.node("b", ""),
        after: ["a"],
        command: [
          { _tag: "Text", text: "echo \"" },
          { _tag: "Value", from: { node: "a", output: "p" }, path: [] },
          { _tag: "Text", text: "\" " },
          { _tag: "File", path: "none" }
        ],
        inputs: { x: { _tag: "Value", from: { node: "zz", output: "o" }, path: [] } },
        files: [{ path: "in", source: { _tag: "Output", from } }]
      },
      Workflow.node("c", "c", { inputs: { x: { _tag: "Value", from, path: [] } } })
    ])
    assert.deepStrictEqual(problemsOf(Pipeline.fromWorkflow(workflow).compile({})), [
      "task \"b\": a value stands inside double quotes; remove the quotes, "
      + "sh quotes every value itself",
      "node \"b\" uses file \"none\" in its command; add that path to its `files`",
      "node \"b\" reads output \"p\" of \"a\", which declares no such output; "
      + "declare it there",
      "node \"b\" depends on \"zz\", which does not exist; "
      + "add that node or remove the dependency",
      "node \"b\" stages output \"o\" of \"a\" as a file, but it is JSON; use it as an input",
      "node \"c\" reads an output of \"a\" but may start before it; add that name to `after`"
    ])
  })

  it("finds a name used twice, one that differs in case, a wrong name and a cycle at once", () => {
    const workflow = Workflow.make("x", [
      Workflow.node("fetch", "a"),
      Workflow.node("fetch", "b"),
      Workflow.node("Fetch", "c"),
      Workflow.node("load", "d", { after: ["fecth", "report"] }),
      Workflow.node("report", "e", { after: ["load"] })
    ])
    const read = Result.getOrThrow(Pipeline.fromJson(JSON.parse(JSON.stringify(workflow))))
    assert.deepStrictEqual(problemsOf(read.compile({})), [
      "nodes wait for each other in a cycle: \"load\" → \"report\" → \"load\"; "
      + "remove one of these dependencies",
      "node name \"fetch\" is used 2 times, at indexes 0, 1; rename all but one",
      "node names \"fetch\", \"Fetch\" differ only in case, which the service ignores; "
      + "rename all but one",
      "node \"load\" depends on \"fecth\", which does not exist; did you mean \"fetch\"?"
    ])
  })
})

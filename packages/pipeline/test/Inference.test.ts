import type { Definition } from "@batchwave/core/Definition"
import * as File from "@batchwave/pipeline/File"
import * as Output from "@batchwave/pipeline/Output"
import * as Pipeline from "@batchwave/pipeline/Pipeline"
import type { PipelineError } from "@batchwave/pipeline/PipelineError"
import type * as Ref from "@batchwave/pipeline/Ref"
import { sh } from "@batchwave/pipeline/Shell"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

interface Probe<A> {
  readonly probe: (value: A) => A
}

/** Whether each of two types stands for the other, also where variance matters. */
type Equals<A, B> = [Probe<A>, Probe<B>] extends [Probe<B>, Probe<A>] ? true : false

/** Compiles only when the two types are the same. */
const same = <A, B>(_areSame: Equals<A, B>): void => undefined

/** Compiles only when the value has the type. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller gives the type
const takes = <A>(_value: A): void => undefined

const Stats = Schema.Struct({
  mean: Schema.Number,
  label: Schema.optionalKey(Schema.String),
  days: Schema.Array(Schema.Struct({ at: Schema.Date, n: Schema.Int })),
  range: Schema.Tuple([Schema.Int, Schema.String])
})
type Stats = typeof Stats.Type

/** What each line here means is in its name; it passes when this file compiles. */
describe("Pipeline types", () => {
  it("types references by the schema of the output they come from", () => {
    const pipeline = Pipeline.make("refs", {}, (p) => {
      const task = p.task("a", { run: sh`a`, output: Output.json(Stats) })
      same<typeof task.output, Ref.Ref<Stats>>(true)
      takes<Ref.Ref<number>>(task.output.at("mean"))
      takes<Ref.Ref<string | undefined>>(task.output.at("label"))
      takes<Ref.Ref<Date>>(task.output.at("days").at(0).at("at"))
      takes<Ref.Ref<string | number>>(task.output.at("range").at(1))
      // A reference to a narrower type is one to a wider type.
      takes<Ref.Ref<{ readonly mean: number }>>(task.output)
      takes<Ref.Ref<unknown>>(task.output)
      takes<Ref.AnyRef>(task.output)
      // @ts-expect-error a number is not a text
      takes<Ref.Ref<string>>(task.output.at("mean"))
      // @ts-expect-error there is no such field
      task.output.at("men")
      // @ts-expect-error a list has no fields
      task.output.at("days").at("length")
      // @ts-expect-error a number has no fields
      task.output.at("mean").at("toFixed")
      return task
    })
    same<typeof pipeline, Pipeline.Pipeline<{}, {}, Stats>>(true)
    const compiled: Result.Result<Pipeline.Compiled<Stats>, PipelineError> = pipeline.compile({})
    assert.isTrue(Result.isSuccess(compiled))
  })

  it("types named outputs, files and sets of files", () => {
    const pipeline = Pipeline.make("named", {}, (p) => {
      const task = p.task("a", {
        run: sh`a`,
        output: {
          stats: Output.json(Stats),
          log: Output.file("log"),
          plots: Output.files(["x.png", "y.png"])
        }
      })
      takes<Ref.Ref<Stats>>(task.output.stats)
      takes<Ref.FileRef>(task.output.log)
      takes<Ref.FileRef>(task.output.plots.file("x.png"))
      // @ts-expect-error there is no such output
      takes(task.output.stat)
      // @ts-expect-error a file is no JSON
      takes(() => task.output.log.at("x"))
      const none = p.task("b", { run: sh`b` })
      takes<undefined>(none.output)
      return { task, none, log: task.output.log }
    })
    same<
      typeof pipeline,
      Pipeline.Pipeline<{}, {}, {
        readonly task: {
          readonly stats: Stats
          readonly log: string
          readonly plots: { readonly "x.png": string; readonly "y.png": string }
        }
        readonly none: undefined
        readonly log: string
      }>
    >(true)
    assert.isTrue(Result.isSuccess(pipeline.compile({})))
  })

  it("types a fan-out by its items and collects its outputs", () => {
    const pipeline = Pipeline.make("each", {}, (p) => {
      const items = [{ id: "a", n: 1 }]
      const each = p.each("each", items, { key: (item) => item.id }, (item, key) => {
        takes<number>(item.n)
        takes<string>(key)
        // @ts-expect-error items have no such field
        takes(item.m)
        return { run: sh`a`, output: { stats: Output.json(Stats), log: Output.file("log") } }
      })
      takes<Ref.Ref<ReadonlyArray<Stats>>>(each.outputsOf("stats"))
      takes<ReadonlyArray<Ref.FileRef>>(each.outputsOf("log"))
      takes<Ref.Ref<Stats>>(each.byKey("a").output.stats)
      takes<undefined>(each.outputs)
      const one = p.each("one", items, { key: (item) => item.id }, () => ({
        run: sh`b`,
        output: Output.json(Stats)
      }))
      takes<Ref.Ref<ReadonlyArray<Stats>>>(one.outputs)
      // @ts-expect-error a single output has no name
      const unnamed = () => one.outputsOf("output")
      takes(unnamed)
      // @ts-expect-error a key is text
      p.each("keys", items, { key: (item) => item.n }, () => ({ run: sh`c` }))
      // @ts-expect-error items of a fan-out are known when the body runs
      const dynamic = () => p.each("dynamic", one.outputs, { key: String }, () => ({ run: sh`d` }))
      takes(dynamic)
      return one
    })
    same<typeof pipeline, Pipeline.Pipeline<{}, {}, ReadonlyArray<Stats>>>(true)
    assert.isTrue(Result.isFailure(pipeline.compile({})))
  })

  it("refuses inputs, files and commands of the wrong kind", () => {
    const pipeline = Pipeline.make("kinds", {}, (p) => {
      const task = p.task("a", { run: sh`a`, output: Output.json(Stats) })
      // @ts-expect-error a command is written with sh
      p.task("text", { run: "b" })
      // @ts-expect-error a task is not its output
      p.task("handle", { run: sh`b`, inputs: { task } })
      // @ts-expect-error a function is no JSON
      p.task("function", { run: sh`b`, inputs: { f: () => 1 } })
      // @ts-expect-error JSON is no file
      p.task("file", { run: sh`b`, files: { "a.json": task.output } })
      // @ts-expect-error pure order takes handles
      p.task("after", { run: sh`b`, after: ["a"] })
      // @ts-expect-error a schema is no output
      p.task("schema", { run: sh`b`, output: Stats })
      // @ts-expect-error a duration has a unit
      p.task("timeout", { run: sh`b`, timeout: "10 minuets" })
      // @ts-expect-error there is no such setting
      p.task("setting", { run: sh`b`, retries: 3 })
      // @ts-expect-error a task is no shell value
      p.task("word", { run: sh`b ${task}` })
      const set = p.task("set", { run: sh`c`, output: Output.files(["x"]) }).output
      // @ts-expect-error a set of files is no shell value; choose one of them
      p.task("sets", { run: sh`b ${set}` })
      p.task("right", {
        run: sh`b ${task.output} ${File.local("/a")} ${["a", 1, true, task.output]}`,
        inputs: {
          all: [task.output, { deep: [null, task.output.at("mean")] }],
          f: File.local("/b")
        },
        files: { "a/b": File.local("/c") },
        after: [task]
      })
    })
    assert.isTrue(Result.isFailure(pipeline.compile({})))
  })

  it("types parameters by their schemas, optional and defaulted ones included", () => {
    const pipeline = Pipeline.make("params", {
      params: {
        csv: Schema.String,
        years: Schema.Array(Schema.Int),
        limit: Schema.optionalKey(Schema.Int),
        mode: Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed("plain")))
      }
    }, (_, params) => {
      takes<{
        readonly csv: string
        readonly years: ReadonlyArray<number>
        readonly limit?: number
        readonly mode: string
      }>(params)
      // @ts-expect-error there is no such parameter
      takes(params.year)
      return params.years.length
    })
    takes<Result.Result<Pipeline.Compiled<number>, PipelineError>>(
      pipeline.compile({ csv: "a", years: [1] })
    )
    // @ts-expect-error years are missing
    assert.isTrue(Result.isFailure(pipeline.compile({ csv: "a" })))
    // @ts-expect-error a year is a number
    assert.isTrue(Result.isFailure(pipeline.compile({ csv: "a", years: ["1"] })))
    takes<Pipeline.AnyPipeline>(pipeline)
  })

  it("refuses a body that returns what no run can answer", () => {
    // @ts-expect-error a function is no value of a run
    const returnsFunction = Pipeline.make("function", {}, () => () => 1)
    // @ts-expect-error a declaration is no value of a run
    const returnsDate = Pipeline.make("date", {}, () => new Date(0))
    assert.isTrue(Pipeline.isPipeline(returnsFunction) && Pipeline.isPipeline(returnsDate))
  })

  it("lets a graph need only its own tasks", () => {
    const graph = Pipeline.graph("graph", {
      fetch: { run: "fetch" },
      qc: { run: "qc", needs: ["fetch"] },
      // @ts-expect-error no task has this name
      report: { run: "report", needs: ["zzz"] },
      // @ts-expect-error a command of a graph is plain text
      wrong: { run: sh`a` }
    })
    takes<Pipeline.Pipeline<{}, {}, undefined>>(graph)
    takes<(definition: Definition) => void>(() => undefined)
  })
})

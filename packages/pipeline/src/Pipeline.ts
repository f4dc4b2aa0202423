/**
 * A pipeline as a value: a name, typed parameters, and a body that declares tasks. It can be
 * described, compiled and compared before anything runs.
 *
 * A body is called once for each compilation, with its parameters decoded, and has no effects of its
 * own: the same parameters give the same definition.
 */
import type { Classifier } from "@batchwave/core/Classify"
import * as Definition from "@batchwave/core/Definition"
import * as Plan from "@batchwave/core/Plan"
import * as PlanError from "@batchwave/core/PlanError"
import type { Policy } from "@batchwave/core/Policy"
import * as Substitution from "@batchwave/core/Substitution"
import * as Workflow from "@batchwave/core/Workflow"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as Builder from "./Builder.ts"
import { type GraphTask, toNodes } from "./GraphTask.ts"
import { conform } from "./internal/Conform.ts"
import { holeProblems } from "./internal/ImportedCommand.ts"
import * as SettingCheck from "./internal/SettingCheck.ts"
import * as Param from "./Param.ts"
import { PipelineError } from "./PipelineError.ts"
import * as ReturnValue from "./ReturnValue.ts"
import type { TaskDefaults } from "./Task.ts"
import * as WfFormat from "./WfFormat.ts"
import * as WorkflowSchema from "./WorkflowSchema.ts"

/**
 * The key that marks a pipeline.
 *
 * @category type ids
 */
export const TypeId = "~@batchwave/pipeline/Pipeline"

/**
 * A pipeline that takes `Input` and answers `Value` when it has run.
 *
 * @category models
 */
export interface Pipeline<in Input, out Params, out Value> {
  readonly [TypeId]: typeof TypeId
  readonly name: string
  /** The schemas of the parameters by name. */
  readonly params: Param.Fields
  /** The parameters as help shows them. */
  readonly describeParams: () => ReadonlyArray<Param.ParamDescription>
  /** Decodes parameters given as text. Fails with every unknown, missing and wrong one. */
  readonly decodeParams: (
    raw: { readonly [name: string]: string }
  ) => Result.Result<Params, PipelineError>
  /** Compiles with parameters given as values. Fails with every problem found. */
  readonly compile: (params: Input) => Result.Result<Compiled<Value>, PipelineError>
  /** Compiles with parameters given as text, as a command line does. */
  readonly compileText: (
    raw: { readonly [name: string]: string }
  ) => Result.Result<Compiled<Value>, PipelineError>
}

/**
 * A pipeline of any parameters and value, as a command loads it and compiles it from text.
 *
 * @category models
 */
export type AnyPipeline = Pipeline<never, unknown, unknown>

/**
 * What a run starts from, and how to read what it answers.
 *
 * @category models
 */
export interface Compiled<out Value> {
  readonly definition: Definition.Definition
  /** The plan of `definition.workflow`. */
  readonly plan: Plan.Plan
  /** Reads the pipeline's value from the outputs of a settled run. Fails with what is missing. */
  readonly result: (lookup: ReturnValue.OutputLookup) => Result.Result<Value, PipelineError>
}

/**
 * What holds for a pipeline as a whole.
 *
 * @category models
 */
export interface PipelineOptions<Fields extends Param.Fields> extends TaskDefaults {
  /** The schemas of the parameters by name. @default none */
  readonly params?: Fields
  /** The policy of every task that has none of its own. @default the run's policy */
  readonly policy?: Policy
  /** The author's own failure classes, asked before the table. */
  readonly classify?: Classifier
}

/**
 * What holds for a graph as a whole.
 *
 * @category models
 */
export interface GraphOptions extends TaskDefaults {
  /** The policy of every task that has none of its own. @default the run's policy */
  readonly policy?: Policy
  /** How many tasks of each concurrency pool may be in the service, by its name. */
  readonly pools?: { readonly [name: string]: number }
  /** The author's own failure classes, asked before the table. */
  readonly classify?: Classifier
}

/**
 * Makes a pipeline from its parameters and a body.
 *
 * @category constructors
 */
export const make = <
  const Fields extends Param.Fields = {},
  const R extends ReturnValue.Returnable = void
>(
  name: string,
  options: PipelineOptions<Fields>,
  body: (p: Builder.Builder, params: Schema.Struct.Type<Fields>) => R
): Pipeline<
  Schema.Struct.Encoded<Fields>,
  Schema.Struct.Type<Fields>,
  ReturnValue.ValueOf<R>
> => {
  // Each field was decoded by its schema, so the record has the type side of the fields.
  const typed = (params: Param.Decoded) => conform<Schema.Struct.Type<Fields>>(params)
  return fromFields(
    name,
    options.params ?? {},
    typed,
    (params) => compileBody(name, options, (builder) => body(builder, typed(params)))
  )
}

/**
 * Makes a pipeline of fixed shell commands from a record of tasks. `needs` takes only names of the
 * record.
 *
 * @category constructors
 */
export const graph = <const Names extends string>(
  name: string,
  tasks: { readonly [Name in Names]: GraphTask<NoInfer<Names>> },
  options: GraphOptions = {}
): Pipeline<{}, {}, undefined> =>
  fromFields(name, {}, () => ({}), () => {
    const { classify, policy, pools } = options
    const { nodes, policies, problems } = toNodes(tasks, policy, options, classify !== undefined)
    SettingCheck.check("the graph", "ofGraph", options, (problem) => problems.push(problem))
    return complete(
      Workflow.make(name, nodes, pools),
      { problems, leftOut: nothing },
      { policies, ...(classify === undefined ? {} : { classify }) }
    )
  })

/**
 * Makes a pipeline from a canonical workflow. Fails when it is compiled, with every rule it breaks.
 *
 * @category constructors
 */
export const fromWorkflow = (workflow: Workflow.Workflow): Pipeline<{}, {}, undefined> =>
  fromFields(
    workflow.name,
    {},
    () => ({}),
    () => complete(workflow, { problems: holeProblems(workflow), leftOut: nothing }, {})
  )

/**
 * Makes a pipeline from JSON: the canonical form of a workflow, whose unknown fields are errors, or
 * a recorded workflow (`WfFormat`). Fails with every problem of form, each with its path; broken
 * rules are found by `compile`.
 *
 * @category constructors
 */
export const fromJson = (
  value: unknown
): Result.Result<Pipeline<{}, {}, undefined>, PipelineError> =>
  Result.mapBoth((WfFormat.isTrace(value) ? WfFormat.decode : WorkflowSchema.decode)(value), {
    onFailure: (problems) => new PipelineError({ pipeline: "from JSON", problems }),
    onSuccess: fromWorkflow
  })

/**
 * Tells a pipeline from other values, such as what a file exports by default.
 *
 * @category guards
 */
export const isPipeline = (value: unknown): value is AnyPipeline =>
  Predicate.hasProperty(value, TypeId)

const fromFields = <Input, Params, Value>(
  name: string,
  params: Param.Fields,
  typed: (decoded: Param.Decoded) => Params,
  compileDecoded: (decoded: Param.Decoded) => Result.Result<Compiled<Value>, PipelineError>
): Pipeline<Input, Params, Value> => {
  const orFail = <A>(result: Result.Result<A, ReadonlyArray<string>>) =>
    Result.mapError(result, (problems) => new PipelineError({ pipeline: name, problems }))
  const decodeText = (raw: { readonly [name: string]: string }) =>
    orFail(Param.decodeText(params, raw))
  return {
    [TypeId]: TypeId,
    name,
    params,
    describeParams: () => Param.describe(params),
    decodeParams: (raw) => Result.map(decodeText(raw), typed),
    compile: (values) => Result.flatMap(orFail(Param.decodeValues(params, values)), compileDecoded),
    compileText: (raw) => Result.flatMap(decodeText(raw), compileDecoded)
  }
}

const complete = (
  workflow: Workflow.Workflow,
  authored: Pick<Builder.Declared, "problems" | "leftOut">,
  options: Parameters<typeof Definition.make>[1]
): Result.Result<Compiled<undefined>, PipelineError> => {
  const planned = Plan.make(workflow)
  const definition = Definition.make(workflow, options)
  const unfit = Substitution.problemsOf(definition, Definition.ownPolicyOf(definition))
  if (planned._tag === "Planned" && authored.problems.length === 0 && unfit.length === 0) {
    return Result.succeed({
      definition,
      plan: planned.plan,
      result: () => Result.succeed(undefined)
    })
  }
  const errors = planned._tag === "Invalid" ? ownErrors(planned.errors, authored.leftOut) : []
  const problems = new Set([...authored.problems, ...unfit, ...errors.map(PlanError.describe)])
  return Result.fail(new PipelineError({ pipeline: workflow.name, problems: [...problems] }))
}

/** No node at all was left out. */
const nothing: ReadonlySet<string> = new Set()

/**
 * Drops the errors that only follow from nodes that were left out, each of which is a problem
 * already. The count of errors that are not shown is dropped with them, since it counts both kinds.
 */
const ownErrors = (
  errors: ReadonlyArray<PlanError.PlanError>,
  leftOut: ReadonlySet<string>
): ReadonlyArray<PlanError.PlanError> => {
  const own = errors.filter((error) => !followsFrom(leftOut, error))
  return own.length === errors.length ? own : own.filter((error) => error._tag !== "MoreErrors")
}

const followsFrom = (leftOut: ReadonlySet<string>, error: PlanError.PlanError): boolean => {
  switch (error._tag) {
    case "EmptyWorkflow":
      return leftOut.size > 0
    case "UnknownDependency":
      return leftOut.has(error.dependency)
    case "UnknownOutput":
    case "WrongOutputKind":
      return leftOut.has(error.from.node)
    default:
      return false
  }
}

const compileBody = <R>(
  name: string,
  options: PipelineOptions<Param.Fields>,
  body: (builder: Builder.Builder) => R
): Result.Result<Compiled<ReturnValue.ValueOf<R>>, PipelineError> => {
  const { classify } = options
  const { builder, declared } = Builder.make(options)
  const returned = Result.try(() => body(builder))
  const all = declared()
  const { json, nodes, policies, pools, problems } = all
  const fail = (found: ReadonlyArray<string>) =>
    new PipelineError({ pipeline: name, problems: found })
  if (Result.isFailure(returned)) {
    return Result.fail(
      new PipelineError({
        pipeline: name,
        problems: [...problems, `the body threw ${String(returned.failure)}`],
        cause: returned.failure
      })
    )
  }
  const completed = complete(Workflow.make(name, nodes, pools), all, {
    policies,
    ...(classify === undefined ? {} : { classify }),
    checkOutput: (node, output, value) =>
      json.get(node)?.get(output)?.check(value) ?? { _tag: "Valid", value },
    checkKept: (node, output, value) =>
      json.get(node)?.get(output)?.checkKept(value) ?? { _tag: "Valid", value }
  })
  return Result.map(completed, ({ definition, plan }) => ({
    definition,
    plan,
    // `read` follows the shapes that `ValueOf` follows.
    result: (lookup) =>
      Result.mapBoth(ReturnValue.read(returned.success, json, lookup), {
        onFailure: fail,
        onSuccess: (value) => conform<ReturnValue.ValueOf<R>>(value)
      })
  }))
}

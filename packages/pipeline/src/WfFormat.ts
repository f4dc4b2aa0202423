/**
 * Recorded workflows in WfFormat, the JSON of WfCommons, as canonical workflows: the graph, the
 * command lines and the run times that were measured.
 *
 * W1 A task's id becomes the node's name, whatever characters it has; the title that several tasks
 *    may share is its group.
 * W2 An edge counts when either of its two ends tells of it.
 * W3 A measured run time is the node's estimate. Cores and memory are those of the recorded machine
 *    and are not read: every node takes one slot.
 * W4 Files are not staged; a trace names them and does not bring them.
 *
 * @source https://github.com/wfcommons/WfFormat, schema version 1.5
 */
import * as Workflow from "@batchwave/core/Workflow"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { sentences } from "./internal/Sentences.ts"
import { quote } from "./Shell.ts"

/** The version that is read. */
const schemaVersion = "1.5"

const SpecifiedTask = Schema.Struct({
  id: Schema.NonEmptyString,
  name: Schema.optionalKey(Schema.String),
  parents: Schema.optionalKey(Schema.Array(Schema.String)),
  children: Schema.optionalKey(Schema.Array(Schema.String))
})

const ExecutedTask = Schema.Struct({
  id: Schema.String,
  runtimeInSeconds: Schema.optionalKey(Schema.Finite),
  command: Schema.optionalKey(Schema.Struct({
    program: Schema.optionalKey(Schema.String),
    arguments: Schema.optionalKey(Schema.Array(Schema.String))
  }))
})

const Trace = Schema.Struct({
  name: Schema.String,
  schemaVersion: Schema.Literal(schemaVersion),
  workflow: Schema.Struct({
    specification: Schema.Struct({ tasks: Schema.Array(SpecifiedTask) }),
    execution: Schema.optionalKey(Schema.Struct({ tasks: Schema.Array(ExecutedTask) }))
  })
})

type Trace = typeof Trace.Type
type SpecifiedTask = typeof SpecifiedTask.Type
type ExecutedTask = typeof ExecutedTask.Type

/**
 * Whether a value claims to be WfFormat, of whatever version: it has the member `schemaVersion` or
 * a `workflow` object, which a canonical workflow never has.
 *
 * @category guards
 */
export const isTrace = (value: unknown): boolean =>
  Predicate.hasProperty(value, "schemaVersion")
  || (Predicate.hasProperty(value, "workflow") && Predicate.isObject(value.workflow))

/**
 * Reads a trace. Members the graph does not need are ignored. Fails with one sentence a problem:
 * another schema version, a member of the wrong type, two tasks of one id, an edge to nowhere, a run
 * time below zero, an execution of a task that was never specified.
 *
 * @category decoding
 */
export const decode = (value: unknown): Result.Result<Workflow.Workflow, ReadonlyArray<string>> =>
  Result.flatMap(
    Result.mapError(decodeTrace(value), (error) => sentences(error.issue, "trace")),
    toWorkflow
  )

const decodeTrace = Schema.decodeUnknownResult(Trace, { errors: "all", reportInput: true })

const toWorkflow = (
  trace: Trace
): Result.Result<Workflow.Workflow, ReadonlyArray<string>> => {
  const { execution, specification } = trace.workflow
  const problems: Array<string> = []
  const parents = parentsOf(specification.tasks, problems)
  const executions = executionsOf(execution?.tasks ?? [], parents, problems)
  if (problems.length > 0) return Result.fail(problems)
  return Result.succeed(Workflow.make(
    trace.name,
    specification.tasks.map((task) =>
      toNode(task, [...parents.get(task.id) ?? []], executions.get(task.id))
    )
  ))
}

type Parents = ReadonlyMap<string, ReadonlySet<string>>

const parentsOf = (
  tasks: ReadonlyArray<SpecifiedTask>,
  problems: Array<string>
): Parents => {
  const parents = new Map<string, Set<string>>()
  for (const { id } of tasks) {
    if (parents.has(id)) problems.push(`trace: two tasks have the id "${id}"`)
    parents.set(id, new Set())
  }
  for (const task of tasks) {
    for (const parent of task.parents ?? []) {
      if (parents.has(parent)) parents.get(task.id)?.add(parent)
      else problems.push(`trace: the task "${task.id}" has an unknown parent "${parent}"`)
    }
    for (const child of task.children ?? []) {
      const known = parents.get(child)
      if (known === undefined) {
        problems.push(`trace: the task "${task.id}" has an unknown child "${child}"`)
      } else known.add(task.id)
    }
  }
  return parents
}

const executionsOf = (
  tasks: ReadonlyArray<ExecutedTask>,
  known: Parents,
  problems: Array<string>
): ReadonlyMap<string, ExecutedTask> => {
  const executions = new Map<string, ExecutedTask>()
  for (const task of tasks) {
    if (!known.has(task.id)) {
      problems.push(
        `trace: an execution of "${task.id}" is recorded, but no such task is specified`
      )
    }
    if (task.runtimeInSeconds !== undefined && task.runtimeInSeconds < 0) {
      problems.push(
        `trace: the run time of "${task.id}" is ${task.runtimeInSeconds} s; it must be 0 or more`
      )
    }
    executions.set(task.id, task)
  }
  return executions
}

const toNode = (
  task: SpecifiedTask,
  after: ReadonlyArray<string>,
  execution: ExecutedTask | undefined
): Workflow.WorkflowNode => {
  const { command, runtimeInSeconds } = execution ?? {}
  const words = [command?.program ?? task.name ?? task.id, ...command?.arguments ?? []]
  return Workflow.node(task.id, words.map(quote).join(" "), {
    after,
    ...(task.name === undefined || task.name === task.id ? {} : { group: task.name }),
    ...(runtimeInSeconds === undefined ? {} : { estimateMs: runtimeInSeconds * 1000 })
  })
}

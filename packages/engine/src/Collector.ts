/**
 * Reads what a task left behind, checks it, and hands it on.
 *
 * An output that is missing, too large, no JSON or of the wrong shape is a failure of that task. A
 * file that cannot be read for a passing reason, or comes shorter than the service says it is, is read
 * again; not read is not missing.
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import type { TaskReference } from "@batchwave/core/RunEvent"
import type { Json, OutputSpec } from "@batchwave/core/Workflow"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import type { BackendFailed } from "./EngineError.ts"
import * as JobPlace from "./JobPlace.ts"
import * as OutputValue from "./OutputValue.ts"
import * as Recaller from "./Recaller.ts"
import { backendFailed, type RunContext, withPatience } from "./RunContext.ts"
import { isGone } from "./Sweep.ts"
import * as ToWire from "./ToWire.ts"

/** What is wrong with one output of one task. */
class OutputProblem extends Schema.TaggedError<OutputProblem>()("OutputProblem", {
  output: Schema.String,
  message: Schema.String
}) {}

/** The task itself is gone, so nothing can be said about its outputs. */
class TaskGone extends Schema.TaggedError<TaskGone>()("TaskGone", {
  message: Schema.String
}) {}

/**
 * Collects the outputs of one task and reports them. Fails when the service cannot be reached or
 * does not accept us.
 *
 * @category operations
 */
export const collect: (
  context: RunContext,
  task: TaskReference
) => Effect.Effect<void, BackendFailed> = Effect.fn("Collector.collect")(
  function*(context, task) {
    const node = context.plan.workflow.nodes[task.node]!
    const taskId = context.naming.idOf(task)
    yield* Effect.forEach(node.outputs, (output) =>
      output._tag === "File"
        ? readFile(context, taskId, output)
        : readJson(context, task, node.name, output)).pipe(
        Effect.flatMap((values) => {
          const outputs = Object.fromEntries(
            values.map((value, index) => [node.outputs[index]!.name, value])
          )
          return Effect.flatMap(
            Recaller.keep(context, task, outputs),
            (kept) =>
              Queue.offerAll(context.inbox, [
                ...kept,
                { _tag: "OutputsCollected", task, outputs }
              ])
          )
        }),
        Effect.catchTags({
          OutputProblem: ({ message, output }) =>
            Queue.offer(context.inbox, { _tag: "OutputInvalid", task, output, message }),
          TaskGone: ({ message }) =>
            Queue.offer(context.inbox, { _tag: "TaskVanished", task, message })
        })
      )
  }
)

const readFile = (
  context: RunContext,
  taskId: string,
  output: OutputSpec
): Effect.Effect<Json, OutputProblem> => {
  const key = ToWire.outputKey(taskId, output.path)
  return context.store.locate(key).pipe(
    Effect.as(OutputValue.file(key)),
    Effect.mapError(() => problem(output, `the task ended without leaving the file ${output.path}`))
  )
}

const readJson = Effect.fnUntraced(function*(
  context: RunContext,
  task: TaskReference,
  nodeName: string,
  output: OutputSpec
) {
  const text = yield* readText(context, task, output).pipe(
    Effect.mapError((error) =>
      error._tag === "OutputProblem" || error._tag === "TaskGone"
        ? error
        : backendFailed("Collector.collect", error)
    )
  )
  const value = yield* parseJson(output, text)
  const checked = context.definition.checkOutput(nodeName, output.name, value)
  return checked._tag === "Valid"
    ? checked.value
    : yield* problem(output, checked.problems.join("; "))
})

const readText: (
  context: RunContext,
  task: TaskReference,
  output: OutputSpec
) => Effect.Effect<string, BatchFailure | OutputProblem | TaskGone> = Effect.fnUntraced(
  function*(context, task, output) {
    const { config, files } = context
    const jobId = JobPlace.jobOf(context.job, task)
    const taskId = context.naming.idOf(task)
    const path = `wd/${output.path}`
    const read = Effect.gen(function*() {
      const { contentBytes } = yield* files.properties(jobId, taskId, path).pipe(
        withPatience(context)
      )
      if (contentBytes > config.outputBytesMax) {
        return yield* problem(
          output,
          `${output.path} has ${contentBytes} bytes, more than ${config.outputBytesMax}; `
            + "pass large results as a file output"
        )
      }
      const bytes = yield* files.get(jobId, taskId, path).pipe(withPatience(context))
      return bytes.length === contentBytes ? bytes : undefined
    })
    for (let tries = 0; tries <= config.patienceTries; tries++) {
      const bytes = yield* read
      if (bytes !== undefined) return new TextDecoder().decode(bytes)
      yield* Effect.sleep(config.patienceMs)
    }
    return yield* problem(output, `${output.path} could never be read in its whole length`)
  },
  (effect, context, task, output) =>
    Effect.catchTags(effect, {
      NotFound: () => problemUnlessGone(context, task, output),
      Conflict: (error) => problem(output, `${output.path} is not available: ${error.message}`)
    })
)

/** A reply without a body does not say what was not found, so the task is asked for. */
const problemUnlessGone = Effect.fnUntraced(function*(
  context: RunContext,
  task: TaskReference,
  output: OutputSpec
) {
  if (yield* isGone(context, task).pipe(withPatience(context))) {
    return yield* new TaskGone({
      message: "the service did not know it any more when its outputs were to be read"
    })
  }
  return yield* problem(output, `the task ended without writing ${output.path}`)
})

const parseJson = (output: OutputSpec, text: string): Effect.Effect<Json, OutputProblem> =>
  Effect.try({
    try: () => {
      const value: Json = JSON.parse(text)
      return value
    },
    catch: (cause) =>
      problem(
        output,
        `${output.path} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`
      )
  })

const problem = (output: OutputSpec, message: string): OutputProblem =>
  new OutputProblem({ output: output.name, message })

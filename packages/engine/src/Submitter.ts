/**
 * Adds planned tasks to the job, as many in one call as have come together.
 *
 * B1 Every task handed in is answered: `TasksAccepted` or `TaskRejected`, or the run fails.
 * B2 A task found under our id is taken for ours only if it carries the same fingerprint.
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import type { TaskOutcome } from "@batchwave/client/TaskOutcome"
import { NodeState } from "@batchwave/core/NodeState"
import type { ExternalEvent, TaskReference } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import type { TaskAddParameter } from "@batchwave/wire/Task"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type { BackendFailed } from "./EngineError.ts"
import * as JobLife from "./JobLife.ts"
import * as JobSuccession from "./JobSuccession.ts"
import { backendFailed, type RunContext } from "./RunContext.ts"
import * as ToWire from "./ToWire.ts"
import * as Window from "./Window.ts"

/** How many planned tasks one call takes from the queue; the client cuts them into requests. */
const tasksPerCallMax = 10_000

/**
 * Serves the queue of planned tasks for as long as it lives.
 *
 * @category operations
 */
export const serve = Effect.fnUntraced(function*(
  context: RunContext,
  planned: Queue.Dequeue<TaskReference>
) {
  while (true) {
    const tasks = yield* Queue.takeBetween(planned, 1, tasksPerCallMax)
    const wanted = tasks.filter(({ node }) => RunState.isWanted(context.state, node))
    if (wanted.length > 0) yield* submit(context, wanted)
  }
})

const submit = Effect.fn("Submitter.submit")(function*(
  context: RunContext,
  tasks: ReadonlyArray<TaskReference>
) {
  const startedMs = yield* Clock.currentTimeMillis
  let open = yield* prepare(context, tasks)
  for (let attempt = 0; open.length > 0; attempt++) {
    if (attempt > 0) yield* Effect.sleep(context.config.patienceMs)
    const sent = open.filter((one) => isStillWanted(context, one.task))
    if (sent.length === 0) return
    const jobId = context.job.id
    const answer = yield* send(context, jobId, sent.map((one) => one.parameter))
    if (answer === "over") {
      if (attempt >= context.config.patienceTries) return yield* JobLife.refuse(noJob(jobId))
      yield* JobSuccession.replace(context, jobId)
      open = sent
      continue
    }
    const outcomes = answer
    const events: Array<ExternalEvent> = []
    const accepted: Array<TaskReference> = []
    open = []
    let last: BatchFailure | undefined
    outcomes.forEach((outcome, index) => {
      const one = sent[index]!
      if (outcome._tag === "Added" || outcome._tag === "AlreadyThere") accepted.push(one.task)
      else if (outcome._tag === "Refused" && !outcome.error.retryable) {
        events.push(rejection(one.task, outcome.error))
      } else {
        open.push(one)
        last = outcome.error
      }
    })
    if (accepted.length > 0) events.push({ _tag: "TasksAccepted", tasks: accepted })
    const waitMs = context.config.patienceMs * context.config.patienceTries
    events.push(...Window.adapt(context.state, {
      sent: sent.length,
      ...(last === undefined ? {} : { refusal: last }),
      untilMs: startedMs + waitMs
    }))
    yield* Queue.offerAll(context.inbox, events)
    if (last !== undefined && attempt >= context.config.patienceTries) {
      return yield* backendFailed("Submitter.submit", last)
    }
  }
})

const noJob = (jobId: string): string =>
  `the job ${jobId} is there and takes tasks, says the service, and refuses each as if it were not`

/** Whether the run still waits for the answer about this very task. */
const isStillWanted = ({ state }: RunContext, { node, submission }: TaskReference): boolean =>
  state.nodeStates[node] === NodeState.submitting && state.submissions[node] === submission

interface Prepared {
  readonly task: TaskReference
  readonly parameter: TaskAddParameter
}

/** Makes the requests; a task whose files are missing is rejected here and not sent. */
const prepare = Effect.fnUntraced(function*(
  context: RunContext,
  tasks: ReadonlyArray<TaskReference>
) {
  const wire: ToWire.ToWireContext = {
    ...context,
    runId: context.header.runId,
    inlineInputBytesMax: context.config.inlineInputBytesMax
  }
  const prepared: Array<Prepared> = []
  for (const task of tasks) {
    const parameter = yield* ToWire.make(wire, task).pipe(
      Effect.catchTag("ArtifactFailed", (error) =>
        Queue.offer(context.inbox, {
          _tag: "TaskRejected",
          task,
          code: "ArtifactMissing",
          message: error.message
        }).pipe(Effect.as(undefined)))
    )
    if (parameter !== undefined) prepared.push({ task, parameter })
  }
  return prepared
})

type Answer = ReadonlyArray<TaskOutcome> | "over"

/**
 * One call; when nothing at all went through, every task of it is unknown. `over` when the job takes
 * no more tasks.
 */
const send = (
  context: RunContext,
  jobId: string,
  parameters: ReadonlyArray<TaskAddParameter>
): Effect.Effect<Answer, BackendFailed> =>
  context.tasks.addCollection(jobId, parameters, { ifExists: "adopt" }).pipe(
    Effect.map((result): Answer => result.outcomes),
    Effect.catch((error): Effect.Effect<Answer, BackendFailed> => {
      if (error._tag === "CreateTasksError") {
        if (error.causes.some(JobLife.saysOver)) return Effect.succeed("over")
        const definite = error.causes.find((cause) => !cause.retryable)
        return definite === undefined
          ? Effect.succeed(error.outcomes)
          : Effect.fail(backendFailed("Submitter.submit", definite))
      }
      if (JobLife.saysOver(error)) return Effect.succeed("over")
      return error.retryable
        ? Effect.succeed(
          parameters.map(({ id }): TaskOutcome => ({ _tag: "Unknown", taskId: id, error }))
        )
        : Effect.fail(backendFailed("Submitter.submit", error))
    })
  )

const rejection = (task: TaskReference, error: BatchFailure): ExternalEvent => ({
  _tag: "TaskRejected",
  task,
  code: error.code ?? error._tag,
  message: error.message
})

/**
 * Adds planned tasks to the job, as many in one call as have come together.
 *
 * B1 Every task handed in is answered: `TasksAccepted` or `TaskRejected`, or the run fails.
 * B2 A task is sent only while its node waits for it and the run wants it; an answer counts for the
 *    execution that was asked for.
 * B3 A task found under our id is taken for ours only if it carries the same fingerprint.
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import * as SpanWhenSeen from "@batchwave/client/SpanWhenSeen"
import type { TaskOutcome } from "@batchwave/client/TaskOutcome"
import { NodeState } from "@batchwave/core/NodeState"
import type { ExternalEvent, TaskReference } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import * as SubmissionWindow from "@batchwave/core/SubmissionWindow"
import type { TaskAddParameter } from "@batchwave/wire/Task"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type { BackendFailed } from "./EngineError.ts"
import * as JobLife from "./JobLife.ts"
import * as JobSuccession from "./JobSuccession.ts"
import { backendFailed, type RunContext } from "./RunContext.ts"
import * as ToWire from "./ToWire.ts"
import * as Unanswered from "./Unanswered.ts"

/** How many planned tasks one call takes; the client cuts them into requests. */
const tasksPerCallMax = 10_000

/** After so many tasks made ready, what else happens is looked at. */
const tasksPerTurn = 512

/**
 * Tasks to be added, in the order they were planned; changed in place.
 *
 * @category models
 */
export interface Desk {
  planned: Array<TaskReference>
  /** Whether somebody serves it. */
  isServed: boolean
}

/**
 * Begins with no tasks.
 *
 * @category constructors
 */
export const make = (): Desk => ({ planned: [], isServed: false })

/**
 * Adds the planned tasks, call by call, until there are none left. One at a time serves a desk.
 *
 * @category operations
 */
export const serve = Effect.fnUntraced(function*(context: RunContext, desk: Desk) {
  desk.isServed = true
  while (desk.planned.length > 0) {
    const tasks = desk.planned.splice(0, tasksPerCallMax)
    const wanted = tasks.every((task) => isStillWanted(context, task))
      ? tasks
      : (yield* stillWanted(context, tasks.map((task) => ({ task })))).map(({ task }) => task)
    if (wanted.length > 0) yield* submit(context, wanted)
  }
  desk.isServed = false
})

const submit = SpanWhenSeen.fn("Submitter.submit")(Effect.fnUntraced(function*(
  context: RunContext,
  tasks: ReadonlyArray<TaskReference>
) {
  const startedMs = yield* Clock.currentTimeMillis
  let open: ReadonlyArray<Prepared> = yield* prepare(context, tasks)
  for (let attempt = 0; open.length > 0; attempt++) {
    if (attempt > 0) yield* Effect.sleep(context.config.patienceMs)
    const sent = yield* stillWanted(context, open)
    if (sent.length === 0) return
    const jobId = context.job.id
    const answer = yield* send(context, jobId, sent.map((one) => one.parameter))
    if (answer === "over") {
      if (attempt >= context.config.patienceTries) return yield* JobLife.refuse(noJob(jobId))
      yield* JobSuccession.replace(context, jobId)
      open = sent
      continue
    }
    const events: Array<ExternalEvent> = []
    const accepted: Array<Prepared> = []
    const settled: Array<TaskReference> = []
    const left: Array<Prepared> = []
    let last: BatchFailure | undefined
    answer.forEach((outcome, index) => {
      const one = sent[index]!
      const isRefused = outcome._tag === "Refused" && !outcome.error.retryable
      if (outcome._tag === "Added" || outcome._tag === "AlreadyThere") accepted.push(one)
      else if (isRefused) events.push(rejection(one.task, outcome.error))
      else {
        last = outcome.error
        return void left.push(one)
      }
      settled.push(one.task)
    })
    if (accepted.length > 0) events.push(acceptance(accepted))
    const waitMs = context.config.patienceMs * context.config.patienceTries
    events.push(...SubmissionWindow.adapt(context.state, {
      sent: sent.length,
      ...(last === undefined ? {} : { refusal: last.message }),
      untilMs: startedMs + waitMs
    }))
    yield* Queue.offerAll(context.inbox, events)
    yield* Unanswered.answered(context.unanswered, settled)
    open = left
    if (last !== undefined && attempt >= context.config.patienceTries) {
      return yield* backendFailed("Submitter.submit", last)
    }
  }
}))

const noJob = (jobId: string): string =>
  `the job ${jobId} is there and takes tasks, says the service, and refuses each as if it were not`

/** Of these, the tasks that their nodes wait for and the run wants; the others are given up. */
const stillWanted = Effect.fnUntraced(function*<T extends { readonly task: TaskReference }>(
  context: RunContext,
  tasks: ReadonlyArray<T>
) {
  if (tasks.every(({ task }) => isStillWanted(context, task))) return tasks
  const wanted = tasks.filter(({ task }) => isStillWanted(context, task))
  const isKept = new Set<T>(wanted)
  const givenUp = tasks.filter((one) => !isKept.has(one)).map(({ task }) => task)
  yield* Unanswered.answered(context.unanswered, givenUp)
  return wanted
})

const isStillWanted = ({ state }: RunContext, { node, submission }: TaskReference): boolean =>
  state.nodeStates[node] === NodeState.submitting && state.submissions[node] === submission
  && RunState.isWanted(state, node)

interface Prepared {
  readonly task: TaskReference
  /** Which of the node's executions it is. */
  readonly execution: number
  readonly parameter: TaskAddParameter
}

const acceptance = (accepted: ReadonlyArray<Prepared>): ExternalEvent => ({
  _tag: "TasksAccepted",
  tasks: accepted.map(({ task }) => task),
  executions: accepted.map(({ execution }) => execution)
})

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
    const execution = context.state.executions[task.node]!
    const parameter = ToWire.makeNow(wire, task) ?? (yield* stageAndMake(context, wire, task))
    if (parameter !== undefined) prepared.push({ task, execution, parameter })
    else yield* Unanswered.answered(context.unanswered, [task])
    if (prepared.length % tasksPerTurn === 0) yield* Effect.yieldNow
  }
  return prepared
})

const stageAndMake = (context: RunContext, wire: ToWire.ToWireContext, task: TaskReference) =>
  ToWire.make(wire, task).pipe(
    Effect.catchTag("ArtifactFailed", (error) =>
      Queue.offer(context.inbox, {
        _tag: "TaskRejected",
        task,
        code: "ArtifactMissing",
        message: error.message
      }).pipe(Effect.as(undefined)))
  )

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

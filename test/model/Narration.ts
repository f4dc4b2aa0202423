/**
 * Tells a story to the model and to a subject at once, and stops at the first thing that differs.
 */
import * as Effect from "effect/Effect"
import * as Command from "./Command.ts"
import * as JobRulebook from "./JobRulebook.ts"
import {
  findJob,
  findTask,
  type LimitsPlan,
  make,
  type Model,
  type ModelRun,
  type Refusals,
  type RunEnd
} from "./ModelState.ts"
import * as RunRulebook from "./RunRulebook.ts"
import * as TaskRulebook from "./TaskRulebook.ts"
import * as View from "./View.ts"

/** Something real that stories can be told to. */
export interface Subject {
  /** Carries a call out; answers with a code for each thing asked, `ok` where it was done. */
  readonly call: (command: Command.Call, nowMs: number) => Effect.Effect<ReadonlyArray<string>>
  /** Lists tasks by state and by the least time of their latest change; answers with their ids. */
  readonly list: (
    jobId: string,
    state: string | undefined,
    sinceMs: number | undefined
  ) => Effect.Effect<ReadonlyArray<string> | string>
  /** Ends a run. */
  readonly endRun: (run: ModelRun, end: RunEnd, nowMs: number) => Effect.Effect<void>
  readonly loseNode: (nodeId: string, nowMs: number) => Effect.Effect<void>
  readonly returnNode: (nodeId: string, nowMs: number) => Effect.Effect<void>
  /** Goes away with everything that runs, and comes back. */
  readonly restart: (nowMs: number) => Effect.Effect<void>
  /** Lets the time pass to an instant at which something may be due. */
  readonly advance: (nowMs: number) => Effect.Effect<void>
  /** Tells the model of the starts and kills that happened since the last time. */
  readonly observe: (model: Model, nowMs: number) => Effect.Effect<void>
  readonly view: Effect.Effect<ReadonlyArray<View.JobView>>
}

/** When stories begin. */
export const beginMs = 1_800_000_000_000

/** Between two commands; even, as all times of tasks. */
const stepMs = 2

/** Tells a story; dies at the first difference. */
export const tell = Effect.fnUntraced(function*(story: Command.Story, subject: Subject) {
  const model = make(story.fillType, Command.nodeIds, story.slotsPerNode)
  let nowMs = beginMs
  for (const command of story.commands) {
    nowMs += command.verb === "pass" ? command.ms : stepMs
    yield* pass(model, subject, nowMs)
    yield* carryOut(model, subject, command, nowMs)
    yield* pass(model, subject, nowMs)
    yield* compare(model, subject, nowMs)
  }
})

const compare = Effect.fnUntraced(function*(model: Model, subject: Subject, nowMs: number) {
  yield* subject.observe(model, nowMs)
  RunRulebook.checkRest(model)
  View.checkEqual(View.ofModel(model), yield* subject.view)
})

/** Lets the time pass, stopping wherever a wall clock runs out. */
const pass = Effect.fnUntraced(function*(model: Model, subject: Subject, toMs: number) {
  for (;;) {
    const dueMs = RunRulebook.nextDeadlineMs(model)
    if (dueMs === undefined || dueMs > toMs) break
    yield* subject.advance(dueMs)
    RunRulebook.expire(model, dueMs)
    yield* compare(model, subject, dueMs)
  }
  yield* subject.advance(toMs)
})

const carryOut = Effect.fnUntraced(function*(
  model: Model,
  subject: Subject,
  command: Command.Command,
  nowMs: number
) {
  switch (command.verb) {
    case "pass":
      return
    case "listTasks":
      return yield* list(model, subject, command, nowMs)
    case "endRun": {
      const run = model.runs[command.run % Math.max(1, model.runs.length)]
      if (run === undefined) return
      const end = endOf(run, command.end)
      yield* subject.endRun(run, end, nowMs)
      return RunRulebook.end(model, run.number, end, nowMs)
    }
    case "loseNode":
      yield* subject.loseNode(command.nodeId, nowMs)
      return RunRulebook.loseNode(model, command.nodeId, nowMs)
    case "returnNode":
      yield* subject.returnNode(command.nodeId, nowMs)
      return RunRulebook.returnNode(model, command.nodeId)
    case "restart":
      yield* subject.restart(nowMs)
      return RunRulebook.restart(model, nowMs)
    default: {
      const settled = settleTimes(model, command, nowMs)
      const codes = yield* subject.call(settled, nowMs)
      return checkCodes(settled, apply(model, settled, nowMs), codes)
    }
  }
})

/** A run that is to be killed ends as killed, or by itself just before. */
const endOf = (run: ModelRun, end: RunEnd): RunEnd =>
  run.isKillAsked && end.kind !== "setupFailed" && end.exitCode > 1
    ? { kind: "killed", exitCode: 128 + end.exitCode }
    : end

const list = Effect.fnUntraced(function*(
  model: Model,
  subject: Subject,
  { ageMs, jobId, state }: Extract<Command.Command, { verb: "listTasks" }>,
  nowMs: number
) {
  const sinceMs = ageMs === undefined ? undefined : nowMs - ageMs
  const job = findJob(model, jobId)
  const seen = yield* subject.list(jobId, state, sinceMs)
  const expected = job === undefined
    ? "JobNotFound"
    : job.tasks.filter((task) =>
      (state === undefined || task.state === state) && task.stateAtMs >= (sinceMs ?? 0)
    ).map(({ plan }) => plan.id).toSorted()
  View.checkEqual(expected, typeof seen === "string" ? seen : seen.toSorted(), "listing")
})

/** Limits that are changed on the way are counted from now, so that they may be due but never overdue. */
const settleTimes = (model: Model, command: Command.Call, nowMs: number): Command.Call => {
  const job = "jobId" in command ? findJob(model, command.jobId) : undefined
  if (command.verb === "patchJob" && command.change.limits !== undefined && job !== undefined) {
    const limits = later(command.change.limits, nowMs - job.createdAtMs)
    return { ...command, change: { ...command.change, limits } }
  }
  if (command.verb === "updateTask" && job !== undefined) {
    const startAtMs = findTask(job, command.taskId)?.startAtMs ?? nowMs
    return { ...command, limits: later(command.limits, nowMs - startAtMs) }
  }
  return command
}

const later = (limits: LimitsPlan, ms: number): LimitsPlan =>
  limits.maxWallClockMs === undefined
    ? limits
    : { ...limits, maxWallClockMs: limits.maxWallClockMs + ms }

const apply = (
  model: Model,
  command: Command.Call,
  nowMs: number
): Refusals | ReadonlyArray<Refusals> => {
  switch (command.verb) {
    case "addJob":
      return JobRulebook.add(model, command.job, nowMs)
    case "patchJob":
      return JobRulebook.patch(model, command.jobId, command.change, nowMs)
    case "actOnJob":
      return JobRulebook.act(model, command.jobId, command.act, nowMs)
    case "addTask": {
      const [first, ...others] = TaskRulebook.add(model, command.jobId, [command.task], nowMs)
      return typeof first === "string" ? [first, ...others.flat()] : first ?? []
    }
    case "addTasks":
      return TaskRulebook.add(model, command.jobId, command.tasks, nowMs)
    case "actOnTask":
      return TaskRulebook.act(model, command.act, command.jobId, command.taskId, nowMs)
    case "updateTask":
      return TaskRulebook.update(model, command.jobId, command.taskId, command.limits)
    default:
      return command satisfies never
  }
}

const checkCodes = (
  command: Command.Call,
  expected: Refusals | ReadonlyArray<Refusals>,
  codes: ReadonlyArray<string>
): void => {
  const each = expected.flatMap((one) => (typeof one === "string" ? [] : [one]))
  const isWhole = command.verb !== "addTasks" || each.length < expected.length
  const allowed = isWhole
    ? [expected.flat().length === 0 ? ["ok"] : expected.flat()]
    : each.map((refusals) => (refusals.length === 0 ? ["ok"] : refusals))
  const isRight = allowed.length === codes.length &&
    allowed.every((some, index) => some.includes(codes[index] ?? ""))
  if (isRight) return
  throw new Error(
    `${JSON.stringify(command)} was answered ${codes.join(", ")}, not ${JSON.stringify(allowed)}`
  )
}

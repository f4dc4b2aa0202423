/**
 * Watches the job by listing it: one filtered, selected listing a tick, however many tasks wait.
 *
 * L1 A poll asks for the tasks that run or have completed since the last one, less an overlap while
 *    that costs no further request (see `PollCursor`). What repeats is no news (see `JobView`).
 * L2 One poll in `pollsPerSweep` goes with a look at the job and makes sure that nothing was missed:
 *    a job that fits a page is listed whole; of a larger one the completed tasks are counted by the
 *    service, and it is listed whole when that count stays above what was seen, and else so rarely
 *    that it costs one request in `pollsPerSweep`.
 * L3 A poll that fails changes nothing: not observed is not failed. Only a task that two whole
 *    listings, the overlap apart, and a read by id do not find is reported as vanished.
 * L4 The interval follows from what is expected to end (see `PollPace`); while nothing is in the
 *    service there is no poll at all.
 *
 * So a change is seen by the first poll after it shows in listings, if that is within the overlap and
 * the service's times are right; whatever happens to its times, by the third poll after the next count
 * that has it, or by the next whole listing that contains it.
 *
 * @source Task_List 2024-02-01.19.0 (filter on state and stateTransitionTime, at most 1000 a page)
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import * as SpanWhenSeen from "@batchwave/client/SpanWhenSeen"
import { lengthText } from "@batchwave/core/LengthText"
import { isInService } from "@batchwave/core/NodeState"
import * as PollPace from "@batchwave/core/PollPace"
import type { ExternalEvent, TaskReference } from "@batchwave/core/RunEvent"
import * as Iso8601 from "@batchwave/wire/Iso8601"
import type { CloudTask } from "@batchwave/wire/Task"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { EngineError } from "./EngineError.ts"
import * as EngineMetrics from "./EngineMetrics.ts"
import * as FromWire from "./FromWire.ts"
import * as Handover from "./Handover.ts"
import * as JobLife from "./JobLife.ts"
import * as JobSuccession from "./JobSuccession.ts"
import * as JobView from "./JobView.ts"
import * as JobWatch from "./JobWatch.ts"
import * as PastEnds from "./PastEnds.ts"
import * as PollCursor from "./PollCursor.ts"
import * as PutBack from "./PutBack.ts"
import { backendFailed, type RunContext } from "./RunContext.ts"
import * as RunTime from "./RunTime.ts"
import * as Sweep from "./Sweep.ts"

/** The most tasks one page holds. */
const pageTasksMax = 1000

interface Watch {
  readonly context: RunContext
  readonly view: JobView.JobView
  readonly pace: PollPace.PollPace
  readonly handover: Handover.Handover
  sweep: Sweep.Sweep
  jobId: string
  addedMs: number
  cursor: PollCursor.PollCursor | undefined
  polls: number
  pollsSinceSweep: number
  /** What the service counted as completed, and when; until as many were seen. */
  counted: { readonly completed: number; readonly atMs: number } | undefined
  /** How many polls in a row have not found all that were counted. */
  doubt: number
}

type Depth = "news" | "deep" | "sweep"

/**
 * Polls for as long as it lives. `moved` says that tasks were accepted: it wakes a poller that has
 * nothing to watch and shortens the interval.
 *
 * @category operations
 */
export const serve = Effect.fnUntraced(function*(
  context: RunContext,
  moved: Queue.Dequeue<void>
) {
  const watch = make(context, moved)
  let failures = 0
  for (;;) {
    if (Handover.activeCount(watch.handover) === 0) {
      if (Handover.takeWakeUp(watch.handover) === undefined) yield* Queue.take(moved)
      watch.pace.waitMs = context.config.pollMsMin
    }
    yield* pause(watch)
    if (context.state.activeCount === 0) continue
    if (watch.jobId !== context.job.id) renew(watch)
    const found = yield* noticed(context, tick(watch)).pipe(
      Effect.catch((error): Effect.Effect<BatchFailure | number, EngineError> => {
        if (error._tag === "RunTaken") return Effect.fail(error)
        if (error._tag === "JobOver" || JobLife.saysOver(error)) {
          return Effect.as(JobSuccession.replace(context, watch.jobId), 1)
        }
        return Sweep.isWorthAnother(error)
          ? Effect.succeed(error)
          : Effect.fail(backendFailed("Poller.poll", error))
      })
    )
    const news = typeof found === "number" ? found : 0
    PollPace.adjust(watch.pace, news, Handover.activeCount(watch.handover))
    if (typeof found === "number") failures = 0
    else if (++failures > context.config.patienceTries) {
      return yield* backendFailed("Poller.poll", found)
    }
  }
})

/** After so long without an answer to a poll somebody may want to know. */
const silenceMsMax = 15_000

/** Says when a poll is not answered for long, and when one is again. The wording stays, so it is said once. */
const noticed = Effect.fnUntraced(function*<A, E>(context: RunContext, poll: Effect.Effect<A, E>) {
  const cause = "unreachable"
  const message = `no listing of the job ${context.job.id} has come back for ${
    lengthText(silenceMsMax)
  }; the run asks on, and what the service runs goes on`
  const answer = yield* Effect.sleep(silenceMsMax).pipe(
    Effect.andThen(Queue.offer(context.inbox, { _tag: "RunHindered", cause, message })),
    Effect.forkChild,
    Effect.flatMap((fiber) => Effect.ensuring(poll, Fiber.interrupt(fiber)))
  )
  if (context.state.hindrances.has(cause)) {
    yield* Queue.offer(context.inbox, { _tag: "RunUnhindered", cause })
  }
  return answer
})

const make = (context: RunContext, moved: Queue.Dequeue<void>): Watch => {
  const { pollMsMax, pollMsMin } = context.config
  return {
    context,
    view: JobView.make(context.plan.names.length),
    pace: PollPace.make(
      { msMin: pollMsMin, msMax: pollMsMax },
      context.header.seed,
      PollPace.meanEstimateMs(context.plan)
    ),
    handover: Handover.make(context, moved),
    sweep: Sweep.make(),
    jobId: context.job.id,
    addedMs: 0,
    cursor: undefined,
    polls: 0,
    pollsSinceSweep: 0,
    counted: undefined,
    doubt: 0
  }
}

const pause = Effect.fnUntraced(function*({ context, handover, pace }: Watch) {
  const waitMs = PollPace.nextWaitMs(pace)
  const active = Handover.takeWakeUp(handover)
  Handover.passOn(handover)
  const isMoved = active !== undefined || (yield* Effect.raceFirst(
    Effect.as(Effect.sleep(waitMs), false),
    Effect.as(Queue.take(handover.moved), true)
  ))
  if (!isMoved) return
  PollPace.adjust(pace, 1, active ?? context.state.activeCount)
  yield* Effect.sleep(PollPace.nextWaitMs(pace))
})

/** One poll with all that goes with it; answers how many changes it had not seen before. */
const tick = SpanWhenSeen.fn("Poller.poll")(Effect.fnUntraced(function*(watch: Watch) {
  const { context } = watch
  const clock = yield* Clock.Clock
  EngineMetrics.polls.updateUnsafe(1, yield* Effect.context())
  const isDue = watch.polls++ % context.config.pollsPerSweep === 0
  if (isDue || watch.cursor === undefined) {
    watch.addedMs = (yield* lookAtJob(context)).addedMs
    watch.cursor ??= PollCursor.make(watch.addedMs, context.config.pollOverlapMs)
  }
  const cursor = watch.cursor
  const depth = depthOf(watch, cursor, isDue, RunTime.passedBy(clock))
  const news = yield* list(watch, cursor, depth, clock)
  judge(watch, cursor, depth)
  if (isDue && watch.polls > 1 && depth !== "sweep" && watch.counted === undefined) {
    const atMs = RunTime.passedBy(clock)
    const counts = yield* context.jobs.taskCounts(context.job.id)
    Handover.passOn(watch.handover)
    watch.counted = { completed: counts.taskCounts.completed, atMs }
    if (isAllSeen(watch)) judge(watch, cursor, depth)
  }
  return news
}))

/** What a tick fails with when the job takes no more tasks. */
class JobOver extends Schema.TaggedError<JobOver>()("JobOver", {}) {}

const lookAtJob = Effect.fnUntraced(function*(context: RunContext) {
  const sight = yield* JobWatch.look(context)
  return sight.isOver ? yield* new JobOver() : sight
})

/** Whether somebody else may have ended the task, and with it perhaps the whole job. */
const isSuspect = ({ naming, state }: RunContext, task: CloudTask): boolean => {
  if (!JobSuccession.isTakenAlong(task) || state.stopping !== undefined) return false
  const reference = naming.taskOf(task.id ?? "")
  return reference !== undefined && isInService(state.nodeStates[reference.node]!)
    && !state.ending.has(reference.node)
}

/** Begins anew with the job that took the place of the one watched. */
const renew = (watch: Watch): void => {
  watch.jobId = watch.context.job.id
  watch.view.completedCount = 0
  watch.sweep = Sweep.make()
  watch.cursor = undefined
  watch.counted = undefined
  watch.doubt = 0
  watch.polls = 0
  watch.pollsSinceSweep = 0
}

const depthOf = (
  watch: Watch,
  cursor: PollCursor.PollCursor,
  isDue: boolean,
  nowMs: number
): Depth => {
  const { context, doubt, pollsSinceSweep, sweep, view } = watch
  const pages = Math.ceil(JobView.tasksAbout(view, context.state) / pageTasksMax)
  const isOwed = pollsSinceSweep >= context.config.pollsPerSweep * pages
  const isFirst = watch.polls === 1
  if (isFirst ? context.isResumed : doubt > 1 || (isDue && pages <= 1) || isOwed) return "sweep"
  if (Sweep.isWanted(sweep, nowMs, context.config.pollOverlapMs)) return "sweep"
  return doubt === 1 || PollCursor.isDeepDue(cursor, nowMs) ? "deep" : "news"
}

const list = Effect.fnUntraced(function*(
  watch: Watch,
  cursor: PollCursor.PollCursor,
  depth: Depth,
  clock: Clock.Clock
) {
  const { context, sweep } = watch
  const isSweep = depth === "sweep"
  const beganMs = RunTime.passedBy(clock)
  const coveredMs = isSweep && watch.pollsSinceSweep > 0 ? cursor.coveredMs : 0
  const pass = isSweep ? Sweep.begin(context) : undefined
  let news = 0
  let latestMs = 0
  let shownMs: number | undefined
  let isMissed = false
  yield* context.tasks.listPages(context.job.id, {
    select: FromWire.selected,
    ...(isSweep ? {} : { filter: changedSince(PollCursor.fromMs(cursor, depth === "deep")) })
  }).pipe(Stream.runForEach(Effect.fnUntraced(function*(page) {
    Handover.passOn(watch.handover)
    const nowMs = RunTime.passedBy(clock)
    const events: Array<ExternalEvent> = []
    const putBack: Array<PutBack.PutBack> = []
    if (page.some((task) => isSuspect(context, task))) yield* lookAtJob(context)
    let pageMs = 0
    for (const task of page) {
      if (pass !== undefined && task.id !== undefined) Sweep.note(pass, task)
      const changedMs = changeOf(task)
      if (changedMs > pageMs) pageMs = changedMs
      if (!take(watch, task, changedMs, events, putBack)) continue
      news++
      if (changedMs < coveredMs) isMissed = true
      if (changedMs > latestMs) latestMs = changedMs
    }
    if (pageMs > 0) PollCursor.see(cursor, pageMs, nowMs)
    shownMs ??= pageMs
    if (putBack.length > 0) {
      events.unshift(...(yield* PutBack.events(context, context.job.id, putBack)))
    }
    if (events.length > 0) yield* Handover.give(watch.handover, events)
  })))
  if (isMissed) PollCursor.distrust(cursor, watch.addedMs)
  else {
    const isDeep = depth !== "news"
    PollCursor.finish(cursor, { beganMs, isDeep, news, latestMs, shownMs: shownMs ?? 0 })
  }
  watch.pollsSinceSweep = isSweep ? 0 : watch.pollsSinceSweep + 1
  if (pass !== undefined) yield* Sweep.finish(sweep, context, pass, watch.view.completedCount)
  return news
})

/** Turns a listed task into events, or notes that it was put back; answers whether it was news. */
const take = (
  watch: Watch,
  task: CloudTask,
  changedMs: number,
  events: Array<ExternalEvent>,
  putBack: Array<PutBack.PutBack>
): boolean => {
  const reference = task.id === undefined ? undefined : watch.context.naming.taskOf(task.id)
  if (reference === undefined) return false
  const beganMs = JobView.changedMs(watch.view, reference)
  const verdict = JobView.note(watch.view, reference, task.state, changedMs)
  if (verdict === "known") return false
  if (verdict === "again") putBack.push({ task: reference, beganMs })
  const event = FromWire.eventOf(reference, task)
  const isOld = event?._tag === "TaskStarted"
    && PastEnds.isPast(watch.context.state, reference, task)
  if (event === undefined || isOld) return verdict === "again"
  if (event._tag === "TaskEnded" && isAwaited(watch.context, reference)) {
    PollPace.observe(watch.pace, event.end.runTimeMs)
  }
  events.push(event)
  return true
}

/** What nobody waits for any more was ended on purpose, and says nothing about run times. */
const isAwaited = ({ state }: RunContext, { node, submission }: TaskReference): boolean =>
  state.submissions[node] === submission && isInService(state.nodeStates[node]!)

/** Compares what was seen with what the service had counted before this poll. */
const judge = (watch: Watch, cursor: PollCursor.PollCursor, depth: Depth): void => {
  const { counted } = watch
  if (counted === undefined) return
  if (isAllSeen(watch)) {
    PollCursor.confirm(cursor, counted.atMs)
  } else if (depth !== "sweep") {
    watch.doubt++
    return
  }
  watch.doubt = 0
  watch.counted = undefined
}

const isAllSeen = ({ counted, sweep, view }: Watch): boolean =>
  counted === undefined || view.completedCount + sweep.otherCompleted >= counted.completed

const changedSince = (atMs: number): string =>
  "(state eq 'completed' or state eq 'running') and stateTransitionTime ge "
  + `DateTime'${Iso8601.timestampOfEpochMs(Math.floor(atMs))}'`

const changeOf = (task: CloudTask): number =>
  task.stateTransitionTime === undefined
    ? 0
    : Iso8601.timestampToEpochMs(task.stateTransitionTime) ?? 0

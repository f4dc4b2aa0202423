/**
 * Looks for what makes no progress: tasks that wait, run or are silent for too long are ended, which
 * counts as `Stuck` with the probable cause, and their policy decides; a run in which nothing happens
 * and no task runs is reported and goes on.
 *
 * Times are counted from the first check that sees a task in its state, so a task gets at most one
 * check more than its limit.
 */
import { lengthText } from "@batchwave/core/LengthText"
import * as NativePlan from "@batchwave/core/NativePlan"
import { isSettled, NodeState } from "@batchwave/core/NodeState"
import * as Requeues from "@batchwave/core/Requeues"
import type { TaskReference } from "@batchwave/core/RunEvent"
import type { WatchSpec } from "@batchwave/core/Workflow"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as JobPlace from "./JobPlace.ts"
import * as PoolView from "./PoolView.ts"
import type { RunContext } from "./RunContext.ts"
import * as RunTime from "./RunTime.ts"

/** Bounds of the time between two checks, in milliseconds. */
const checkMs = { min: 50, max: 60_000 }

interface Sighting {
  readonly submission: number
  readonly nodeState: number
  readonly sinceMs: number
  /** What the task had written, and when that was new. */
  bytes: number
  bytesSinceMs: number
}

interface Watchdog {
  readonly context: RunContext
  /** By node: tasks in the service. */
  readonly sightings: Map<number, Sighting>
  /** By node: an execution, and how often the service had put tasks of the node back before it. */
  readonly putBack: Map<number, { readonly execution: number; readonly before: number }>
  settledCount: number
  startedCount: number
  movedAtMs: number
}

/**
 * Checks for as long as it lives. A check that cannot reach the service is left out.
 *
 * @category operations
 */
export const serve: (context: RunContext) => Effect.Effect<never> = Effect.fnUntraced(
  function*(context) {
    const watchdog: Watchdog = {
      context,
      sightings: new Map(),
      putBack: new Map(),
      settledCount: -1,
      startedCount: -1,
      movedAtMs: yield* RunTime.passedMs
    }
    const waitMs = periodMs(context)
    for (;;) {
      yield* Effect.sleep(waitMs)
      yield* check(watchdog)
    }
  }
)

/** What the node's tasks are allowed: its own limits, else those of the run. */
const limitsOf = ({ config, plan }: RunContext, node: number): WatchSpec => {
  const { queueMsMax, requeuesMax, runMsMax, silenceMsMax } = config
  const own = plan.workflow.nodes[node]?.watch
  return {
    ...(queueMsMax === undefined ? {} : { queueMsMax }),
    ...(runMsMax === undefined ? {} : { runMsMax }),
    ...(silenceMsMax === undefined ? {} : { silenceMsMax }),
    ...(requeuesMax === undefined ? {} : { requeuesMax }),
    ...own
  }
}

const shortestMs = ({ queueMsMax, runMsMax, silenceMsMax }: WatchSpec): number =>
  Math.min(queueMsMax ?? Infinity, runMsMax ?? Infinity, silenceMsMax ?? Infinity)

const periodMs = ({ config, plan }: RunContext): number => {
  let shortest = Math.min(shortestMs(config), config.stallMsMax)
  for (const { watch } of plan.workflow.nodes) {
    if (watch !== undefined) shortest = Math.min(shortest, shortestMs(watch))
  }
  return Math.min(checkMs.max, Math.max(checkMs.min, shortest / 4))
}

const check = Effect.fn("Watchdog.check")(function*(watchdog: Watchdog) {
  const { context } = watchdog
  const nowMs = yield* RunTime.passedMs
  if (look(watchdog, nowMs)) watchdog.movedAtMs = nowMs
  const pool = yield* PoolView.read(context).pipe(Effect.result)
  if (pool._tag === "Failure") return
  if (pool.success !== undefined) {
    yield* Queue.offer(context.inbox, PoolView.limitsOf(context, pool.success))
  }
  const isStalled = context.state.activeCount > 0 && !isAnyRunning(watchdog)
    && nowMs - watchdog.movedAtMs >= context.config.stallMsMax
  yield* Queue.offer(
    context.inbox,
    isStalled
      ? {
        _tag: "RunHindered",
        cause: "noProgress",
        message:
          `nothing has happened for ${
            lengthText(context.config.stallMsMax)
          }, while the service holds `
          + `tasks of which none runs; probably ${PoolView.whyNotStarted(context, pool.success)}`
      }
      : { _tag: "RunUnhindered", cause: "noProgress" }
  )
  for (const [node, sighting] of watchdog.sightings) {
    const why = yield* whyStuck(watchdog, node, sighting, nowMs, pool.success)
    if (why === undefined) continue
    const task = { node, submission: sighting.submission }
    yield* Queue.offer(context.inbox, { _tag: "TaskStuck", task, message: why })
  }
})

/** A long task is no hindrance; one that runs for too long has limits of its own. */
const isAnyRunning = ({ sightings }: Watchdog): boolean => {
  for (const { nodeState } of sightings.values()) if (nodeState === NodeState.running) return true
  return false
}

/** Brings the sightings up to date; answers whether anything has changed since the last check. */
const look = (watchdog: Watchdog, nowMs: number): boolean => {
  const { context: { state }, sightings } = watchdog
  let isMoved = watchdog.settledCount !== state.settledCount
    || watchdog.startedCount !== state.startedCount
  watchdog.settledCount = state.settledCount
  watchdog.startedCount = state.startedCount
  for (let node = 0; node < state.nodeStates.length; node++) {
    const nodeState = state.nodeStates[node]!
    const isWatched = nodeState === NodeState.queued || nodeState === NodeState.running
    const before = sightings.get(node)
    const submission = state.submissions[node]!
    if (isWatched && before?.nodeState === nodeState && before.submission === submission) continue
    if (!isWatched && before === undefined) continue
    isMoved = true
    if (!isWatched) sightings.delete(node)
    else {sightings.set(node, {
        submission,
        nodeState,
        sinceMs: nowMs,
        bytes: -1,
        bytesSinceMs: nowMs
      })}
  }
  return isMoved
}

/**
 * How often the service has put the node's task back since its execution was asked for. Of an execution
 * that another process asked for, other than the first, only what happened since this one looks.
 */
const putBackCount = ({ context: { state }, putBack }: Watchdog, node: number): number => {
  const total = Requeues.total(state.requeues.get(node) ?? Requeues.none)
  const execution = state.executions[node]!
  let known = putBack.get(node)
  if (known?.execution !== execution) {
    known = { execution, before: execution === 1 ? 0 : total }
    putBack.set(node, known)
  }
  return total - known.before
}

const whyStuck = Effect.fnUntraced(function*(
  watchdog: Watchdog,
  node: number,
  sighting: Sighting,
  nowMs: number,
  pool: Parameters<typeof PoolView.whyNotStarted>[1]
) {
  const { context } = watchdog
  const { state } = context
  const limits = limitsOf(context, node)
  if (limits.requeuesMax !== undefined) {
    const count = putBackCount(watchdog, node)
    if (count > limits.requeuesMax) {
      return `the service has put it back in its queue ${count} times, more than `
        + `${limits.requeuesMax}: compute nodes are preempted or lost under it`
    }
  }
  const ageMs = Math.round(nowMs - sighting.sinceMs)
  if (sighting.nodeState === NodeState.queued) {
    if (limits.queueMsMax === undefined || ageMs < limits.queueMsMax || isHeldBack(context, node)) {
      return undefined
    }
    return `it has waited ${lengthText(ageMs)} in the service's queue: `
      + PoolView.whyNotStarted(context, pool, node)
  }
  if (limits.runMsMax !== undefined && ageMs >= limits.runMsMax) {
    return `it has run for ${lengthText(ageMs)}, longer than ${lengthText(limits.runMsMax)}`
  }
  if (limits.silenceMsMax === undefined) return undefined
  const task = { node, submission: state.submissions[node]! }
  const bytes = yield* bytesOf(context, task)
  if (bytes !== undefined && bytes !== sighting.bytes) {
    sighting.bytes = bytes
    sighting.bytesSinceMs = nowMs
  }
  const silentMs = Math.round(nowMs - sighting.bytesSinceMs)
  return silentMs < limits.silenceMsMax
    ? undefined
    : `it has written nothing to stdout.txt or stderr.txt for ${lengthText(silentMs)}`
})

/** In the native mode a task may wait in the service for those it depends on: that is no fault of it. */
const isHeldBack = ({ state }: RunContext, node: number): boolean =>
  NativePlan.dependsOn(state, node).some((task) => !isSettled(state.nodeStates[task.node]!))

/** What a task has written so far; `undefined` when that cannot be read now. */
const bytesOf = (context: RunContext, task: TaskReference) =>
  Effect.forEach(["stdout.txt", "stderr.txt"], (path) =>
    context.files.properties(
      JobPlace.jobOf(context.job, task),
      context.naming.idOf(task),
      path
    )).pipe(
      Effect.map((files) => files.reduce((sum, { contentBytes }) => sum + contentBytes, 0)),
      Effect.catch(() => Effect.succeed(undefined))
    )

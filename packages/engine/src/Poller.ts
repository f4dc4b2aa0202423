/**
 * Watches the job by listing it: one filtered, selected listing a tick, however many tasks wait.
 *
 * L1 A poll asks for the tasks whose state changed since the latest change seen, less an overlap, so
 *    a change that appears late is still seen; repeats are harmless, the reactor drops them.
 * L2 One poll in `pollsPerSweep` lists the whole job and finds what the filter may have missed.
 * L3 A poll that fails changes nothing: not observed is not failed. Only a task that two sweeps in a
 *    row and a read by id do not find is reported as vanished.
 * L4 With every sweep goes a look at who holds the job.
 * L5 The interval is short while things move and grows while they do not.
 *
 * @source Task_List 2024-02-01.19.0 (filter on stateTransitionTime, at most 1000 tasks a page)
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import { isInService, NodeState } from "@batchwave/core/NodeState"
import type { ExternalEvent, TaskReference } from "@batchwave/core/RunEvent"
import * as Iso8601 from "@batchwave/wire/Iso8601"
import type { CloudTask } from "@batchwave/wire/Task"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { BackendFailed, RunTaken } from "./EngineError.ts"
import * as FromWire from "./FromWire.ts"
import * as JobClaim from "./JobClaim.ts"
import { backendFailed, type RunContext } from "./RunContext.ts"

/** How much the interval grows after a poll that found nothing new. */
const growth = 1.5

interface Watch {
  readonly context: RunContext
  /** The latest state change seen, in epoch milliseconds by the service's clock. */
  sinceMs: number | undefined
  /** Tasks that the last sweep did not list, by id. */
  doubted: ReadonlySet<string>
}

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
  const { pollMsMax, pollMsMin, patienceTries, pollsPerSweep } = context.config
  const watch: Watch = { context, sinceMs: undefined, doubted: new Set() }
  let intervalMs = pollMsMin
  let failures = 0
  for (let polls = 1;; polls++) {
    if (hasNothingToWatch(context)) {
      yield* Queue.take(moved)
      intervalMs = pollMsMin
    }
    const isMoved = yield* Effect.raceFirst(
      Effect.as(Effect.sleep(intervalMs), false),
      Effect.as(Queue.take(moved), true)
    )
    if (isMoved) {
      intervalMs = pollMsMin
      yield* Effect.sleep(pollMsMin)
    }
    const isSweep = watch.sinceMs === undefined || polls % pollsPerSweep === 0
    const owned = isSweep ? JobClaim.requireOwned(context) : Effect.void
    const found = yield* Effect.andThen(owned, poll(watch, isSweep)).pipe(
      Effect.catch((error): Effect.Effect<BatchFailure, BackendFailed | RunTaken> => {
        if (error._tag === "RunTaken") return Effect.fail(error)
        return error.retryable
          ? Effect.succeed(error)
          : Effect.fail(backendFailed("Poller.poll", error))
      })
    )
    if (typeof found === "number") {
      failures = 0
      intervalMs = found > 0 ? pollMsMin : Math.min(pollMsMax, intervalMs * growth)
    } else {
      intervalMs = Math.min(pollMsMax, intervalMs * growth)
      if (++failures > patienceTries) return yield* backendFailed("Poller.poll", found)
    }
  }
})

const hasNothingToWatch = (context: RunContext): boolean => {
  for (const nodeState of context.state.nodeStates) if (isInService(nodeState)) return false
  return true
}

/** One listing; answers how many state changes it had not seen before. */
const poll = Effect.fn("Poller.poll")(function*(watch: Watch, isSweep: boolean) {
  const { context } = watch
  const expected = isSweep ? settledInService(context) : []
  const listed = new Set<string>()
  const lastMs = watch.sinceMs
  let news = 0
  yield* context.tasks.listPages(context.header.jobId, {
    select: FromWire.selected,
    ...(isSweep || lastMs === undefined
      ? {}
      : { filter: changedSince(lastMs - context.config.pollOverlapMs) })
  }).pipe(Stream.runForEach((page) => {
    const events: Array<ExternalEvent> = []
    for (const task of page) {
      if (isSweep && task.id !== undefined) listed.add(task.id.toLowerCase())
      const changedMs = changeOf(task)
      if (lastMs === undefined || changedMs > lastMs) news++
      if (watch.sinceMs === undefined || changedMs > watch.sinceMs) watch.sinceMs = changedMs
      const reference = task.id === undefined ? undefined : context.naming.taskOf(task.id)
      const event = reference === undefined ? undefined : FromWire.eventOf(reference, task)
      if (event !== undefined) events.push(event)
    }
    return events.length === 0 ? Effect.void : Queue.offerAll(context.inbox, events)
  }))
  if (isSweep) yield* doubt(watch, expected, listed)
  return news
})

const changedSince = (atMs: number): string =>
  `stateTransitionTime ge DateTime'${Iso8601.timestampOfEpochMs(atMs)}'`

const changeOf = (task: CloudTask): number =>
  task.stateTransitionTime === undefined
    ? 0
    : Iso8601.timestampToEpochMs(task.stateTransitionTime) ?? 0

/** The tasks that a complete listing must contain: those the service has confirmed to hold. */
const settledInService = (context: RunContext): ReadonlyArray<TaskReference> => {
  const { nodeStates, submissions } = context.state
  const tasks: Array<TaskReference> = []
  for (let node = 0; node < nodeStates.length; node++) {
    if (nodeStates[node] === NodeState.queued || nodeStates[node] === NodeState.running) {
      tasks.push({ node, submission: submissions[node]! })
    }
  }
  return tasks
}

const doubt = Effect.fnUntraced(function*(
  watch: Watch,
  expected: ReadonlyArray<TaskReference>,
  listed: ReadonlySet<string>
) {
  const doubted = new Set<string>()
  for (const task of expected) {
    const id = watch.context.naming.idOf(task)
    if (listed.has(id.toLowerCase())) continue
    if (watch.doubted.has(id) && (yield* isGone(watch.context, id))) {
      yield* Queue.offer(watch.context.inbox, {
        _tag: "TaskVanished",
        task,
        message: `no listing has contained the task ${id} for two sweeps, and it cannot be read`
      })
    } else doubted.add(id)
  }
  watch.doubted = doubted
})

/**
 * Whether the service says that it does not know a task.
 *
 * @category operations
 */
export const isGone = (
  context: RunContext,
  taskId: string
): Effect.Effect<boolean, BatchFailure> =>
  context.tasks.get(context.header.jobId, taskId, { select: ["id", "state"] }).pipe(
    Effect.as(false),
    Effect.catchTag("NotFound", () => Effect.succeed(true))
  )

/**
 * Whole listings of the job: what they must contain, what they must not, and what follows.
 *
 * S1 A task that two listings lack, and that cannot be read, has vanished.
 * S2 A task that its node has left behind and that may still run is ended: a request that was late
 *    brought it, or the last orchestrator did not come to it.
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import { lengthText } from "@batchwave/core/LengthText"
import { NodeState } from "@batchwave/core/NodeState"
import type { TaskReference } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import type { CloudTask } from "@batchwave/wire/Task"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as FromWire from "./FromWire.ts"
import * as JobPlace from "./JobPlace.ts"
import type { RunContext } from "./RunContext.ts"
import * as RunTime from "./RunTime.ts"
import * as Unanswered from "./Unanswered.ts"

/**
 * What whole listings have shown; changed in place.
 *
 * @category models
 */
export interface Sweep {
  /** Tasks the last one did not contain, by id, and since when. */
  doubted: ReadonlyMap<string, number>
  /** Completed tasks of the job beyond those in the view: foreign ones, and older ones of our nodes. */
  otherCompleted: number
}

/**
 * One whole listing under way.
 *
 * @category models
 */
export interface Pass {
  readonly context: RunContext
  /** The submission that the service had confirmed to hold when the listing began; 0 for none. */
  readonly expected: Uint16Array
  /** Tasks that may still run and that no node waits for. */
  readonly leftOver: Array<TaskReference>
  completed: number
}

/**
 * Begins with nothing seen.
 *
 * @category constructors
 */
export const make = (): Sweep => ({ doubted: new Map(), otherCompleted: 0 })

/**
 * Whether tasks have been in doubt for so long that a whole listing settles it.
 *
 * @category queries
 */
export const isWanted = ({ doubted }: Sweep, nowMs: number, overlapMs: number): boolean => {
  for (const sinceMs of doubted.values()) if (nowMs - sinceMs >= overlapMs) return true
  return false
}

/**
 * Notes what a listing that begins now must contain. `O(nodes)`, like the listing.
 *
 * @category operations
 */
export const begin = (context: RunContext): Pass => {
  const { nodeStates, submissions } = context.state
  const expected = new Uint16Array(nodeStates.length)
  for (let node = 0; node < nodeStates.length; node++) {
    if (nodeStates[node] === NodeState.queued || nodeStates[node] === NodeState.running) {
      expected[node] = submissions[node]!
    }
  }
  return { context, expected, leftOver: [], completed: 0 }
}

/**
 * Notes a task of the listing.
 *
 * @category operations
 */
export const note = (pass: Pass, { id, state }: CloudTask): void => {
  const { context, expected } = pass
  const task = id === undefined ? undefined : context.naming.taskOf(id)
  if (task !== undefined && expected[task.node] === task.submission) expected[task.node] = 0
  if (state === "completed") pass.completed++
  else if (task !== undefined && isToEnd(context, task)) pass.leftOver.push(task)
}

const isToEnd = ({ state, unanswered }: RunContext, task: TaskReference): boolean =>
  RunState.isLeftBehind(state, task) && !Unanswered.isEnding(unanswered, task)

/**
 * Concludes from a listing that was read to its end.
 *
 * @category operations
 */
export const finish = Effect.fnUntraced(function*(
  sweep: Sweep,
  context: RunContext,
  pass: Pass,
  completedSeen: number
) {
  sweep.otherCompleted = Math.max(0, pass.completed - completedSeen)
  yield* Queue.offerAll(context.unanswered.due, pass.leftOver)
  const nowMs = yield* RunTime.passedMs
  const doubted = new Map<string, number>()
  for (let node = 0; node < pass.expected.length; node++) {
    const submission = pass.expected[node]!
    if (submission === 0) continue
    const task = { node, submission }
    const id = context.naming.idOf(task)
    const sinceMs = sweep.doubted.get(id)
    const isOld = sinceMs !== undefined && nowMs - sinceMs >= context.config.pollOverlapMs
    if (isOld && (yield* isGone(context, task))) {
      yield* Queue.offer(context.inbox, {
        _tag: "TaskVanished",
        task,
        message: `no listing has contained the task ${id} for ${lengthText(nowMs - sinceMs)}, `
          + "and it cannot be read"
      })
    } else doubted.set(id, sinceMs ?? nowMs)
  }
  sweep.doubted = doubted
})

/**
 * Whether the service says that it does not know a task.
 *
 * @category operations
 */
export const isGone = (
  context: RunContext,
  task: TaskReference
): Effect.Effect<boolean, BatchFailure> =>
  context.tasks.get(JobPlace.jobOf(context.job, task), context.naming.idOf(task), {
    select: ["id", "state"]
  }).pipe(
    Effect.as(false),
    Effect.catchTag("NotFound", () => Effect.succeed(true))
  )

/** A listing that cannot be walked to its end, for links that expire or lead nowhere, is made again. */
const oddTags: ReadonlySet<string> = new Set(["InvalidRequest", "ResponseInvalid"])

/**
 * Whether a listing that failed so may work when it is made again from its first page.
 *
 * @category queries
 */
export const isWorthAnother = (error: BatchFailure): boolean =>
  error.retryable || oddTags.has(error._tag)

/**
 * Lists the tasks of a job, all at once; again from the first page, with patience, when that fails for a
 * passing reason or on a link.
 *
 * @category operations
 */
export const listWhole = (
  { config, tasks }: RunContext,
  jobId: string
): Effect.Effect<ReadonlyArray<CloudTask>, BatchFailure> =>
  tasks.list(jobId, { select: FromWire.selected }).pipe(
    Stream.runCollect,
    Effect.retry({
      while: isWorthAnother,
      schedule: Schedule.spaced(config.patienceMs),
      times: config.patienceTries
    })
  )

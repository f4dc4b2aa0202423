/**
 * Tells what a listing shows of a task from how the task was before it was put back in the queue.
 *
 * A reactivation leaves the task its id, and a listing that lags shows what was before it. Ends that
 * are in the journal carry the service's own time, so nothing depends on our clock.
 */
import { isKnownEnd } from "@batchwave/core/Relevance"
import type { TaskReference } from "@batchwave/core/RunEvent"
import type { RunState } from "@batchwave/core/RunState"
import * as Iso8601 from "@batchwave/wire/Iso8601"
import type { CloudTask } from "@batchwave/wire/Task"
import * as FromWire from "./FromWire.ts"

/**
 * Whether a listed task is shown as it was no later than at an end that is known.
 *
 * @category queries
 */
export const isPast = (
  state: RunState,
  task: TaskReference,
  listed: Pick<CloudTask, "stateTransitionTime">
): boolean => {
  const attempts = state.attempts.get(task.node)
  const changedMs = epochMs(listed.stateTransitionTime)
  if (attempts === undefined || changedMs === undefined) return false
  return attempts.some((attempt) => {
    if (attempt.submission !== task.submission) return false
    const endedMs = epochMs(attempt.transition)
    return endedMs !== undefined && endedMs >= changedMs
  })
}

const epochMs = (timestamp: string | undefined): number | undefined =>
  timestamp === undefined ? undefined : Iso8601.timestampToEpochMs(timestamp)

/**
 * Whether a task, as it was read, still is at an end that is known: nobody has put it back in the
 * queue since.
 *
 * @category queries
 */
export const isAtKnownEnd = (state: RunState, task: TaskReference, read: CloudTask): boolean => {
  const event = FromWire.eventOf(task, read)
  return event?._tag === "TaskEnded" && isKnownEnd(state, task, event.end.transition)
}

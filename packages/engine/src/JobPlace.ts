/**
 * Which job holds which task of a run: the current one all that is added now, and each former one what
 * it had taken before it was replaced.
 */
import { NodeState } from "@batchwave/core/NodeState"
import type { TaskReference } from "@batchwave/core/RunEvent"
import type { RunState } from "@batchwave/core/RunState"

/**
 * The jobs of one run; changed in place.
 *
 * @category models
 */
export interface JobPlace {
  /** The id of the job that takes new tasks. */
  id: string
  /** The jobs before it, the oldest first; by node, the newest submission each holds. */
  readonly former: Array<{ readonly id: string; readonly submissions: Uint16Array }>
  /** The ids of those in which the run came to its end, once or before it was run again in part. */
  readonly finished: Set<string>
}

/**
 * Begins with the run's first job.
 *
 * @category constructors
 */
export const make = (jobId: string): JobPlace => ({
  id: jobId,
  former: [],
  finished: new Set()
})

/**
 * The id of the job that comes after the current one: the first id with `-j2`, `-j3`, … behind it.
 *
 * @category queries
 */
export const nextId = (place: JobPlace): string => {
  const first = place.former[0]?.id ?? place.id
  const suffix = `-j${place.former.length + 2}`
  return first.slice(0, idCharactersMax - suffix.length) + suffix
}

const idCharactersMax = 64

/**
 * Puts another job in the place of the current one, as of the state at that event. A task on its way
 * to the service goes to the new job. Nothing changes when the job is the current one already.
 *
 * @category operations
 */
export const replace = (place: JobPlace, jobId: string, state: RunState): void => {
  if (place.id === jobId) return
  const submissions = state.submissions.slice()
  for (let node = 0; node < submissions.length; node++) {
    if (state.nodeStates[node] === NodeState.submitting) submissions[node]!--
  }
  place.former.push({ id: place.id, submissions })
  place.id = jobId
}

/**
 * The id of the job that holds a task.
 *
 * @category queries
 */
export const jobOf = (place: JobPlace, { node, submission }: TaskReference): string => {
  for (const { id, submissions } of place.former) {
    if (submission <= submissions[node]!) return id
  }
  return place.id
}

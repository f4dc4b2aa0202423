/**
 * What the listings of a job have told about its tasks so far: which changes are new, and how many
 * tasks have completed. Eight bytes a node.
 *
 * V1 A change that was seen before is no news, and neither is one to another state than completed
 *    that is older than one seen; so pages may repeat, come late and out of order.
 * V2 A completion at a time not seen before is news whatever its time says: a service whose clock
 *    was wrong for a while loses none. The reactor knows which it has journaled.
 */
import type { TaskReference } from "@batchwave/core/RunEvent"
import type { RunState } from "@batchwave/core/RunState"

/**
 * The view; changed in place.
 *
 * @category models
 */
export interface JobView {
  /** By node: when its newest task changed last, and what it was, in one number. @internal */
  readonly marks: Float64Array
  /** @internal */
  readonly submissions: Uint16Array
  /** Tasks seen completed, without those seen active again since. */
  completedCount: number
}

const activeMark = 0
const runningMark = 0.25
const completedMark = 0.5

/**
 * Begins with nothing seen.
 *
 * @category constructors
 */
export const make = (nodeCount: number): JobView => ({
  marks: new Float64Array(nodeCount).fill(-1),
  submissions: new Uint16Array(nodeCount),
  completedCount: 0
})

/**
 * What a change means.
 *
 * - `known`: nothing.
 * - `news`: the task is in that state now.
 * - `again`: the task is in that state now, after the service had put it back in its queue.
 *
 * @category models
 */
export type Verdict = "known" | "news" | "again"

/**
 * Notes the state of a task as it was listed.
 *
 * @category operations
 */
export const note = (
  view: JobView,
  { node, submission }: TaskReference,
  state: string | undefined,
  changedMs: number
): Verdict => {
  const last = view.submissions[node]!
  if (submission < last) return "known"
  if (submission > last) {
    view.submissions[node] = submission
    view.marks[node] = -1
  }
  const before = view.marks[node]!
  const mark = Math.floor(changedMs) + markOf(state)
  if (mark === before || (mark < before && phaseOf(mark) !== completedMark)) return "known"
  view.marks[node] = mark
  if (before >= 0 && phaseOf(before) === completedMark) view.completedCount--
  if (phaseOf(mark) === completedMark) view.completedCount++
  return before >= 0 && phaseOf(before) === runningMark && phaseOf(mark) !== completedMark
    ? "again"
    : "news"
}

/**
 * When a task that was seen last in its queue or running had changed to that, in epoch milliseconds of the
 * service; 0 when it was not seen.
 *
 * @category queries
 */
export const changedMs = (view: JobView, { node, submission }: TaskReference): number =>
  view.submissions[node] === submission ? Math.max(0, Math.floor(view.marks[node]!)) : 0

/**
 * Whether a task was seen completed.
 *
 * @category queries
 */
export const isCompleted = (view: JobView, { node, submission }: TaskReference): boolean =>
  view.submissions[node] === submission && view.marks[node]! >= 0
  && phaseOf(view.marks[node]!) === completedMark

/**
 * How many tasks the job may hold: those seen completed, and those it may hold that can still run.
 *
 * @category queries
 */
export const tasksAbout = (view: JobView, state: RunState): number =>
  view.completedCount + state.activeCount

const markOf = (state: string | undefined): number => {
  if (state === "completed") return completedMark
  return state === "running" ? runningMark : activeMark
}

const phaseOf = (mark: number): number => mark - Math.floor(mark)

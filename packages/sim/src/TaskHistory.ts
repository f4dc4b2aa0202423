/**
 * How tasks were a while ago, for readers that see the account late.
 *
 * H1 an image is taken before each change of state, so what is told of a time is what a reader would
 *    have been told then, times and counts included.
 * H2 nothing is known of the time before the history was kept: there a task is as it was first seen.
 * H3 a deleted task is remembered as long as anyone looks back, unless its job has gone, too.
 */
import type { Job } from "./Job.ts"
import type { Task } from "./Task.ts"

interface Image {
  /** The image held until this time, and not at it. */
  readonly untilMs: number
  readonly task: Task
}

/** A task that was deleted. */
interface Gone {
  readonly task: Task
  readonly atMs: number
}

/**
 * The images of all tasks that changed, and the tasks that were deleted.
 *
 * @category models
 */
export interface TaskHistory {
  /** How far back anyone looks. */
  keepMs: number
  readonly images: WeakMap<Task, Array<Image>>
  /** In the order of their ends. */
  readonly gone: WeakMap<Job, Array<Gone>>
}

/**
 * Begins a history.
 *
 * @category constructors
 */
export const make = (keepMs: number): TaskHistory => ({
  keepMs,
  images: new WeakMap(),
  gone: new WeakMap()
})

/**
 * Takes the image of a task that is about to change.
 *
 * @internal
 */
export const remember = (history: TaskHistory, task: Task, nowMs: number): void => {
  const image = { untilMs: nowMs, task: { ...task, execution: { ...task.execution } } }
  const images = history.images.get(task)
  if (images === undefined) {
    history.images.set(task, [image])
    return
  }
  let old = 0
  while (old < images.length && images[old]!.untilMs <= nowMs - history.keepMs) old++
  if (old > 0) images.splice(0, old)
  images.push(image)
}

/**
 * Takes the last image of a task that is about to be deleted.
 *
 * @internal
 */
export const bury = (history: TaskHistory, job: Job, task: Task, nowMs: number): void => {
  remember(history, task, nowMs)
  const kept = (history.gone.get(job) ?? []).filter(({ atMs }) => atMs > nowMs - history.keepMs)
  kept.push({ task, atMs: nowMs })
  history.gone.set(job, kept)
}

/**
 * The tasks that have been deleted since a time and had been added before, in the order of their adds.
 *
 * @category reads
 */
export const goneSince = (history: TaskHistory, job: Job, atMs: number): ReadonlyArray<Task> =>
  (history.gone.get(job) ?? [])
    .filter((gone) => gone.atMs > atMs && gone.task.createdAtMs <= atMs)
    .map(({ task }) => task)
    .toSorted((left, right) => left.createdNumber - right.createdNumber)

/**
 * How a task was at a time; nothing when it was not there yet.
 *
 * @category reads
 */
export const at = (history: TaskHistory, task: Task, atMs: number): Task | undefined => {
  if (task.createdAtMs > atMs) return undefined
  return history.images.get(task)?.find(({ untilMs }) => untilMs > atMs)?.task ?? task
}

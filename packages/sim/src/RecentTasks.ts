/**
 * The tasks that a node has started last: a ring, since every run is noted and hardly anybody reads.
 */
import type { Job } from "./Job.ts"
import type { Task } from "./Task.ts"

/**
 * A task that was started on a node.
 *
 * @category models
 */
export interface RecentTask {
  readonly job: Job
  readonly task: Task
}

/**
 * The ring. Readers use `latestFirst`.
 *
 * @category models
 */
export interface RecentTasks {
  /** @internal */
  readonly ring: Array<RecentTask>
  /** Where the next one goes. @internal */
  next: number
}

/** How many tasks a node remembers. */
export const recentTasksMax = 10

/**
 * Makes a memory of no tasks.
 *
 * @category constructors
 */
export const make = (): RecentTasks => ({ ring: [], next: 0 })

/**
 * Notes a task that is started, in the place of the oldest when there are `recentTasksMax`.
 *
 * @category operations
 */
export const note = (recent: RecentTasks, job: Job, task: Task): void => {
  recent.ring[recent.next] = { job, task }
  recent.next = recent.next + 1 === recentTasksMax ? 0 : recent.next + 1
}

/**
 * The tasks, the one that was started last first.
 *
 * @category reads
 */
export const latestFirst = ({ next, ring }: RecentTasks): ReadonlyArray<RecentTask> => [
  ...ring.slice(0, next).toReversed(),
  ...ring.slice(next).toReversed()
]

/**
 * A walk over the latest changes of tasks in some states, oldest first: what a listing by state or by
 * time of change reads instead of all tasks.
 *
 * W1 a walk looks at what is live in its states since its beginning, and at no more stale entries than
 *    the logs of these states hold.
 * W2 a walk is over before anything is changed; the number of its latest entry is where another begins.
 */
import type { Account } from "./Account.ts"
import { changesTo, type Job } from "./Job.ts"
import type { Task, TaskState } from "./Task.ts"
import * as TaskLog from "./TaskLog.ts"

/**
 * A walk in progress.
 *
 * @category models
 */
export interface ChangeWalk {
  /** The task of the latest entry; nothing when it was stale. */
  task: Task | undefined
  /** The number of the latest entry; 0 before the first. */
  number: number
  /** Entries that were looked at. */
  looksCount: number
  /** @internal */
  readonly logs: ReadonlyArray<TaskLog.TaskLog>
  /** @internal */
  readonly positions: Array<number>
}

/**
 * All states there are, for a walk over every change.
 *
 * @category values
 */
export const allStates: ReadonlyArray<TaskState> = ["active", "preparing", "running", "completed"]

/**
 * Begins with the first change at or after a time.
 *
 * @category constructors
 */
export const since = (
  job: Job,
  states: ReadonlyArray<TaskState>,
  atMs: number
): ChangeWalk => {
  const logs = states.map((state) => changesTo(job, state))
  return make(logs, logs.map((log) => TaskLog.positionAtOrAfter(log, atMs)))
}

/**
 * Goes on after the entry of a number.
 *
 * @category constructors
 */
export const after = (
  job: Job,
  states: ReadonlyArray<TaskState>,
  number: number
): ChangeWalk => {
  const logs = states.map((state) => changesTo(job, state))
  return make(logs, logs.map((log) => TaskLog.positionAfter(log, number)))
}

/**
 * Goes to the next entry; answers whether there was one.
 *
 * @category operations
 */
export const step = (account: Account, walk: ChangeWalk): boolean => {
  const { logs, positions } = walk
  let first = -1
  let number = Infinity
  for (let place = 0; place < logs.length; place++) {
    const log = logs[place]!
    const position = positions[place]!
    if (position >= log.size || log.numbers[position]! >= number) continue
    first = place
    number = log.numbers[position]!
  }
  if (first < 0) return false
  const task = account.tasks[logs[first]!.indexes[positions[first]!]!]
  walk.task = task?.changedNumber === number ? task : undefined
  walk.number = number
  walk.looksCount++
  positions[first]!++
  return true
}

const make = (
  logs: ReadonlyArray<TaskLog.TaskLog>,
  positions: Array<number>
): ChangeWalk => ({ task: undefined, number: 0, looksCount: 0, logs, positions })

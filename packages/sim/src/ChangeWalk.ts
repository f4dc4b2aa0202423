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
  readonly job: Job
  /** @internal */
  readonly states: ReadonlyArray<TaskState>
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
  const positions = states.map((state) => TaskLog.positionAtOrAfter(changesTo(job, state), atMs))
  return make(job, states, positions)
}

/**
 * Begins a walk anew, in the place of making another.
 *
 * @category operations
 */
export const restart = (walk: ChangeWalk, atMs: number): void => {
  const { job, positions, states } = walk
  for (let place = 0; place < states.length; place++) {
    positions[place] = TaskLog.positionAtOrAfter(changesTo(job, states[place]!), atMs)
  }
  walk.task = undefined
  walk.number = 0
  walk.looksCount = 0
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
  const positions = states.map((state) => TaskLog.positionAfter(changesTo(job, state), number))
  return make(job, states, positions)
}

/**
 * Goes to the next entry; answers whether there was one.
 *
 * @category operations
 */
export const step = (account: Account, walk: ChangeWalk): boolean => {
  const { job, positions, states } = walk
  let first = -1
  let number = Infinity
  let index = -1
  for (let place = 0; place < states.length; place++) {
    const log = changesTo(job, states[place]!)
    const position = positions[place]!
    if (position >= log.size || log.numbers[position]! >= number) continue
    first = place
    number = log.numbers[position]!
    index = log.indexes[position]!
  }
  if (first < 0) return false
  const task = account.tasks[index]
  walk.task = task?.changedNumber === number ? task : undefined
  walk.number = number
  walk.looksCount++
  positions[first]!++
  return true
}

const make = (
  job: Job,
  states: ReadonlyArray<TaskState>,
  positions: Array<number>
): ChangeWalk => ({ task: undefined, number: 0, looksCount: 0, job, states, positions })

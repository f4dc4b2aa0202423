/**
 * How many tasks of a job, and how many of their slots, are in each state; kept as tasks move.
 */
import type { Task } from "./Task.ts"

/**
 * One set of counts. Running includes preparing; completed is the sum of succeeded and failed.
 *
 * @source TaskCounts 2024-02-01.19.0
 * @category models
 */
export interface TaskCounts {
  active: number
  running: number
  succeeded: number
  failed: number
}

/**
 * The counts of tasks and the same weighed by required slots.
 *
 * @category models
 */
export interface JobCounts {
  readonly tasks: TaskCounts
  readonly slots: TaskCounts
}

/**
 * Makes counts of nothing.
 *
 * @category constructors
 */
export const make = (): JobCounts => ({
  tasks: { active: 0, running: 0, succeeded: 0, failed: 0 },
  slots: { active: 0, running: 0, succeeded: 0, failed: 0 }
})

/**
 * Counts the task in (`sign` 1) or out (`sign` -1) where it stands now.
 *
 * @category operations
 */
export const count = (counts: JobCounts, task: Task, sign: 1 | -1): void => {
  const slots = sign * task.requiredSlots
  switch (bucketOf(task)) {
    case "active":
      counts.tasks.active += sign
      counts.slots.active += slots
      return
    case "running":
      counts.tasks.running += sign
      counts.slots.running += slots
      return
    case "succeeded":
      counts.tasks.succeeded += sign
      counts.slots.succeeded += slots
      return
    case "failed":
      counts.tasks.failed += sign
      counts.slots.failed += slots
  }
}

/**
 * A copy that later changes do not reach.
 *
 * @category operations
 */
export const snapshot = (counts: JobCounts): JobCounts => ({
  tasks: { ...counts.tasks },
  slots: { ...counts.slots }
})

const bucketOf = (task: Task): keyof TaskCounts => {
  if (task.state === "preparing") return "running"
  if (task.state !== "completed") return task.state
  return task.execution.result === "success" ? "succeeded" : "failed"
}

/**
 * The times until which the directories of ended tasks are kept. What was noted of tasks that have been
 * deleted or have ended again since is thrown away on the way, so there are never many more notes than
 * tasks.
 *
 * @internal
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import type { Account } from "../Account.ts"
import type { Task } from "../Task.ts"

/** A heap this small is not worth cleaning. */
const sizeKept = 64

/**
 * Notes how long the directory of a task is kept that has just ended, or whose time has changed since.
 *
 * @internal
 */
export const note = (account: Account, task: Task): void => {
  const goneAtMs = goneAtMsOf(task)
  if (goneAtMs === undefined || goneAtMs === Infinity) return
  const { freeTaskIndexes, retentions, tasks } = account
  const tasksCount = tasks.length - freeTaskIndexes.length
  if (retentions.size > sizeKept && retentions.size > 2 * tasksCount) {
    EventHeap.retain(retentions, (index, atMs) => isCurrent(tasks[index], atMs))
  }
  EventHeap.push(retentions, goneAtMs, task.index)
}

/**
 * Takes the next task out whose directory need not be kept at a time; nothing when there is none.
 *
 * @internal
 */
export const takeDue = ({ retentions, tasks }: Account, nowMs: number): Task | undefined => {
  for (;;) {
    const atMs = EventHeap.peekAtMs(retentions)
    if (atMs === undefined || atMs > nowMs) return undefined
    const task = tasks[EventHeap.pop(retentions)!]
    if (isCurrent(task, atMs)) return task
  }
}

/** An index may have been given to another task, or the task have run again; then it is not meant. */
const isCurrent = (task: Task | undefined, atMs: number): task is Task =>
  task !== undefined && goneAtMsOf(task) === atMs

/** A task that never came to a node has no directory. */
const goneAtMsOf = ({ constraints, execution, nodeIndex }: Task): number | undefined =>
  execution.endAtMs === undefined || nodeIndex < 0
    ? undefined
    : execution.endAtMs + constraints.retentionMs

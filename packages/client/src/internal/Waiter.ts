/**
 * One wait for tasks of a job as a subscriber of the job's feed.
 */
import { TasksApi } from "@batchwave/wire/TasksApi"
import * as Effect from "effect/Effect"
import type { BatchFailure } from "../BatchFailure.ts"
import { TasksMissing, type UntilOptions, WatchTimedOut } from "../TaskWait.ts"
import { type AwaitedState, hasReached, type WatchedTask } from "../WatchedTask.ts"
import { ofRefusal } from "./FailureOf.ts"
import * as JobFeed from "./JobFeed.ts"

/** Longest wait when the caller does not say: one day. */
export const timeoutMsDefault = 86_400_000

/** One wait. */
export interface Wait {
  readonly jobId: string
  readonly taskIds: ReadonlyArray<string>
  readonly state: AwaitedState
  readonly mayBeMissing: boolean
  /** The ids as the caller spelt them, by id in lower case. */
  readonly pending: Map<string, string>
  readonly reached: Map<string, WatchedTask>
  /** Ids in lower case that the last listing of the whole job did not show. */
  doubted: ReadonlySet<string>
}

/** Makes a wait in which nothing is settled. */
export const make = (
  jobId: string,
  taskIds: ReadonlyArray<string>,
  state: AwaitedState,
  options: UntilOptions
): Wait => ({
  jobId,
  taskIds,
  state,
  mayBeMissing: options.whenMissing === "wait",
  pending: new Map(taskIds.map((id) => [id.toLowerCase(), id])),
  reached: new Map(),
  doubted: new Set()
})

/** Refuses a time that is no number, which would be over at once; `undefined` when all is well. */
export const refusalOf = (jobId: string, options: UntilOptions): BatchFailure | undefined =>
  Number.isNaN(options.timeoutMs)
    ? ofRefusal(
      { operation: TasksApi.list.operationId, jobId, attempts: 0, ambiguous: false },
      "OptionInvalid",
      "nothing was sent, because timeoutMs must be a number."
    )
    : undefined

/** Ends when every task of a wait has reached the state. */
export const settle = (
  feed: JobFeed.JobFeed,
  wait: Wait
): Effect.Effect<void, BatchFailure | TasksMissing> =>
  Effect.callback((resume) => {
    const seen = new Set<string>()
    const subscriber: JobFeed.Subscriber = {
      fail: (cause) => resume(Effect.failCause(cause)),
      tell: (news, swept) => {
        for (const task of news) {
          const id = task.id?.toLowerCase() ?? ""
          if (!wait.pending.has(id)) continue
          seen.add(id)
          if (!hasReached(task, wait.state)) continue
          wait.reached.set(id, task)
          wait.pending.delete(id)
        }
        const missing = swept === undefined ? [] : missingOf(wait, swept)
        const isOver = wait.pending.size === 0 || missing.length > 0
        if (isOver) JobFeed.leave(feed, subscriber)
        if (wait.pending.size === 0) resume(Effect.void)
        else if (isOver) resume(Effect.fail(tasksMissing(wait, missing)))
        return !isOver && !wait.mayBeMissing && (wait.doubted.size > 0 || isAnyUnseen(wait, seen))
      }
    }
    JobFeed.join(feed, subscriber)
    return Effect.sync(() => JobFeed.leave(feed, subscriber))
  })

const isAnyUnseen = (wait: Wait, seen: ReadonlySet<string>): boolean => {
  for (const id of wait.pending.keys()) if (!seen.has(id)) return true
  return false
}

/** The ids that this listing of the whole job and the one before did not show. */
const missingOf = (wait: Wait, swept: JobFeed.SweptIds): ReadonlyArray<string> => {
  if (wait.mayBeMissing) return []
  const absent = Array.from(wait.pending.keys()).filter((id) => !swept.has(id))
  const missing = absent.filter((id) => wait.doubted.has(id))
  wait.doubted = new Set(absent)
  return missing.map((id) => wait.pending.get(id) ?? id)
}

/** Ids named in one message. */
const namedMax = 10

const names = (ids: ReadonlyArray<string>): string => {
  const more = ids.length > namedMax ? ` and ${ids.length - namedMax} more` : ""
  return ids.slice(0, namedMax).map((id) => `"${id}"`).join(", ") + more
}

const tasksMissing = (wait: Wait, missing: ReadonlyArray<string>): TasksMissing =>
  new TasksMissing({
    operation: "Task_List",
    retryable: false,
    jobId: wait.jobId,
    missing,
    message:
      `Job "${wait.jobId}" has no task ${names(missing)}: it was never added, or it was deleted `
      + "meanwhile. Add it first, or wait with whenMissing \"wait\"."
  })

/** The failure of a wait whose time is over. */
export const timedOut = (wait: Wait, timeoutMs: number): WatchTimedOut => {
  const pending = Array.from(wait.pending.values())
  return new WatchTimedOut({
    operation: "Task_List",
    retryable: true,
    jobId: wait.jobId,
    state: wait.state,
    timeoutMs,
    pending,
    message: `After ${timeoutMs} ms ${pending.length} of ${wait.taskIds.length} tasks of job `
      + `"${wait.jobId}" had not reached ${wait.state}: ${names(pending)}.`
  })
}

/**
 * From a listed task to the event it stands for.
 */
import type { ExternalEvent, TaskReference } from "@batchwave/core/RunEvent"
import type { TaskEnd } from "@batchwave/core/TaskEnd"
import * as Iso8601 from "@batchwave/wire/Iso8601"
import type { CloudTask } from "@batchwave/wire/Task"

/**
 * The properties a listing must select for `eventOf`.
 *
 * @category constants
 */
export const selected: ReadonlyArray<string> = [
  "id",
  "state",
  "stateTransitionTime",
  "executionInfo"
]

/**
 * The event a listed task stands for, or `undefined` when its state says nothing new: it waits in
 * the service's queue, or is being prepared.
 *
 * @category operations
 */
export const eventOf = (task: TaskReference, listed: CloudTask): ExternalEvent | undefined => {
  switch (listed.state) {
    case "running":
      return { _tag: "TaskStarted", task }
    case "completed":
      return { _tag: "TaskEnded", task, end: endOf(listed) }
    default:
      return undefined
  }
}

const endOf = (listed: CloudTask): TaskEnd => {
  const info = listed.executionInfo
  const failure = info?.failureInfo
  return {
    transition: listed.stateTransitionTime ?? info?.endTime ?? "",
    result: info?.result === "success" ? "success" : "failure",
    runTimeMs: runTimeMs(info?.startTime, info?.endTime),
    ...(info?.exitCode === undefined ? {} : { exitCode: info.exitCode }),
    ...(failure === undefined
      ? {}
      : {
        failureInfo: {
          category: failure.category,
          code: failure.code ?? "Unknown",
          message: failure.message ?? "the service gives no reason"
        }
      })
  }
}

const runTimeMs = (start: string | undefined, end: string | undefined): number => {
  if (start === undefined || end === undefined) return 0
  const startMs = Iso8601.timestampToEpochMs(start)
  const endMs = Iso8601.timestampToEpochMs(end)
  return startMs === undefined || endMs === undefined ? 0 : Math.max(0, endMs - startMs)
}

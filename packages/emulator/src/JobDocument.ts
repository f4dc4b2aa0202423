/**
 * A job as the wire tells it.
 *
 * @source CloudJob 2024-02-01.19.0; the echoed defaults from recorded replies
 * @internal
 */
import type { Job } from "@batchwave/sim/Job"
import * as Iso8601Duration from "@batchwave/wire/Iso8601Duration"
import type { CloudJob } from "@batchwave/wire/Job"
import * as Rendering from "./Rendering.ts"
import { recordOf, type State } from "./State.ts"
import * as TimeText from "./TimeText.ts"

/** The URL of a job. */
export const urlOf = (base: string, job: Job): string => `${base}/jobs/${job.id}`

/** The names of all members that can be selected. */
export const memberNames: ReadonlySet<string> = new Set([
  "id",
  "url",
  "eTag",
  "lastModified",
  "creationTime",
  "state",
  "stateTransitionTime",
  "previousState",
  "previousStateTransitionTime",
  "displayName",
  "priority",
  "maxParallelTasks",
  "allowTaskPreemption",
  "usesTaskDependencies",
  "constraints",
  "poolInfo",
  "onAllTasksComplete",
  "onTaskFailure",
  "metadata",
  "commonEnvironmentSettings",
  "networkConfiguration",
  "executionInfo",
  "jobManagerTask",
  "jobPreparationTask",
  "jobReleaseTask",
  "stats"
])

/** The members of a job as JSON without the braces; only those selected, or all. */
export const render = (
  state: State,
  base: string,
  job: Job,
  selected: ReadonlyArray<string> | undefined
): string => {
  const document = make(state, base, job)
  return Rendering.members(document, selected)
}

const make = (state: State, base: string, job: Job): CloudJob => {
  const record = recordOf(state, job)
  const time = (atMs: number): string => TimeText.print(state.times, atMs)
  return {
    id: job.id,
    url: urlOf(base, job),
    eTag: record.eTag,
    lastModified: time(record.modifiedAtMs),
    creationTime: time(job.createdAtMs),
    state: job.state,
    stateTransitionTime: time(job.stateTransitionAtMs),
    ...(job.previousState === undefined ? {} : { previousState: job.previousState }),
    ...(job.previousStateTransitionAtMs === undefined
      ? {}
      : { previousStateTransitionTime: time(job.previousStateTransitionAtMs) }),
    priority: job.priority,
    maxParallelTasks: job.maxParallelTasks,
    allowTaskPreemption: false,
    usesTaskDependencies: job.usesTaskDependencies,
    onAllTasksComplete: job.onAllTasksComplete,
    onTaskFailure: job.onTaskFailure,
    constraints: {
      maxWallClockTime: Iso8601Duration.durationOfMs(job.constraints.maxWallClockMs),
      maxTaskRetryCount: job.constraints.maxTaskRetryCount
    },
    poolInfo: { poolId: job.poolId },
    executionInfo: {
      startTime: time(job.createdAtMs),
      poolId: job.poolId,
      ...(job.endAtMs === undefined ? {} : { endTime: time(job.endAtMs) }),
      ...(job.terminateReason === undefined ? {} : { terminateReason: job.terminateReason })
    },
    ...Object.fromEntries(
      Object.entries(record.members).filter(([, value]) => !isEmpty(value))
    )
  }
}

/** Empty lists are not told. */
const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0

/**
 * The defaults of limits, and of everything that takes limits.
 *
 * @internal
 */
import type { JobConstraints, JobConstraintsSpec } from "../Job.ts"
import type { TaskConstraints, TaskConstraintsSpec } from "../Task.ts"

/**
 * How long task directories are kept by default: seven days.
 *
 * @internal
 */
export const retentionMsDefault = 604_800_000

/** Tasks without constraints of their own and without retries share one value. */
const unlimited: TaskConstraints = {
  maxWallClockMs: Infinity,
  retentionMs: retentionMsDefault,
  maxTaskRetryCount: 0
}

/**
 * The limits of a task of a job with these limits.
 *
 * @internal
 */
export const ofTask = (
  { maxTaskRetryCount }: JobConstraints,
  spec: TaskConstraintsSpec | undefined
): TaskConstraints => {
  if (spec === undefined && maxTaskRetryCount === 0) return unlimited
  return {
    maxWallClockMs: spec?.maxWallClockMs ?? Infinity,
    retentionMs: spec?.retentionMs ?? retentionMsDefault,
    maxTaskRetryCount: spec?.maxTaskRetryCount ?? maxTaskRetryCount
  }
}

/**
 * The limits of a job.
 *
 * @internal
 */
export const ofJob = (spec: JobConstraintsSpec | undefined): JobConstraints => ({
  maxWallClockMs: spec?.maxWallClockMs ?? Infinity,
  maxTaskRetryCount: spec?.maxTaskRetryCount ?? 0
})

/**
 * Tells whether another retry is allowed after so many.
 *
 * @internal
 */
export const allowsRetry = (
  { maxTaskRetryCount }: Pick<TaskConstraints, "maxTaskRetryCount">,
  retryCount: number
): boolean => maxTaskRetryCount < 0 || retryCount < maxTaskRetryCount

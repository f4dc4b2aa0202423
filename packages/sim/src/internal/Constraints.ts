/**
 * The defaults of limits, and of everything that takes limits.
 *
 * @internal
 */
import type { JobConstraints, JobConstraintsSpec } from "../Job.ts"
import { retentionMsDefault, type TaskConstraints, type TaskConstraintsSpec } from "../Task.ts"

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
  if (spec !== undefined && isWhole(spec)) return spec
  return {
    maxWallClockMs: spec?.maxWallClockMs ?? Infinity,
    retentionMs: spec?.retentionMs ?? retentionMsDefault,
    maxTaskRetryCount: spec?.maxTaskRetryCount ?? maxTaskRetryCount
  }
}

/** What leaves nothing to a default is kept as it was given, so that callers can share it. */
const isWhole = (spec: TaskConstraintsSpec): spec is TaskConstraints =>
  spec.maxWallClockMs !== undefined && spec.retentionMs !== undefined &&
  spec.maxTaskRetryCount !== undefined

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

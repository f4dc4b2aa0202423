/**
 * The constraints of tasks, turned into what the model takes. Most tasks of a job share theirs, so the
 * ones read before are remembered, and equal constraints give the same value.
 *
 * @internal
 */
import { retentionMsDefault, type TaskConstraintsSpec } from "@batchwave/sim/Task"
import * as Iso8601Duration from "@batchwave/wire/Iso8601Duration"
import type { TaskConstraints } from "@batchwave/wire/TaskConstraints"

const known = new Map<string, TaskConstraintsSpec>()
const knownMax = 1024
const retriesMax = 2 ** 31

const keyOf = ({ maxTaskRetryCount, maxWallClockTime, retentionTime }: TaskConstraints): string =>
  `${maxWallClockTime} ${retentionTime} ${maxTaskRetryCount}`

/** Tells whether the same constraints were read before and had no problems. */
export const isKnown = (constraints: TaskConstraints): boolean => known.has(keyOf(constraints))

/**
 * Reads the constraints of a task, with the defaults of durations filled in. A duration that is none
 * is taken for the longest; it is refused elsewhere.
 */
export const read = (constraints: TaskConstraints): TaskConstraintsSpec => {
  const key = keyOf(constraints)
  const before = known.get(key)
  if (before !== undefined) return before
  const { maxTaskRetryCount = 0, maxWallClockTime, retentionTime } = constraints
  const given = readGiven(constraints)
  const spec = { maxWallClockMs: Infinity, retentionMs: retentionMsDefault, ...given }
  const isSound = (maxWallClockTime === undefined || isDuration(maxWallClockTime)) &&
    (retentionTime === undefined || isDuration(retentionTime)) &&
    Number.isInteger(maxTaskRetryCount) && Math.abs(maxTaskRetryCount) < retriesMax
  if (!isSound) return spec
  if (known.size >= knownMax) known.clear()
  known.set(key, spec)
  return spec
}

/** Reads the constraints that are given; absent ones stay absent. */
export const readGiven = (constraints: TaskConstraints): TaskConstraintsSpec => {
  const { maxTaskRetryCount, maxWallClockTime, retentionTime } = constraints
  return {
    ...(maxWallClockTime === undefined
      ? {}
      : { maxWallClockMs: Iso8601Duration.durationToMs(maxWallClockTime) ?? Infinity }),
    ...(retentionTime === undefined
      ? {}
      : { retentionMs: Iso8601Duration.durationToMs(retentionTime) ?? 0 }),
    ...(maxTaskRetryCount === undefined ? {} : { maxTaskRetryCount })
  }
}

const { isDuration } = Iso8601Duration

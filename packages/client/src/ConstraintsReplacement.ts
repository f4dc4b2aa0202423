/**
 * All constraints of a task, each of them named: what goes back to its default is said, not left out.
 *
 * The service's update of a task replaces its constraints as a whole, so that a member left out is
 * reset. Here leaving one out is an error of the types, and for callers without types one that comes
 * before anything is sent.
 *
 * @example
 * ```ts
 * const constraints: ConstraintsReplacement = {
 *   maxTaskRetryCount: 3,
 *   maxWallClockTime: "PT1H",
 *   retentionTime: undefined // back to seven days
 * }
 * ```
 *
 * @source Task_Update 2024-02-01.19.0
 */
import { infiniteDuration } from "@batchwave/wire/Iso8601Duration"
import type { TaskConstraints } from "@batchwave/wire/TaskConstraints"

/** All constraints of a task; `undefined` is the service's default: no limit, 7 days, the job's retries. */
export type ConstraintsReplacement = {
  readonly [Name in keyof TaskConstraints]-?: TaskConstraints[Name] | undefined
}

/** The names of all constraints. */
export const constraintNames = ["maxWallClockTime", "retentionTime", "maxTaskRetryCount"] as const

/** Every constraint of a task as it is told; those it does not tell are `undefined`. */
export const ofConstraints = (
  constraints: TaskConstraints | undefined
): ConstraintsReplacement => ({
  maxWallClockTime: constraints?.maxWallClockTime,
  retentionTime: constraints?.retentionTime,
  maxTaskRetryCount: constraints?.maxTaskRetryCount
})

/** The constraints with the defaults that do not depend on the job: no limit, and seven days. */
export const withDefaults = (
  constraints: TaskConstraints | ConstraintsReplacement | undefined
) => ({
  maxWallClockTime: constraints?.maxWallClockTime ?? infiniteDuration,
  retentionTime: constraints?.retentionTime ?? "P7D",
  maxTaskRetryCount: constraints?.maxTaskRetryCount
})

/** The constraints that are not named; none in a program whose types are checked. */
export const unnamed = (constraints: object): ReadonlyArray<string> =>
  constraintNames.filter((name) => !(name in constraints))

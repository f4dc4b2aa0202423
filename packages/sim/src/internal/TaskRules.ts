/**
 * What a task must satisfy before it is stored.
 *
 * @internal
 */
import * as ExitConditions from "../ExitConditions.ts"
import type { Job } from "../Job.ts"
import * as Refusal from "../Refusal.ts"
import type { ServiceRules } from "../ServiceRules.ts"
import type { TaskConstraintsSpec, TaskSpec } from "../Task.ts"

/**
 * Longest id of a job or task.
 *
 * @source TaskAddParameter 2024-02-01.19.0
 * @internal
 */
export const idLengthMax = 64

/**
 * Longest total length of the ids a task depends on.
 *
 * @source TaskDependencies 2024-02-01.19.0
 * @internal
 */
export const dependencyLengthMax = 64_000

/**
 * Most ranges a task depends on. The service has a limit that nobody has written down; this one is ours.
 *
 * @internal
 */
export const dependencyRangesMax = 10_000

/**
 * What a task's rules look at in its job: its fixed settings, and the ids its preparation and release
 * have taken, empty where it has none.
 *
 * @internal
 */
export interface JobTerms extends Pick<Job, "usesTaskDependencies" | "onTaskFailure"> {
  readonly preparation: string
  readonly release: string
}

/**
 * The terms of a stored job.
 *
 * @internal
 */
export const termsOf = (job: Job): JobTerms => ({
  usesTaskDependencies: job.usesTaskDependencies,
  onTaskFailure: job.onTaskFailure,
  preparation: job.preparation?.id ?? "",
  release: job.release?.id ?? ""
})

/**
 * Checks a new task against its job; answers with the first problem.
 *
 * @internal
 */
export const check = (
  rules: ServiceRules,
  job: JobTerms,
  spec: TaskSpec
): Refusal.Refusal | undefined => {
  if (!isId(spec.id)) return badId(spec.id)
  if (isSameId(spec.id, job.preparation)) return Refusal.make("TaskIdSameAsJobPreparationTask")
  if (isSameId(spec.id, job.release)) return Refusal.make("TaskIdSameAsJobReleaseTask")
  const slots = spec.requiredSlots ?? 1
  if (!Number.isInteger(slots) || slots < 1) {
    return invalid("requiredSlots", slots, "The value must be a whole number of at least 1")
  }
  return checkInstances(spec) ?? checkConstraints(rules, spec.constraints) ??
    checkDependencies(job, spec) ?? checkExitConditions(job, spec)
}

/**
 * Checks constraints given by a caller.
 *
 * @internal
 */
export const checkConstraints = (
  rules: ServiceRules,
  spec: TaskConstraintsSpec | undefined
): Refusal.Refusal | undefined => {
  if (spec === undefined) return undefined
  const retries = spec.maxTaskRetryCount ?? 0
  const isTooLow = retries < -1 && rules.retryCountsBelowMinusOne === "refused"
  if (!Number.isInteger(retries) || isTooLow) {
    return invalid("maxTaskRetryCount", retries, "The value must be -1 or more")
  }
  if ((spec.maxWallClockMs ?? 1) <= 0) {
    return invalid("maxWallClockTime", spec.maxWallClockMs, "The duration must be positive")
  }
  if ((spec.retentionMs ?? 0) < 0) {
    return invalid("retentionTime", spec.retentionMs, "The duration must not be negative")
  }
  return undefined
}

/**
 * Tells whether a text can be the id of a job or task.
 *
 * @internal
 */
export const isId = (id: string): boolean => {
  if (id.length === 0 || id.length > idLengthMax) return false
  for (let position = 0; position < id.length; position++) {
    if (isOfIds[id.charCodeAt(position)] !== 1) return false
  }
  return true
}

/** By character code: 1 for those that ids are made of. */
const isOfIds = Uint8Array.from(
  { length: 128 },
  (_, code) => /[\w-]/.test(String.fromCharCode(code)) ? 1 : 0
)

const isSameId = (left: string, right: string): boolean =>
  left.length === right.length && left.toLowerCase() === right.toLowerCase()

/**
 * The refusal of a text that is no id.
 *
 * @internal
 */
export const badId = (id: string, propertyName = "id"): Refusal.Refusal =>
  invalid(propertyName, id, "The id may hold 1 to 64 letters, digits, hyphens and underscores")

/**
 * The refusal of one property's value.
 *
 * @internal
 */
export const invalid = (
  propertyName: string,
  value: string | number | undefined,
  reason: string
): Refusal.Refusal =>
  Refusal.ofProperty("InvalidPropertyValue", propertyName, String(value), reason)

const checkInstances = ({ placing, requiredSlots = 1 }: TaskSpec): Refusal.Refusal | undefined => {
  const count = placing?.instancesCount
  if (count === undefined) return undefined
  if (!Number.isInteger(count) || count < 1) {
    return invalid(
      "multiInstanceSettings.numberOfInstances",
      count,
      "The value must be a whole number of at least 1"
    )
  }
  return requiredSlots === 1
    ? undefined
    : invalid("requiredSlots", requiredSlots, "A multi-instance task must require 1 slot")
}

const checkDependencies = (job: JobTerms, spec: TaskSpec): Refusal.Refusal | undefined => {
  if (spec.dependsOn === undefined) return undefined
  const { taskIdRanges = [], taskIds = [] } = spec.dependsOn
  if (!job.usesTaskDependencies) {
    return Refusal.ofProperty(
      "UnsupportedProperty",
      "dependsOn",
      "",
      "The job was not created with usesTaskDependencies set to true"
    )
  }
  let length = 0
  for (const id of taskIds) length += id.length
  if (length > dependencyLengthMax) {
    return Refusal.ofProperty(
      "TaskDependencyListTooLong",
      "dependsOn",
      String(length),
      `The ids may have ${dependencyLengthMax} characters together; use ranges`
    )
  }
  if (taskIdRanges.length > dependencyRangesMax) {
    return Refusal.ofProperty(
      "TaskDependencyRangesTooLong",
      "dependsOn",
      String(taskIdRanges.length),
      `A task may name ${dependencyRangesMax} ranges`
    )
  }
  for (const { end, start } of taskIdRanges) {
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end < start) {
      return invalid(
        "taskIdRanges",
        `${start}-${end}`,
        "A range must run from a whole number to the same or a larger one"
      )
    }
  }
  return undefined
}

const checkExitConditions = (job: JobTerms, spec: TaskSpec): Refusal.Refusal | undefined => {
  if (spec.exitConditions === undefined) return undefined
  for (const options of ExitConditions.entries(spec.exitConditions)) {
    if (options.jobAction !== undefined && job.onTaskFailure === "noaction") {
      return invalid(
        "jobAction",
        options.jobAction,
        "The job's onTaskFailure is noaction, so a task cannot name a job action"
      )
    }
    if (options.dependencyAction !== undefined && !job.usesTaskDependencies) {
      return invalid(
        "dependencyAction",
        options.dependencyAction,
        "The job was not created with usesTaskDependencies set to true"
      )
    }
  }
  return undefined
}

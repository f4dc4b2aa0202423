/**
 * What a job must satisfy before it is stored or changed.
 *
 * @internal
 */
import type { JobPatch, JobSpec } from "../Job.ts"
import { releaseWallClockMsMax } from "../JobChore.ts"
import type * as Refusal from "../Refusal.ts"
import type { ServiceRules } from "../ServiceRules.ts"
import * as TaskRules from "./TaskRules.ts"

/**
 * The ids of a job's preparation and release when they are not given.
 *
 * @source JobPreparationTask.id, JobReleaseTask.id 2024-02-01.19.0
 * @internal
 */
export const choreIds = { preparation: "jobpreparation", release: "jobrelease" } as const

/**
 * Checks the settings of a job that can be changed later, too; answers with the first problem.
 *
 * @internal
 */
export const checkSettings = (
  rules: ServiceRules,
  settings: JobPatch
): Refusal.Refusal | undefined => {
  const { constraints, maxParallelTasks = -1, priority = 0 } = settings
  if (!Number.isInteger(priority) || priority < -1000 || priority > 1000) {
    return TaskRules.invalid("priority", priority, "The value must be from -1000 to 1000")
  }
  if (!Number.isInteger(maxParallelTasks) || maxParallelTasks < -1 || maxParallelTasks === 0) {
    return TaskRules.invalid(
      "maxParallelTasks",
      maxParallelTasks,
      "The value must be -1 or above 0"
    )
  }
  return TaskRules.checkConstraints(rules, constraints)
}

/**
 * Checks a new job; answers with the first problem.
 *
 * @internal
 */
export const check = (rules: ServiceRules, spec: JobSpec): Refusal.Refusal | undefined => {
  if (!TaskRules.isId(spec.id)) return TaskRules.badId(spec.id)
  return checkSettings(rules, spec) ?? checkChores(rules, spec) ?? checkManager(rules, spec)
}

const checkChores = (rules: ServiceRules, spec: JobSpec): Refusal.Refusal | undefined => {
  const { preparation, release } = spec
  const { preparation: prepareId, release: releaseId } = idsOf(spec)
  if (preparation === undefined) {
    return release === undefined ? undefined : TaskRules.invalid(
      "jobReleaseTask",
      releaseId,
      "A job release task needs a job preparation task"
    )
  }
  if (!TaskRules.isId(prepareId)) return TaskRules.badId(prepareId, "jobPreparationTask.id")
  const problem = TaskRules.checkConstraints(rules, preparation.constraints)
  if (problem !== undefined || release === undefined) return problem
  if (!TaskRules.isId(releaseId)) return TaskRules.badId(releaseId, "jobReleaseTask.id")
  if (releaseId.toLowerCase() === prepareId.toLowerCase()) {
    return TaskRules.invalid(
      "jobReleaseTask.id",
      releaseId,
      "It must differ from the id of the job preparation task"
    )
  }
  const { maxWallClockMs, retentionMs } = release
  if ((maxWallClockMs ?? 0) > releaseWallClockMsMax) {
    return TaskRules.invalid(
      "jobReleaseTask.maxWallClockTime",
      maxWallClockMs,
      "The duration must be at most 15 minutes"
    )
  }
  return TaskRules.checkConstraints(rules, {
    ...(maxWallClockMs === undefined ? {} : { maxWallClockMs }),
    ...(retentionMs === undefined ? {} : { retentionMs })
  })
}

const checkManager = (rules: ServiceRules, spec: JobSpec): Refusal.Refusal | undefined => {
  if (spec.manager === undefined) return undefined
  return TaskRules.check(rules, {
    usesTaskDependencies: spec.usesTaskDependencies ?? false,
    onTaskFailure: spec.onTaskFailure ?? "noaction",
    ...idsOf(spec)
  }, spec.manager.task)
}

const idsOf = ({ preparation, release }: Pick<JobSpec, "preparation" | "release">) => ({
  preparation: preparation === undefined ? "" : preparation.id ?? choreIds.preparation,
  release: release === undefined ? "" : release.id ?? choreIds.release
})

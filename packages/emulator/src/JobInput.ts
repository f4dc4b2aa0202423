/**
 * A job as a client sends it, turned into what the model takes and what only the wire keeps.
 *
 * @internal
 */
import type { DisableTasks, JobConstraintsSpec, JobPatch, JobSpec } from "@batchwave/sim/Job"
import * as Decode from "@batchwave/wire/Decode"
import * as Iso8601Duration from "@batchwave/wire/Iso8601Duration"
import { JobAddParameter, JobPatchParameter, JobUpdateParameter } from "@batchwave/wire/Job"
import type { JobConstraints } from "@batchwave/wire/JobConstraints"
import {
  disableJobOptions,
  onAllTasksCompleteActions,
  onTaskFailureActions
} from "@batchwave/wire/JobState"
import * as Limits from "@batchwave/wire/Limits"
import * as OpenEnum from "@batchwave/wire/OpenEnum"
import type { PoolInformation } from "@batchwave/wire/PoolInformation"
import * as Result from "effect/Result"
import * as JobTaskInput from "./JobTaskInput.ts"
import * as Problem from "./Problem.ts"
import type { JobMembers } from "./State.ts"
import type { TaskFragment } from "./TaskFragment.ts"

/** A job that may be offered to the account. */
export interface JobInput {
  readonly spec: JobSpec
  readonly members: JobMembers
  /** The members of the manager's task that nobody can change; absent without a manager. */
  readonly managerFragment: TaskFragment | undefined
}

/** A change that may be offered to a job. */
export interface JobPatchInput {
  readonly patch: JobPatch
  /** Only the members the patch names. */
  readonly members: JobMembers
}

/** Reads the body of an add; `isAutoStorage` says whether the account has storage of its own. */
export const read = (input: unknown, isAutoStorage: boolean): JobInput | Problem.Problem => {
  const decoded = Decode.decodeJobAddParameter(input)
  if (Result.isFailure(decoded)) return Problem.ofDecode(decoded.failure, input)
  const job = decoded.success
  const problem = Problem.ofValues(JobAddParameter, job, "") ?? checkPool(job.poolInfo) ??
    checkName(job)
  if (problem !== undefined) return problem
  const tasks = JobTaskInput.read(job, isAutoStorage)
  if (Problem.isProblem(tasks)) return tasks
  const { onTaskFailure } = job
  return {
    spec: {
      id: job.id,
      poolId: job.poolInfo.poolId ?? "",
      usesTaskDependencies: job.usesTaskDependencies ?? false,
      ...(onTaskFailure !== undefined && OpenEnum.isKnown(onTaskFailureActions, onTaskFailure)
        ? { onTaskFailure }
        : {}),
      ...settingsOf(job),
      ...tasks.spec
    },
    members: { ...membersOf(job), ...tasks.members },
    managerFragment: tasks.managerFragment
  }
}

const checkName = ({ displayName = "" }: JobAddParameter): Problem.Problem | undefined =>
  displayName.length <= Limits.displayNameCharacters ? undefined : Problem.ofProperty(
    "InvalidPropertyValue",
    "displayName",
    `At most ${Limits.displayNameCharacters} characters`
  )

/** Reads the body of a patch. */
export const readPatch = (input: unknown): JobPatchInput | Problem.Problem => {
  const decoded = Decode.decodeJobPatchParameter(input)
  if (Result.isFailure(decoded)) return Problem.ofDecode(decoded.failure, input)
  const patch = decoded.success
  const problem = Problem.ofValues(JobPatchParameter, patch, "") ??
    (patch.poolInfo === undefined ? undefined : checkPool(patch.poolInfo))
  if (problem !== undefined) return problem
  return {
    patch: {
      ...settingsOf(patch),
      ...(patch.poolInfo?.poolId === undefined ? {} : { poolId: patch.poolInfo.poolId })
    },
    members: membersOf(patch)
  }
}

/** The settings a job shall have from now on. */
export interface JobUpdateInput {
  readonly settings: JobPatch & { readonly poolId: string }
  /** Replace what the job has of them. */
  readonly members: Pick<JobMembers, "metadata" | "allowTaskPreemption">
}

/** Reads the body of an update. */
export const readUpdate = (input: unknown): JobUpdateInput | Problem.Problem => {
  const decoded = Decode.decodeJobUpdateParameter(input)
  if (Result.isFailure(decoded)) return Problem.ofDecode(decoded.failure, input)
  const update = decoded.success
  const problem = Problem.ofValues(JobUpdateParameter, update, "") ?? checkPool(update.poolInfo)
  if (problem !== undefined) return problem
  return {
    settings: { ...settingsOf(update), poolId: update.poolInfo.poolId ?? "" },
    members: membersOf(update)
  }
}

/** Reads the body of a disable. */
export const readDisable = (
  input: unknown
): { readonly disableTasks: DisableTasks } | Problem.Problem => {
  const decoded = Decode.decodeJobDisableParameter(input)
  if (Result.isFailure(decoded)) return Problem.ofDecode(decoded.failure, input)
  const { disableTasks } = decoded.success
  return OpenEnum.isKnown(disableJobOptions, disableTasks)
    ? { disableTasks }
    : Problem.ofProperty(
      "InvalidPropertyValue",
      "disableTasks",
      `It must be one of ${disableJobOptions.join(", ")}`
    )
}

const checkPool = (pool: PoolInformation): Problem.Problem | undefined => {
  if (pool.autoPoolSpecification !== undefined) {
    return Problem.ofProperty(
      "UnsupportedProperty",
      "poolInfo.autoPoolSpecification",
      "The emulator makes no pools of its own accord"
    )
  }
  return pool.poolId === undefined || pool.poolId === ""
    ? Problem.ofProperty("MissingRequiredProperty", "poolInfo.poolId", "A job needs a pool")
    : undefined
}

const settingsOf = (
  job: JobPatchParameter
): Pick<JobPatch, "priority" | "maxParallelTasks" | "onAllTasksComplete" | "constraints"> => {
  const { constraints, maxParallelTasks, onAllTasksComplete, priority } = job
  const action = onAllTasksComplete ?? ""
  return {
    ...(priority === undefined ? {} : { priority }),
    ...(maxParallelTasks === undefined ? {} : { maxParallelTasks }),
    ...(OpenEnum.isKnown(onAllTasksCompleteActions, action)
      ? { onAllTasksComplete: action }
      : {}),
    ...(constraints === undefined ? {} : { constraints: constraintsOf(constraints) })
  }
}

const constraintsOf = (constraints: JobConstraints): JobConstraintsSpec => ({
  ...(constraints.maxWallClockTime === undefined
    ? {}
    : { maxWallClockMs: Iso8601Duration.durationToMs(constraints.maxWallClockTime) ?? Infinity }),
  ...(constraints.maxTaskRetryCount === undefined
    ? {}
    : { maxTaskRetryCount: constraints.maxTaskRetryCount })
})

const membersOf = (job: JobMembers): JobMembers => ({
  ...(job.displayName === undefined ? {} : { displayName: job.displayName }),
  ...(job.metadata === undefined ? {} : { metadata: job.metadata }),
  ...(job.commonEnvironmentSettings === undefined
    ? {}
    : { commonEnvironmentSettings: job.commonEnvironmentSettings }),
  ...(job.allowTaskPreemption === undefined
    ? {}
    : { allowTaskPreemption: job.allowTaskPreemption }),
  ...(job.networkConfiguration === undefined
    ? {}
    : { networkConfiguration: job.networkConfiguration })
})

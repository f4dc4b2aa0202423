/**
 * The preparation, the release and the manager of a job as a client sends them, turned into what the
 * model takes and what the wire gives back, with every default filled in.
 *
 * @source JobPreparationTask, JobReleaseTask and JobManagerTask 2024-02-01.19.0
 * @internal
 */
import type { JobManagerSpec, JobSpec } from "@batchwave/sim/Job"
import * as JobChore from "@batchwave/sim/JobChore"
import * as Iso8601Duration from "@batchwave/wire/Iso8601Duration"
import type { JobAddParameter } from "@batchwave/wire/Job"
import type { JobManagerTask, JobPreparationTask, JobReleaseTask } from "@batchwave/wire/JobTasks"
import * as Limits from "@batchwave/wire/Limits"
import type { TaskAddParameter } from "@batchwave/wire/Task"
import type { TaskConstraints } from "@batchwave/wire/TaskConstraints"
import type { UserIdentity } from "@batchwave/wire/UserIdentity"
import * as FileInput from "./FileInput.ts"
import * as Problem from "./Problem.ts"
import * as ProgramInput from "./ProgramInput.ts"
import type { JobMembers } from "./State.ts"
import type { TaskFragment } from "./TaskFragment.ts"
import * as TaskInput from "./TaskInput.ts"
import * as TaskLimits from "./TaskLimits.ts"

/** The special tasks of a job. */
export interface JobTaskInput {
  readonly spec: Pick<JobSpec, "preparation" | "release" | "manager">
  readonly members: Pick<JobMembers, "jobPreparationTask" | "jobReleaseTask" | "jobManagerTask">
  /** The members of the manager's task that nobody can change; absent without a manager. */
  readonly managerFragment: TaskFragment | undefined
}

/**
 * Reads the special tasks of a job whose values were checked; `isAutoStorage` says whether the account
 * has storage of its own.
 */
export const read = (
  job: JobAddParameter,
  isAutoStorage: boolean
): JobTaskInput | Problem.Problem => {
  const { jobManagerTask, jobPreparationTask, jobReleaseTask } = job
  const problem = checkChore(jobPreparationTask, "jobPreparationTask", isAutoStorage) ??
    checkChore(jobReleaseTask, "jobReleaseTask", isAutoStorage)
  if (problem !== undefined) return problem
  const manager = jobManagerTask && readManager(jobManagerTask, isAutoStorage)
  if (manager !== undefined && Problem.isProblem(manager)) return manager
  const retries = job.constraints?.maxTaskRetryCount ?? 0
  return {
    spec: {
      ...(jobPreparationTask && { preparation: preparationOf(jobPreparationTask) }),
      ...(jobReleaseTask && { release: releaseOf(jobReleaseTask) }),
      ...(manager && { manager: manager.spec })
    },
    members: {
      ...(jobPreparationTask && {
        jobPreparationTask: {
          waitForSuccess: true,
          rerunOnNodeRebootAfterSuccess: true,
          ...jobPreparationTask,
          ...told(jobPreparationTask),
          id: jobPreparationTask.id ?? "jobpreparation",
          constraints: constraintsOf(jobPreparationTask.constraints, retries)
        }
      }),
      ...(jobReleaseTask && {
        jobReleaseTask: {
          ...jobReleaseTask,
          ...told(jobReleaseTask),
          id: jobReleaseTask.id ?? "jobrelease",
          maxWallClockTime: Iso8601Duration.durationOfMs(
            releaseOf(jobReleaseTask).maxWallClockMs ?? JobChore.releaseWallClockMsMax
          ),
          retentionTime: retentionOf(jobReleaseTask.retentionTime)
        }
      }),
      ...(jobManagerTask && {
        jobManagerTask: {
          killJobOnCompletion: true,
          runExclusive: true,
          allowLowPriorityNode: true,
          requiredSlots: 1,
          ...jobManagerTask,
          ...told(jobManagerTask),
          constraints: constraintsOf(jobManagerTask.constraints, retries)
        }
      })
    },
    managerFragment: manager?.fragment
  }
}

const checkChore = (
  task: JobPreparationTask | JobReleaseTask | undefined,
  name: string,
  isAutoStorage: boolean
): Problem.Problem | undefined =>
  task && (ProgramInput.check(task, `${name}.`) ?? FileInput.check(task, isAutoStorage))

const readManager = (
  manager: JobManagerTask,
  isAutoStorage: boolean
): { readonly spec: JobManagerSpec; readonly fragment: TaskFragment } | Problem.Problem => {
  const {
    allowLowPriorityNode = true,
    killJobOnCompletion = true,
    runExclusive = true,
    ...task
  } = manager
  const parameter: TaskAddParameter = task
  const input = TaskInput.ofParameter(parameter, isAutoStorage)
  if (Problem.isProblem(input)) return input
  return {
    spec: {
      task: input.spec,
      isJobEndedWithIt: killJobOnCompletion,
      isExclusive: runExclusive,
      takesLowPriorityNodes: allowLowPriorityNode
    },
    fragment: input.fragment
  }
}

const preparationOf = (task: JobPreparationTask): JobChore.JobPreparationSpec => ({
  ...(task.id === undefined ? {} : { id: task.id }),
  ...(task.constraints === undefined
    ? {}
    : { constraints: TaskLimits.readGiven(task.constraints) }),
  waitsForSuccess: task.waitForSuccess ?? true,
  isRerunAfterReboot: task.rerunOnNodeRebootAfterSuccess ?? true
})

const releaseOf = (
  { id, maxWallClockTime, retentionTime }: JobReleaseTask
): JobChore.JobReleaseSpec => {
  const { maxWallClockMs, retentionMs } = TaskLimits.readGiven({
    ...(maxWallClockTime === undefined ? {} : { maxWallClockTime }),
    ...(retentionTime === undefined ? {} : { retentionTime })
  })
  return {
    ...(id === undefined ? {} : { id }),
    ...(maxWallClockMs === undefined ? {} : { maxWallClockMs }),
    ...(retentionMs === undefined ? {} : { retentionMs })
  }
}

/** What a program is told back with instead of its own: the user it runs as, and no empty lists. */
const told = (program: ProgramInput.Program): { readonly userIdentity: UserIdentity } => ({
  ...Object.fromEntries(
    Object.entries(program).flatMap(([name, value]) =>
      Array.isArray(value) && value.length === 0 ? [[name, undefined]] : []
    )
  ),
  userIdentity: ProgramInput.userOf(program)
})

const constraintsOf = (
  constraints: TaskConstraints | undefined,
  retries: number
): TaskConstraints => ({
  maxWallClockTime: Iso8601Duration.durationOfMs(
    TaskLimits.readGiven(constraints ?? {}).maxWallClockMs ?? Infinity
  ),
  retentionTime: retentionOf(constraints?.retentionTime),
  maxTaskRetryCount: constraints?.maxTaskRetryCount ?? retries
})

const retentionOf = (retentionTime: string | undefined): string =>
  retentionTime === undefined
    ? Limits.retentionTimeDefault
    : Iso8601Duration.normaliseDuration(retentionTime) ?? retentionTime

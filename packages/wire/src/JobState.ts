/**
 * The states of a job and what it does by itself, as open enumerations.
 */
import * as OpenEnum from "./OpenEnum.ts"

/** The known states of a job. @source JobState 2024-02-01.19.0 */
export const jobStates = [
  "active",
  "disabling",
  "disabled",
  "enabling",
  "terminating",
  "completed",
  "deleting"
] as const

/** The state of a job. */
export const JobState = OpenEnum.make(jobStates)

/** The state of a job. */
export type JobState = typeof JobState.Type

/** The known actions when all tasks are complete. @source OnAllTasksComplete 2024-02-01.19.0 */
export const onAllTasksCompleteActions = ["noaction", "terminatejob"] as const

/** What a job does when all its tasks are complete. */
export const OnAllTasksComplete = OpenEnum.make(onAllTasksCompleteActions)

/** What a job does when all its tasks are complete; a job without tasks counts as complete. */
export type OnAllTasksComplete = typeof OnAllTasksComplete.Type

/** The known actions when a task fails. @source OnTaskFailure 2024-02-01.19.0 */
export const onTaskFailureActions = ["noaction", "performexitoptionsjobaction"] as const

/** What a job does when a task fails. */
export const OnTaskFailure = OpenEnum.make(onTaskFailureActions)

/** What a job does when a task fails; can only be chosen at creation. */
export type OnTaskFailure = typeof OnTaskFailure.Type

/** The known fates of running tasks when a job is disabled. @source JobDisableParameter.disableTasks 2024-02-01.19.0 */
export const disableJobOptions = ["requeue", "terminate", "wait"] as const

/** What becomes of running tasks when a job is disabled. */
export const DisableJobOption = OpenEnum.make(disableJobOptions)

/** What becomes of running tasks when a job is disabled: back in the queue, ended, or awaited. */
export type DisableJobOption = typeof DisableJobOption.Type

/**
 * Finding what a call is about, or the refusal that says what is missing or closed.
 *
 * @internal
 */
import * as Account from "../Account.ts"
import type { Job } from "../Job.ts"
import * as Refusal from "../Refusal.ts"
import type { Task } from "../Task.ts"

/**
 * Finds a job to read.
 *
 * @internal
 */
export const job = (account: Account.Account, jobId: string): Job | Refusal.Refusal =>
  Account.findJob(account, jobId) ?? Refusal.make("JobNotFound")

/**
 * Finds a job whose tasks may be changed: any but one being deleted.
 *
 * @internal
 */
export const jobToWrite = (account: Account.Account, jobId: string): Job | Refusal.Refusal => {
  const found = Account.findJob(account, jobId)
  if (found === undefined) return Refusal.make("JobNotFound")
  return found.state === "deleting" ? Refusal.make("JobBeingDeleted") : found
}

/**
 * Finds a job whose tasks a caller may end and change.
 *
 * @internal
 */
export const jobOfTask = (account: Account.Account, jobId: string): Job | Refusal.Refusal => {
  const found = jobToWrite(account, jobId)
  if (Refusal.isRefusal(found)) return found
  const isDisabled = found.state === "disabled" || found.state === "disabling"
  return isDisabled && account.rules.tasksOfDisabledJobs === "locked"
    ? Refusal.make("JobDisabled")
    : found
}

/**
 * Finds a job whose tasks a caller may delete.
 *
 * @internal
 */
export const jobOfDeletedTask = (
  account: Account.Account,
  jobId: string
): Job | Refusal.Refusal => {
  const found = jobOfTask(account, jobId)
  if (Refusal.isRefusal(found)) return found
  return account.rules.tasksOfEndedJobs === "locked" ? openJob(account, jobId) : found
}

/**
 * Finds a job that still takes tasks and changes.
 *
 * @internal
 */
export const openJob = (account: Account.Account, jobId: string): Job | Refusal.Refusal => {
  const found = jobToWrite(account, jobId)
  if (Refusal.isRefusal(found)) return found
  if (found.state === "terminating") return Refusal.make("JobBeingTerminated")
  if (found.state === "completed") return Refusal.make("JobCompleted")
  return found
}

/**
 * Finds a task of a found job.
 *
 * @internal
 */
export const task = (job: Job, taskId: string): Task | Refusal.Refusal =>
  Account.findTask(job, taskId) ?? Refusal.make("TaskNotFound")

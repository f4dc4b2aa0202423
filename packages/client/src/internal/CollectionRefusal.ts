/**
 * What is said of tasks that no request could settle.
 */
import { TasksApi } from "@batchwave/wire/TasksApi"
import { type BatchFailure, ServerFailed, TaskTooLarge } from "../BatchFailure.ts"
import { type CollectionAccount, idAt } from "./CollectionAccount.ts"
import { messageOf } from "./FailureOf.ts"

/** Why a task is unknown whose replies never mentioned it. */
export const neverAnswered = (jobId: string, taskId: string, attempts: number): BatchFailure => {
  const facts = {
    operation: TasksApi.addCollection.operationId,
    jobId,
    taskId,
    attempts,
    ambiguous: true
  }
  return new ServerFailed({
    ...facts,
    retryable: true,
    code: "ResultMissing",
    message: messageOf(facts, `no reply told what became of it, ${attempts} times.`)
  })
}

/** The outcome of a task that no request can carry. */
export const tooLarge = (
  account: CollectionAccount,
  index: number,
  bodyBytes: number,
  limitBytes: number,
  cause?: BatchFailure
) => {
  const taskId = idAt(account, index)
  const facts = {
    operation: TasksApi.addCollection.operationId,
    jobId: account.jobId,
    taskId,
    attempts: cause?.attempts ?? 0,
    ambiguous: false
  }
  const error = new TaskTooLarge({
    ...facts,
    code: "RequestBodyTooLarge",
    retryable: false,
    bodyBytes,
    limitBytes,
    message: messageOf(
      facts,
      `the task alone needs ${bodyBytes} bytes and the limit is ${limitBytes}; shorten it, for example with fewer resource files.`
    ),
    ...(cause?.status === undefined ? {} : { status: cause.status }),
    ...(cause?.requestId === undefined ? {} : { requestId: cause.requestId })
  })
  return { _tag: "Refused", taskId, error } as const
}

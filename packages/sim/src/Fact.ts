/**
 * What happened in an account, one record for each change that a checker of histories wants to know.
 *
 * Facts are kept only while somebody takes them: an account begins without, and `keepFacts` lets it
 * keep them.
 */
import type { Account } from "./Account.ts"
import type { Job, JobState } from "./Job.ts"
import type { Node } from "./Pool.ts"
import type { Task, TaskState } from "./Task.ts"

/**
 * One change.
 *
 * - `TaskAdded`, `TaskDeleted`: a task came, or went, alone or with its job.
 * - `TaskMoved`: a task changed its state. `generation` is the run it belongs to or belonged to; the
 *   counts are those after the change.
 * - `JobAdded`, `JobMoved`, `JobDeleted`: the same of a job.
 * - `NodeJoined`, `NodeLost`, `NodeReturned`, `NodeLeft`: a node came, was lost, came back, was
 *   removed.
 *
 * @category models
 */
export type Fact =
  | (TaskSubject & { readonly _tag: "TaskAdded" | "TaskDeleted" })
  | (TaskSubject & {
    readonly _tag: "TaskMoved"
    readonly from: TaskState
    readonly to: TaskState
    readonly why: MoveReason
    /** 0 when no run was concerned. */
    readonly generation: number
    readonly nodeId: string | undefined
    readonly retryCount: number
    readonly requeueCount: number
    readonly exitCode: number | undefined
    readonly result: "success" | "failure" | undefined
    readonly failureCode: string | undefined
  })
  | { readonly _tag: "JobAdded" | "JobDeleted"; readonly atMs: number; readonly jobId: string }
  | {
    readonly _tag: "JobMoved"
    readonly atMs: number
    readonly jobId: string
    readonly from: JobState
    readonly to: JobState
  }
  | {
    readonly _tag: "NodeJoined" | "NodeLost" | "NodeReturned" | "NodeLeft"
    readonly atMs: number
    readonly poolId: string
    readonly nodeId: string
  }

/**
 * Why a task changed its state: it was given to a node; its node is prepared; its try failed and is
 * repeated; a user's request put it back; its node was lost; its node could not be prepared; it was
 * reactivated; its run ended; it was ended on request.
 *
 * @category models
 */
export type MoveReason =
  | "assigned"
  | "prepared"
  | "retried"
  | "requeued"
  | "lost"
  | "unprepared"
  | "reactivated"
  | "ended"
  | "terminated"

interface TaskSubject {
  readonly atMs: number
  readonly jobId: string
  readonly taskId: string
}

/**
 * Lets the account keep facts from now on, for `takeFacts`.
 *
 * @category operations
 */
export const keepFacts = (account: Account): void => {
  account.facts ??= []
}

/**
 * Takes the facts since the last call, in order.
 *
 * @category operations
 */
export const takeFacts = (account: Account): ReadonlyArray<Fact> => {
  const taken = account.facts
  if (taken === undefined || taken.length === 0) return []
  account.facts = []
  return taken
}

/**
 * Notes that a task came or went.
 *
 * @internal
 */
export const noteTask = (
  account: Account,
  tag: "TaskAdded" | "TaskDeleted",
  job: Job,
  task: Task
): void => {
  account.facts?.push({ _tag: tag, atMs: account.nowMs, jobId: job.id, taskId: task.id })
}

/**
 * Notes that a task moved; `generation` is the run it was in before, or is in now.
 *
 * @internal
 */
export const noteMove = (
  account: Account,
  job: Job,
  task: Task,
  why: MoveReason,
  generation: number
): void => {
  if (account.facts === undefined || task.previousState === undefined) return
  const { execution } = task
  account.facts.push({
    _tag: "TaskMoved",
    atMs: account.nowMs,
    jobId: job.id,
    taskId: task.id,
    from: task.previousState,
    to: task.state,
    why,
    generation,
    nodeId: account.nodes[task.nodeIndex]?.id,
    retryCount: execution.retryCount,
    requeueCount: execution.requeueCount,
    exitCode: execution.exitCode,
    result: execution.result,
    failureCode: execution.failure?.code
  })
}

/**
 * Notes that a job came or went.
 *
 * @internal
 */
export const noteJob = (account: Account, tag: "JobAdded" | "JobDeleted", job: Job): void => {
  account.facts?.push({ _tag: tag, atMs: account.nowMs, jobId: job.id })
}

/**
 * Notes that a job is about to change its state.
 *
 * @internal
 */
export const noteJobMove = (account: Account, job: Job, to: JobState): void => {
  account.facts?.push({
    _tag: "JobMoved",
    atMs: account.nowMs,
    jobId: job.id,
    from: job.state,
    to
  })
}

/**
 * Notes what happened to a node.
 *
 * @internal
 */
export const noteNode = (
  account: Account,
  tag: "NodeJoined" | "NodeLost" | "NodeReturned" | "NodeLeft",
  node: Node
): void => {
  account.facts?.push({
    _tag: tag,
    atMs: account.nowMs,
    poolId: node.pool.id,
    nodeId: node.id
  })
}

/**
 * Everything one emulator knows: the account of the model, and beside it what only the wire needs.
 *
 * S1 `taskRecords[i]` belongs to the task at index `i` of the account as long as there is one.
 * S2 entity tags and times of modification change on user writes only.
 *
 * @internal
 */
import type * as Random from "@batchwave/core/Random"
import * as Account from "@batchwave/sim/Account"
import type { Job } from "@batchwave/sim/Job"
import type { Pool } from "@batchwave/sim/Pool"
import type { Task } from "@batchwave/sim/Task"
import type { JobCounts } from "@batchwave/sim/TaskCounts"
import type { CloudJob } from "@batchwave/wire/Job"
import type { PoolAddParameter } from "@batchwave/wire/Pool"
import type { AccountClock } from "./AccountClock.ts"
import type { PlacedSettings } from "./EmulatorOptions.ts"
import * as EntityTag from "./EntityTag.ts"
import type { ExecutorShape } from "./Executor.ts"
import type { Faults } from "./Faults.ts"
import type { Ledger } from "./ledger/Ledger.ts"
import type { Credential } from "./middleware/Authentication.ts"
import * as NodeLayout from "./NodeLayout.ts"
import type { RenderedTasks } from "./RenderedTasks.ts"
import type { RequestLog } from "./RequestLog.ts"
import type { TaskFragment } from "./TaskFragment.ts"
import type { TaskTemplates } from "./TaskTemplates.ts"
import type { TimeText } from "./TimeText.ts"
import type { TruthLog } from "./TruthLog.ts"

/** What a user's write leaves on a resource. */
export interface WriteMark {
  eTag: string
  modifiedAtMs: number
}

/** What the wire needs of a task beside the model; there are many, so it holds little. */
export interface TaskRecord extends TaskFragment {
  /** Which of the writes of its millisecond a user's latest write was. */
  tagSerial: number
  /** The user's latest write after the add, if there was one. */
  touchedAtMs: number | undefined
}

/** The record of a task that was deleted. */
export interface GoneRecord {
  readonly record: TaskRecord
  readonly atMs: number
}

/** The members of a job the model does not know. */
export type JobMembers = Pick<
  CloudJob,
  | "displayName"
  | "metadata"
  | "commonEnvironmentSettings"
  | "allowTaskPreemption"
  | "networkConfiguration"
  | "jobManagerTask"
  | "jobPreparationTask"
  | "jobReleaseTask"
>

/** What the wire needs of a job beside the model. */
export interface JobRecord extends WriteMark {
  readonly job: Job
  members: JobMembers
  /** The counts last told, kept while the lag lasts. */
  counts: JobCounts
  countsAtMs: number
}

/** The members of a pool the model does not know; accounts of users have secrets and are not kept. */
export type PoolMembers = Omit<PoolAddParameter, "id" | "userAccounts">

/** What the wire needs of a pool beside the model. */
export interface PoolRecord extends WriteMark {
  readonly members: PoolMembers
  /** The longest the latest resize may take, as it was given. */
  resizeTimeout: string
}

/** Why and how a directory is to go. */
export interface Removal {
  /** The task directories of a job move aside at once; that of a task goes after its run has ended. */
  readonly kind: "task" | "job"
  /** The input that asked for it. */
  readonly input: number
}

/** The state of one emulator. */
export interface State {
  settings: PlacedSettings
  readonly account: Account.Account
  readonly clock: AccountClock
  readonly credential: Credential
  readonly random: Random.Random
  readonly times: TimeText
  readonly tags: EntityTag.EntityTagSeries
  readonly renderedTasks: RenderedTasks
  readonly taskTemplates: TaskTemplates
  readonly taskRecords: Array<TaskRecord | undefined>
  /** Of deleted tasks that a listing may still tell, by the numbers of their adds. */
  readonly goneRecords: Map<number, GoneRecord>
  /** By index of the job. */
  readonly jobRecords: Map<number, JobRecord>
  readonly poolRecords: WeakMap<Pool, PoolRecord>
  readonly faults: Faults
  readonly requests: RequestLog
  /** Names under which the server may be addressed, with port, in lower case. */
  readonly hosts: Set<string>
  /** The address clients are told; known once the server listens. */
  endpoint: string
  /** Requests that were received and not answered; kept while time is virtual. */
  requestsInHand: number
  /** Makes sure that the files of a task are on the disk; set once the executor is there. */
  provideFiles: ExecutorShape["provideFiles"]
  /** Number of the inputs that were applied since the account was made. */
  inputsCount: number
  /** Where the inputs are kept; nothing when they are not. */
  readonly ledger: Ledger | undefined
  /** Where what really happens is told. */
  readonly truth: TruthLog
  /**
   * Directories, relative to the data directory, that are to go before a run uses them. One may be
   * gone already.
   */
  readonly removals: Map<string, Removal>
  /** Those of them the runner has not taken on yet. */
  readonly orders: Array<string>
  /** Jobs asked to be deleted and not known to be gone, with the indexes of their tasks. */
  readonly leaving: Map<Job, ReadonlyArray<number>>
}

/** Has the directories of a task removed, those of its subtasks with it. */
export const removeFiles = (state: State, jobId: string, taskId: string): void => {
  for (const { id } of Account.presentNodes(state.account)) {
    orderRemoval(state, "task", NodeLayout.taskDirectory("", id, jobId, taskId))
  }
}

/** Has a directory removed before the next run in it. */
export const orderRemoval = (
  state: State,
  kind: Removal["kind"],
  directory: string
): void => {
  state.removals.set(directory, { kind, input: state.inputsCount })
  state.orders.push(directory)
}

/** Marks a user's write. */
export const touch = (state: State, mark: WriteMark, nowMs: number): void => {
  mark.eTag = EntityTag.next(state.tags, nowMs)
  mark.modifiedAtMs = nowMs
}

/** Makes the mark of a resource that was just added. */
export const firstMark = (state: State, nowMs: number): WriteMark => ({
  eTag: EntityTag.next(state.tags, nowMs),
  modifiedAtMs: nowMs
})

/** Makes the record of a task that was just added. */
export const firstRecord = (
  state: State,
  task: Task,
  { command, rest }: TaskFragment
): TaskRecord => ({
  command,
  rest,
  tagSerial: EntityTag.nextSerial(state.tags, task.createdAtMs),
  touchedAtMs: undefined
})

/** Marks a user's write of a task. */
export const touchTask = (state: State, record: TaskRecord, nowMs: number): void => {
  record.tagSerial = EntityTag.nextSerial(state.tags, nowMs)
  record.touchedAtMs = nowMs
}

/** When a user last wrote a task. */
export const taskModifiedAtMs = (task: Task, record: TaskRecord): number =>
  record.touchedAtMs ?? task.createdAtMs

/** What the user's latest write left on a task. */
export const markOf = (task: Task, record: TaskRecord): WriteMark => {
  const modifiedAtMs = taskModifiedAtMs(task, record)
  return { eTag: EntityTag.print(modifiedAtMs, record.tagSerial), modifiedAtMs }
}

/** The record of a job; every stored job has one. */
export const recordOf = (state: State, job: Job): JobRecord => {
  const record = state.jobRecords.get(job.index)
  if (record === undefined) throw new Error(`job ${job.id} has no record`)
  return record
}

/** The record of a pool; every stored pool has one. */
export const poolRecordOf = (state: State, pool: Pool): PoolRecord => {
  const record = state.poolRecords.get(pool)
  if (record === undefined) throw new Error(`pool ${pool.id} has no record`)
  return record
}

/** The record of the task at an index; every stored task has one. */
export const taskRecordOf = (state: State, taskIndex: number): TaskRecord => {
  const record = state.taskRecords[taskIndex]
  if (record === undefined) throw new Error(`task ${taskIndex} has no record`)
  return record
}

/** The record of a task that a listing tells, which may have been deleted since. */
export const toldRecordOf = (state: State, task: Task): TaskRecord =>
  (state.goneRecords.size === 0 ? undefined : state.goneRecords.get(task.createdNumber)?.record) ??
    taskRecordOf(state, task.index)

/** Drops the record of a task that was deleted; keeps it aside while listings look back. */
export const dropRecord = (state: State, task: Task, nowMs: number): void => {
  const { account: { history }, goneRecords, taskRecords } = state
  const record = taskRecords[task.index]
  taskRecords[task.index] = undefined
  for (const [number, { atMs }] of goneRecords) {
    if (history !== undefined && atMs > nowMs - history.keepMs) break
    goneRecords.delete(number)
  }
  if (history === undefined || record === undefined) return
  goneRecords.set(task.createdNumber, { record, atMs: nowMs })
}

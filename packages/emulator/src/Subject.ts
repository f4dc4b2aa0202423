/**
 * Finding the job or task a request is about, with its conditions checked.
 *
 * @internal
 */
import type { Job } from "@batchwave/sim/Job"
import * as JobOperations from "@batchwave/sim/JobOperations"
import type { Node, Pool } from "@batchwave/sim/Pool"
import * as PoolOperations from "@batchwave/sim/PoolOperations"
import * as Refusal from "@batchwave/sim/Refusal"
import type { Task } from "@batchwave/sim/Task"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import * as ErrorReply from "./ErrorReply.ts"
import type { Exchange, Reply } from "./Exchange.ts"
import * as Conditions from "./middleware/Conditions.ts"
import {
  type JobRecord,
  markOf,
  type PoolRecord,
  poolRecordOf,
  recordOf,
  type TaskRecord,
  taskRecordOf
} from "./State.ts"

/** A found job. */
export interface JobSubject {
  readonly job: Job
  readonly record: JobRecord
}

/** A found task. */
export interface TaskSubject extends JobSubject {
  readonly task: Task
  readonly taskRecord: TaskRecord
}

/** Finds the job of a request. */
export const findJob = (exchange: Exchange): JobSubject | Reply => {
  const job = JobOperations.get(exchange.state.account, exchange.parameters["jobId"] ?? "")
  if (Refusal.isRefusal(job)) return ErrorReply.ofRefusal(exchange, job)
  return { job, record: recordOf(exchange.state, job) }
}

/** Finds the task of a request. */
export const findTask = (exchange: Exchange): TaskSubject | Reply => {
  const subject = findJob(exchange)
  if (isReply(subject)) return subject
  const { parameters, state } = exchange
  const task = TaskOperations.get(state.account, subject.job.id, parameters["taskId"] ?? "")
  if (Refusal.isRefusal(task)) return ErrorReply.ofRefusal(exchange, task)
  return { ...subject, task, taskRecord: taskRecordOf(state, task.index) }
}

/** A found pool. */
export interface PoolSubject {
  readonly pool: Pool
  readonly record: PoolRecord
}

/** A found node. */
export interface NodeSubject extends PoolSubject {
  readonly node: Node
}

/** Finds the pool of a request. */
export const findPool = (exchange: Exchange): PoolSubject | Reply => {
  const { parameters, state } = exchange
  const pool = PoolOperations.get(state.account, parameters["poolId"] ?? "")
  if (Refusal.isRefusal(pool)) return ErrorReply.ofRefusal(exchange, pool)
  return { pool, record: poolRecordOf(state, pool) }
}

/** Finds the pool of a request and checks the request's conditions on it. */
export const poolMeeting = (exchange: Exchange): PoolSubject | Reply => {
  const subject = findPool(exchange)
  return isReply(subject) ? subject : Conditions.check(exchange, subject.record) ?? subject
}

/** Finds the node of a request. */
export const findNode = (exchange: Exchange): NodeSubject | Reply => {
  const subject = findPool(exchange)
  if (isReply(subject)) return subject
  const id = (exchange.parameters["nodeId"] ?? "").toLowerCase()
  const node = subject.pool.nodes.find((each) => each.id === id)
  return node === undefined ? ErrorReply.make(exchange, "NodeNotFound") : { ...subject, node }
}

/** Finds the job of a request and checks the request's conditions on it. */
export const jobMeeting = (exchange: Exchange): JobSubject | Reply => {
  const subject = findJob(exchange)
  return isReply(subject) ? subject : Conditions.check(exchange, subject.record) ?? subject
}

/** Finds the task of a request and checks the request's conditions on it. */
export const taskMeeting = (exchange: Exchange): TaskSubject | Reply => {
  const subject = findTask(exchange)
  if (isReply(subject)) return subject
  return Conditions.check(exchange, markOf(subject.task, subject.taskRecord)) ?? subject
}

/** Tells a reply that ends the request from what was looked for. */
export const isReply = (value: object): value is Reply => "status" in value && "headers" in value

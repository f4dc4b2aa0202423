/**
 * What tasks, jobs and pools have used, told with `$expand=stats` once they are as old as the service
 * takes to roll statistics up.
 *
 * The model knows times and counts. Processor time, reads and writes are not measured and told as none.
 *
 * @source TaskStatistics, JobStatistics, PoolStatistics 2024-02-01.19.0
 * @internal
 */
import type { Job } from "@batchwave/sim/Job"
import type { Pool } from "@batchwave/sim/Pool"
import type { Task } from "@batchwave/sim/Task"
import * as Iso8601Duration from "@batchwave/wire/Iso8601Duration"
import type { Exchange } from "./Exchange.ts"
import * as JobDocument from "./JobDocument.ts"
import type { Selection } from "./odata/Select.ts"
import * as PoolDocument from "./PoolDocument.ts"
import * as TaskDocument from "./TaskDocument.ts"
import * as TimeText from "./TimeText.ts"

/** The members of a document with the statistics of its subject, if they are asked for and due. */
export type Extend<A> = (members: string, subject: A) => string

/** Extends the documents of tasks of a job. */
export const ofTasks = (exchange: Exchange, selection: Selection, job: Job): Extend<Task> =>
  extend(exchange, selection, (task) => [
    TaskDocument.urlOf(exchange.base, job, task),
    usageOf(exchange, wallClockMsOf(task, exchange.nowMs), waitMsOf(task, exchange.nowMs))
  ])

/** Extends the documents of jobs; each costs what the job holds. */
export const ofJobs = (exchange: Exchange, selection: Selection): Extend<Job> =>
  extend(exchange, selection, (job) => {
    let wallClockMs = 0
    let waitMs = 0
    let retries = 0
    for (const task of job.tasks.values()) {
      wallClockMs += wallClockMsOf(task, exchange.nowMs)
      waitMs += waitMsOf(task, exchange.nowMs)
      retries += task.execution.retryCount
    }
    const { failed, succeeded } = job.counts.tasks
    return [JobDocument.urlOf(exchange.base, job), {
      ...usageOf(exchange, wallClockMs, waitMs),
      numSucceededTasks: int64(exchange, succeeded),
      numFailedTasks: int64(exchange, failed),
      numTaskRetries: int64(exchange, retries)
    }]
  })

/** Extends the documents of pools, of whose cores and memory nothing is known. */
export const ofPools = (exchange: Exchange, selection: Selection): Extend<Pool> =>
  extend(exchange, selection, (pool) => [PoolDocument.urlOf(exchange.base, pool), {}])

const extend = <A extends { readonly createdAtMs: number }>(
  { nowMs, query, state }: Exchange,
  { names }: Selection,
  tell: (subject: A) => readonly [url: string, used: object]
): Extend<A> => {
  const isWanted = query.get("$expand") === "stats" && (names?.includes("stats") ?? true)
  const { settings: { statisticsLagMs }, times } = state
  return (members, subject) => {
    if (!isWanted || nowMs - subject.createdAtMs < statisticsLagMs) return members
    const [url, used] = tell(subject)
    const startTime = TimeText.print(times, subject.createdAtMs)
    const lastUpdateTime = TimeText.print(times, nowMs)
    const stats = JSON.stringify({ url, startTime, lastUpdateTime, ...used })
    return `${members}${members === "" ? "" : ","}"stats":${stats}`
  }
}

const usageOf = (exchange: Exchange, wallClockMs: number, waitMs: number): object => ({
  userCPUTime: Iso8601Duration.durationOfMs(0),
  kernelCPUTime: Iso8601Duration.durationOfMs(0),
  wallClockTime: Iso8601Duration.durationOfMs(wallClockMs),
  readIOps: int64(exchange, 0),
  writeIOps: int64(exchange, 0),
  readIOGiB: 0,
  writeIOGiB: 0,
  waitTime: Iso8601Duration.durationOfMs(waitMs)
})

const int64 = ({ state }: Exchange, value: number): number | string =>
  state.settings.int64Form === "number" ? value : String(value)

/** How long the latest run of a task took, or has taken. */
const wallClockMsOf = ({ execution: { endAtMs, startAtMs } }: Task, nowMs: number): number =>
  startAtMs === undefined ? 0 : (endAtMs ?? nowMs) - startAtMs

/** From the add of a task to the start of its latest run, to its end without one, or to now. */
const waitMsOf = ({ createdAtMs, execution }: Task, nowMs: number): number =>
  (execution.startAtMs ?? execution.endAtMs ?? nowMs) - createdAtMs

/**
 * One page of a task listing, found with as little looking as the filter allows: ids are looked up,
 * changes since a time come from the change log, and everything else walks the adds.
 *
 * A page ends early after `looksMax` tasks were looked at; it may then be short or empty and still
 * have a next page, as on the service.
 *
 * @internal
 */
import * as Account from "@batchwave/sim/Account"
import type { Job } from "@batchwave/sim/Job"
import type { Task } from "@batchwave/sim/Task"
import * as TaskLog from "@batchwave/sim/TaskLog"
import type { Filter } from "@batchwave/wire/OData"
import type { State } from "../State.ts"
import type { Paging } from "./Paging.ts"
import * as TaskFilter from "./TaskFilter.ts"

/** The tasks of a page and where the next one begins. */
export interface TaskPage {
  readonly tasks: ReadonlyArray<Task>
  readonly next: string | undefined
}

/** The most tasks looked at for one page. */
export const looksMax = 20_000

/** Finds a page; a place that is none gives nothing. */
export const find = (
  state: State,
  job: Job,
  filter: Filter | undefined,
  paging: Paging
): TaskPage | undefined => {
  const ids = filter === undefined ? undefined : TaskFilter.idsOf(filter)
  if (ids !== undefined) return ofIds(job, [...new Set(ids.map(lower))], paging)
  // A listing that a fault made begins with the adds and goes on with them.
  const isOfAdds = filter === undefined || paging.after?.startsWith("c") === true
  const sinceMs = isOfAdds ? undefined : changedSinceMs(state, filter)
  const [log, mark] = sinceMs === undefined
    ? [job.creations, "c"] as const
    : [job.changes, "t"] as const
  const place = paging.after === undefined ? undefined : placeOf(paging.after, mark)
  if (paging.after !== undefined && place === undefined) return undefined
  const from = place === undefined
    ? TaskLog.positionAtOrAfter(log, sinceMs ?? 0)
    : TaskLog.positionAfter(log, place)
  return ofLog(state, job, filter, paging.itemsMax, { log, mark, from })
}

/** Filters speak of times as they are told. */
const changedSinceMs = ({ times }: State, filter: Filter): number | undefined => {
  const sinceMs = TaskFilter.changedSinceMs(filter)
  return sinceMs === undefined ? undefined : sinceMs - times.offsetMs
}

interface Walk {
  readonly log: TaskLog.TaskLog
  readonly mark: "c" | "t"
  readonly from: number
}

const ofLog = (
  state: State,
  job: Job,
  filter: Filter | undefined,
  itemsMax: number,
  { from, log, mark }: Walk
): TaskPage => {
  const taskAt = mark === "c" ? Account.createdTask : Account.changedTask
  const tasks: Array<Task> = []
  const end = Math.min(log.size, from + looksMax)
  let last = 0
  for (let position = from; position < end; position++) {
    const task = taskAt(state.account, job, position)
    if (task === undefined) continue
    if (filter !== undefined && !TaskFilter.matches(state, filter, task)) continue
    if (tasks.length === itemsMax) return { tasks, next: `${mark}${last}` }
    tasks.push(task)
    last = log.numbers[position]!
  }
  return { tasks, next: end < log.size ? `${mark}${log.numbers[end - 1]!}` : undefined }
}

const ofIds = (job: Job, ids: ReadonlyArray<string>, paging: Paging): TaskPage | undefined => {
  const from = paging.after === undefined ? 0 : placeOf(paging.after, "i")
  if (from === undefined) return undefined
  const tasks: Array<Task> = []
  const end = Math.min(ids.length, from + paging.itemsMax)
  for (let index = from; index < end; index++) {
    const task = job.tasks.get(ids[index]!)
    if (task !== undefined) tasks.push(task)
  }
  return { tasks, next: end < ids.length ? `i${end}` : undefined }
}

const lower = (id: string): string => id.toLowerCase()

/** Reads a place of a listing with the given mark. */
export const placeOf = (after: string, mark: string): number | undefined => {
  if (!after.startsWith(mark)) return undefined
  const place = Number(after.slice(mark.length))
  return Number.isSafeInteger(place) && place >= 0 ? place : undefined
}

/**
 * One page of a task listing, found with as little looking as the filter allows: ids are looked up,
 * tasks in some states or changed since a time come from the logs of these states, and everything else
 * walks the adds.
 *
 * A page ends early after `looksMax` tasks were looked at; it may then be short or empty and still
 * have a next page, as on the service.
 *
 * @internal
 */
import * as Account from "@batchwave/sim/Account"
import * as ChangeWalk from "@batchwave/sim/ChangeWalk"
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
  /** What was looked at to find them. */
  readonly looksCount: number
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
  if (isOfAdds) return ofAdds(state, job, filter, paging)
  const sinceMs = TaskFilter.changedSinceMs(filter)
  const states = TaskFilter.statesOf(filter)
  if (sinceMs === undefined && states.length === ChangeWalk.allStates.length) {
    return ofAdds(state, job, filter, paging)
  }
  const place = paging.after === undefined ? undefined : placeOf(paging.after, "t")
  if (paging.after !== undefined && place === undefined) return undefined
  // Filters speak of times as they are told.
  const walk = place === undefined
    ? ChangeWalk.since(job, states, (sinceMs ?? -Infinity) - state.times.offsetMs)
    : ChangeWalk.after(job, states, place)
  return ofChanges(state, filter, paging.itemsMax, walk)
}

const ofChanges = (
  state: State,
  filter: Filter,
  itemsMax: number,
  walk: ChangeWalk.ChangeWalk
): TaskPage => {
  const tasks: Array<Task> = []
  let last = 0
  while (ChangeWalk.step(state.account, walk)) {
    const { looksCount, number, task } = walk
    if (task !== undefined && TaskFilter.matches(state, filter, task)) {
      if (tasks.length === itemsMax) return { tasks, next: `t${last}`, looksCount }
      tasks.push(task)
      last = number
    }
    if (looksCount === looksMax) return { tasks, next: `t${number}`, looksCount }
  }
  return { tasks, next: undefined, looksCount: walk.looksCount }
}

const ofAdds = (
  state: State,
  job: Job,
  filter: Filter | undefined,
  paging: Paging
): TaskPage | undefined => {
  const { creations: log } = job
  const place = paging.after === undefined ? 0 : placeOf(paging.after, "c")
  if (place === undefined) return undefined
  const from = TaskLog.positionAfter(log, place)
  const end = Math.min(log.size, from + looksMax)
  const tasks: Array<Task> = []
  let last = place
  for (let position = from; position < end; position++) {
    const task = Account.createdTask(state.account, job, position)
    if (task === undefined) continue
    if (filter !== undefined && !TaskFilter.matches(state, filter, task)) continue
    if (tasks.length === paging.itemsMax) {
      return { tasks, next: `c${last}`, looksCount: position - from }
    }
    tasks.push(task)
    last = log.numbers[position]!
  }
  const next = end < log.size ? `c${log.numbers[end - 1]!}` : undefined
  return { tasks, next, looksCount: end - from }
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
  return { tasks, next: end < ids.length ? `i${end}` : undefined, looksCount: end - from }
}

const lower = (id: string): string => id.toLowerCase()

/** Reads a place of a listing with the given mark. */
export const placeOf = (after: string, mark: string): number | undefined => {
  if (!after.startsWith(mark)) return undefined
  const place = Number(after.slice(mark.length))
  return Number.isSafeInteger(place) && place >= 0 ? place : undefined
}

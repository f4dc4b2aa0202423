/**
 * Pages of a task listing that a fault has tell tasks late, or not at all.
 *
 * They walk the adds and have places like the pages of everyone else, so a listing may go on with one
 * kind where it stopped with the other. A page that goes on with the changes cannot be late.
 *
 * @internal
 */
import * as Account from "@batchwave/sim/Account"
import * as IdPattern from "@batchwave/sim/IdPattern"
import type { Job } from "@batchwave/sim/Job"
import type { Task } from "@batchwave/sim/Task"
import * as TaskHistory from "@batchwave/sim/TaskHistory"
import * as TaskLog from "@batchwave/sim/TaskLog"
import type { Filter } from "@batchwave/wire/OData"
import type { Exchange } from "../Exchange.ts"
import type { Verdict } from "../Faults.ts"
import * as IndexedPages from "./IndexedPages.ts"
import type { Paging } from "./Paging.ts"
import * as TaskFilter from "./TaskFilter.ts"
import * as TaskPages from "./TaskPages.ts"

/** Finds the page of a request, late or not; a place that is none gives nothing. */
export const find = (
  exchange: Exchange,
  job: Job,
  filter: Filter | undefined,
  paging: Paging
): Omit<TaskPages.TaskPage, "looksCount"> | undefined => {
  const { faults, state } = exchange
  if (state.settings.listOrder === "id") return ofIds(exchange, job, filter, paging)
  const isBent = faults !== undefined && (faults.late !== undefined || faults.omitted.length > 0)
  const place = paging.after === undefined ? 0 : TaskPages.placeOf(paging.after, "c")
  return isBent && place !== undefined
    ? bent(exchange, faults, job, filter, paging.itemsMax, place)
    : TaskPages.find(state, job, filter, paging)
}

/** The page of a listing in the order of ids; all tasks are looked at. */
const ofIds = (
  { faults, nowMs, state }: Exchange,
  job: Job,
  filter: Filter | undefined,
  { after, itemsMax }: Paging
): Omit<TaskPages.TaskPage, "looksCount"> => {
  const tasks: Array<Task> = []
  const gone = faults === undefined ? [] : goneOf(state.account, faults, job, nowMs)
  const all = gone.length === 0 ? job.tasks.values() : [...gone, ...job.tasks.values()]
  for (const task of IndexedPages.sortedAfter(all, after)) {
    const told = faults === undefined ? task : toldOf(state.account, faults, task, nowMs)
    if (told === undefined) continue
    if (filter !== undefined && !TaskFilter.matches(state, filter, told)) continue
    if (tasks.length === itemsMax) return { tasks, next: tasks.at(-1)?.id.toLowerCase() }
    tasks.push(told)
  }
  return { tasks, next: undefined }
}

const bent = (
  { nowMs, state }: Exchange,
  faults: Verdict,
  job: Job,
  filter: Filter | undefined,
  itemsMax: number,
  place: number
): Omit<TaskPages.TaskPage, "looksCount"> => {
  const tasks: Array<Task> = []
  let last = place
  const gone = goneOf(state.account, faults, job, nowMs)
  for (const task of inOrderOfAdds(state.account, job, place, gone)) {
    const told = toldOf(state.account, faults, task, nowMs)
    if (told === undefined) continue
    if (filter !== undefined && !TaskFilter.matches(state, filter, told)) continue
    if (tasks.length === itemsMax) return { tasks, next: `c${last}` }
    tasks.push(told)
    last = task.createdNumber
  }
  return { tasks, next: undefined }
}

/** The tasks of a job after a place, and among them those that are gone. */
const inOrderOfAdds = function*(
  account: Account.Account,
  job: Job,
  place: number,
  gone: ReadonlyArray<Task>
): Generator<Task> {
  const { creations } = job
  const waiting = gone.filter(({ createdNumber }) => createdNumber > place)
  for (
    let position = TaskLog.positionAfter(creations, place);
    position < creations.size;
    position++
  ) {
    const task = Account.createdTask(account, job, position)
    if (task === undefined) continue
    while (waiting[0] !== undefined && waiting[0].createdNumber < task.createdNumber) {
      yield waiting.shift()!
    }
    yield task
  }
  yield* waiting
}

/** The tasks that were deleted and are still told. */
const goneOf = (
  { history }: Account.Account,
  { late }: Verdict,
  job: Job,
  nowMs: number
): ReadonlyArray<Task> =>
  late === undefined || history === undefined
    ? []
    : TaskHistory.goneSince(history, job, nowMs - late.lagMs)
      .filter(({ id }) => IdPattern.matches(late.tasks, id))

/** The task as it is told; nothing when it is not. */
const toldOf = (
  { history }: Account.Account,
  { late, omitted }: Verdict,
  task: Task,
  nowMs: number
): Task | undefined => {
  if (omitted.some((pattern) => IdPattern.matches(pattern, task.id))) return undefined
  if (late === undefined || history === undefined) return task
  return IdPattern.matches(late.tasks, task.id)
    ? TaskHistory.at(history, task, nowMs - late.lagMs)
    : task
}

/**
 * What can be seen of an account over HTTP, and the law of entity tags.
 *
 * V1 an entity tag changes when a user's write to its job or task was accepted, and never otherwise;
 *    the delete of a job leaves it, as long as the job is there.
 */
import * as Effect from "effect/Effect"
import type * as Command from "./Command.ts"
import * as HttpCall from "./HttpCall.ts"
import type { CountsView, JobView, TaskView } from "./View.ts"

/** The entity tags seen last, and what was written since. */
export interface Marks {
  readonly tags: Map<string, string>
  readonly written: Set<string>
}

/** Nothing was seen yet. */
export const makeMarks = (): Marks => ({ tags: new Map(), written: new Set() })

/** Takes note of a call that was accepted. */
export const noteWrite = ({ written }: Marks, command: Command.Call): void => {
  const isWriteToTask = command.verb === "updateTask" ||
    (command.verb === "actOnTask" && command.act !== "get")
  if (isWriteToTask) written.add(keyOf(command.jobId, command.taskId))
  const isWriteToJob = command.verb === "patchJob" ||
    (command.verb === "actOnJob" && command.act.verb !== "delete")
  if (isWriteToJob) written.add(keyOf(command.jobId))
}

const keyOf = (jobId: string, taskId = ""): string => `${jobId}/${taskId}`.toLowerCase()

/** Reads everything there is. Dies where an entity tag breaks its law. */
export const read = Effect.fnUntraced(function*(ask: HttpCall.AskService, marks: Marks) {
  const views: Array<JobView> = []
  const tags = new Map<string, string>()
  for (const job of yield* HttpCall.listing(ask, "/jobs")) {
    const id = textOf(job, "id") ?? ""
    const tasks = yield* HttpCall.listing(ask, `/jobs/${id}/tasks`)
    const counts = yield* HttpCall.read(ask, `/jobs/${id}/taskcounts`)
    views.push(viewOf(job, tasks.map(viewOfTask), counts))
    checkMark(marks, tags, job, keyOf(id))
    for (const task of tasks) checkMark(marks, tags, task, keyOf(id, textOf(task, "id")))
  }
  marks.tags.clear()
  for (const [key, tag] of tags) marks.tags.set(key, tag)
  marks.written.clear()
  return views
})

/** A thing that was deleted and added again has another time of creation. */
const checkMark = (
  marks: Marks,
  tags: Map<string, string>,
  document: object,
  path: string
): void => {
  const key = `${path} ${textOf(document, "creationTime") ?? ""}`
  const tag = textOf(document, "eTag") ?? ""
  tags.set(key, tag)
  const before = marks.tags.get(key)
  if (before === undefined || (before !== tag) === marks.written.has(path)) return
  throw new Error(`the entity tag of ${path} ${before === tag ? "stayed" : "changed"} (V1)`)
}

const viewOf = (
  job: object,
  tasks: ReadonlyArray<TaskView>,
  counts: object
): JobView => ({
  id: textOf(job, "id") ?? "",
  state: Reflect.get(job, "state"),
  stateAtMs: timeOf(job, "stateTransitionTime") ?? NaN,
  previousState: Reflect.get(job, "previousState"),
  endAtMs: timeOf(job, "executionInfo.endTime"),
  terminateReason: textOf(job, "executionInfo.terminateReason"),
  priority: numberOf(job, "priority") ?? NaN,
  maxParallelTasks: numberOf(job, "maxParallelTasks") ?? NaN,
  onAllTasksComplete: textOf(job, "onAllTasksComplete") ?? "",
  maxWallClockMs: durationOf(job, "constraints.maxWallClockTime"),
  maxTaskRetryCount: numberOf(job, "constraints.maxTaskRetryCount") ?? NaN,
  taskCounts: countsOf(counts, "taskCounts"),
  slotCounts: countsOf(counts, "taskSlotCounts"),
  tasks
})

const viewOfTask = (task: object): TaskView => ({
  id: textOf(task, "id") ?? "",
  createdAtMs: timeOf(task, "creationTime") ?? NaN,
  state: textOf(task, "state") ?? "",
  stateAtMs: timeOf(task, "stateTransitionTime") ?? NaN,
  previousState: textOf(task, "previousState"),
  previousStateAtMs: timeOf(task, "previousStateTransitionTime"),
  retryCount: numberOf(task, "executionInfo.retryCount") ?? NaN,
  requeueCount: numberOf(task, "executionInfo.requeueCount") ?? NaN,
  startAtMs: timeOf(task, "executionInfo.startTime"),
  endAtMs: timeOf(task, "executionInfo.endTime"),
  exitCode: numberOf(task, "executionInfo.exitCode"),
  result: resultOf(textOf(task, "executionInfo.result")),
  failureCode: textOf(task, "executionInfo.failureInfo.code"),
  maxWallClockMs: durationOf(task, "constraints.maxWallClockTime"),
  maxTaskRetryCount: numberOf(task, "constraints.maxTaskRetryCount") ?? NaN
})

const resultOf = (text: string | undefined): TaskView["result"] =>
  text === "success" || text === "failure" ? text : undefined

/** Completed tasks must be the succeeded and the failed. */
const countsOf = (counts: object, name: string): CountsView => {
  const of = (state: string): number => numberOf(counts, `${name}.${state}`) ?? NaN
  const [succeeded, failed] = [of("succeeded"), of("failed")]
  if (of("completed") !== succeeded + failed) throw new Error(`${name}.completed is no sum`)
  return { active: of("active"), running: of("running"), succeeded, failed }
}

const at = (document: object, path: string): unknown =>
  path.split(".").reduce<unknown>((value, name) => Object(value)[name], document)

const textOf = (document: object, path: string): string | undefined => {
  const value = at(document, path)
  return typeof value === "string" ? value : undefined
}

const numberOf = (document: object, path: string): number | undefined => {
  const value = at(document, path)
  return typeof value === "number" ? value : undefined
}

const timeOf = (document: object, path: string): number | undefined => {
  const text = textOf(document, path)
  return text === undefined ? undefined : Date.parse(text)
}

const durationForm = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/

/** In milliseconds; the longest time span there is stands for no limit. */
const durationOf = (document: object, path: string): number => {
  const text = textOf(document, path) ?? ""
  if (text.startsWith("P10675199D")) return Infinity
  const parts = durationForm.exec(text)
  if (parts === null) return NaN
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = parts
  const wholeMinutes = (Number(days) * 24 + Number(hours)) * 60 + Number(minutes)
  return Math.round((wholeMinutes * 60 + Number(seconds)) * 1000)
}

/**
 * A task as the wire tells it: text put together from what never changes and what does.
 *
 * @source CloudTask 2024-02-01.19.0; the echoed defaults from recorded replies
 * @internal
 */
import type { Job } from "@batchwave/sim/Job"
import type { Node } from "@batchwave/sim/Pool"
import { retentionMsDefault, type Task, type TaskFailure } from "@batchwave/sim/Task"
import * as Iso8601Duration from "@batchwave/wire/Iso8601Duration"
import type { TaskFailureInformation } from "@batchwave/wire/TaskExecutionInformation"
import * as NodeLayout from "./NodeLayout.ts"
import * as NodePlace from "./NodePlace.ts"
import * as RenderedTasks from "./RenderedTasks.ts"
import { markOf, type State, taskModifiedAtMs, type TaskRecord, toldRecordOf } from "./State.ts"
import * as TaskFragment from "./TaskFragment.ts"
import * as TimeText from "./TimeText.ts"

/** A task with what its text is made of. */
interface Subject {
  readonly state: State
  readonly base: string
  readonly job: Job
  readonly task: Task
  readonly record: TaskRecord
}

/** The URL of a task. */
export const urlOf = (base: string, job: Job, task: Pick<Task, "id">): string =>
  `${base}/jobs/${job.id}/tasks/${task.id}`

/** How the value of each changing member is written; nothing when it has none. */
const changing = new Map<string, (subject: Subject) => string | undefined>([
  ["id", ({ task }) => `"${task.id}"`],
  ["url", ({ base, job, task }) => `"${urlOf(base, job, task)}"`],
  ["eTag", ({ record, task }) => `"${markOf(task, record).eTag}"`],
  ["creationTime", ({ state, task }) => time(state, task.createdAtMs)],
  ["lastModified", ({ record, state, task }) => time(state, taskModifiedAtMs(task, record))],
  ["state", ({ task }) => `"${task.state}"`],
  ["stateTransitionTime", ({ state, task }) => time(state, task.stateTransitionAtMs)],
  ["previousState", ({ task: { previousState } }) => previousState && `"${previousState}"`],
  [
    "previousStateTransitionTime",
    ({ state, task: { previousStateTransitionAtMs: atMs } }) =>
      atMs === undefined ? undefined : time(state, atMs)
  ],
  ["commandLine", ({ record }) => record.command],
  ["requiredSlots", ({ task }) => String(task.requiredSlots)],
  ["constraints", ({ task }) => constraintsOf(task)],
  ["executionInfo", ({ state, task }) => executionOf(state, task)],
  ["nodeInfo", nodeOf]
])

/** The names of all members that can be selected. */
export const memberNames: ReadonlySet<string> = new Set([
  ...changing.keys(),
  "userIdentity",
  "displayName",
  "exitConditions",
  "resourceFiles",
  "outputFiles",
  "environmentSettings",
  "affinityInfo",
  "dependsOn",
  "containerSettings",
  "multiInstanceSettings",
  "applicationPackageReferences",
  "authenticationTokenSettings",
  "stats"
])

/** Renders a task as JSON without the braces. */
export type Render = (state: State, base: string, job: Job, task: Task) => string

/** Makes the rendering of the selected members, or of all. */
export const renderer = (selected: ReadonlyArray<string> | undefined): Render => {
  if (selected === undefined) {
    return (state, base, job, task) => {
      const record = toldRecordOf(state, task)
      return RenderedTasks.get(
        state.renderedTasks,
        task,
        record,
        base,
        () => renderAll({ state, base, job, task, record })
      )
    }
  }
  const writers = selected.map((name) => ({ name, write: changing.get(name) ?? fixedMember(name) }))
  return (state, base, job, task) => {
    const subject = { state, base, job, task, record: toldRecordOf(state, task) }
    let text = ""
    for (const { name, write } of writers) {
      const value = write(subject)
      if (value !== undefined) text += `${text === "" ? "" : ","}"${name}":${value}`
    }
    return text
  }
}

/** Joined once, so that the text is kept as one piece and copied fast. */
const renderAll = (subject: Subject): string => {
  const { base, job, record, state, task } = subject
  const previousAtMs = task.previousStateTransitionAtMs
  const { eTag, modifiedAtMs } = markOf(task, record)
  const pieces = [`"id":"`, task.id, `","url":"`, base, "/jobs/", job.id, "/tasks/", task.id]
  pieces.push(`","eTag":"`, eTag, `","creationTime":`, time(state, task.createdAtMs))
  pieces.push(`,"lastModified":`, time(state, modifiedAtMs), `,"state":"`, task.state)
  pieces.push(`","stateTransitionTime":`, time(state, task.stateTransitionAtMs))
  if (task.previousState !== undefined && previousAtMs !== undefined) {
    pieces.push(`,"previousState":"`, task.previousState, `","previousStateTransitionTime":`)
    pieces.push(time(state, previousAtMs))
  }
  pieces.push(`,"commandLine":`, record.command, ",", record.rest.slice(1, -1))
  pieces.push(`,"requiredSlots":`, String(task.requiredSlots), `,"constraints":`)
  pieces.push(constraintsOf(task))
  pieces.push(`,"executionInfo":`, executionOf(state, task))
  const node = nodeOf(subject)
  if (node !== undefined) pieces.push(`,"nodeInfo":`, node)
  return pieces.join("")
}

const fixedMember = (name: string) => ({ record }: Subject): string | undefined => {
  const value: unknown = Reflect.get(TaskFragment.parse(record), name)
  return value === undefined ? undefined : JSON.stringify(value)
}

const time = (state: State, atMs: number): string => TimeText.quoted(state.times, atMs)

const constraintsOf = ({ constraints }: Task): string => {
  const { maxTaskRetryCount, maxWallClockMs, retentionMs } = constraints
  const wallClock = maxWallClockMs === Infinity
    ? Iso8601Duration.infiniteDuration
    : Iso8601Duration.durationOfMs(maxWallClockMs)
  const retention = retentionMs === retentionMsDefault
    ? "P7D"
    : Iso8601Duration.durationOfMs(retentionMs)
  return `{"maxWallClockTime":"${wallClock}","retentionTime":"${retention}","maxTaskRetryCount":${maxTaskRetryCount}}`
}

/** What the runs of a task left, as JSON. */
export const executionOf = (state: State, { execution }: Task): string => {
  let text = "{"
  if (execution.startAtMs !== undefined) text += `"startTime":${time(state, execution.startAtMs)},`
  if (execution.endAtMs !== undefined) text += `"endTime":${time(state, execution.endAtMs)},`
  if (execution.exitCode !== undefined) text += `"exitCode":${execution.exitCode},`
  if (execution.failure !== undefined) text += `"failureInfo":${failureOf(execution.failure)},`
  if (execution.result !== undefined) text += `"result":"${execution.result}",`
  if (execution.lastRetryAtMs !== undefined) {
    text += `"lastRetryTime":${time(state, execution.lastRetryAtMs)},`
  }
  if (execution.lastRequeueAtMs !== undefined) {
    text += `"lastRequeueTime":${time(state, execution.lastRequeueAtMs)},`
  }
  return `${text}"retryCount":${execution.retryCount},"requeueCount":${execution.requeueCount}}`
}

/** Failures are few values that many tasks share, so their texts are kept. */
const failureTexts = new WeakMap<TaskFailure, string>()

const failureOf = (failure: TaskFailure): string => {
  const kept = failureTexts.get(failure)
  if (kept !== undefined) return kept
  const text = JSON.stringify(failureInfoOf(failure))
  failureTexts.set(failure, text)
  return text
}

/** A failure as the wire tells it, with the case of the recorded replies. */
export const failureInfoOf = (
  { category, code, details, message }: TaskFailure
): TaskFailureInformation => ({
  category: category === "usererror" ? "UserError" : "ServerError",
  code,
  message,
  ...(details.length === 0 ? {} : { details })
})

/** Absent while queued; empty for a task that was ended before it ever ran. */
function nodeOf({ base, job, state, task }: Subject): string | undefined {
  if (task.state === "active") return undefined
  const isAssigned = task.state === "preparing" || task.execution.startAtMs !== undefined
  const node = isAssigned ? state.account.nodes[task.nodeIndex] : undefined
  if (node === undefined) return "{}"
  const root = NodeLayout.taskPath(job.id, task.id)
  const text = nodeTextOf(base, node)
  return [text.head, root, text.middle, root, `"}`].join("")
}

/** What the tasks of a node are told with alike: what stands before and between their directories. */
interface NodeText {
  readonly base: string
  readonly head: string
  readonly middle: string
}

const nodeTexts = new WeakMap<Node, NodeText>()

/** Names of directories are ids with slashes between, so they need no escapes. */
const nodeTextOf = (base: string, node: Node): NodeText => {
  const kept = nodeTexts.get(node)
  if (kept?.base === base) return kept
  const [head = "", middle = ""] = JSON.stringify(NodePlace.placeOf(base, node, rootMark))
    .split(rootMark)
  const text = { base, head, middle }
  nodeTexts.set(node, text)
  return text
}

/** Stands for the directory of a task; no id has such a sign. */
const rootMark = "~root~"

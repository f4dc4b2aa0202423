/**
 * Filters over tasks: what they read of a task, and how much of a job they spare us from looking at.
 *
 * @internal
 */
import * as ChangeWalk from "@batchwave/sim/ChangeWalk"
import type { Task, TaskState } from "@batchwave/sim/Task"
import * as Iso8601 from "@batchwave/wire/Iso8601"
import type { Filter } from "@batchwave/wire/OData"
import * as ODataMatch from "@batchwave/wire/ODataMatch"
import * as Rfc1123 from "@batchwave/wire/Rfc1123"
import { type State, taskModifiedAtMs, toldRecordOf } from "../State.ts"
import * as TimeText from "../TimeText.ts"

/** Tells whether a task passes a filter. */
export const matches = (state: State, filter: Filter, task: Task): boolean =>
  ODataMatch.matches(
    filter,
    (property) => readProperty(state, task, property),
    state.settings.absentValues === "differ"
  )

/**
 * The earliest time of a state change a task must have to pass the filter, or nothing when the
 * filter sets none. Whole milliseconds, never later than what the filter says.
 */
export const changedSinceMs = (filter: Filter): number | undefined => {
  if (filter._tag === "And") {
    const bounds = filter.operands.map(changedSinceMs).filter((bound) => bound !== undefined)
    return bounds.length === 0 ? undefined : Math.max(...bounds)
  }
  if (filter._tag !== "Comparison" || filter.property !== "stateTransitionTime") return undefined
  if (filter.operator === "lt" || filter.operator === "le" || filter.operator === "ne") {
    return undefined
  }
  const { value } = filter.literal
  const atMs = typeof value === "string"
    ? Iso8601.timestampToEpochMs(value) ?? Rfc1123.dateToEpochMs(value)
    : undefined
  return atMs === undefined ? undefined : Math.floor(atMs)
}

/** The states a task may be in to pass the filter; all of them when it says nothing about states. */
export const statesOf = (filter: Filter): ReadonlyArray<TaskState> => {
  switch (filter._tag) {
    case "And":
      return filter.operands.map(statesOf).reduce((left, right) =>
        left.filter((state) => right.includes(state))
      )
    case "Or": {
      const some = new Set(filter.operands.flatMap(statesOf))
      return ChangeWalk.allStates.filter((state) => some.has(state))
    }
    case "Comparison":
    case "StartsWith":
      return ChangeWalk.allStates.filter((state) =>
        filter.property !== "state" || ODataMatch.matches(filter, () => state)
      )
    default:
      return filter satisfies never
  }
}

/**
 * The ids a task must have one of to pass the filter, or nothing when the filter is not about ids
 * alone.
 */
export const idsOf = (filter: Filter): ReadonlyArray<string> | undefined => {
  if (filter._tag === "Or") {
    const ids: Array<string> = []
    for (const operand of filter.operands) {
      const some = idsOf(operand)
      if (some === undefined) return undefined
      ids.push(...some)
    }
    return ids
  }
  return filter._tag === "Comparison" && filter.property === "id" && filter.operator === "eq" &&
      filter.literal._tag === "Text"
    ? [filter.literal.value]
    : undefined
}

const readProperty = (state: State, task: Task, property: string): string | number | undefined => {
  const { execution } = task
  switch (property) {
    case "id":
      return task.id
    case "state":
      return task.state
    case "stateTransitionTime":
      return TimeText.print(state.times, task.stateTransitionAtMs)
    case "creationTime":
      return TimeText.print(state.times, task.createdAtMs)
    case "lastModified":
    case "lastModifiedTime":
      return TimeText.print(state.times, taskModifiedAtMs(task, toldRecordOf(state, task)))
    case "executionInfo/startTime":
      return timeOf(state, execution.startAtMs)
    case "executionInfo/endTime":
      return timeOf(state, execution.endAtMs)
    case "executionInfo/exitCode":
      return execution.exitCode
    case "executionInfo/result":
      return execution.result
    default:
      return undefined
  }
}

const timeOf = (state: State, atMs: number | undefined): string | undefined =>
  atMs === undefined ? undefined : TimeText.print(state.times, atMs)

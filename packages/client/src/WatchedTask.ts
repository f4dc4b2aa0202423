/**
 * A task as a watch sees it: how far it has come and how it ended.
 */
import type { CloudTask } from "@batchwave/wire/Task"
import { taskStates } from "@batchwave/wire/TaskState"
import type { Selected } from "./RequestOptions.ts"

/** The properties a watched task is listed with. */
export const watchedProperties = ["id", "state", "stateTransitionTime", "executionInfo"] as const

/** A task as a watch sees it. */
export type WatchedTask = Selected<CloudTask, typeof watchedProperties[number]>

/** A state to wait for. */
export type AwaitedState = typeof taskStates[number]

const order: ReadonlyArray<string> = taskStates

/** True when a task has at least reached a state; a state nobody knows has reached none. */
export const hasReached = (task: WatchedTask, state: AwaitedState): boolean =>
  task.state !== undefined && order.indexOf(task.state) >= order.indexOf(state)

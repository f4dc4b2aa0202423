/**
 * A subtask as the wire tells it.
 *
 * @source SubtaskInformation 2024-02-01.19.0
 * @internal
 */
import type { Job } from "@batchwave/sim/Job"
import type { Subtask } from "@batchwave/sim/Subtask"
import type { Task } from "@batchwave/sim/Task"
import { SubtaskInformation } from "@batchwave/wire/SubtaskInformation"

import * as NodeLayout from "./NodeLayout.ts"
import * as NodePlace from "./NodePlace.ts"
import * as Rendering from "./Rendering.ts"
import type { State } from "./State.ts"
import * as TaskDocument from "./TaskDocument.ts"
import * as TimeText from "./TimeText.ts"

/** The names of all members that can be selected. */
export const memberNames: ReadonlySet<string> = new Set(Object.keys(SubtaskInformation.fields))

/** The members of a subtask as JSON without the braces; only those selected, or all. */
export const render = (
  state: State,
  base: string,
  job: Job,
  task: Task,
  subtask: Subtask,
  selected: ReadonlyArray<string> | undefined
): string => {
  const { id, nodeIndex } = subtask
  const time = (atMs: number | undefined): string | undefined =>
    atMs === undefined ? undefined : TimeText.print(state.times, atMs)
  const node = state.account.nodes[nodeIndex]
  const name = NodeLayout.subtaskName(state.settings.subtaskDirectories, id)
  const root = `${NodeLayout.taskPath(job.id, task.id)}/${name}`
  return Rendering.members({
    id,
    nodeInfo: node && NodePlace.placeOf(base, node, root),
    startTime: time(subtask.startAtMs),
    endTime: time(subtask.endAtMs),
    exitCode: subtask.exitCode,
    failureInfo: subtask.failure && TaskDocument.failureInfoOf(subtask.failure),
    state: subtask.state,
    stateTransitionTime: time(subtask.stateTransitionAtMs),
    previousState: subtask.previousState,
    previousStateTransitionTime: time(subtask.previousStateTransitionAtMs),
    result: subtask.result
  }, selected)
}

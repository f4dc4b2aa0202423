/**
 * How the preparation and the release of a job went on a node, as the wire tells it.
 *
 * @source JobPreparationAndReleaseTaskExecutionInformation 2024-02-01.19.0
 * @internal
 */
import type { Job } from "@batchwave/sim/Job"
import type { ChoreExecution, NodeChores } from "@batchwave/sim/JobChore"
import {
  JobPreparationAndReleaseTaskExecutionInformation
} from "@batchwave/wire/JobPreparationAndReleaseStatus"
import type { Read } from "@batchwave/wire/ODataMatch"

import * as NodeLayout from "./NodeLayout.ts"
import * as NodePlace from "./NodePlace.ts"
import * as Rendering from "./Rendering.ts"
import type { State } from "./State.ts"
import * as TaskDocument from "./TaskDocument.ts"
import * as TimeText from "./TimeText.ts"

/** The names of all members that can be selected. */
export const memberNames: ReadonlySet<string> = new Set(
  Object.keys(JobPreparationAndReleaseTaskExecutionInformation.fields)
)

/** The members as JSON without the braces; only those selected, or all. */
export const render = (
  state: State,
  base: string,
  job: Job,
  { node, preparation, release }: NodeChores,
  selected: ReadonlyArray<string> | undefined
): string => {
  const tell = (execution: ChoreExecution, id: string): object => {
    const { nodeUrl: _nodeUrl, ...place } = NodePlace.placeOf(
      base,
      node,
      NodeLayout.taskPath(job.id, id)
    )
    return {
      state: execution.state,
      startTime: TimeText.print(state.times, execution.startAtMs),
      endTime: timeOf(state, execution.endAtMs),
      taskRootDirectory: place.taskRootDirectory,
      taskRootDirectoryUrl: place.taskRootDirectoryUrl,
      exitCode: execution.exitCode,
      failureInfo: execution.failure && TaskDocument.failureInfoOf(execution.failure),
      result: execution.result
    }
  }
  return Rendering.members({
    poolId: node.pool.id,
    nodeId: node.id,
    nodeUrl: NodePlace.urlOf(base, node),
    jobPreparationTaskExecutionInfo: {
      ...tell(preparation, job.preparation?.id ?? ""),
      retryCount: preparation.retryCount,
      lastRetryTime: timeOf(state, preparation.lastRetryAtMs)
    },
    jobReleaseTaskExecutionInfo: release && tell(release, job.release?.id ?? "")
  }, selected)
}

/** Reads what a filter compares. */
export const readerOf =
  (state: State, { node, preparation, release }: NodeChores): Read => (name) => {
    if (name === "poolId") return node.pool.id
    if (name === "nodeId") return node.id
    const [chore, member] = name.split("/")
    const execution = chore === "jobPreparationTaskExecutionInfo" ? preparation : release
    switch (member) {
      case "state":
      case "result":
      case "exitCode":
        return execution?.[member]
      case "startTime":
        return timeOf(state, execution?.startAtMs)
      case "endTime":
        return timeOf(state, execution?.endAtMs)
      default:
        return undefined
    }
  }

const timeOf = (state: State, atMs: number | undefined): string | undefined =>
  atMs === undefined ? undefined : TimeText.print(state.times, atMs)

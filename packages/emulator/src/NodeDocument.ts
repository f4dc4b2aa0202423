/**
 * A node as the wire tells it.
 *
 * @source ComputeNode 2024-02-01.19.0
 * @internal
 */
import * as Pool from "@batchwave/sim/Pool"
import * as RecentTasks from "@batchwave/sim/RecentTasks"
import { ComputeNode } from "@batchwave/wire/ComputeNode"
import * as NodePlace from "./NodePlace.ts"
import { poolRecordOf, type State } from "./State.ts"
import * as TaskDocument from "./TaskDocument.ts"
import * as TimeText from "./TimeText.ts"

/** The names of all members that can be selected. */
export const memberNames: ReadonlySet<string> = new Set(Object.keys(ComputeNode.fields))

/** The members of a node as JSON without the braces; only those selected, or all. */
export const render = (
  state: State,
  base: string,
  node: Pool.Node,
  selected: ReadonlyArray<string> | undefined
): string => {
  const document = make(state, base, node)
  const isShown = (name: string): boolean => selected === undefined || selected.includes(name)
  const shown = selected === undefined
    ? document
    : Object.fromEntries(Object.entries(document).filter(([name]) => isShown(name)))
  const tasks = isShown("recentTasks") ? recentTasksOf(state, base, node) : []
  const text = JSON.stringify(shown).slice(1, -1)
  if (tasks.length === 0) return text
  return `${text}${text === "" ? "" : ","}"recentTasks":[${tasks.join(",")}]`
}

const make = (state: State, base: string, node: Pool.Node): ComputeNode => {
  const { pool } = node
  const time = (atMs: number): string => TimeText.print(state.times, atMs)
  return {
    id: node.id,
    url: NodePlace.urlOf(base, node),
    state: Pool.stateOf(node),
    schedulingState: "enabled",
    stateTransitionTime: time(node.stateTransitionAtMs),
    lastBootTime: time(node.allocatedAtMs),
    allocationTime: time(node.allocatedAtMs),
    ipAddress: NodePlace.loopbackAddress,
    affinityId: `${NodePlace.affinityMark}${node.id}`,
    vmSize: poolRecordOf(state, pool).members.vmSize,
    totalTasksRun: node.totalTasksRun,
    totalTasksSucceeded: node.totalTasksSucceeded,
    runningTasksCount: node.runningTasksCount,
    runningTaskSlotsCount: pool.slotsPerNode - node.freeSlots,
    isDedicated: node.isDedicated
  }
}

/** The latest first, each once; deleted ones are left out. */
const recentTasksOf = (
  state: State,
  base: string,
  node: Pool.Node
): ReadonlyArray<string> => {
  const seen = new Set<RecentTasks.RecentTask["task"]>()
  const texts: Array<string> = []
  for (const { job, task } of RecentTasks.latestFirst(node.recentTasks)) {
    if (task.phase === "deleted" || seen.has(task)) continue
    seen.add(task)
    const url = TaskDocument.urlOf(base, job, task)
    texts.push(
      `{"taskUrl":"${url}","jobId":"${job.id}","taskId":"${task.id}","taskState":"${task.state}","executionInfo":${
        TaskDocument.executionOf(state, task)
      }}`
    )
  }
  return texts
}

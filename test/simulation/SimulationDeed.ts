/**
 * What somebody does to a run, or to its tasks, while it goes on.
 */
import * as NativePlan from "@batchwave/core/NativePlan"
import { NodeState } from "@batchwave/core/NodeState"
import * as VirtualDriver from "@batchwave/lab/VirtualDriver"
import * as VirtualService from "@batchwave/lab/VirtualService"
import * as Refusal from "@batchwave/sim/Refusal"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import type { Deed } from "./SimulationCase.ts"

type Driver = VirtualDriver.VirtualDriver

/** Does it, now. */
export const carryOut = (driver: Driver, deed: Deed): void => {
  switch (deed._tag) {
    case "Crash":
      return VirtualDriver.crash(driver)
    case "Wish":
      return VirtualDriver.wish(driver, deed.event)
    case "DeleteTask":
      return remove(driver, `n${deed.place}`)
    case "DeleteChosen":
      return deleteChosen(driver)
    case "RerunChosen":
      return rerunChosen(driver)
    case "RerunPaused":
      return rerunPaused(driver)
  }
}

const deleteChosen = (driver: Driver): void => {
  const { memory: { state: { isReactivated, nodeStates } }, phase } = driver
  if (phase !== "running") return
  for (let node = 0; node < nodeStates.length; node++) {
    const isChosen = nodeStates[node] === NodeState.backoff && isReactivated[node] === 1
    if (isChosen) return remove(driver, idOf(driver, node))
  }
}

/**
 * Deletes a task that has let its children go, whose end the orchestrator has not seen while it has seen
 * a child in a state. Answers whether there was one.
 */
export const forget = (driver: Driver, childState: NodeState): boolean => {
  if (driver.phase !== "running") return false
  const { nodeStates } = driver.memory.state
  for (let child = 0; child < nodeStates.length; child++) {
    if (nodeStates[child] !== childState) continue
    const parent = unseenParentOf(driver, child)
    if (parent === undefined) continue
    remove(driver, idOf(driver, parent))
    return true
  }
  return false
}

const remove = ({ jobId, nowMs, service }: Driver, taskId: string): void => {
  TaskOperations.remove(service.account, jobId, taskId, nowMs)
  VirtualService.settle(service)
}

const idOf = ({ memory: { state } }: Driver, node: number): string =>
  state.submissions[node]! > 1 ? `n${node}-r${state.submissions[node]}` : `n${node}`

const unseenParentOf = (driver: Driver, child: number): number | undefined => {
  const { memory: { state: { native } }, plan: { graph: { parentOffsets, parents } } } = driver
  if (native === undefined) return undefined
  for (let edge = parentOffsets[child]!; edge < parentOffsets[child + 1]!; edge++) {
    const parent = parents[edge]!
    if (!NativePlan.isNativeEdge(native, parent, child)) continue
    if (hasEndedUnseen(driver, parent)) return parent
  }
  return undefined
}

/** A node that its policy has skipped; or one that has failed, together with its first parent. */
const rerunChosen = (driver: Driver): void => {
  const { memory: { state }, plan: { graph: { parentOffsets, parents } } } = driver
  const { finalFailures, nodeStates } = state
  for (const node of finalFailures.keys()) {
    if (nodeStates[node] === NodeState.skipped) {
      return VirtualDriver.wish(driver, { _tag: "RerunRequested", nodes: [node] })
    }
  }
  for (const node of finalFailures.keys()) {
    const parent = parents[parentOffsets[node]!]
    const isChild = parentOffsets[node]! < parentOffsets[node + 1]!
    if (nodeStates[node] !== NodeState.failed || !isChild || parent === undefined) continue
    return VirtualDriver.wish(driver, { _tag: "RerunRequested", nodes: [parent, node] })
  }
}

/** In a pause, the parents that a task waited for in the service that has failed, which nobody has seen. */
const rerunPaused = (driver: Driver): void => {
  const { memory: { state: { native, nodeStates } }, phase, plan: { graph } } = driver
  if (native === undefined || phase !== "running") return
  const nodes = new Set<number>()
  for (let child = 0; child < nodeStates.length; child++) {
    if (!hasEndedUnseen(driver, child, "failure")) continue
    for (let edge = graph.parentOffsets[child]!; edge < graph.parentOffsets[child + 1]!; edge++) {
      const parent = graph.parents[edge]!
      const hasSucceeded = nodeStates[parent] === NodeState.succeeded
      if (hasSucceeded && NativePlan.isNativeEdge(native, parent, child)) nodes.add(parent)
    }
  }
  if (nodes.size === 0) return
  VirtualDriver.wish(driver, { _tag: "PauseRequested" })
  VirtualDriver.wish(driver, { _tag: "RerunRequested", nodes: [...nodes] })
}

const hasEndedUnseen = (
  driver: Driver,
  node: number,
  result: "success" | "failure" = "success"
): boolean => {
  const { jobId, memory: { state: { nodeStates } }, service: { account } } = driver
  const nodeState = nodeStates[node]!
  if (nodeState !== NodeState.queued && nodeState !== NodeState.running) return false
  const task = TaskOperations.get(account, jobId, idOf(driver, node))
  return !Refusal.isRefusal(task) && task.execution.result === result
}

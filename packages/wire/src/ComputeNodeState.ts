/**
 * The states of a node, as open enumerations.
 */
import * as OpenEnum from "./OpenEnum.ts"

/** The known states of a node. @source ComputeNodeState 2024-02-01.19.0 */
export const computeNodeStates = [
  "idle",
  "rebooting",
  "reimaging",
  "running",
  "unusable",
  "creating",
  "starting",
  "waitingforstarttask",
  "starttaskfailed",
  "unknown",
  "leavingpool",
  "offline",
  "preempted",
  "upgradingos"
] as const

/** The state of a node. */
export const ComputeNodeState = OpenEnum.make(computeNodeStates)

/** The state of a node. */
export type ComputeNodeState = typeof ComputeNodeState.Type

/** The known scheduling states of a node. @source SchedulingState 2024-02-01.19.0 */
export const schedulingStates = ["enabled", "disabled"] as const

/** Whether tasks may start on a node. */
export const SchedulingState = OpenEnum.make(schedulingStates)

/** Whether tasks may start on a node. */
export type SchedulingState = typeof SchedulingState.Type

/**
 * The states of a pool and the choices of how it works, as open enumerations.
 */
import * as OpenEnum from "./OpenEnum.ts"

/** The known states of a pool. @source PoolState 2024-02-01.19.0 */
export const poolStates = ["active", "deleting"] as const

/** The state of a pool. */
export const PoolState = OpenEnum.make(poolStates)

/** The state of a pool. */
export type PoolState = typeof PoolState.Type

/** The known allocation states of a pool. @source AllocationState 2024-02-01.19.0 */
export const allocationStates = ["steady", "resizing", "stopping"] as const

/** Whether a pool is being resized; a resize may start only from `steady`. */
export const AllocationState = OpenEnum.make(allocationStates)

/** Whether a pool is being resized; a resize may start only from `steady`. */
export type AllocationState = typeof AllocationState.Type

/** The known ways nodes and service talk. @source NodeCommunicationMode 2024-02-01.19.0 */
export const nodeCommunicationModes = ["default", "classic", "simplified"] as const

/** How nodes and service talk. */
export const NodeCommunicationMode = OpenEnum.make(nodeCommunicationModes)

/** How nodes and service talk. */
export type NodeCommunicationMode = typeof NodeCommunicationMode.Type

/** The known fates of tasks on a node that is taken away. @source ComputeNodeDeallocationOption 2024-02-01.19.0 */
export const computeNodeDeallocationOptions = [
  "requeue",
  "terminate",
  "taskcompletion",
  "retaineddata"
] as const

/** What becomes of the tasks on a node that is taken away. */
export const ComputeNodeDeallocationOption = OpenEnum.make(computeNodeDeallocationOptions)

/** What becomes of the tasks on a node that is taken away. */
export type ComputeNodeDeallocationOption = typeof ComputeNodeDeallocationOption.Type

/**
 * What the pool of a run can do, as far as it bounds how much the service is given, and why nothing of
 * the run may be starting.
 *
 * @source Pool_Get 2024-02-01.19.0
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import * as NativePlan from "@batchwave/core/NativePlan"
import { isSettled } from "@batchwave/core/NodeState"
import type { ExternalEvent } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import type { CloudPool } from "@batchwave/wire/Pool"
import * as Effect from "effect/Effect"
import type { RunContext } from "./RunContext.ts"

/** So many active slots are never too many for the service. */
const activeSlotsFloor = 10_000

/**
 * Reads the pool; `undefined` when there is none by that name. A node of a run on an existing pool can
 * go on without it, so whoever asks decides what a failure means.
 *
 * @category operations
 */
export const read = (
  context: RunContext
): Effect.Effect<CloudPool | undefined, BatchFailure> =>
  context.pools.get(context.header.poolId).pipe(
    Effect.catchTag("NotFound", () => Effect.succeed(undefined))
  )

/**
 * The limits that follow from a pool, as an event that is no news when they stay the same. What is
 * active is bounded by a multiple of the pool's slots, unless it scales by itself or the service is to
 * hold everything at once.
 *
 * @category operations
 */
export const limitsOf = (context: RunContext, pool: CloudPool): ExternalEvent => {
  const { config, plan, state } = context
  const nodeSlotsMax = pool.taskSlotsPerNode ?? 1
  const nodes = (pool.targetDedicatedNodes ?? 0) + (pool.targetLowPriorityNodes ?? 0)
  const { activeSlotsMax: _, ...others } = state.limits
  const wanted = Math.max(activeSlotsFloor, nodes * nodeSlotsMax * config.activeSlotsPerSlot)
  const isBound = pool.enableAutoScale !== true && config.dependencyMode !== "native"
    && plan.names.length > wanted
  return {
    _tag: "LimitsChanged",
    limits: {
      ...others,
      nodeSlotsMax,
      ...(isBound ? { activeSlotsMax: wanted } : {})
    },
    reason: `the pool ${context.header.poolId} has ${nodes} nodes of ${nodeSlotsMax} task slots`
  }
}

/**
 * The most probable reason why a task of the run, or this one, has not been started; from the facts at
 * hand, the surest first.
 *
 * @category queries
 */
export const whyNotStarted = (
  context: RunContext,
  pool: CloudPool | undefined,
  node?: number
): string => {
  const { header, plan, state } = context
  const disabled = state.hindrances.get("jobDisabled")
  if (disabled !== undefined) return disabled.message
  if (pool === undefined) return `there is no pool ${header.poolId}`
  const nodeSlots = pool.taskSlotsPerNode ?? 1
  if (node !== undefined) {
    const slots = RunState.slotsOf(state, node)
    if (slots > nodeSlots) {
      return `it needs ${slots} task slots, and a compute node has ${nodeSlots}`
    }
    const parent = NativePlan.dependsOn(state, node).find((task) =>
      !isSettled(state.nodeStates[task.node]!)
    )
    if (parent !== undefined) return `it depends on ${plan.names[parent.node]}, which has not ended`
  }
  const current = (pool.currentDedicatedNodes ?? 0) + (pool.currentLowPriorityNodes ?? 0)
  const error = pool.resizeErrors?.[0]
  if (error !== undefined) {
    return `the pool ${header.poolId} has ${current} nodes, since it could not be resized: `
      + `${error.code ?? "no code"}: ${error.message ?? "no reason given"}`
  }
  if (current === 0) return `the pool ${header.poolId} has no compute nodes`
  return `the ${current * nodeSlots} task slots of the pool ${header.poolId} are taken, or its `
    + "compute nodes are not ready"
}

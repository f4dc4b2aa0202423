/**
 * A pool as the wire tells it.
 *
 * @source CloudPool 2024-02-01.19.0; the echoed defaults from its examples and recorded replies
 * @internal
 */
import * as Pool from "@batchwave/sim/Pool"
import { CloudPool } from "@batchwave/wire/Pool"
import * as Rendering from "./Rendering.ts"
import { type PoolMembers, poolRecordOf, type State } from "./State.ts"
import * as TimeText from "./TimeText.ts"

/** The URL of a pool. */
export const urlOf = (base: string, pool: Pool.Pool): string => `${base}/pools/${pool.id}`

/** The names of all members that can be selected. */
export const memberNames: ReadonlySet<string> = new Set(Object.keys(CloudPool.fields))

/** The members of the pool there is from the start. */
export const defaultMembers: PoolMembers = {
  vmSize: "standard_d2s_v3",
  enableInterNodeCommunication: true,
  virtualMachineConfiguration: {
    imageReference: {
      publisher: "batchwave",
      offer: "emulator",
      sku: "loopback",
      version: "latest"
    },
    nodeAgentSKUId: "batch.node.ubuntu 22.04"
  }
}

/** The members of a pool as JSON without the braces; only those selected, or all. */
export const render = (
  state: State,
  base: string,
  pool: Pool.Pool,
  selected: ReadonlyArray<string> | undefined
): string => {
  const document = make(state, base, pool)
  return Rendering.members(document, selected)
}

const make = (state: State, base: string, pool: Pool.Pool): CloudPool => {
  const { eTag, members, modifiedAtMs, resizeTimeout } = poolRecordOf(state, pool)
  const time = (atMs: number): string => TimeText.print(state.times, atMs)
  return {
    enableInterNodeCommunication: false,
    ...members,
    id: pool.id,
    url: urlOf(base, pool),
    eTag,
    lastModified: time(modifiedAtMs),
    creationTime: time(pool.createdAtMs),
    state: pool.state,
    stateTransitionTime: time(pool.stateTransitionAtMs),
    allocationState: pool.allocationState,
    allocationStateTransitionTime: time(pool.allocationStateTransitionAtMs),
    resizeTimeout,
    currentDedicatedNodes: Pool.nodesCount(pool, true),
    currentLowPriorityNodes: Pool.nodesCount(pool, false),
    targetDedicatedNodes: pool.target.dedicated,
    targetLowPriorityNodes: pool.target.lowPriority,
    enableAutoScale: false,
    taskSlotsPerNode: pool.slotsPerNode,
    taskSchedulingPolicy: { nodeFillType: pool.fillType === "pack" ? "Pack" : "Spread" }
  }
}

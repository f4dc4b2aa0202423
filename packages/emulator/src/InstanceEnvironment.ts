/**
 * The variables of a multi-instance task: where its instances are and which of them is this. All nodes
 * are this machine, so all have the same address.
 *
 * @source Azure Batch documentation "Compute node environment variables"
 * @internal
 */
import type { Placement } from "@batchwave/sim/Account"
import { loopbackAddress } from "./NodePlace.ts"
import type { State } from "./State.ts"

/** The port of the primary that the service names. */
const masterPort = 6000

/** The variables of one instance; the shared directory is that of the task on its node. */
export const make = (
  state: State,
  { subtask, task }: Placement,
  sharedDirectory: string
): Record<string, string> => {
  const nodes = [task.nodeIndex, ...(task.subtasks ?? []).map(({ nodeIndex }) => nodeIndex)]
  const addresses = nodes.map(() => loopbackAddress)
  const slots = nodes.map((index) =>
    `${loopbackAddress} ${state.account.nodes[index]?.pool.slotsPerNode ?? 1}`
  )
  return {
    AZ_BATCH_HOST_LIST: addresses.join(","),
    AZ_BATCH_NODE_LIST: addresses.join(";"),
    AZ_BATCH_MASTER_NODE: `${loopbackAddress}:${masterPort}`,
    AZ_BATCH_IS_CURRENT_NODE_MASTER: String(subtask === undefined),
    AZ_BATCH_TASK_SHARED_DIR: sharedDirectory,
    CCP_NODES: `${nodes.length} ${slots.join(" ")}`
  }
}

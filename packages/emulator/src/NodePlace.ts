/**
 * Where nodes are, as the wire tells it.
 *
 * @source ComputeNodeInformation 2024-02-01.19.0
 * @internal
 */
import type { Node } from "@batchwave/sim/Pool"
import type { ComputeNodeInformation } from "@batchwave/wire/ComputeNodeInformation"
import * as PoolDocument from "./PoolDocument.ts"

/** The address of every node. */
export const loopbackAddress = "127.0.0.1"

/** The URL of a node; its pool may be gone. */
export const urlOf = (base: string, { id, pool }: Node): string =>
  `${PoolDocument.urlOf(base, pool)}/nodes/${id}`

/** Where on a node something runs or ran; `root` is its directory from the root of the node. */
export const placeOf = (base: string, node: Node, root: string): ComputeNodeInformation => ({
  affinityId: `${affinityMark}${node.id}`,
  nodeUrl: urlOf(base, node),
  poolId: node.pool.id,
  nodeId: node.id,
  taskRootDirectory: root,
  taskRootDirectoryUrl: `${urlOf(base, node)}/files/${root}`
})

/** Begins the affinity id of every node. */
export const affinityMark = "TVM:"

/** The node an affinity id names; nothing for the id of anything else. */
export const nodeIdOf = (affinityId: string): string | undefined =>
  affinityId.toLowerCase().startsWith(affinityMark.toLowerCase())
    ? affinityId.slice(affinityMark.length)
    : undefined

/**
 * What a task needs of the node or nodes it is put on, beyond free slots.
 */
import type * as RankQueue from "./RankQueue.ts"

/**
 * The needs as a caller gives them.
 *
 * @category models
 */
export interface TaskPlacingSpec {
  /** Nodes the task takes at once, which makes it a multi-instance task. */
  readonly instancesCount?: number
  /** The node to prefer if it has room; a hint only. */
  readonly preferredNodeId?: string
}

/**
 * The needs of a stored task.
 *
 * @category models
 */
export interface TaskPlacing {
  /** Nodes the task takes at once, or 0 for a task that is no multi-instance task. */
  readonly instancesCount: number
  readonly preferredNodeId: string | undefined
  /** Whether the task manages its job, and whether the job ends with it. */
  readonly manages: "nothing" | "job" | "jobLife"
  /** Whether it takes all slots of its node. */
  readonly isExclusive: boolean
  readonly isDedicatedOnly: boolean
}

/**
 * Ready tasks that need the same, so that either all of them fit or none.
 *
 * @internal
 */
export interface ReadyQueue {
  readonly slots: number
  readonly placing: TaskPlacing | undefined
  readonly tasks: RankQueue.RankQueue
}

/**
 * Which queue a ready task stands in; a preferred node makes no difference.
 *
 * @internal
 */
export const queueKey = (slots: number, placing: TaskPlacing | undefined): number | string => {
  if (placing === undefined || isOrdinary(placing)) return slots
  const { instancesCount, isDedicatedOnly, isExclusive } = placing
  return `${slots}/${instancesCount}/${isExclusive}/${isDedicatedOnly}`
}

/**
 * Tells whether any node with free slots will do.
 *
 * @internal
 */
export const isOrdinary = (placing: TaskPlacing | undefined): boolean =>
  placing === undefined ||
  (placing.instancesCount === 0 && !placing.isExclusive && !placing.isDedicatedOnly)

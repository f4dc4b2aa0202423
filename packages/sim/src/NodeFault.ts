/**
 * What can go wrong with nodes on purpose, as data.
 */
import type { NodeAbsence } from "./Pool.ts"

/**
 * Takes a node away: its runs are over and their tasks are active again. It comes back empty, is
 * replaced by another node, or stays away as long as the plan holds.
 *
 * @category models
 */
export interface NodeFault {
  /** The state the node is in while it is away. @default "unknown" */
  readonly state?: NodeAbsence
  /** Milliseconds until the node is back. */
  readonly returnAfterMs?: number
  /** Milliseconds until the node leaves its pool and another is asked for in its place. */
  readonly replaceAfterMs?: number
}

/**
 * Takes nodes away at a time, once or again and again.
 *
 * @category models
 */
export interface NodeRule extends NodeFault {
  /** Tells the rule in reports. @default "node-1" for the first, and so on */
  readonly name?: string
  /** Ids of nodes, with `*` and `?`. */
  readonly nodes: string
  /** Milliseconds since the plan was put. */
  readonly atMs: number
  /** Strikes again after so many milliseconds, and so on. @default once */
  readonly everyMs?: number
  /** Milliseconds since the plan was put after which it strikes no more. @default for ever */
  readonly untilMs?: number
  /** With this probability, drawn for each node each time. @default 1 */
  readonly probability?: number
  /** The most nodes that are taken in all. @default no limit */
  readonly countMax?: number
}

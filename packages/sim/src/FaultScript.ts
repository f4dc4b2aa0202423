/**
 * The part of a fault plan that is about tasks and nodes, as plain data: what a server and a
 * simulation do alike.
 */
import type { Counted } from "./FaultCounter.ts"
import type { NodeRule } from "./NodeFault.ts"
import type { RunFault } from "./RunFault.ts"

/**
 * Which runs a rule is about; all of what is given must hold.
 *
 * @category models
 */
export interface RunMatch extends Counted {
  /** The id of the job, with `*` and `?`. */
  readonly jobs?: string
  /** The id of the task, with `*` and `?`. */
  readonly tasks?: string
  /** Only the try after so many retries. */
  readonly retryCount?: number
}

/**
 * One rule over runs of tasks. Of several the first that fires holds.
 *
 * @category models
 */
export interface RunRule {
  /** Tells the rule in reports. @default "run-1" for the first, and so on */
  readonly name?: string
  /** @default every run */
  readonly when?: RunMatch
  readonly fault: RunFault
}

/**
 * What goes wrong with runs and nodes.
 *
 * @category models
 */
export interface FaultScript {
  /** Seed of every draw. @default 1 */
  readonly seed?: number
  readonly runs?: ReadonlyArray<RunRule>
  readonly nodes?: ReadonlyArray<NodeRule>
}

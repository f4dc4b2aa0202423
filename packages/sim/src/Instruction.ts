/**
 * What the account wants from whoever runs its tasks: start this run, end that one.
 */
import type { RunFault } from "./RunFault.ts"

/**
 * Starts one run of a task on a node. Its end must be reported once, with the same generation.
 *
 * @category models
 */
export interface StartTask {
  readonly _tag: "StartTask"
  readonly jobId: string
  readonly taskId: string
  readonly taskIndex: number
  /** The run: unique in the account, rising. */
  readonly generation: number
  readonly nodeId: string
  readonly nodeIndex: number
  readonly requiredSlots: number
  /** Runs of the task up to this one, counted from 1, whatever they were for. */
  readonly attempt: number
  /** Retries before this run. */
  readonly retryCount: number
  /** What goes wrong with the run on purpose. */
  readonly fault?: RunFault
}

/**
 * Ends a run. The slots stay taken until its end is reported.
 *
 * @category models
 */
export interface KillTask {
  readonly _tag: "KillTask"
  readonly jobId: string
  readonly taskId: string
  readonly taskIndex: number
  readonly generation: number
  readonly nodeId: string
  readonly nodeIndex: number
}

/**
 * One instruction; instructions are to be carried out in the order given.
 *
 * @category models
 */
export type Instruction = StartTask | KillTask

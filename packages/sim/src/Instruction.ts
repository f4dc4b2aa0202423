/**
 * What the account wants from whoever runs its tasks: start this run, end that one.
 */
import type { ChoreKind } from "./JobChore.ts"
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
  /**
   * Which of the task's command lines to run: an ordinary task has one, an instance of a
   * multi-instance task runs the one that coordinates, and the primary its own after that.
   */
  readonly part: "command" | "coordination"
  /** 0 for the task itself, from 1 on for its subtasks. */
  readonly subtaskId: number
}

/**
 * Starts one run of a job's preparation or release on a node. Its end must be reported once, with the
 * same generation, like that of any run.
 *
 * @category models
 */
export interface StartChore {
  readonly _tag: "StartChore"
  readonly kind: ChoreKind
  readonly jobId: string
  readonly jobIndex: number
  /** The id of the preparation or release task. */
  readonly taskId: string
  readonly generation: number
  readonly nodeId: string
  readonly nodeIndex: number
  /** Runs on this node up to this one, counted from 1. */
  readonly attempt: number
  readonly retryCount: number
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
  /** -1 for a preparation or release. */
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
export type Instruction = StartTask | StartChore | KillTask

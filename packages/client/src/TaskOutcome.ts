/**
 * What became of each task of a collection: one outcome per input task, in input order.
 *
 * `Added` and `AlreadyThere` mean the task exists as we described it. `Refused` means this call
 * certainly did not add it. `Unknown` means it may or may not exist: list or get it before deciding.
 */
import type { BatchFailure } from "./BatchFailure.ts"

/** The service created the task during this call. */
export interface Added {
  readonly _tag: "Added"
  readonly taskId: string
  /** The new task's entity tag, unquoted, when the service sent one. */
  readonly eTag?: string
}

/** The task existed and is the one we meant: an earlier attempt or an earlier run created it. */
export interface AlreadyThere {
  readonly _tag: "AlreadyThere"
  readonly taskId: string
}

/** The task was not added, and sending it again unchanged needs a reason. */
export interface Refused {
  readonly _tag: "Refused"
  readonly taskId: string
  readonly error: BatchFailure
}

/** The task was sent, but no reply told what became of it, or the last one was a server error. */
export interface Unknown {
  readonly _tag: "Unknown"
  readonly taskId: string
  readonly error: BatchFailure
}

/** What became of one task. */
export type TaskOutcome = Added | AlreadyThere | Refused | Unknown

/** The account of one `addCollection` call. */
export interface TaskCollectionResult {
  /** One outcome per input task, in input order. */
  readonly outcomes: ReadonlyArray<TaskOutcome>
  /** Number of outcomes of each kind; they add up to the number of input tasks. */
  readonly counts: OutcomeCounts
  /** HTTP requests sent, read-backs and repeats included. */
  readonly requests: number
}

/** Number of outcomes of each kind. */
export interface OutcomeCounts {
  readonly added: number
  readonly alreadyThere: number
  readonly refused: number
  readonly unknown: number
}

/** Counts the outcomes of each kind; O(n). */
export const countOutcomes = (outcomes: ReadonlyArray<TaskOutcome>): OutcomeCounts => {
  const counts = { Added: 0, AlreadyThere: 0, Refused: 0, Unknown: 0 }
  for (const outcome of outcomes) counts[outcome._tag]++
  return {
    added: counts.Added,
    alreadyThere: counts.AlreadyThere,
    refused: counts.Refused,
    unknown: counts.Unknown
  }
}

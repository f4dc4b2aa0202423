/**
 * The failure of `addCollection` when requests failed and some tasks were added or may have been:
 * nothing already known about any task is lost.
 */
import * as Schema from "effect/Schema"
import { BatchFailure } from "./BatchFailure.ts"
import type { OutcomeCounts, TaskOutcome } from "./TaskOutcome.ts"

/** Marks a field whose value comes from this package, so that no second check is made. */
const trusted = <A>() => Schema.declare((value: unknown): value is A => value !== undefined)

/**
 * Not every task of the collection could be settled. `outcomes` names every input task in input
 * order; `causes` are the failures of whole requests, each once.
 */
export class CreateTasksError extends Schema.TaggedError<CreateTasksError>()("CreateTasksError", {
  /** What happened and what to do, in one sentence with the counts. */
  message: Schema.String,
  /** The operation as the contract names it. */
  operation: Schema.Literal("Task_AddCollection"),
  /** The job the tasks were meant for. */
  jobId: Schema.String,
  /** One outcome per input task, in input order. */
  outcomes: trusted<ReadonlyArray<TaskOutcome>>(),
  /** Number of outcomes of each kind. */
  counts: trusted<OutcomeCounts>(),
  /** HTTP requests sent, read-backs and repeats included. */
  requests: Schema.Number,
  /** True when the rest may be added by calling again, with `ifExists: "adopt"`, without any change. */
  retryable: Schema.Boolean,
  /** The longest wait the service asked for, in milliseconds, after clamping. */
  retryAfterMs: Schema.optionalKey(Schema.Number),
  /** The failures of whole requests, in the order they happened. */
  causes: Schema.Array(BatchFailure)
}) {}

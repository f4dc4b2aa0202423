/**
 * Everything that can happen in a run, in the past tense. The journal is a list of these, and the
 * state of a run is their fold.
 *
 * External events come in through a driver: they say what the world did. Derived events are what
 * the reactor concludes from them; they are journaled too, so that folding a journal never asks a
 * policy a second time.
 *
 * Nodes are named by their index in the plan. A `submission` counts the tasks made for one node:
 * 1 for the first, one more for each resubmission.
 */
import type { Decision } from "./Decision.ts"
import type { Failure } from "./Failure.ts"
import type { DependencyMode, FailureMode } from "./RunMode.ts"
import type { TaskEnd } from "./TaskEnd.ts"
import type { Json } from "./Workflow.ts"

/**
 * One task of one node.
 *
 * @category models
 */
export interface TaskReference {
  readonly node: number
  readonly submission: number
}

/**
 * What the world did.
 *
 * @category models
 */
export type ExternalEvent =
  | {
    readonly _tag: "RunStarted"
    readonly seed: number
    readonly dependencyMode: DependencyMode
    readonly failureMode: FailureMode
  }
  /** The service holds these tasks and will run them: after an add, an adoption or a reactivation. */
  | { readonly _tag: "TasksAccepted"; readonly tasks: ReadonlyArray<TaskReference> }
  /** The service refused to add the task, or to put it back in its queue. */
  | {
    readonly _tag: "TaskRejected"
    readonly task: TaskReference
    readonly code: string
    readonly message: string
  }
  /** The process of the task is running. */
  | { readonly _tag: "TaskStarted"; readonly task: TaskReference }
  | { readonly _tag: "TaskEnded"; readonly task: TaskReference; readonly end: TaskEnd }
  /** The service no longer knows a task it had accepted. */
  | { readonly _tag: "TaskVanished"; readonly task: TaskReference; readonly message: string }
  /** A reactivation is impossible (the task or its job is in the wrong state): add a new task. */
  | {
    readonly _tag: "ReactivationRefused"
    readonly task: TaskReference
    readonly code: string
    readonly message: string
  }
  | {
    readonly _tag: "OutputsCollected"
    readonly task: TaskReference
    readonly outputs: { readonly [name: string]: Json }
  }
  | {
    readonly _tag: "OutputInvalid"
    readonly task: TaskReference
    readonly output: string
    readonly message: string
  }
  /** The service ended these tasks because we asked it to. */
  | { readonly _tag: "TasksTerminated"; readonly tasks: ReadonlyArray<TaskReference> }
  /** Time has passed; retries may be due. */
  | { readonly _tag: "AlarmRang" }
  | { readonly _tag: "CancelRequested" }

/**
 * What the reactor concluded.
 *
 * @category models
 */
export type DerivedEvent =
  /** The intent to add these tasks; durable before the request leaves. */
  | { readonly _tag: "SubmissionPlanned"; readonly tasks: ReadonlyArray<TaskReference> }
  /** The intent to put this task back in the queue; durable before the request leaves. */
  | { readonly _tag: "ReactivationPlanned"; readonly task: TaskReference }
  | {
    readonly _tag: "RetryDecided"
    readonly node: number
    readonly decision: Decision & { readonly _tag: "Retry" }
    readonly via: "reactivate" | "resubmit"
    readonly dueAtMs: number
  }
  | { readonly _tag: "NodeSucceeded"; readonly node: number }
  | {
    readonly _tag: "NodeFailed"
    readonly node: number
    readonly failure: Failure
    readonly reason: string
  }
  /** `by[i]` is the parent of `nodes[i]` that cannot succeed any more. */
  | {
    readonly _tag: "NodesBlocked"
    readonly nodes: ReadonlyArray<number>
    readonly by: ReadonlyArray<number>
  }
  | { readonly _tag: "NodesCancelled"; readonly nodes: ReadonlyArray<number> }
  | { readonly _tag: "RunStopping"; readonly why: "cancel" | "drain" | "failFast" }
  | { readonly _tag: "RunFinished"; readonly outcome: RunOutcome }

/**
 * Any event of a run.
 *
 * @category models
 */
export type RunEvent = ExternalEvent | DerivedEvent

/**
 * How a run ended: every node succeeded, at least one did not, or it was cancelled.
 *
 * @category models
 */
export type RunOutcome = "succeeded" | "failed" | "cancelled"

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
import type { DependencyMode, FailureMode, RunLimits } from "./RunMode.ts"
import type { TaskEnd } from "./TaskEnd.ts"
import type { Json } from "./Workflow.ts"

/**
 * The version of these events. It counts up when an older reader could misread a journal; the
 * changes are listed in `docs/events.md`.
 *
 * @category constants
 */
export const eventVersion = 2

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
 * What can keep a whole run waiting.
 *
 * - `quota`: the account has no room for a further job.
 * - `throttling`: the service takes no requests, or takes them too slowly.
 * - `jobDisabled`: somebody disabled the run's job.
 * - `noProgress`: tasks are in the service and nothing has changed for long.
 * - `unreachable`: no listing has come back for long.
 *
 * @category models
 */
export type Hindrance = "quota" | "throttling" | "jobDisabled" | "noProgress" | "unreachable"

/**
 * What is known of a hindrance while it lasts. Times are epoch milliseconds of the orchestrator.
 *
 * @category models
 */
export interface HindranceNote {
  /** What the service or a watchdog said. */
  readonly message: string
  readonly sinceMs: number
  /** When the run gives up; absent when it waits for as long as it takes. */
  readonly untilMs?: number
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
  | {
    readonly _tag: "TasksAccepted"
    readonly tasks: ReadonlyArray<TaskReference>
    /**
     * Of each task, which of its node's executions the service was asked for; a node that is at
     * another one by now is not meant. Not journaled. @default the one that waits for an answer
     */
    readonly executions?: ReadonlyArray<number>
  }
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
  /** The cache has the result of this node, made by the run `from` at `madeAtMs`. */
  | {
    readonly _tag: "CacheHit"
    readonly node: number
    readonly key: string
    readonly from: string
    readonly madeAtMs: number
    readonly outputs: { readonly [name: string]: Json }
  }
  /**
   * The cache has no result of this node that fits. `key` is what was looked for, absent when it
   * could not be made; `differing` are the parts in which the nearest entry differs, if there is one.
   */
  | {
    readonly _tag: "CacheMissed"
    readonly node: number
    readonly key?: string
    readonly reason: string
    readonly differing?: ReadonlyArray<string>
  }
  /** The result of this task is in the cache now. */
  | { readonly _tag: "CacheStored"; readonly task: TaskReference; readonly key: string }
  | { readonly _tag: "CacheNotStored"; readonly task: TaskReference; readonly reason: string }
  /** The service ended these tasks because we asked it to. */
  | { readonly _tag: "TasksTerminated"; readonly tasks: ReadonlyArray<TaskReference> }
  /**
   * The execution is lost with its compute node and the service does not repeat it. Batch repeats it by
   * itself (`TaskRequeued`), so the drivers here never tell this: it is for one of a service that does
   * not, and the only way for it to report a preemption as a failure.
   */
  | {
    readonly _tag: "TaskLost"
    readonly task: TaskReference
    readonly cause: "Preempted" | "NodeLost"
    readonly message: string
  }
  /**
   * The service itself put a running task back in its queue. A listing shows the same when somebody has
   * deleted the task and a request of ours that arrives late adds it once more; then `cause` is `Unknown`.
   */
  | {
    readonly _tag: "TaskRequeued"
    readonly task: TaskReference
    readonly cause: "Preempted" | "NodeLost" | "Unknown"
  }
  /** A watchdog sees no progress; the task is ended, and its end counts as `Stuck`. */
  | { readonly _tag: "TaskStuck"; readonly task: TaskReference; readonly message: string }
  /**
   * The job that held the run's tasks is over or gone, and `jobId` holds those planned from now on.
   * Whatever of the old one had not ended by itself is reported as vanished.
   */
  | {
    readonly _tag: "JobReplaced"
    readonly jobId: string
    readonly reason: string
    /** The run itself had ended the old one. @default somebody else did away with it */
    readonly isAfterEnd?: true
  }
  /** Something outside the run keeps it waiting, until `RunUnhindered`; at `untilMs` it gives up. */
  | {
    readonly _tag: "RunHindered"
    readonly cause: Hindrance
    readonly message: string
    readonly untilMs?: number
  }
  | { readonly _tag: "RunUnhindered"; readonly cause: Hindrance }
  /** Time has passed; retries may be due. */
  | { readonly _tag: "AlarmRang" }
  /**
   * Somebody wants these nodes ended, or the whole run when `nodes` is absent. What depends on them
   * is decided by its trigger rules. A second request to end the whole run ends its finalizers too.
   */
  | { readonly _tag: "CancelRequested"; readonly nodes?: ReadonlyArray<number> }
  /** Nothing new is submitted until `ResumeRequested`; what the service holds goes on. */
  | { readonly _tag: "PauseRequested" }
  | { readonly _tag: "ResumeRequested" }
  | { readonly _tag: "FailureModeChanged"; readonly failureMode: FailureMode }
  /** All limits, in the place of those before. */
  | { readonly _tag: "LimitsChanged"; readonly limits: RunLimits; readonly reason?: string }
  /**
   * Somebody wants these settled nodes to run again, with a new history, also after the end of the
   * run. What they kept from running waits for them again.
   */
  | {
    readonly _tag: "RerunRequested"
    readonly nodes: ReadonlyArray<number>
    /** Task slots of all of them from now on. */
    readonly slots?: number
  }

/**
 * What the reactor concluded.
 *
 * @category models
 */
export type DerivedEvent =
  /** The results of these nodes are looked for in the cache before they run. */
  | { readonly _tag: "CacheAsked"; readonly nodes: ReadonlyArray<number> }
  /** The intent to add these tasks; durable before the request leaves. */
  | { readonly _tag: "SubmissionPlanned"; readonly tasks: ReadonlyArray<TaskReference> }
  /** The intent to put this task back in the queue; durable before the request leaves. */
  | { readonly _tag: "ReactivationPlanned"; readonly task: TaskReference }
  | {
    readonly _tag: "RetryDecided"
    readonly node: number
    readonly decision: Decision & { readonly _tag: "Retry" }
    readonly via: "reactivate" | "resubmit"
    /** Why that mechanism. */
    readonly because?: string
    readonly dueAtMs: number
  }
  /** The author's own class of the last attempt, in the place of the one from the table. */
  | { readonly _tag: "FailureClassified"; readonly node: number; readonly failure: Failure }
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
  /** `failure` is there when a policy did without the node. */
  | {
    readonly _tag: "NodesSkipped"
    readonly nodes: ReadonlyArray<number>
    readonly reason: string
    readonly failure?: Failure
  }
  /** The node counts as succeeded, with these outputs. */
  | {
    readonly _tag: "NodeSubstituted"
    readonly node: number
    readonly outputs: { readonly [name: string]: Json }
    readonly failure: Failure
    readonly reason: string
  }
  /** Nodes that had settled wait again. */
  | { readonly _tag: "NodesReopened"; readonly nodes: ReadonlyArray<number> }
  /**
   * In the native mode: the service holds these back for a task of `from` that will not succeed;
   * their nodes wait again, and their tasks are ended.
   */
  | {
    readonly _tag: "NodesWithdrawn"
    readonly from: number
    readonly nodes: ReadonlyArray<number>
  }
  /** A circuit breaker opened: nothing is submitted before `untilMs`, then one task at a time. */
  | { readonly _tag: "SubmissionHeld"; readonly untilMs: number; readonly reason: string }
  | {
    readonly _tag: "RunStopping"
    readonly why: "cancel" | "drain" | "failFast"
    /** Finalizers are cancelled too. */
    readonly withFinalizers?: boolean
  }
  | { readonly _tag: "RunFinished"; readonly outcome: RunOutcome }

/**
 * Any event of a run.
 *
 * @category models
 */
export type RunEvent = ExternalEvent | DerivedEvent

/**
 * How a run ended: every node succeeded or was skipped, at least one did not, or it was cancelled.
 *
 * @category models
 */
export type RunOutcome = "succeeded" | "failed" | "cancelled"

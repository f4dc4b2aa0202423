/**
 * One task of a job as the service keeps it: identity, constraints, state and what its runs left.
 *
 * T1 `result`, `endAtMs` and `failure` are present only when the task is completed; `failure` exactly
 *    when `result` is `failure`.
 * T2 a task that never ran has no `startAtMs` and no `exitCode`.
 * T3 `previousState` is absent until the first change of state.
 */
import type { ExitConditions } from "./ExitConditions.ts"
import type { Subtask } from "./Subtask.ts"
import type { TaskPlacing, TaskPlacingSpec } from "./TaskPlacing.ts"

/**
 * The states of a task; `preparing` is on a node that runs the job's preparation first.
 *
 * @source TaskState 2024-02-01.19.0
 * @category models
 */
export type TaskState = "active" | "preparing" | "running" | "completed"

/**
 * Where a task is in our queues, finer than its state.
 *
 * `waiting` and `ready` are both `active`; `deleted` is what remains of a task for late reports.
 *
 * @category models
 */
export type TaskPhase =
  | "waiting"
  | "ready"
  | "preparing"
  | "running"
  | "completed"
  | "deleted"

/**
 * The limits of a task, with every default filled in.
 *
 * @source TaskConstraints 2024-02-01.19.0
 * @category models
 */
export interface TaskConstraints {
  /** Longest run before the service ends it; `Infinity` when unlimited. */
  readonly maxWallClockMs: number
  /** Shortest time the task directory stays after the end. */
  readonly retentionMs: number
  /** Retries after a nonzero exit: `n` retries, or `-1` for no limit. */
  readonly maxTaskRetryCount: number
}

/**
 * How long task directories are kept by default: seven days, in milliseconds.
 *
 * @source TaskConstraints 2024-02-01.19.0
 * @category values
 */
export const retentionMsDefault = 604_800_000

/**
 * The limits as a caller gives them, not to be written to later; whatever is absent takes its default.
 *
 * @category models
 */
export interface TaskConstraintsSpec {
  readonly maxWallClockMs?: number
  readonly retentionMs?: number
  readonly maxTaskRetryCount?: number
}

/**
 * The tasks a task waits for: ids, and inclusive ranges of ids that are whole numbers.
 *
 * @source TaskDependencies 2024-02-01.19.0
 * @category models
 */
export interface TaskDependencies {
  readonly taskIds?: ReadonlyArray<string>
  readonly taskIdRanges?: ReadonlyArray<{ readonly start: number; readonly end: number }>
}

/**
 * What is needed to add a task. What the task runs is the executor's matter and not kept here.
 *
 * @category models
 */
export interface TaskSpec {
  readonly id: string
  /** Slots the task takes on its node. @default 1 */
  readonly requiredSlots?: number
  readonly constraints?: TaskConstraintsSpec
  readonly dependsOn?: TaskDependencies
  readonly exitConditions?: ExitConditions
  /** How the task chooses its node or nodes, if not like any other. */
  readonly placing?: TaskPlacingSpec
}

/**
 * Why a completed task counts as failed.
 *
 * @source TaskFailureInformation 2024-02-01.19.0
 * @category models
 */
export interface TaskFailure {
  readonly category: "usererror" | "servererror"
  readonly code: string
  readonly message: string
  readonly details: ReadonlyArray<{ readonly name: string; readonly value: string }>
}

/**
 * What the runs of a task left behind.
 *
 * @source TaskExecutionInformation 2024-02-01.19.0
 * @category models
 */
export interface TaskExecution {
  /** Automatic retries since the add or the last reactivation. */
  retryCount: number
  /** Times a user's request put the task back. */
  requeueCount: number
  /** Start of the latest run; present while running and after a run. */
  startAtMs: number | undefined
  endAtMs: number | undefined
  exitCode: number | undefined
  result: "success" | "failure" | undefined
  failure: TaskFailure | undefined
  lastRetryAtMs: number | undefined
  lastRequeueAtMs: number | undefined
}

/**
 * What a waiting task looks at: one unsatisfied dependency at a time.
 *
 * @internal
 */
export interface TaskWait {
  readonly ids: ReadonlyArray<string>
  readonly ranges: ReadonlyArray<{ readonly start: number; readonly end: number }>
  idCursor: number
  rangeCursor: number
  /** The lower-case id or the whole number whose satisfaction wakes the task. */
  watching: string | number | undefined
}

/**
 * One stored task. Readers must not write to it.
 *
 * @category models
 */
export interface Task {
  /** Dense number of the task in its account; given to another task after a delete. */
  readonly index: number
  /** The id as first given; looked up without regard to case. */
  readonly id: string
  readonly createdAtMs: number
  /** Place of the add among all adds and changes of the account. */
  readonly createdNumber: number
  readonly requiredSlots: number
  readonly exitConditions: ExitConditions | undefined
  /** Absent for a task that takes any node. */
  readonly placing: TaskPlacing | undefined
  constraints: TaskConstraints
  state: TaskState
  stateTransitionAtMs: number
  previousState: TaskState | undefined
  previousStateTransitionAtMs: number | undefined
  readonly execution: TaskExecution
  /** The node of the latest run in the account, or `-1` when there was none. */
  nodeIndex: number
  /** Times the task was put on a node, whatever came of it. */
  runsCount: number
  /**
   * The first run of the latest placing, or `0` when no run's report may change the task any more.
   */
  generation: number
  /** Of the latest placing of a multi-instance task; absent for any other. */
  subtasks: ReadonlyArray<Subtask> | undefined
  /** Place of the latest change of state among all adds and changes of the account. */
  changedNumber: number
  /** @internal */
  phase: TaskPhase
  /** @internal */
  rank: number
  /** @internal */
  readonly wait: TaskWait | undefined
}

/**
 * Tells whether a task has a node: it runs, or waits there for its job's preparation.
 *
 * @category guards
 */
export const isPlaced = (task: Task): boolean =>
  task.phase === "running" || task.phase === "preparing"

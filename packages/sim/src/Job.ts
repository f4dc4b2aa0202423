/**
 * One job of the account: its settings, its state, its tasks and the counts and orders over them.
 */
import type { DependencyLedger } from "./DependencyLedger.ts"
import type {
  JobPreparation,
  JobPreparationSpec,
  JobRelease,
  JobReleaseSpec,
  NodeChores
} from "./JobChore.ts"
import * as RankQueue from "./RankQueue.ts"
import type { Task, TaskSpec, TaskState } from "./Task.ts"
import type { JobCounts } from "./TaskCounts.ts"
import type { TaskLog } from "./TaskLog.ts"
import type { ReadyQueue } from "./TaskPlacing.ts"

/**
 * The states of a job; `enabling` is passed through at once and never seen.
 *
 * @source JobState 2024-02-01.19.0
 * @category models
 */
export type JobState =
  | "active"
  | "disabling"
  | "disabled"
  | "terminating"
  | "completed"
  | "deleting"

/**
 * What becomes of running tasks when their job is disabled.
 *
 * @source DisableJobOption 2024-02-01.19.0
 * @category models
 */
export type DisableTasks = "requeue" | "terminate" | "wait"

/**
 * The limits of a job, with every default filled in.
 *
 * @source JobConstraints 2024-02-01.19.0
 * @category models
 */
export interface JobConstraints {
  /** Longest life from creation; `Infinity` when unlimited. */
  readonly maxWallClockMs: number
  /** Given to tasks that name no retry count of their own. */
  readonly maxTaskRetryCount: number
}

/**
 * The limits as a caller gives them; whatever is absent takes its default.
 *
 * @category models
 */
export interface JobConstraintsSpec {
  readonly maxWallClockMs?: number
  readonly maxTaskRetryCount?: number
}

/**
 * What is needed to add a job.
 *
 * @source JobAddParameter 2024-02-01.19.0
 * @category models
 */
export interface JobSpec {
  readonly id: string
  /** A pool that does not exist is accepted; the tasks then wait. */
  readonly poolId: string
  /** From -1000 to 1000. @default 0 */
  readonly priority?: number
  /** A positive number, or -1 for no limit. @default -1 */
  readonly maxParallelTasks?: number
  /** @default false */
  readonly usesTaskDependencies?: boolean
  /** @default "noaction" */
  readonly onAllTasksComplete?: "noaction" | "terminatejob"
  /** @default "noaction" */
  readonly onTaskFailure?: "noaction" | "performexitoptionsjobaction"
  readonly constraints?: JobConstraintsSpec
  readonly preparation?: JobPreparationSpec
  /** Needs a preparation. */
  readonly release?: JobReleaseSpec
  readonly manager?: JobManagerSpec
  /** How many tasks are to come; only sets the first allocations. @default nobody knows */
  readonly tasksExpected?: number
}

/**
 * The task that is added with its job and starts before any other of it.
 *
 * @source JobManagerTask 2024-02-01.19.0
 * @category models
 */
export interface JobManagerSpec {
  readonly task: TaskSpec
  /** Whether the job ends with it. @default true */
  readonly isJobEndedWithIt?: boolean
  /** Whether it takes a whole node. @default true */
  readonly isExclusive?: boolean
  /** @default true */
  readonly takesLowPriorityNodes?: boolean
}

/**
 * The members a patch may replace, each as a whole; an absent member stays.
 *
 * @source JobPatchParameter 2024-02-01.19.0
 * @category models
 */
export interface JobPatch {
  readonly priority?: number
  readonly maxParallelTasks?: number
  readonly onAllTasksComplete?: "noaction" | "terminatejob"
  readonly constraints?: JobConstraintsSpec
  /** Another pool than the job's own needs the job disabled. */
  readonly poolId?: string
}

/**
 * One stored job. Readers must not write to it.
 *
 * @category models
 */
export interface Job {
  /** Number of the job in its account, never given again. */
  readonly index: number
  /** The id as first given; looked up without regard to case. */
  readonly id: string
  readonly usesTaskDependencies: boolean
  readonly onTaskFailure: "noaction" | "performexitoptionsjobaction"
  readonly createdAtMs: number
  poolId: string
  priority: number
  maxParallelTasks: number
  onAllTasksComplete: "noaction" | "terminatejob"
  constraints: JobConstraints
  state: JobState
  stateTransitionAtMs: number
  previousState: JobState | undefined
  previousStateTransitionAtMs: number | undefined
  endAtMs: number | undefined
  /** Known from the moment the job begins to terminate. */
  terminateReason: string | undefined
  /** Tasks by lower-case id. */
  readonly tasks: Map<string, Task>
  readonly counts: JobCounts
  /** Tasks in the order of their adds. */
  readonly creations: TaskLog
  /** Tasks by the state they are in, in the order of their change to it. */
  readonly changes: Readonly<Record<TaskState, TaskLog>>
  /** @internal */
  readonly dependencies: DependencyLedger
  readonly preparation: JobPreparation | undefined
  readonly release: JobRelease | undefined
  /** The nodes that ran the preparation, by index. */
  readonly nodeChores: Map<number, NodeChores>
  /** Nodes that take no task of the job (J2), by index. @internal */
  readonly barredNodes: Set<number>
  /** Ready tasks by what they need, ordered by rank. @internal */
  readonly ready: Map<number | string, ReadyQueue>
  /** Runs of tasks whose slots are still held. @internal */
  placementsCount: number
  /** Runs of the preparation and the release. @internal */
  choresCount: number
  /** Whether the release has been started wherever it must run. @internal */
  isReleased: boolean
}

/**
 * Tells whether the job will never run a task again.
 *
 * @category guards
 */
export const isEnding = (job: Job): boolean =>
  job.state === "terminating" || job.state === "completed" || job.state === "deleting"

/**
 * Tells whether a task may stand ready; one that has been deleted or ended since counts, too.
 *
 * @category reads
 */
export const hasReady = ({ ready }: Job): boolean => {
  for (const { tasks } of ready.values()) if (RankQueue.sizeOf(tasks) > 0) return true
  return false
}

/**
 * The log of the changes to a state. Written out, since a look-up by a name that varies costs more than
 * all the rest of a change.
 *
 * @internal
 */
export const changesTo = ({ changes }: Job, state: TaskState): TaskLog => {
  switch (state) {
    case "active":
      return changes.active
    case "running":
      return changes.running
    case "completed":
      return changes.completed
    case "preparing":
      return changes.preparing
  }
}

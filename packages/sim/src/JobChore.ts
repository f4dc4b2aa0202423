/**
 * The preparation and the release of a job: what runs on a node before the job's first task there, and
 * at the job's end.
 *
 * J1 a chore takes no slot of its node and is no task of the job: it is neither counted nor listed
 *    among them.
 * J2 a node whose preparation failed takes no task of the job, if the job waits for success.
 * J3 the release runs at most once on a node, after all tasks of the job have ended, and only where a
 *    task of the job was started and the preparation has ended.
 */
import type { Node } from "./Pool.ts"
import type { TaskConstraints, TaskConstraintsSpec, TaskFailure } from "./Task.ts"

/**
 * What is needed to give a job a preparation.
 *
 * @source JobPreparationTask 2024-02-01.19.0
 * @category models
 */
export interface JobPreparationSpec {
  /** @default "jobpreparation" */
  readonly id?: string
  readonly constraints?: TaskConstraintsSpec
  /** Whether tasks wait for it. @default true */
  readonly waitsForSuccess?: boolean
  /** Whether a node that was away runs it again after a success. @default true */
  readonly isRerunAfterReboot?: boolean
}

/**
 * What is needed to give a job a release.
 *
 * @source JobReleaseTask 2024-02-01.19.0
 * @category models
 */
export interface JobReleaseSpec {
  /** @default "jobrelease" */
  readonly id?: string
  /** At most `releaseWallClockMsMax`, which is the default. */
  readonly maxWallClockMs?: number
  /** @default seven days */
  readonly retentionMs?: number
}

/**
 * The longest run of a release.
 *
 * @source JobReleaseTask.maxWallClockTime 2024-02-01.19.0
 */
export const releaseWallClockMsMax = 900_000

/**
 * The preparation of a job, with every default filled in.
 *
 * @category models
 */
export interface JobPreparation {
  readonly id: string
  readonly constraints: TaskConstraints
  readonly waitsForSuccess: boolean
  readonly isRerunAfterReboot: boolean
}

/**
 * The release of a job, with every default filled in.
 *
 * @category models
 */
export interface JobRelease {
  readonly id: string
  readonly maxWallClockMs: number
  readonly retentionMs: number
}

/**
 * Which of the two chores a run is of.
 *
 * @category models
 */
export type ChoreKind = "preparation" | "release"

/**
 * How a chore went on a node.
 *
 * @source JobPreparationTaskExecutionInformation 2024-02-01.19.0
 * @category models
 */
export interface ChoreExecution {
  /** The latest run. */
  readonly generation: number
  state: "running" | "completed"
  readonly startAtMs: number
  endAtMs: number | undefined
  exitCode: number | undefined
  result: "success" | "failure" | undefined
  failure: TaskFailure | undefined
  readonly retryCount: number
  readonly lastRetryAtMs: number | undefined
}

/**
 * The chores of a job on one node.
 *
 * @category models
 */
export interface NodeChores {
  /** Also a node that has left its pool. */
  readonly node: Node
  preparation: ChoreExecution
  release: ChoreExecution | undefined
  /** Whether the preparation must run again before the next task. */
  isStale: boolean
  /** Whether a task of the job was started here. */
  hasStartedTasks: boolean
}

/**
 * The nine task operations of the service, typed and resilient.
 *
 * Guarantees: every attempt is signed afresh; a write whose reply was lost is sent again under the
 * same id and then checked, so that no task is created, terminated or reactivated twice by us; every
 * failure is a `BatchFailure`.
 *
 * @source Task_* operations, 2024-02-01.19.0
 */
import type { SubtaskInformation } from "@batchwave/wire/SubtaskInformation"
import type { CloudTask, TaskAddParameter } from "@batchwave/wire/Task"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { BatchFailure } from "./BatchFailure.ts"
import type { ConstraintsReplacement } from "./ConstraintsReplacement.ts"
import type { CreateTasksError } from "./CreateTasksError.ts"
import { Exchange } from "./internal/Exchange.ts"
import * as MetadataSink from "./internal/MetadataSink.ts"
import * as TaskCalls from "./internal/TaskCalls.ts"
import type {
  ConditionalOptions,
  GetOptions,
  ListOptions,
  ReactivateOptions,
  RequestOptions,
  Selected,
  SelectOptions
} from "./RequestOptions.ts"
import type { TaskCollectionResult } from "./TaskOutcome.ts"

/** What to do when the id of a task is already taken on the first, unambiguous send. */
export interface IfExistsOption {
  /**
   * `refuse` fails with `Conflict`; `adopt` reads the task and takes it when it is the one meant.
   * After an ambiguous send the task is always read and compared. @default "refuse"
   */
  readonly ifExists?: "refuse" | "adopt"
}

/** Options of `add`. */
export interface AddOptions extends RequestOptions, IfExistsOption {}

/** How far an `addCollection` call has come; counts only grow. */
export interface AddProgress {
  /** Tasks with an outcome. */
  readonly settled: number
  /** Tasks in the call. */
  readonly total: number
  /** HTTP requests sent so far. */
  readonly requests: number
}

/** Options of `addCollection`. */
export interface AddCollectionOptions extends RequestOptions, IfExistsOption {
  /** Requests in flight, at most 1024; 0 and 1 send one after another. @default 4 */
  readonly concurrency?: number
  /** Tasks per request, 1 to 100. @default 100 */
  readonly tasksPerRequestMax?: number
  /** UTF-8 bytes of one request's body. @default the client's `bodyBytesMax`, 1048576 */
  readonly bodyBytesMax?: number
  /** Called after each request that settled tasks; must be quick and must not throw. */
  readonly onProgress?: (progress: AddProgress) => void
  /**
   * Runs when the call is interrupted, with one outcome per task: what was settled stays, what was on
   * the way is `Unknown` with code `Interrupted`, what was not sent is `Refused` with code `NotSent`.
   * @default none
   */
  readonly onInterrupt?: (known: TaskCollectionResult) => Effect.Effect<void>
}

/** The task operations. */
export interface TaskOperationsShape {
  /**
   * Adds one task. Fails with `Conflict` when the id is taken, with `IdConflict` when it turns out
   * to be taken by another task than ours, with `NotFound` when there is no such job.
   */
  readonly add: (
    jobId: string,
    task: TaskAddParameter,
    options?: AddOptions
  ) => Effect.Effect<void, BatchFailure>
  /**
   * Adds any number of tasks in as few requests as the limits allow. Succeeds when every task is
   * added, already there or refused for a reason of its own; fails with `CreateTasksError` when
   * whole requests failed, and with a `BatchFailure` when nothing was added at all. A stream is read to
   * its end before anything is sent, because two tasks with one id are refused before sending.
   */
  readonly addCollection: <E = never, R = never>(
    jobId: string,
    tasks: Iterable<TaskAddParameter> | Stream.Stream<TaskAddParameter, E, R>,
    options?: AddCollectionOptions
  ) => Effect.Effect<TaskCollectionResult, BatchFailure | CreateTasksError | E, R>
  /** Reads one task; `select` narrows the type of the result. */
  readonly get: <K extends string = string>(
    jobId: string,
    taskId: string,
    options?: GetOptions<CloudTask, K>
  ) => Effect.Effect<Selected<CloudTask, K>, BatchFailure>
  /**
   * Replaces the constraints of a task as a whole. All three have to be named, since the service resets
   * what is left out: `undefined` returns one to its default (no wall clock limit, seven days of
   * retention, the job's retry count), and an object that lacks one is refused before sending, with code
   * `ConstraintsIncomplete`. To change one constraint and keep the others use `TaskUpdate.merge`.
   */
  readonly update: (
    jobId: string,
    taskId: string,
    constraints: ConstraintsReplacement,
    options?: ConditionalOptions
  ) => Effect.Effect<void, BatchFailure>
  /** Deletes a task and its files. A task already gone is `NotFound`, except after a lost reply. */
  readonly delete: (
    jobId: string,
    taskId: string,
    options?: ConditionalOptions
  ) => Effect.Effect<void, BatchFailure>
  /** Ends a task. One already completed is `Conflict` and one gone `NotFound`, except after a lost reply. */
  readonly terminate: (
    jobId: string,
    taskId: string,
    options?: ConditionalOptions
  ) => Effect.Effect<void, BatchFailure>
  /**
   * Makes a failed task run again. A task not completed is `Conflict`, except after a lost reply. Who has
   * read the task names its end in `completedAt`: then a lost reply leaves no doubt.
   */
  readonly reactivate: (
    jobId: string,
    taskId: string,
    options?: ReactivateOptions
  ) => Effect.Effect<void, BatchFailure>
  /**
   * Lists the tasks of a job, following every page; `select` narrows the type of the items. Order is
   * the service's. A task that changes during the walk may be missed or come twice.
   */
  readonly list: <K extends string = string>(
    jobId: string,
    options?: ListOptions<CloudTask, K>
  ) => Stream.Stream<Selected<CloudTask, K>, BatchFailure>
  /** Lists the tasks of a job page by page; pages may be empty. */
  readonly listPages: <K extends string = string>(
    jobId: string,
    options?: ListOptions<CloudTask, K>
  ) => Stream.Stream<ReadonlyArray<Selected<CloudTask, K>>, BatchFailure>
  /** Lists the subtasks of a multi-instance task; empty for an ordinary one. */
  readonly listSubtasks: <K extends string = string>(
    jobId: string,
    taskId: string,
    options?: RequestOptions & SelectOptions<SubtaskInformation, K>
  ) => Effect.Effect<ReadonlyArray<Selected<SubtaskInformation, K>>, BatchFailure>
}

/** The task operations as a service. Made by `BatchClient.layer`. */
export class TaskOperations extends Context.Service<TaskOperations, TaskOperationsShape>()(
  "@batchwave/client/TaskOperations"
) {
  /** The operations over what carries calls; `bodyBytesMax` bounds one request's body, in bytes. */
  static readonly layerNoDeps = (
    bodyBytesMax: number
  ): Layer.Layer<TaskOperations, never, Exchange> =>
    Layer.effect(
      TaskOperations,
      Effect.map(
        Exchange,
        (exchange) => TaskCalls.make(MetadataSink.observed(exchange), bodyBytesMax)
      )
    )
}

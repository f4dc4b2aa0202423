/**
 * Waits until tasks reach a state, and streams the state changes of a job.
 *
 * Guarantees: a job is listed once at a time however many wait on it, and not at all while nobody
 * does; "at least" a state is meant, so a task that runs through a state between two listings counts;
 * what is answered was listed after the question was asked; every wait ends.
 *
 * @example
 * ```ts
 * const watch = yield* TaskWatch
 * const ended = yield* watch.until("job-1", ["t1", "t2"], "completed", { timeoutMs: 600_000 })
 * ```
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RcMap from "effect/RcMap"
import * as Stream from "effect/Stream"
import type { BatchFailure } from "./BatchFailure.ts"
import * as ChangeStream from "./internal/ChangeStream.ts"
import * as JobFeed from "./internal/JobFeed.ts"
import * as Waiter from "./internal/Waiter.ts"
import { TaskOperations } from "./TaskOperations.ts"
import type { TasksMissing, UntilOptions, WatchTimedOut } from "./TaskWait.ts"
import type { AwaitedState, WatchedTask } from "./WatchedTask.ts"
import { defaultWatchPolicy, type WatchPolicy } from "./WatchPolicy.ts"

/** Waits for tasks. */
export interface TaskWatchShape {
  /**
   * Waits until every task has at least reached a state, and answers them in the order of the ids, as
   * they were when they were seen there. `completed` says nothing of success: see
   * `executionInfo.result`. Fails with `WatchTimedOut`, with `TasksMissing`, when listing fails, or with
   * `InvalidRequest` for a time that is no number.
   */
  readonly until: (
    jobId: string,
    taskIds: Iterable<string>,
    state: AwaitedState,
    options?: UntilOptions
  ) => Effect.Effect<ReadonlyArray<WatchedTask>, BatchFailure | WatchTimedOut | TasksMissing>
  /**
   * Streams the tasks of a job: each one as it is first, and again after every change of its state.
   * A slow consumer gets the latest state of a task instead of all of them. Ends only with a failure,
   * such as `NotFound` when the job is gone.
   */
  readonly changes: (jobId: string) => Stream.Stream<WatchedTask, BatchFailure>
}

/** The watch as a service. Made by `BatchClient.layer`. */
export class TaskWatch extends Context.Service<TaskWatch, TaskWatchShape>()(
  "@batchwave/client/TaskWatch"
) {
  /** The watch over the task operations. */
  static readonly layer = (
    policy: Partial<WatchPolicy> = {}
  ): Layer.Layer<TaskWatch, never, TaskOperations> =>
    Layer.effect(TaskWatch, make({ ...defaultWatchPolicy, ...policy }))
}

const make = Effect.fnUntraced(function*(policy: WatchPolicy) {
  const tasks = yield* TaskOperations
  const feeds: RcMap.RcMap<string, JobFeed.JobFeed> = yield* RcMap.make({
    lookup: (jobId: string) =>
      Effect.tap(
        Effect.sync(() => JobFeed.make(jobId)),
        (feed) =>
          Effect.forkScoped(
            JobFeed.follow(feed, tasks, policy).pipe(
              Effect.catchCause((cause) =>
                Effect.andThen(
                  RcMap.invalidate(feeds, jobId),
                  Effect.sync(() => JobFeed.end(feed, cause))
                )
              )
            )
          )
      )
  })
  const until = Effect.fn("TaskWatch.until")(
    function*(
      jobId: string,
      taskIds: Iterable<string>,
      state: AwaitedState,
      options: UntilOptions = {}
    ) {
      const refusal = Waiter.refusalOf(jobId, options)
      if (refusal !== undefined) return yield* refusal
      const wait = Waiter.make(jobId, Array.from(taskIds), state, options)
      if (wait.pending.size === 0) return []
      const feed = yield* RcMap.get(feeds, jobId)
      yield* Waiter.settle(feed, wait).pipe(
        Effect.timeoutOrElse({
          duration: options.timeoutMs ?? Waiter.timeoutMsDefault,
          orElse: () =>
            Effect.fail(Waiter.timedOut(wait, options.timeoutMs ?? Waiter.timeoutMsDefault))
        })
      )
      return wait.taskIds.flatMap((id) => wait.reached.get(id.toLowerCase()) ?? [])
    },
    Effect.scoped
  )
  return TaskWatch.of({
    until,
    changes: (jobId) =>
      Stream.unwrap(Effect.flatMap(RcMap.get(feeds, jobId), (feed) => ChangeStream.make(feed)))
  })
})

/**
 * The changes of a job as a stream: a subscriber of the job's feed that keeps what is not taken yet,
 * once per task, so that a slow consumer holds nobody up and the memory is bounded by the job.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Stream from "effect/Stream"
import type { BatchFailure } from "../BatchFailure.ts"
import type { WatchedTask } from "../WatchedTask.ts"
import * as JobFeed from "./JobFeed.ts"

/** The changes of a feed; what is not taken yet is kept once per task. */
export const make = Effect.fnUntraced(function*(feed: JobFeed.JobFeed) {
  const waiting = new Map<string, WatchedTask>()
  const filled = Latch.makeUnsafe(false)
  let ended: Cause.Cause<BatchFailure> | undefined
  const subscriber: JobFeed.Subscriber = {
    fail: (cause) => {
      ended = cause
      filled.openUnsafe()
    },
    tell: (news) => {
      for (const task of news) waiting.set(task.id ?? "", task)
      if (waiting.size > 0) filled.openUnsafe()
      return false
    }
  }
  yield* Effect.acquireRelease(
    Effect.sync(() => JobFeed.join(feed, subscriber)),
    () => Effect.sync(() => JobFeed.leave(feed, subscriber))
  )
  const take = Effect.andThen(
    filled.await,
    Effect.suspend((): Effect.Effect<ReadonlyArray<WatchedTask>, BatchFailure> => {
      const taken = Array.from(waiting.values())
      if (taken.length === 0 && ended !== undefined) return Effect.failCause(ended)
      waiting.clear()
      if (ended === undefined) filled.closeUnsafe()
      return Effect.succeed(taken)
    })
  )
  return Stream.flattenIterable(Stream.fromEffectRepeat(take))
})

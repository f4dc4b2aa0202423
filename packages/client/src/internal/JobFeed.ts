/**
 * Follows the tasks of one job by listing them: one listing at a time, however many subscribers.
 *
 * J1 A listing asks for what changed since the latest change seen, less an overlap that shrinks to
 *    nothing while nothing changes; one in `listingsPerSweep` lists the whole job and finds what the
 *    filter may have missed and what was deleted.
 * J2 A change is told once: a task with the state and transition time last told is old news, and so
 *    is one with an earlier transition time.
 * J3 A subscriber is first told of everything known, after a listing that began when it had joined:
 *    what was true before it asked may no longer be.
 * J4 Listings begin at least `intervalMsMin` apart, and at most `intervalMsMax` after the last ended.
 *
 * @source Task_List 2024-02-01.19.0; ETags do not change with states, transition times do
 */
import * as Iso8601 from "@batchwave/wire/Iso8601"
import type * as OData from "@batchwave/wire/OData"
import { TaskFilter } from "@batchwave/wire/ODataProperties"
import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Stream from "effect/Stream"
import type { BatchFailure } from "../BatchFailure.ts"
import type { TaskOperationsShape } from "../TaskOperations.ts"
import { watchedProperties, type WatchedTask } from "../WatchedTask.ts"
import type { WatchPolicy } from "../WatchPolicy.ts"
import * as Monotonic from "./Monotonic.ts"

/** The ids, in lower case, of all tasks of a job, when a listing listed them all. */
export type SweptIds = ReadonlySet<string>

/** Whoever follows a job. */
export interface Subscriber {
  /** Is told of changes after a listing; answers whether the whole job should be listed next. */
  readonly tell: (news: Iterable<WatchedTask>, swept: SweptIds | undefined) => boolean
  /** Is told that nothing more will come, and why. */
  readonly fail: (cause: Cause.Cause<BatchFailure>) => void
}

/** What is known of a job. */
export interface JobFeed {
  readonly jobId: string
  /** By id in lower case. */
  readonly known: Map<string, WatchedTask>
  readonly members: Set<Subscriber>
  /** Those who have not been told anything yet. */
  readonly joining: Set<Subscriber>
  /** Open when somebody has joined. */
  readonly wake: Latch.Latch
  /** The latest state change seen, in epoch milliseconds by the service's clock. */
  latestMs: number | undefined
  /** When something new was last seen, on the monotonic clock, in milliseconds. */
  newsAtMs: number
  needsSweep: boolean
  /** Why nothing more will come. */
  end: Cause.Cause<BatchFailure> | undefined
}

/** A feed that knows nothing. */
export const make = (jobId: string): JobFeed => ({
  jobId,
  known: new Map(),
  members: new Set(),
  joining: new Set(),
  wake: Latch.makeUnsafe(false),
  latestMs: undefined,
  newsAtMs: 0,
  needsSweep: true,
  end: undefined
})

/** Lets a subscriber join. */
export const join = (feed: JobFeed, subscriber: Subscriber): void => {
  if (feed.end !== undefined) return subscriber.fail(feed.end)
  feed.joining.add(subscriber)
  feed.wake.openUnsafe()
}

/** Lets a subscriber leave. */
export const leave = (feed: JobFeed, subscriber: Subscriber): void => {
  feed.joining.delete(subscriber)
  feed.members.delete(subscriber)
}

/** Listings in a row that may fail for a passing reason before the subscribers are told. */
const failuresMax = 3

/** How much the interval grows after a listing that found nothing new. */
const growth = 1.5

/** Follows the job, once somebody has joined, until it is interrupted or listings fail for good. */
export const follow = Effect.fnUntraced(function*(
  feed: JobFeed,
  tasks: Pick<TaskOperationsShape, "listPages">,
  policy: WatchPolicy
): Effect.fn.Return<void, BatchFailure> {
  let intervalMs = policy.intervalMsMin
  let failures = 0
  yield* feed.wake.await
  for (let listings = 0;; listings++) {
    const isSweep = feed.needsSweep || listings % policy.listingsPerSweep === 0
    const joined = Array.from(feed.joining)
    feed.wake.closeUnsafe()
    const found = yield* list(feed, tasks, policy, isSweep).pipe(
      Effect.catchIf(
        (failure) => failure.retryable && ++failures <= failuresMax,
        () => Effect.succeed(undefined)
      )
    )
    let changes = 0
    if (found !== undefined) {
      failures = 0
      changes = found.news.length
      publish(feed, joined, found)
    }
    intervalMs = changes > 0 || feed.needsSweep
      ? policy.intervalMsMin
      : Math.min(policy.intervalMsMax, intervalMs * growth)
    yield* Effect.sleep(policy.intervalMsMin)
    yield* Effect.raceFirst(
      Effect.sleep(intervalMs - policy.intervalMsMin),
      feed.wake.await
    )
  }
})

/** Tells every subscriber that the feed has ended. */
export const end = (feed: JobFeed, cause: Cause.Cause<BatchFailure>): void => {
  feed.end = cause
  for (const subscriber of [...feed.members, ...feed.joining]) subscriber.fail(cause)
}

/** What one listing found. */
interface Found {
  readonly news: ReadonlyArray<WatchedTask>
  readonly swept: SweptIds | undefined
}

const list = Effect.fn("TaskWatch.list")(function*(
  feed: JobFeed,
  tasks: Pick<TaskOperationsShape, "listPages">,
  policy: WatchPolicy,
  isSweep: boolean
): Effect.fn.Return<Found, BatchFailure> {
  const clock = yield* Clock.Clock
  const news: Array<WatchedTask> = []
  const swept = isSweep ? new Set<string>() : undefined
  const filter = isSweep
    ? undefined
    : changedSince(feed, policy, Monotonic.msBy(clock) - feed.newsAtMs)
  yield* tasks.listPages(feed.jobId, {
    select: watchedProperties,
    ...(filter === undefined ? {} : { filter })
  }).pipe(Stream.runForEach((page) =>
    Effect.sync(() => {
      for (const task of page) {
        if (task.id === undefined) continue
        swept?.add(task.id.toLowerCase())
        if (note(feed, task.id.toLowerCase(), task)) news.push(task)
      }
    })
  ))
  if (news.length > 0) feed.newsAtMs = Monotonic.msBy(clock)
  if (swept !== undefined) {
    feed.needsSweep = false
    for (const id of feed.known.keys()) if (!swept.has(id)) feed.known.delete(id)
  }
  return { news, swept }
})

const changedSince = (
  feed: JobFeed,
  policy: WatchPolicy,
  quietMs: number
): OData.Filter | undefined => {
  if (feed.latestMs === undefined) return undefined
  const sinceMs = feed.latestMs - Math.max(0, policy.overlapMs - quietMs)
  return TaskFilter.ge("stateTransitionTime", Iso8601.timestampOfEpochMs(sinceMs))
}

/** Notes a task as it was listed; true when that is news. */
const note = (feed: JobFeed, id: string, task: WatchedTask): boolean => {
  const last = feed.known.get(id)
  const changedAt = task.stateTransitionTime
  if (last !== undefined) {
    const order = Iso8601.compareTimestamps(changedAt ?? "", last.stateTransitionTime ?? "")
    if (order < 0 || (order === 0 && last.state === task.state)) return false
  }
  feed.known.set(id, task)
  const changedAtMs = changedAt === undefined ? undefined : Iso8601.timestampToEpochMs(changedAt)
  if (changedAtMs !== undefined) {
    feed.latestMs = Math.max(feed.latestMs ?? changedAtMs, changedAtMs)
  }
  return true
}

const publish = (feed: JobFeed, joined: ReadonlyArray<Subscriber>, found: Found): void => {
  const told = Array.from(feed.members)
  if (found.news.length > 0 || found.swept !== undefined) {
    for (const subscriber of told) tell(feed, subscriber, found.news, found.swept)
  }
  for (const subscriber of joined) {
    if (!feed.joining.delete(subscriber)) continue
    feed.members.add(subscriber)
    tell(feed, subscriber, feed.known.values(), found.swept)
  }
}

const tell = (
  feed: JobFeed,
  subscriber: Subscriber,
  news: Iterable<WatchedTask>,
  swept: SweptIds | undefined
): void => {
  if (feed.members.has(subscriber) && subscriber.tell(news, swept)) feed.needsSweep = true
}

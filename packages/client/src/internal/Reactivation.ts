/**
 * Whether a reactivation whose reply was lost took effect, told from the task as it is now.
 *
 * A task that may run again, or does, was reactivated. A completed one may have failed again since, so
 * that a second reactivation would run it once too often. Where the caller knows when the task had ended
 * before, it has exactly when it ended at another time. Otherwise the first send is placed on the
 * service's clock by the `Date` of the read, which has a resolution of one second and is therefore a span:
 *
 * 1. a run that began before the span is the old one: nothing was reactivated;
 * 2. a run that began after the span is a new one: the task was reactivated;
 * 3. a run that began within the span is a new one exactly when a user has written the task since: then
 *    `lastModified` lies in the span or after it and is not the time of the creation.
 *
 * A time of the run that is absent or unreadable is taken as within the span, and one of the write as
 * after it, because a run too many cannot be taken back.
 *
 * @source Task_Reactivate and CloudTask 2024-02-01.19.0: state, stateTransitionTime,
 *   executionInfo.startTime, lastModified.
 *   That a reactivation counts as a user's write is not recorded of the service; only rule 3 needs it.
 */
import { decodeTask } from "@batchwave/wire/Decode"
import * as Iso8601 from "@batchwave/wire/Iso8601"
import type { CloudTask } from "@batchwave/wire/Task"
import { TasksApi } from "@batchwave/wire/TasksApi"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Doubt, Finding } from "./Call.ts"
import type { ExchangeShape } from "./Exchange.ts"
import { parseHttpDate } from "./HttpDate.ts"
import * as Monotonic from "./Monotonic.ts"
import { callOf, queryOf, readJson } from "./Request.ts"

/** When the first send left, by the service's clock, in milliseconds of Unix time. */
export interface SendSpan {
  readonly earliestMs: number
  readonly latestMs: number
}

/** Clocks of one service may differ by so much, in milliseconds. */
const slackMs = 500

/** Resolution of a `Date` header, in milliseconds. */
const dateMs = 1000

/** What is known about the read that places a send on the service's clock. */
export interface ReadTimes {
  /** The service's `Date` of the read, in milliseconds of Unix time. */
  readonly dateMs: number
  /** From the first send to the start of the read, in milliseconds. */
  readonly toStartMs: number
  /** From the first send to the end of the read, in milliseconds. */
  readonly toEndMs: number
}

/** Places the first send on the service's clock. */
export const spanOf = (times: ReadTimes): SendSpan => ({
  earliestMs: times.dateMs - times.toEndMs - slackMs,
  latestMs: times.dateMs + dateMs - times.toStartMs + slackMs
})

/** The facts about a task that tell whether it was reactivated. */
export type TaskFacts = Pick<
  CloudTask,
  "state" | "stateTransitionTime" | "creationTime" | "lastModified" | "executionInfo"
>

/**
 * True when the task was reactivated since the first send, or may have been. `completedAt` is when it had
 * ended before.
 */
export const isReactivated = (
  task: TaskFacts,
  span: SendSpan,
  completedAt?: string
): boolean => {
  if (task.state?.toLowerCase() !== "completed") return true
  if (completedAt !== undefined && task.stateTransitionTime !== undefined) {
    return task.stateTransitionTime !== completedAt
  }
  const startedAtMs = epochMs(task.executionInfo?.startTime)
  if (startedAtMs !== undefined && startedAtMs < span.earliestMs) return false
  if (startedAtMs !== undefined && startedAtMs > span.latestMs) return true
  const writtenAtMs = epochMs(task.lastModified)
  if (writtenAtMs === undefined) return true
  return writtenAtMs >= span.earliestMs && task.lastModified !== task.creationTime
}

const epochMs = (timestamp: string | undefined): number | undefined =>
  timestamp === undefined ? undefined : Iso8601.timestampToEpochMs(timestamp)

/**
 * Reads the task before a reactivation is sent again. A task that cannot be found leaves the verdict
 * to the next send, which cannot run it; one that cannot be read, or has no state, leaves it unclear.
 */
export const lookBack = (
  exchange: ExchangeShape,
  jobId: string,
  taskId: string,
  completedAt?: string
) =>
  Effect.fnUntraced(function*(doubt: Doubt): Effect.fn.Return<Finding<void>> {
    const startMs = yield* Monotonic.ms
    const read = yield* Effect.result(exchange.deliver(
      callOf(exchange, TasksApi.get, { jobId, taskId }, {
        query: queryOf({ select }),
        options: { deadlineMs: doubt.leftMs },
        decode: readJson(decodeTask)
      })
    ))
    if (read._tag === "Failure") {
      return read.failure._tag === "NotFound" ? notReactivated : { _tag: "Unclear" }
    }
    const { reply, value } = read.success
    if (value.state === undefined) return { _tag: "Unclear" }
    const span = spanOf({
      dateMs: parseHttpDate(reply.headers.date ?? "") ?? (yield* Clock.currentTimeMillis),
      toStartMs: startMs - doubt.firstSentAtMs,
      toEndMs: (yield* Monotonic.ms) - doubt.firstSentAtMs
    })
    return isReactivated(value, span, completedAt)
      ? { _tag: "Reached", value: undefined, reply }
      : notReactivated
  })

const notReactivated = { _tag: "SendAgain", hasLooked: true } as const

const select = [
  "id",
  "state",
  "stateTransitionTime",
  "creationTime",
  "lastModified",
  "executionInfo"
]

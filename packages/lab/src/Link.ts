/**
 * What lies between an orchestrator and a service: it decides, request by request, when the service
 * acts, when the answer arrives, and what becomes of both on the way.
 *
 * A link is a value without time of its own. The same link with the same requests at the same times
 * must give the same fates, so a link that draws owns its stream of random numbers.
 */
import type { Task } from "@batchwave/sim/Task"

/**
 * The kinds of requests a run makes, for counters and for links that treat them differently.
 *
 * @category models
 */
export type RequestKind =
  | "addJob"
  | "addTasks"
  | "listTasks"
  | "getTask"
  | "reactivateTask"
  | "terminateTask"
  | "readOutputs"
  | "endJob"

/**
 * Every kind, in the order of a run.
 *
 * @category constants
 */
export const requestKinds: ReadonlyArray<RequestKind> = [
  "addJob",
  "addTasks",
  "listTasks",
  "getTask",
  "reactivateTask",
  "terminateTask",
  "readOutputs",
  "endJob"
]

/**
 * How a listing differs from the truth.
 *
 * @category models
 */
export interface ListingFate {
  /** The most tasks on this page; 0 gives an empty page with a link to the next. @default 1000 */
  readonly tasksMax?: number
  /**
   * Changes of the last so many milliseconds do not show: the task appears as it was before, or not at
   * all when it is new.
   */
  readonly lagMs?: number
  /** Leaves a task out. It is asked once for each task of the page. */
  readonly omits?: (task: Task) => boolean
}

/**
 * What becomes of one request. Milliseconds; `Infinity` means never.
 *
 * @category models
 */
export interface Fate {
  /** Until the service acts. `Infinity`: the request is lost. */
  readonly requestMs: number
  /** From then until the answer arrives. `Infinity`: the answer is lost. */
  readonly replyMs: number
  /** The service acts once more so long after the first time; nobody hears of the answer. */
  readonly repeatsAfterMs?: number
  /**
   * The answer is this trouble that passes (such as 429, 500 or 503) in place of the real one. Whether
   * the service had acted all the same is `isActed`.
   */
  readonly trouble?: {
    readonly isActed: boolean
    readonly retryAfterMs?: number
    /** HTTP status. @default 503 */
    readonly status?: number
  }
  /** Of a collection: the places in it that the service does not act on and answers with an error. */
  readonly failsItem?: (place: number) => boolean
  /** Of a collection: the order in which the answers of its items stand. @default as sent */
  readonly itemOrder?: (count: number) => ReadonlyArray<number>
  /** Of a listing. */
  readonly listing?: ListingFate
}

/**
 * The link. `size` counts the tasks that a request is about.
 *
 * @category models
 */
export interface Link {
  readonly fateOf: (kind: RequestKind, size: number, nowMs: number) => Fate
}

/**
 * A link that loses nothing; every request takes `latencyMs` there and back together.
 *
 * @category constructors
 */
export const reliable = (latencyMs = 20): Link => {
  const fate: Fate = { requestMs: latencyMs / 2, replyMs: latencyMs / 2 }
  return { fateOf: () => fate }
}

/**
 * The state of one node of a run, as a small number that fits a byte.
 *
 * ```
 * waiting ─► ready ─► submitting ─► queued ─► running ─┬► collecting ─► ended ─► succeeded
 *                          ▲           ▲               └► undecided ─┬► failed
 *                          │      reactivating ◄─┐                   │
 *                          └─────────────────────┴──── backoff ◄─────┘
 * waiting ─► blocked, skipped        any state that has not settled ─► cancelled
 * undecided ─► skipped, succeeded (a policy skips it, or gives a value in its place)
 * ready ─► recalling ─┬► ended (the cache has its result)
 *                     └► ready (it has not)
 * ```
 *
 * A chosen part of a run that has settled can be made to wait again (`NodesReopened`).
 */

/**
 * Every state a node can be in.
 *
 * @category constants
 */
export const NodeState = {
  /** Its trigger rule waits for parents. */
  waiting: 0,
  /** Its trigger rule is met; held back only by the run's mode, its limits or a pause. */
  ready: 1,
  /** The intent to add its task is durable; the service has not answered. */
  submitting: 2,
  /** The service holds the task. */
  queued: 3,
  /** The task's process runs. */
  running: 4,
  /** The task ended well and its outputs are known. */
  ended: 5,
  /** The attempt failed; the policy's answer is the next event. */
  undecided: 6,
  /** The task ended well; its outputs are being read. */
  collecting: 7,
  /** A retry is decided and not due yet. */
  backoff: 8,
  /** The intent to reactivate is durable; the service has not answered. */
  reactivating: 9,
  /** Its result is looked for in the cache. */
  recalling: 10,
  succeeded: 11,
  failed: 12,
  blocked: 13,
  cancelled: 14,
  /** Its rule or condition said no, or its policy does without it. */
  skipped: 15
} as const

/**
 * A state number.
 *
 * @category models
 */
export type NodeState = typeof NodeState[keyof typeof NodeState]

/**
 * The names of the states, by number.
 *
 * @category constants
 */
export const nodeStateNames: ReadonlyArray<keyof typeof NodeState> = [
  "waiting",
  "ready",
  "submitting",
  "queued",
  "running",
  "ended",
  "undecided",
  "collecting",
  "backoff",
  "reactivating",
  "recalling",
  "succeeded",
  "failed",
  "blocked",
  "cancelled",
  "skipped"
]

/**
 * Every change that one event can make to the state of a node, by the state before. What is not here
 * cannot happen; the simulation takes every one of them and finds no other.
 *
 * - A node in the service can be seen anywhere further on, since listings skip what was between.
 * - `ended` and `undecided` last no longer than the reaction that made them, so nobody meets a node
 *   there but the decision that follows.
 * - Only what waits in the service for a parent, or is to be added again, is taken back: what has
 *   started has seen its parents succeed.
 * - A blocked node never becomes ready at once when it is to run again: a parent that blocks it has
 *   failed, or waits for one that has, and a parent that runs again makes it wait.
 *
 * @category constants
 */
export const nodeStateMoves: {
  readonly [from in keyof typeof NodeState]: ReadonlyArray<keyof typeof NodeState>
} = {
  waiting: ["ready", "blocked", "cancelled", "skipped"],
  ready: ["waiting", "recalling", "submitting", "cancelled"],
  recalling: ["waiting", "ready", "ended", "cancelled"],
  submitting: ["waiting", "queued", "running", "collecting", "ended", "undecided", "cancelled"],
  queued: ["waiting", "running", "collecting", "ended", "undecided", "cancelled"],
  running: ["queued", "collecting", "ended", "undecided", "cancelled"],
  reactivating: [
    "queued",
    "running",
    "collecting",
    "ended",
    "undecided",
    "backoff",
    "cancelled"
  ],
  collecting: ["ended", "undecided", "cancelled"],
  ended: ["succeeded", "cancelled"],
  undecided: ["backoff", "succeeded", "failed", "skipped", "cancelled"],
  backoff: ["waiting", "submitting", "reactivating", "cancelled"],
  succeeded: ["waiting", "ready"],
  failed: ["waiting", "ready"],
  blocked: ["waiting"],
  cancelled: ["waiting", "ready"],
  skipped: ["waiting", "ready"]
}

/**
 * Whether nothing can change the state any more.
 *
 * @category queries
 */
export const isSettled = (state: number): boolean => state >= NodeState.succeeded

/**
 * Whether the service may hold a task of the node that can still run.
 *
 * @category queries
 */
export const isInService = (state: number): boolean =>
  state === NodeState.submitting || state === NodeState.queued || state === NodeState.running
  || state === NodeState.reactivating

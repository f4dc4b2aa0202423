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

/**
 * The choices that shape a whole run: when a node may be submitted, what failures do to the rest, and
 * how much the service is given at a time.
 */

/**
 * When a node is submitted.
 *
 * - `eager`: as soon as its own parents allow it.
 * - `waves`: when every node of every lower level has settled, a barrier per level.
 * - `native`: together with its parents where the service itself can hold it back until they have
 *   succeeded, so that the graph goes on without us; `NativePlan` says where it can. Elsewhere as in
 *   `eager`.
 *
 * @category models
 */
export type DependencyMode = "eager" | "waves" | "native"

/**
 * What the run does after nodes have failed for good.
 *
 * - `keepGoing`: every branch that does not depend on it finishes.
 * - `drain`: nothing new is submitted; what is in the service runs to its end.
 * - `failFast`: nothing new is submitted and what is in the service is terminated.
 * - `tolerate:N` or `tolerate:N%`: as `keepGoing` up to that many failed nodes, or that share of all
 *   nodes; with one more, as `failFast`.
 *
 * @category models
 */
export type FailureMode =
  | "keepGoing"
  | "drain"
  | "failFast"
  | `tolerate:${number}`
  | `tolerate:${number}%`

/**
 * Every dependency mode, for flags and checks.
 *
 * @category constants
 */
export const dependencyModes: ReadonlyArray<DependencyMode> = ["eager", "waves", "native"]

/**
 * The failure modes without a number, for flags and checks.
 *
 * @category constants
 */
export const failureModes: ReadonlyArray<"keepGoing" | "drain" | "failFast"> = [
  "keepGoing",
  "drain",
  "failFast"
]

/**
 * Makes the mode that tolerates a number of failed nodes, or a percentage of all nodes. Throws when
 * the number is negative, no number, or (as a count) not whole.
 *
 * @category constructors
 */
export const tolerate = (
  bound: { readonly count: number } | { readonly percent: number }
): FailureMode => {
  const mode: FailureMode = "count" in bound
    ? `tolerate:${bound.count}`
    : `tolerate:${bound.percent}%`
  if (parseFailureMode(mode) === undefined) {
    throw new Error(`${mode} is no failure mode: give a whole count or a percentage from 0 to 100`)
  }
  return mode
}

/**
 * Reads a failure mode from text; `undefined` when it is none.
 *
 * @category parsing
 */
export const parseFailureMode = (text: string): FailureMode | undefined => {
  for (const mode of failureModes) if (mode === text) return mode
  const match = /^tolerate:(\d+(?:\.\d+)?)(%?)$/.exec(text)
  if (match === null) return undefined
  const bound = Number(match[1])
  if (match[2] === "%") return bound <= 100 ? `tolerate:${bound}%` : undefined
  return Number.isSafeInteger(bound) ? `tolerate:${bound}` : undefined
}

/**
 * What so many failed nodes among `nodeCount` do to the run; `undefined` when it goes on.
 *
 * @category queries
 */
export const reactionTo = (
  mode: FailureMode,
  failedCount: number,
  nodeCount: number
): "drain" | "failFast" | undefined => {
  if (failedCount === 0 || mode === "keepGoing") return undefined
  if (mode === "drain" || mode === "failFast") return mode
  const bound = mode.slice("tolerate:".length)
  const allowed = bound.endsWith("%")
    ? Math.floor(Number(bound.slice(0, -1)) * nodeCount / 100)
    : Number(bound)
  return failedCount > allowed ? "failFast" : undefined
}

/**
 * How much the service is given at a time. What is absent is not limited.
 *
 * @category models
 */
export interface RunLimits {
  /**
   * Task slots of all nodes the service holds at a time, usually a small multiple of the slots it
   * has. A node that alone needs more goes when nothing else is there.
   */
  readonly activeSlotsMax?: number
  /**
   * The submission window: how many requests may be planned and not answered. A driver narrows it
   * when the service throttles.
   */
  readonly unansweredMax?: number
  /** The most slots one task can have: those of one compute node. Slots never grow beyond. */
  readonly nodeSlotsMax?: number
}

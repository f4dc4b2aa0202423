/**
 * The two choices that shape a whole run: when a node may be submitted, and what one failure does
 * to the rest.
 */

/**
 * When a node is submitted.
 *
 * - `eager`: as soon as its own parents allow it.
 * - `waves`: when every node of every lower level has settled, a barrier per level.
 *
 * @category models
 */
export type DependencyMode = "eager" | "waves"

/**
 * What the run does after a node has failed for good.
 *
 * - `keepGoing`: every branch that does not depend on it finishes.
 * - `drain`: nothing new is submitted; what is in the service runs to its end.
 * - `failFast`: nothing new is submitted and what is in the service is terminated.
 *
 * @category models
 */
export type FailureMode = "keepGoing" | "drain" | "failFast"

/**
 * Every dependency mode, for flags and checks.
 *
 * @category constants
 */
export const dependencyModes: ReadonlyArray<DependencyMode> = ["eager", "waves"]

/**
 * Every failure mode, for flags and checks.
 *
 * @category constants
 */
export const failureModes: ReadonlyArray<FailureMode> = ["keepGoing", "drain", "failFast"]

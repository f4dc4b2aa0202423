/**
 * What the reactor asks a driver to do: plain data, carried out by requests to the service or by a
 * simulated account. Every command can be given again after a crash, and the driver makes the
 * repetition harmless.
 */
import type { RunOutcome, TaskReference } from "./RunEvent.ts"

/**
 * An instruction to a driver.
 *
 * - `Submit`: add these tasks; answer with `TasksAccepted` or `TaskRejected`.
 * - `Reactivate`: put a completed task back in the queue; answer with `TasksAccepted` or
 *   `ReactivationRefused`.
 * - `Collect`: read the declared outputs of a task; answer with `OutputsCollected` or
 *   `OutputInvalid`.
 * - `Recall`: look for the results of these nodes in the cache; answer each with `CacheHit` or
 *   `CacheMissed`.
 * - `Terminate`: end these tasks; answer with `TasksTerminated` for those it ended.
 * - `Wake`: send `AlarmRang` at `atMs` or soon after; a later `Wake` replaces an earlier one.
 * - `Finish`: the run is over.
 *
 * @category models
 */
export type Command =
  | { readonly _tag: "Submit"; readonly tasks: ReadonlyArray<TaskReference> }
  | { readonly _tag: "Reactivate"; readonly task: TaskReference }
  | { readonly _tag: "Collect"; readonly task: TaskReference }
  | { readonly _tag: "Recall"; readonly nodes: ReadonlyArray<number> }
  | { readonly _tag: "Terminate"; readonly tasks: ReadonlyArray<TaskReference> }
  | { readonly _tag: "Wake"; readonly atMs: number }
  | { readonly _tag: "Finish"; readonly outcome: RunOutcome }

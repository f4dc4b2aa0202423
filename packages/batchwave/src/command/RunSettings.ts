/**
 * The settings of `batchwave run`, and those that `resume` and `retry` share with it, as the flags give
 * them.
 */
import type { DependencyMode, FailureMode } from "@batchwave/core/RunMode"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type { BackendName } from "../run/RunDirectory.ts"

/**
 * What a first signal does: leave the tasks in the service running, or end them.
 *
 * @category models
 */
export type OnInterrupt = "detach" | "terminate"

/**
 * What a process that works on a run is told, whether it begins the run or takes it up.
 *
 * @category models
 */
export interface SessionSettings {
  readonly json: boolean
  /** Every event as a line of JSON, in the place of the table. */
  readonly jsonl: boolean
  readonly onInterrupt: OnInterrupt
  /** A blob container with its signature. */
  readonly store: Option.Option<Redacted.Redacted>
  /** A file; of a new run it means the simulated executor. */
  readonly scenario: Option.Option<string>
  readonly data: string
  /** Results kept by earlier runs are neither used nor added to. */
  readonly noCache: boolean
  readonly quiet: boolean
  readonly verbose: boolean
}

/**
 * The same for one that takes it up.
 *
 * @category models
 */
export interface TakenUpSettings extends SessionSettings {
  /** The pipeline, if it is no longer where the run was started from. */
  readonly file: Option.Option<string>
}

/**
 * The settings.
 *
 * @category models
 */
export interface RunSettings extends SessionSettings {
  readonly file: string
  readonly param: ReadonlyArray<string>
  readonly resume: boolean
  readonly runId: Option.Option<string>
  readonly backend: Option.Option<BackendName>
  readonly pool: Option.Option<string>
  readonly mode: DependencyMode
  readonly onFailure: FailureMode
  readonly slots: Option.Option<number>
  readonly executor: Option.Option<"process" | "simulated">
  readonly seed: Option.Option<number>
}

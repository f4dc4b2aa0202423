/**
 * The settings of `batchwave run`, as the flags give them.
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
 * The settings.
 *
 * @category models
 */
export interface RunSettings {
  readonly file: string
  readonly param: ReadonlyArray<string>
  readonly resume: boolean
  readonly runId: Option.Option<string>
  readonly json: boolean
  /** Every event as a line of JSON, in the place of the table. */
  readonly jsonl: boolean
  readonly backend: Option.Option<BackendName>
  readonly pool: Option.Option<string>
  readonly mode: DependencyMode
  readonly onFailure: FailureMode
  readonly onInterrupt: OnInterrupt
  /** A blob container with its signature. */
  readonly store: Option.Option<Redacted.Redacted>
  readonly slots: Option.Option<number>
  readonly executor: Option.Option<"process" | "simulated">
  /** A file; means the simulated executor. */
  readonly scenario: Option.Option<string>
  readonly data: string
  readonly seed: Option.Option<number>
  /** Results kept by earlier runs are neither used nor added to. */
  readonly noCache: boolean
  readonly quiet: boolean
  readonly verbose: boolean
}

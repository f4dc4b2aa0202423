/**
 * What a project always says to the command, in `batchwave.config.ts` in the directory where the command
 * runs: flags and the environment come before it. Keys and signatures do not belong there; they are
 * read from the environment only.
 *
 * @example
 * ```ts
 * import { defineConfig } from "batchwave"
 *
 * export default defineConfig({ data: "../runs", onFailure: "drain" })
 * ```
 */
import type { DependencyMode, FailureMode } from "@batchwave/core/RunMode"

/**
 * The settings, each of which may be left out.
 *
 * @category models
 */
export interface BatchwaveConfig {
  /** Where runs are kept, from the directory of the file. @default ".batchwave" */
  readonly data?: string
  /** @default "azure" when there is an endpoint, else "emulator" */
  readonly backend?: "emulator" | "azure"
  /** The URL of the account. */
  readonly endpoint?: string
  readonly account?: string
  /** The id of a pool of the account. */
  readonly pool?: string
  /** When a node is submitted. @default "eager" */
  readonly mode?: DependencyMode
  /** What one failed node does to the rest. @default "keepGoing" */
  readonly onFailure?: FailureMode
  /** Whether Ctrl-C leaves the tasks in the service running, or ends them. @default "detach" */
  readonly onInterrupt?: "detach" | "terminate"
  /** The collector of spans and metrics. @default none */
  readonly otlp?: string
}

/**
 * The settings as they are, with their types checked.
 *
 * @category constructors
 */
export const defineConfig = (config: BatchwaveConfig): BatchwaveConfig => config

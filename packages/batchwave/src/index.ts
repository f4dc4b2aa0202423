/**
 * What an author of pipelines imports: everything to describe a pipeline, its policies and outputs,
 * to plan it and to run it.
 *
 * Importing this module loads no engine, client or emulator; `run` loads them when it is called.
 *
 * @example
 * ```ts
 * import { Output, Pipeline, sh } from "batchwave"
 * import { Schema } from "effect"
 *
 * export default Pipeline.make("hello", { params: { name: Schema.String } }, (p, { name }) =>
 *   p.task("greet", { run: sh`echo hello ${name} > hello.txt`, output: Output.file("hello.txt") }))
 * ```
 */

/** Pipelines as values: `make`, `graph`, `fromWorkflow`, `fromJson`. */
export * as Pipeline from "@batchwave/pipeline/Pipeline"

/** What a task leaves behind: `json`, `file`, `files`. */
export * as Output from "@batchwave/pipeline/Output"

/** Files of this machine, staged for tasks: `local`. */
export * as File from "@batchwave/pipeline/File"

/** The shell template whose values are quoted: a task's command. */
export { sh } from "@batchwave/pipeline/Shell"

/** Why a pipeline does not compile, every problem at once. */
export { PipelineError } from "@batchwave/pipeline/PipelineError"

/** Conditions over tasks for `when`: `succeeded`, `failed`, `all`, `any`, `not`. */
export * as Trigger from "@batchwave/pipeline/Trigger"

/**
 * Retry policies: `firstMatch`, `on`, `onExit`, `retry`, `escalate`, `deadline`, `budget`,
 * `circuitBreaker`, `skip`, `substitute`, `giveUp`.
 */
export * as Policy from "@batchwave/core/Policy"

/** Waits between retries in milliseconds: `constant`, `exponential`, `decorrelatedJitter`. */
export * as Backoff from "@batchwave/core/Backoff"

/** The same from durations, and from any Effect schedule: `constant`, `exponential`, `fromSchedule`. */
export * as RetrySchedule from "@batchwave/pipeline/RetrySchedule"

/** What a policy sees of a failed attempt, and its words for a table. */
export * as Failure from "@batchwave/core/Failure"

/** `run` and `plan` as effects. */
export * as Batchwave from "./Batchwave.ts"

/** What a run that did not succeed fails with. */
export { RunFailed } from "./Batchwave.ts"

/** How a run is made, and what it comes to. */
export type { RunOptions, RunOutcome } from "./Batchwave.ts"

/** Runs a pipeline and answers its value; a promise. */
export { run } from "./Promises.ts"

/** Plans a pipeline without running anything. */
export { plan } from "./Promises.ts"

/** The settings of a project, for `batchwave.config.ts`. */
export { defineConfig } from "./Config.ts"

/** What they can be. */
export type { BatchwaveConfig } from "./Config.ts"

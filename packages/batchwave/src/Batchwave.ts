/**
 * A pipeline planned and run from a program, as effects. The engine, the client and the emulator are
 * loaded by the first run.
 */
import type { Plan } from "@batchwave/core/Plan"
import type { Policy } from "@batchwave/core/Policy"
import type { Report } from "@batchwave/core/Report"
import type { RunEvent } from "@batchwave/core/RunEvent"
import type { DependencyMode, FailureMode } from "@batchwave/core/RunMode"
import type { RunState } from "@batchwave/core/RunState"
import type { Compiled, Pipeline } from "@batchwave/pipeline/Pipeline"
import type { PipelineError } from "@batchwave/pipeline/PipelineError"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/**
 * How a run is made.
 *
 * @category models
 */
export interface RunOptions {
  /** The account to run on. @default an emulator inside this process */
  readonly account?: {
    readonly endpoint: string
    readonly account: string
    /** @default signing in with Microsoft Entra ID, by `@azure/identity`, an optional peer */
    readonly key?: Redacted.Redacted
    readonly pool: string
  }
  /**
   * A blob container with a signature that allows to read, create and write: where the files of the
   * run are kept between its tasks. @default a directory of the run, which only a service on this
   * machine reaches
   */
  readonly store?: Redacted.Redacted
  /** Where runs are kept. @default ".batchwave" */
  readonly data?: string
  /** Names the run, or the run to go on with: an id that exists is resumed. @default a new id */
  readonly runId?: string
  /** When a node is submitted. @default "eager" */
  readonly mode?: DependencyMode
  /** What one failed node does to the rest. @default "keepGoing" */
  readonly onFailure?: FailureMode
  /** Of tasks that have none of their own nor of their pipeline. @default Policy.defaultPolicy */
  readonly policy?: Policy
  /** Task slots of the emulator. @default the number of cores */
  readonly slots?: number
  /**
   * Whether tasks that are cached take results that earlier runs in `data` have kept, and keep new
   * ones. @default true
   */
  readonly cache?: boolean
  /** Seeds every random choice. @default random */
  readonly seed?: number
  /**
   * Called with the events of each reaction when they are durable, the time in milliseconds since 1970,
   * and the state after them, which is not to be changed. The run waits for it; what it throws is a
   * defect that ends the run, which can be resumed.
   */
  readonly onEvents?: (events: ReadonlyArray<RunEvent>, atMs: number, state: RunState) => void
}

/**
 * A run in which every node succeeded.
 *
 * @category models
 */
export interface RunOutcome<out Value> {
  /** What the pipeline answers, files as paths of this machine. */
  readonly value: Value
  readonly report: Report
  readonly runId: string
  /** Where the run keeps its journal and files. */
  readonly directory: string
}

/**
 * A run that did not succeed, or could not begin or go on.
 *
 * @category errors
 */
export class RunFailed extends Schema.TaggedError<RunFailed>()("batchwave/Batchwave/RunFailed", {
  /** What happened, and what to do. */
  message: Schema.String,
  /** Absent when the run had no name yet. */
  runId: Schema.optionalKey(Schema.String),
  /** The journal and files of the run, which can be resumed unless `report` is there. */
  directory: Schema.optionalKey(Schema.String),
  /** How every node ended, when the run has ended; a `Report`. */
  report: Schema.optionalKey(Schema.Unknown),
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/**
 * Plans a pipeline without running anything. Fails with every problem of it.
 *
 * @category operations
 */
export const plan = <Input, Params, Value>(
  pipeline: Pipeline<Input, Params, Value>,
  params: Input
): Effect.Effect<Plan, PipelineError> =>
  Effect.fromResult(Result.map(compilePlan(pipeline, params), (planned) => planned.plan))

/**
 * Runs a pipeline to its end. Fails with `PipelineError` before anything is sent when the pipeline is
 * wrong, and with `RunFailed` unless every node succeeded. Interruption detaches: the run can be
 * resumed by its id. While it goes on, `batchwave status`, `events --follow`, `pause` and the others
 * reach it by its id, when `--data` names the same directory.
 *
 * @category operations
 */
export const run: <Input, Params, Value>(
  pipeline: Pipeline<Input, Params, Value>,
  params: Input,
  options?: RunOptions
) => Effect.Effect<RunOutcome<Value>, PipelineError | RunFailed> = Effect.fn("Batchwave.run")(
  function*(pipeline, params, options) {
    const planned = yield* Effect.fromResult(compilePlan(pipeline, params))
    const LibraryRun = yield* Effect.promise(() => import("./run/LibraryRun.ts"))
    return yield* LibraryRun.run(pipeline.name, planned, options ?? {})
  }
)

/**
 * A compiled pipeline with its plan.
 *
 * @category models
 */
export interface PlannedPipeline<Value> {
  readonly compiled: Compiled<Value>
  readonly plan: Plan
}

/**
 * Compiles and plans. Fails with every problem.
 *
 * @category operations
 */
export const compilePlan = <Input, Params, Value>(
  pipeline: Pipeline<Input, Params, Value>,
  params: Input
): Result.Result<PlannedPipeline<Value>, PipelineError> =>
  Result.map(pipeline.compile(params), (compiled) => ({ compiled, plan: compiled.plan }))

/**
 * A pipeline on a simulated account, from its plan to its report, with nothing on the disk that stays:
 * what a test of a pipeline's graph, policies and outputs needs. In `VirtualTime` it takes no time.
 */
import type { ClientConfigError } from "@batchwave/client/Credential"
import * as Plan from "@batchwave/core/Plan"
import type { Report } from "@batchwave/core/Report"
import type { RunEvent } from "@batchwave/core/RunEvent"
import type { Json } from "@batchwave/core/Workflow"
import type { EmulatorError } from "@batchwave/emulator/EmulatorError"
import type { RequestReport } from "@batchwave/emulator/RequestLog"
import * as Engine from "@batchwave/engine/Engine"
import type { EngineError } from "@batchwave/engine/EngineError"
import { Journal } from "@batchwave/engine/Journal"
import * as RunConfig from "@batchwave/engine/RunConfig"
import { journalVersion } from "@batchwave/engine/RunHeader"
import type { AnyPipeline } from "@batchwave/pipeline/Pipeline"
import type { PipelineError } from "@batchwave/pipeline/PipelineError"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as RecordedTimes from "../run/RecordedTimes.ts"
import * as MemoryStore from "./MemoryStore.ts"
import * as SimulatedService from "./SimulatedService.ts"

/**
 * What the run and its account are like.
 *
 * @category models
 */
export interface TestRunOptions extends SimulatedService.SimulatedServiceOptions {
  /** By name, as the command takes them: text, or JSON. @default none */
  readonly parameters?: Readonly<Record<string, string>>
  /** @default those of a run on an account */
  readonly config?: Partial<RunConfig.RunConfig>
}

/**
 * What the run came to.
 *
 * @category models
 */
export interface TestRunResult {
  readonly report: Report
  /** The recorded value of an output of a node that succeeded. */
  readonly outputOf: (node: string, output: string) => Json | undefined
  /** Everything the run decided and learned, in order, with its time in milliseconds since 1970. */
  readonly events: ReadonlyArray<{ readonly atMs: number; readonly event: RunEvent }>
  /** From the first event to the last, in milliseconds. */
  readonly durationMs: number
  /** The requests it took. */
  readonly requests: RequestReport
}

/**
 * Runs a pipeline to its end. Estimates of nodes are the durations of which the scenario says nothing.
 * A failed node is part of the report. Fails when the pipeline does not compile, an option is wrong, or
 * the run cannot go on.
 *
 * @category operations
 */
export const run: (
  pipeline: AnyPipeline,
  options?: TestRunOptions
) => Effect.Effect<
  TestRunResult,
  PipelineError | EmulatorError | ClientConfigError | EngineError
> = Effect.fn("TestRun.run")(
  function*(pipeline, { config, parameters = {}, ...account } = {}) {
    const { definition, plan } = yield* Effect.fromResult(pipeline.compileText(parameters))
    const service = yield* SimulatedService.make({
      ...account,
      scenario: {
        ...account.scenario,
        recordedMs: { ...RecordedTimes.make(plan.workflow), ...account.scenario?.recordedMs }
      }
    })
    const events: Array<{ readonly atMs: number; readonly event: RunEvent }> = []
    const own = yield* Layer.build(Layer.merge(Journal.layerMemory, MemoryStore.layer))
    const { outputOf, report } = yield* Engine.run({
      definition,
      plan,
      header: {
        version: journalVersion,
        runId: "test",
        jobId: "bw-test",
        poolId: service.pool,
        pipeline: pipeline.name,
        parameters,
        endpoint: service.endpoint,
        workflow: plan.workflow,
        planFingerprint: Plan.fingerprint(plan),
        seed: account.seed ?? (yield* Random.nextIntBetween(0, 0x7fff_ffff)),
        createdAtMs: yield* Clock.currentTimeMillis
      },
      config: { ...RunConfig.defaults, ...config },
      observer: (batch, atMs) =>
        Effect.sync(() => {
          for (const event of batch) events.push({ atMs, event })
        })
    }).pipe(Effect.provideContext(Context.merge(own, service.services)))
    return {
      report,
      outputOf,
      events,
      durationMs: (events.at(-1)?.atMs ?? 0) - (events[0]?.atMs ?? 0),
      requests: yield* service.control.requests
    }
  },
  Effect.scoped
)

/**
 * Everything before the first request of a run: the pipeline, the plan, the directory, the journal
 * and the service, in an order in which each error costs nothing.
 */
import * as Plan from "@batchwave/core/Plan"
import type { RunResult } from "@batchwave/engine/Engine"
import * as PlanCheck from "@batchwave/engine/PlanCheck"
import type * as RunConfig from "@batchwave/engine/RunConfig"
import { journalVersion, type RunHeader } from "@batchwave/engine/RunHeader"
import type { AnyPipeline } from "@batchwave/pipeline/Pipeline"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { resolve } from "node:path"
import * as Backend from "../run/Backend.ts"
import type { BackendChoice } from "../run/BackendChoice.ts"
import * as RunDirectory from "../run/RunDirectory.ts"
import { jobIdOf } from "../run/RunId.ts"
import * as RunSession from "../run/RunSession.ts"
import * as StoreChoice from "../run/StoreChoice.ts"
import type { Screen } from "../screen/Screen.ts"
import { type CommandError, ofEngine, usage } from "./CommandError.ts"
import * as Parameters from "./Parameters.ts"
import * as PipelineFile from "./PipelineFile.ts"
import * as Planning from "./Planning.ts"
import * as RunBackend from "./RunBackend.ts"
import * as RunExecutor from "./RunExecutor.ts"
import type { RunSettings } from "./RunSettings.ts"
import * as RunTarget from "./RunTarget.ts"

/**
 * A run that can begin or go on.
 *
 * @category models
 */
export interface Ready extends Planning.Planned {
  readonly _tag: "Ready"
  readonly openRun: RunSession.OpenRun
  readonly header: RunHeader
  readonly config: RunConfig.RunConfig
  readonly backend: Backend.BackendFacts
  /** The service; opened already, unless it is simulated, when it is to be opened in virtual time. */
  readonly connect: Effect.Effect<Backend.Backend, CommandError, Scope.Scope | Screen>
  readonly isSimulated: boolean
}

/**
 * A resumed run that had ended already.
 *
 * @category models
 */
export interface Finished extends Planning.Planned {
  readonly _tag: "Finished"
  readonly openRun: RunSession.OpenRun
  readonly header: RunHeader
  readonly backend: RunDirectory.BackendName
  readonly result: RunResult
}

/**
 * Prepares. The journal and the service stay open until the scope closes.
 *
 * @category operations
 */
export const prepare: (
  settings: RunSettings
) => Effect.Effect<Ready | Finished, CommandError, Scope.Scope | Screen> = Effect.fn(
  "RunPreparation.prepare"
)(function*(settings) {
  const given = yield* Planning.parameters(settings.param)
  const pipeline = yield* PipelineFile.load(settings.file)
  return yield* settings.resume
    ? resumed(settings, pipeline, given)
    : fresh(settings, pipeline, given)
})

const fresh = Effect.fnUntraced(function*(
  settings: RunSettings,
  pipeline: AnyPipeline,
  given: Parameters.Parameters
) {
  const planned = yield* Planning.plan(pipeline, given)
  const directory = yield* RunTarget.resolve(settings, pipeline.name)
  const choice = yield* RunBackend.choose(settings, undefined)
  const store = yield* RunBackend.chooseStore(settings, choice, undefined)
  yield* RunBackend.check(choice, planned.plan, undefined, store)
  const executor = yield* RunExecutor.choose(settings, choice._tag === "Emulator", undefined)
  const opening = yield* openingOf(
    { choice, executor },
    planned.plan,
    embeddedIn(directory, store, settings)
  )
  const note = { store, executor }
  // An account that does not answer leaves nothing behind; the emulator needs its directory.
  if (choice._tag === "Emulator") yield* begin(directory, pipeline.name, "emulator", note)
  const service = yield* opening
  if (choice._tag === "Azure") yield* begin(directory, pipeline.name, "azure", note)
  const { backend } = service
  const openRun = yield* openJournal(directory, store)
  const header = yield* makeHeader(settings, pipeline, given, planned.plan, directory, backend)
  return readyOf(settings, { ...planned, openRun, header, ...service })
})

const resumed = Effect.fnUntraced(function*(
  settings: RunSettings,
  pipeline: AnyPipeline,
  given: Parameters.Parameters
) {
  const directory = yield* RunTarget.resolve(settings, pipeline.name)
  const choice = yield* RunBackend.choose(settings, directory)
  const store = yield* RunBackend.chooseStore(settings, choice, directory)
  const openRun = yield* openJournal(directory, store)
  const { recorded } = openRun
  const parameters = { ...recorded?.parameters, ...given }
  const planned = yield* Planning.plan(pipeline, parameters)
  if (recorded !== undefined) yield* requireSame(recorded, planned.plan, given)
  const result = yield* RunSession.finished(openRun, planned.plan).pipe(
    Effect.mapError((error) => ofEngine(error, directory.runId, ""))
  )
  // Without a word of its end, whoever ended the run may not have come to end its job.
  const mayHoldJob = choice._tag === "Azure"
    && RunDirectory.describe(directory)?.outcome === undefined
  if (result !== undefined && !mayHoldJob) {
    const backend: RunDirectory.BackendName = choice._tag === "Emulator" ? "emulator" : "azure"
    return {
      _tag: "Finished" as const,
      ...planned,
      openRun,
      header: result.header,
      backend,
      result
    }
  }
  yield* RunBackend.check(choice, planned.plan, recorded, store)
  const executor = yield* RunExecutor.choose(settings, choice._tag === "Emulator", directory)
  const embedded = embeddedIn(directory, store, settings)
  const service = yield* Effect.flatten(openingOf({ choice, executor }, planned.plan, embedded))
  const { backend } = service
  const header = recorded
    ?? (yield* makeHeader(settings, pipeline, given, planned.plan, directory, backend))
  return readyOf(settings, { ...planned, openRun, header, ...service })
})

/**
 * How the service is opened. What cannot be simulated is said before anything is made; the simulated
 * service itself is left to be opened in virtual time.
 *
 * @category operations
 */
export const openingOf = Effect.fnUntraced(function*(
  { choice, executor }: {
    readonly choice: BackendChoice
    readonly executor: RunExecutor.RunExecutor
  },
  plan: Plan.Plan,
  embedded: Backend.EmbeddedOptions
) {
  if (executor._tag === "Process") {
    return Effect.map(RunBackend.open(choice, embedded), (backend) => ({
      backend,
      connect: Effect.succeed(backend),
      isSimulated: false
    }))
  }
  const scenario = yield* RunExecutor.scenarioOf(plan, executor)
  return Effect.succeed({
    backend: Backend.simulated,
    connect: RunBackend.openSimulated(executor, embedded, scenario),
    isSimulated: true
  })
})

/**
 * What the embedded service of a run is given: every opening goes on with the same account.
 *
 * @category conversions
 */
export const embeddedIn = (
  directory: RunDirectory.RunDirectory,
  store: StoreChoice.StoreChoice,
  settings: Pick<RunSettings, "slots">
): Backend.EmbeddedOptions => ({
  dataDirectory: directory.emulator,
  allowedDirectories: [directory.artifacts],
  allowedHosts: StoreChoice.hostsOf(store),
  ...(Option.isSome(settings.slots) ? { slots: settings.slots.value } : {})
})

const begin = (
  directory: RunDirectory.RunDirectory,
  pipeline: string,
  backend: RunDirectory.BackendName,
  { executor, store }: {
    readonly store: StoreChoice.StoreChoice
    readonly executor: RunExecutor.RunExecutor
  }
): Effect.Effect<void, CommandError> =>
  Effect.flatMap(
    Clock.currentTimeMillis,
    (startedAtMs) =>
      RunDirectory.begin(directory, {
        run: directory.runId,
        pipeline,
        backend,
        startedAtMs,
        ...StoreChoice.noteOf(store),
        ...(executor._tag === "Simulated" ? { executor: "simulated" } : {})
      })
  ).pipe(
    Effect.mapError((error) => usage(`${error.message}; give another directory by --data`, error))
  )

/**
 * Opens the journal and the store of a run. Fails when another process holds it.
 *
 * @category operations
 */
export const openJournal = (
  directory: RunDirectory.RunDirectory,
  store: StoreChoice.StoreChoice
): Effect.Effect<RunSession.OpenRun, CommandError, Scope.Scope> =>
  RunSession.open(directory, store).pipe(
    Effect.mapError((error) => ofEngine(error, directory.runId, ""))
  )

const makeHeader = Effect.fnUntraced(function*(
  settings: RunSettings,
  pipeline: AnyPipeline,
  parameters: Parameters.Parameters,
  plan: Plan.Plan,
  directory: RunDirectory.RunDirectory,
  backend: Backend.BackendFacts
) {
  const seed = Option.isSome(settings.seed)
    ? settings.seed.value
    : yield* Random.nextIntBetween(0, 0x7fff_ffff)
  return {
    version: journalVersion,
    runId: directory.runId,
    jobId: jobIdOf(directory.runId),
    poolId: backend.pool,
    pipeline: pipeline.name,
    source: resolve(settings.file),
    parameters,
    endpoint: backend.endpoint,
    workflow: plan.workflow,
    planFingerprint: Plan.fingerprint(plan),
    seed,
    createdAtMs: yield* Clock.currentTimeMillis
  } satisfies RunHeader
})

/** In virtual time polls cost only what they do to the machine, so the run is polled like an account. */
const readyOf = (settings: RunSettings, run: Omit<Ready, "_tag" | "config">): Ready => ({
  _tag: "Ready",
  ...run,
  config: configOf(settings, run)
})

const configOf = (
  settings: RunSettings,
  { backend, isSimulated }: Pick<Ready, "backend" | "isSimulated">
): RunConfig.RunConfig => ({
  ...Backend.configOf(backend, isSimulated),
  dependencyMode: settings.mode,
  failureMode: settings.onFailure
})

/**
 * Fails when the plan is not that of the run any more, and says what made it differ.
 *
 * @category operations
 */
export const requireSame = (
  recorded: RunHeader,
  plan: Plan.Plan,
  given: Parameters.Parameters
): Effect.Effect<void, CommandError> =>
  PlanCheck.requireSame(recorded, plan).pipe(
    Effect.mapError((error) => {
      const names = Parameters.differing(given, recorded.parameters)
      if (names.length === 0) return usage(error.message, error)
      const differences = names.map((name) =>
        `${name} was ${recorded.parameters[name] ?? "not given"}`
      )
      return usage(
        `run ${recorded.runId} was started with other parameters (${
          differences.join("; ")
        }); leave --param out to resume it, or start a new run`,
        error
      )
    })
  )

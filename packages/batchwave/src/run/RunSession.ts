/**
 * One run from an opened journal to its results: what the command and the library share.
 */
import { BlobStorage } from "@batchwave/client/BlobStorage"
import * as Decision from "@batchwave/core/Decision"
import * as Definition from "@batchwave/core/Definition"
import type { Plan } from "@batchwave/core/Plan"
import * as Policy from "@batchwave/core/Policy"
import * as Report from "@batchwave/core/Report"
import * as RunState from "@batchwave/core/RunState"
import type { Json } from "@batchwave/core/Workflow"
import { ArtifactStore } from "@batchwave/engine/ArtifactStore"
import * as BlobStore from "@batchwave/engine/BlobStore"
import * as DirectoryCache from "@batchwave/engine/DirectoryCache"
import * as DirectoryStore from "@batchwave/engine/DirectoryStore"
import * as Engine from "@batchwave/engine/Engine"
import type {
  ArtifactFailed,
  EngineError,
  JournalFailed,
  JournalLocked
} from "@batchwave/engine/EngineError"
import { Journal } from "@batchwave/engine/Journal"
import * as OutputValue from "@batchwave/engine/OutputValue"
import { ResultCache, type ResultCacheShape } from "@batchwave/engine/ResultCache"
import type { RunConfig } from "@batchwave/engine/RunConfig"
import type { RunHeader } from "@batchwave/engine/RunHeader"
import * as SqliteJournal from "@batchwave/engine/SqliteJournal"
import type { Compiled } from "@batchwave/pipeline/Pipeline"
import type { PipelineError } from "@batchwave/pipeline/PipelineError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Backend } from "./Backend.ts"
import type { RunDirectory } from "./RunDirectory.ts"
import type { StoreChoice } from "./StoreChoice.ts"

/**
 * A run whose journal this process holds.
 *
 * @category models
 */
export interface OpenRun {
  readonly directory: RunDirectory
  /** Absent when the journal is new. */
  readonly recorded: RunHeader | undefined
  readonly services: Context.Context<Journal | ArtifactStore>
}

/**
 * Opens the journal and the artifact store of a run, and holds the journal until the scope closes.
 *
 * @category constructors
 */
export const open: (
  directory: RunDirectory,
  store: StoreChoice
) => Effect.Effect<OpenRun, JournalFailed | JournalLocked | ArtifactFailed, Scope.Scope> = Effect
  .fn(
    "RunSession.open"
  )(function*(directory, store) {
    const services = yield* Layer.build(
      Layer.merge(SqliteJournal.layer(directory.journal), storeLayer(directory, store))
    )
    const recorded = yield* Context.get(services, Journal).header
    return { directory, recorded, services }
  })

const storeLayer = (
  { artifacts, runId }: RunDirectory,
  store: StoreChoice
): Layer.Layer<ArtifactStore, ArtifactFailed> =>
  store._tag === "Directory"
    ? DirectoryStore.layer(artifacts)
    : Layer.provide(
      BlobStore.layer({ containerUrl: store.containerUrl, prefix: runId, directory: artifacts }),
      BlobStorage.layer()
    )

/**
 * The state of the run, from its journal.
 *
 * @category queries
 */
export const fold: (
  run: OpenRun,
  plan: Plan
) => Effect.Effect<RunState.RunState, JournalFailed> = Effect.fn("RunSession.fold")(
  function*({ services }, plan) {
    const state = RunState.make(plan)
    yield* Context.get(services, Journal).replay(({ atMs, events }) => {
      for (const event of events) RunState.evolve(state, event, atMs)
    })
    return state
  }
)

/**
 * The result of a run that has ended already, from its journal alone; `undefined` when it has not.
 *
 * @category queries
 */
export const finished: (
  run: OpenRun,
  plan: Plan
) => Effect.Effect<Engine.RunResult | undefined, JournalFailed> = Effect.fn("RunSession.finished")(
  function*(run, plan) {
    const { recorded } = run
    if (recorded === undefined) return undefined
    const state = yield* fold(run, plan)
    if (state.outcome === undefined) return undefined
    return {
      header: recorded,
      report: Report.make(state),
      outputOf: (node, output) => {
        const index = plan.indexOf(node)
        return index === undefined ? undefined : state.outputs.get(index)?.[output]
      }
    }
  }
)

/**
 * What a run is given beside its journal and its service.
 *
 * @category models
 */
export interface SessionOptions extends
  Pick<
    Engine.RunOptions,
    "plan" | "header" | "observer" | "onResume" | "cancelWhen" | "wishes" | "steering"
  >
{
  readonly definition: Definition.Definition
  readonly config: RunConfig
  /** Where results are kept across runs. @default nowhere */
  readonly cacheDirectory?: string
}

/**
 * Runs to the end.
 *
 * @category operations
 */
export const run = (
  { services }: OpenRun,
  backend: Backend,
  { cacheDirectory, ...options }: SessionOptions
): Effect.Effect<Engine.RunResult, EngineError> =>
  Effect.flatMap(openCache(options.plan, cacheDirectory), (cache) =>
    Engine.run({
      ...options,
      ...(cache === undefined ? {} : { cache }),
      definition: backend.name === "emulator"
        ? againAfterRestart(options.definition, options.config.policy)
        : options.definition
    })).pipe(
      Effect.provideContext(Context.merge(services, backend.services)),
      Effect.scoped
    )

/** A cache that cannot be opened costs time and no more, so the run goes on without it, and says so. */
const openCache: (
  plan: Plan,
  directory: string | undefined
) => Effect.Effect<ResultCacheShape | undefined, never, Scope.Scope> = Effect.fnUntraced(
  function*(plan, directory) {
    if (directory === undefined || plan.traits.cached === undefined) return undefined
    return yield* Layer.build(DirectoryCache.layer(directory)).pipe(
      Effect.map((services) => Context.get(services, ResultCache)),
      Effect.catch((error) => Effect.as(Effect.logWarning(error.message), undefined))
    )
  }
)

const runAgain = Decision.retry({
  afterMs: 0,
  via: "resubmit",
  reason: "the emulator that held it ended with its process"
})

/**
 * The emulator inside this process loses its tasks when the process ends. That is none of their
 * failures: they run again when the run is resumed, whatever policy their node has.
 */
const againAfterRestart = (
  definition: Definition.Definition,
  runPolicy: Policy.Policy
): Definition.Definition => {
  const again = Policy.on("Vanished", Policy.make("run again", () => runAgain))
  const policies = new Map<string, Policy.Policy>()
  const policyOf = Definition.policiesOf(definition, runPolicy)
  definition.workflow.nodes.forEach(({ name }, node) => {
    const own = policyOf(node)
    policies.set(name, { ...Policy.firstMatch(again, own), description: own.description })
  })
  return { ...definition, policies }
}

/**
 * Reads what the pipeline answers, files as paths of this machine. Fails with what is missing.
 *
 * @category queries
 */
export const resultOf: <Value>(
  { services }: OpenRun,
  compiled: Compiled<Value>,
  outputOf: Engine.RunResult["outputOf"]
) => Effect.Effect<Value, PipelineError> = Effect.fn("RunSession.resultOf")(
  function*({ services }, compiled, outputOf) {
    const store = Context.get(services, ArtifactStore)
    const wanted = new Set<string>()
    compiled.result((node, output) => {
      const value = outputOf(node, output)
      const key = OutputValue.keyOf(value)
      if (key !== undefined) wanted.add(key)
      return key ?? value
    })
    const paths = new Map<string, Json | undefined>()
    for (const key of wanted) {
      paths.set(key, yield* store.locate(key).pipe(Effect.orElseSucceed(() => undefined)))
    }
    const result = compiled.result((node, output) => {
      const value = outputOf(node, output)
      const key = OutputValue.keyOf(value)
      return key === undefined ? value : paths.get(key)
    })
    return yield* Effect.fromResult(result)
  }
)

/**
 * The first nodes that hand files over, for a service that cannot reach this machine's files.
 *
 * @category queries
 */
export const nodesWithFiles = ({ workflow }: Plan): ReadonlyArray<string> =>
  workflow.nodes
    .filter((node) =>
      node.files.length > 0 || node.outputs.some((output) => output._tag === "File")
    )
    .map((node) => node.name)

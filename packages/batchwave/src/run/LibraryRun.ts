/**
 * One run for a program: the same steps as the command, without a screen.
 */
import * as Definition from "@batchwave/core/Definition"
import * as MemberCheck from "@batchwave/core/MemberCheck"
import * as Plan from "@batchwave/core/Plan"
import type { Report } from "@batchwave/core/Report"
import * as RunMode from "@batchwave/core/RunMode"
import * as Substitution from "@batchwave/core/Substitution"
import * as Suggestion from "@batchwave/core/Suggestion"
import type * as Engine from "@batchwave/engine/Engine"
import * as PlanCheck from "@batchwave/engine/PlanCheck"
import type * as RunConfig from "@batchwave/engine/RunConfig"
import { journalVersion } from "@batchwave/engine/RunHeader"
import type { PipelineError } from "@batchwave/pipeline/PipelineError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { type PlannedPipeline, RunFailed, type RunOptions, type RunOutcome } from "../Batchwave.ts"
import * as Backend from "./Backend.ts"
import { isLoopback } from "./BackendChoice.ts"
import { dataDirectoryDefault } from "./DataDirectory.ts"
import * as RunDirectory from "./RunDirectory.ts"
import * as RunDocument from "./RunDocument.ts"
import * as RunId from "./RunId.ts"
import * as RunSession from "./RunSession.ts"
import * as Steering from "./Steering.ts"
import * as StoreChoice from "./StoreChoice.ts"

/**
 * Runs to the end. Everything it opens is closed when it returns.
 *
 * @category operations
 */
export const run: <Value>(
  pipeline: string,
  planned: PlannedPipeline<Value>,
  options: RunOptions
) => Effect.Effect<RunOutcome<Value>, PipelineError | RunFailed> = Effect.fn("LibraryRun.run")(
  function*(pipeline, { compiled, plan }, options) {
    const runId = options.runId ?? (yield* RunId.fresh(pipeline))
    if (!RunId.isRunId(runId)) {
      return yield* new RunFailed({
        message:
          `"${runId}" cannot name a run; use 1 to 64 of a-z, 0-9 and -, first a letter or digit`
      })
    }
    const wrong = problemsOf(compiled.definition, options)
    if (wrong.length > 0) return yield* new RunFailed({ message: wrong.join("\n") })
    const directory = RunDirectory.make(dataOf(options), runId)
    const store = yield* storeOf(plan, RunDirectory.describe(directory), options)
    const failed = (error: { readonly message: string }) =>
      new RunFailed({ message: error.message, runId, directory: directory.path, cause: error })
    const opened = yield* open(directory, pipeline, store, options).pipe(Effect.mapError(failed))
    const { backend, openRun } = opened
    const { recorded } = openRun
    if (recorded !== undefined) {
      yield* PlanCheck.requireSame(recorded, plan).pipe(Effect.mapError(failed))
    }
    const header = recorded ?? {
      version: journalVersion,
      runId,
      jobId: RunId.jobIdOf(runId),
      poolId: backend.pool,
      pipeline,
      parameters: {},
      endpoint: backend.endpoint,
      workflow: plan.workflow,
      planFingerprint: Plan.fingerprint(plan),
      seed: options.seed ?? (yield* Random.nextIntBetween(0, 0x7fff_ffff)),
      createdAtMs: yield* Clock.currentTimeMillis
    }
    const { outputOf, report } = yield* RunSession.run(openRun, backend, {
      definition: compiled.definition,
      plan,
      header,
      config: configOf(options, backend),
      steering: (live) => Steering.serve(directory, live),
      ...(options.onEvents === undefined ? {} : { observer: observerOf(options.onEvents) }),
      ...(options.cache === false
        ? {}
        : { cacheDirectory: RunDirectory.cacheOf(dataOf(options)) })
    }).pipe(Effect.mapError(failed))
    const facts = { run: runId, pipeline, backend: backend.name, directory: directory.path }
    const finish = (value: unknown) =>
      RunDirectory.finish(directory, RunDocument.make(facts, report, value)).pipe(
        Effect.mapError(failed)
      )
    if (report.outcome === "succeeded") {
      const value = yield* RunSession.resultOf(openRun, compiled, outputOf)
      yield* finish(value)
      return { value, report, runId, directory: directory.path }
    }
    yield* finish(undefined)
    return yield* new RunFailed({
      message: unsuccessful(report, directory.path),
      runId,
      directory: directory.path,
      report
    })
  },
  Effect.scoped
)

const observerOf =
  (onEvents: NonNullable<RunOptions["onEvents"]>): NonNullable<Engine.RunOptions["observer"]> =>
  (events, atMs, state) => Effect.sync(() => onEvents(events, atMs, state))

const members: MemberCheck.Known<RunOptions> = {
  account: true,
  store: true,
  data: true,
  runId: true,
  mode: true,
  onFailure: true,
  policy: true,
  slots: true,
  cache: true,
  seed: true,
  onEvents: true
}

/** What is wrong with options that a program without types may get wrong, or computes. */
const problemsOf = (
  definition: Definition.Definition,
  options: RunOptions
): ReadonlyArray<string> => {
  const { mode, onFailure, policy, seed, slots } = options
  const problems = MemberCheck.unknownNames(options, members).map((name) =>
    `a run has no option "${name}"; ${Suggestion.advice(name, Object.keys(members))}`
  )
  problems.push(...(policy?.problems ?? []).map((problem) => `the run's policy: ${problem}`))
  if (policy !== undefined) {
    problems.push(
      ...Substitution.problemsOf(definition, Definition.policiesOf(definition, policy))
    )
  }
  if (mode !== undefined && !RunMode.dependencyModes.includes(mode)) {
    problems.push(`"${mode}" is no mode; use ${RunMode.dependencyModes.join(", ")}`)
  }
  if (onFailure !== undefined && RunMode.parseFailureMode(onFailure) === undefined) {
    problems.push(Steering.failureModeProblem(onFailure))
  }
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    problems.push(`seed is ${seed}; give a whole number`)
  }
  if (slots !== undefined && !(Number.isSafeInteger(slots) && slots >= 1)) {
    problems.push(`slots is ${slots}; give a whole number of at least 1`)
  }
  return problems
}

const dataOf = ({ data }: RunOptions): string => data ?? dataDirectoryDefault

const open = Effect.fnUntraced(function*(
  directory: RunDirectory.RunDirectory,
  pipeline: string,
  store: StoreChoice.StoreChoice,
  options: RunOptions
) {
  const known = RunDirectory.describe(directory)
  const name: RunDirectory.BackendName = options.account === undefined ? "emulator" : "azure"
  const account = options.account === undefined
    ? undefined
    : yield* Backend.openAccount(options.account)
  if (known === undefined) {
    const startedAtMs = yield* Clock.currentTimeMillis
    yield* RunDirectory.begin(directory, {
      run: directory.runId,
      pipeline,
      backend: name,
      startedAtMs,
      ...StoreChoice.noteOf(store)
    })
  }
  const openRun = yield* RunSession.open(directory, store)
  const backend = account ?? (yield* openEmbedded(directory, store, options))
  return { openRun, backend }
})

const openEmbedded = (
  directory: RunDirectory.RunDirectory,
  store: StoreChoice.StoreChoice,
  options: RunOptions
): Effect.Effect<
  Backend.Backend,
  Effect.Error<ReturnType<typeof Backend.openEmbedded>>,
  Scope.Scope
> =>
  Backend.openEmbedded({
    dataDirectory: directory.emulator,
    allowedDirectories: [directory.artifacts],
    allowedHosts: StoreChoice.hostsOf(store),
    ...(options.slots === undefined ? {} : { slots: options.slots })
  })

const configOf = (options: RunOptions, backend: Backend.Backend): RunConfig.RunConfig => {
  const defaults = Backend.configOf(backend, false)
  return {
    ...defaults,
    dependencyMode: options.mode ?? defaults.dependencyMode,
    failureMode: options.onFailure ?? defaults.failureMode,
    policy: options.policy ?? defaults.policy
  }
}

const storeOf = (
  plan: Plan.Plan,
  recorded: RunDirectory.KnownRun | undefined,
  { account, store }: RunOptions
): Effect.Effect<StoreChoice.StoreChoice, RunFailed> => {
  const isLocal = account === undefined || isLoopback(account.endpoint)
  const chosen = StoreChoice.choose({
    given: Option.fromUndefinedOr(store),
    found: Option.none(),
    isLocal,
    recorded
  })
  if (Result.isFailure(chosen)) return Effect.fail(new RunFailed({ message: chosen.failure }))
  const [first] = RunSession.nodesWithFiles(plan)
  if (isLocal || first === undefined || chosen.success._tag === "Blobs") {
    return Effect.succeed(chosen.success)
  }
  return Effect.fail(
    new RunFailed({
      message: `the pipeline hands files over (${first}, for one), and the service is not on this `
        + "machine; give a blob container for them, as store"
    })
  )
}

const unsuccessful = (report: Report, directory: string): string => {
  const failed = report.nodes.find((node) => node.outcome === "failed")
  const why = failed === undefined ? "" : `: ${failed.node} ${failed.failure ?? "failed"}`
  const { counts } = report
  return `the run ended as ${report.outcome} (${counts.failed} failed, ${counts.blocked} blocked, `
    + `${counts.cancelled} cancelled)${why}; its files are in ${directory}`
}

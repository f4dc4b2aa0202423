/**
 * `batchwave retry`: runs a chosen part of a run again, whether the run has ended, was interrupted or
 * goes on in another process.
 *
 * R1 What will run again is printed before anything is opened in the service or journaled.
 * R2 The plan has to be that of the run: what is fixed lies outside the pipeline.
 */
import type { Definition } from "@batchwave/core/Definition"
import type { Plan } from "@batchwave/core/Plan"
import * as Policy from "@batchwave/core/Policy"
import type { RunState } from "@batchwave/core/RunState"
import * as JournalDoctor from "@batchwave/engine/JournalDoctor"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Backend from "../run/Backend.ts"
import * as RerunRequest from "../run/RerunRequest.ts"
import * as RunDirectory from "../run/RunDirectory.ts"
import * as RunSession from "../run/RunSession.ts"
import { clean } from "../screen/CleanText.ts"
import { Screen } from "../screen/Screen.ts"
import { type CommandEnded, type CommandError, ofEngine, storage, usage } from "./CommandError.ts"
import * as EventPrinting from "./EventPrinting.ts"
import * as KnownRun from "./KnownRun.ts"
import * as PipelineFile from "./PipelineFile.ts"
import * as Planning from "./Planning.ts"
import * as RunBackend from "./RunBackend.ts"
import * as RunExecution from "./RunExecution.ts"
import * as RunExecutor from "./RunExecutor.ts"
import * as RunPreparation from "./RunPreparation.ts"
import type { TakenUpSettings } from "./RunSettings.ts"
import type { Signals } from "./Signals.ts"
import * as SteerCommand from "./SteerCommand.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface RetrySettings extends TakenUpSettings {
  readonly run: string
  readonly select: ReadonlyArray<string>
  readonly exclude: ReadonlyArray<string>
  /** Task slots of every chosen node. */
  readonly slots: Option.Option<number>
  /** Retries of each chosen node, in the place of its policy. */
  readonly retries: Option.Option<number>
  readonly emulatorSlots: Option.Option<number>
  readonly dryRun: boolean
}

/**
 * Runs the command. Fails with `CommandEnded` when a node of the run did not succeed in the end.
 *
 * @category operations
 */
export const run: (
  settings: RetrySettings
) => Effect.Effect<void, CommandEnded | CommandError, Screen | Signals> = Effect.fn(
  "RetryCommand.run"
)(function*(settings) {
  yield* EventPrinting.requireOneForm(settings)
  const directory = yield* KnownRun.find(settings.data, Option.some(settings.run))
  return yield* (yield* JournalDoctor.isHeld(directory.journal))
    ? ask(settings)
    : again(settings, directory)
}, Effect.scoped)

const requestOf = ({ exclude, select, slots }: RetrySettings): RerunRequest.RerunRequest => ({
  select,
  exclude,
  ...(Option.isSome(slots) ? { slots: slots.value } : {})
})

const ask = Effect.fnUntraced(function*(settings: RetrySettings) {
  if (Option.isSome(settings.retries)) {
    return yield* usage(
      `a process works on run ${settings.run}, and its policies are fixed; leave --retries out, or `
        + "wait until the run has ended"
    )
  }
  return yield* SteerCommand.run({ ...settings, run: Option.some(settings.run) }, {
    _tag: "Rerun",
    ...requestOf(settings),
    isDry: settings.dryRun
  })
})

const again = Effect.fnUntraced(function*(
  settings: RetrySettings,
  directory: RunDirectory.RunDirectory
) {
  const choice = yield* RunBackend.choose(
    { backend: Option.none(), pool: Option.none(), slots: settings.emulatorSlots },
    directory
  )
  const store = yield* RunBackend.chooseStore(settings, choice, directory)
  const opened = yield* openEnded(settings, directory, store)
  const { file, header, openRun, planned, rerun, state } = opened
  const screen = yield* Screen
  if (settings.dryRun) {
    return yield* screen.result(
      `${settings.json ? JSON.stringify(rerun.value, undefined, 2) : clean(rerun.text)}\n`
    )
  }
  yield* screen.say(rerun.text)
  yield* RunBackend.check(choice, planned.plan, header, store)
  const executor = yield* RunExecutor.choose(
    { executor: Option.none(), scenario: settings.scenario, file },
    choice._tag === "Emulator",
    directory
  )
  const embedded = RunPreparation.embeddedIn(directory, store, { slots: settings.emulatorSlots })
  const service = yield* Effect.flatten(
    RunPreparation.openingOf({ choice, executor }, planned.plan, embedded)
  )
  yield* RunDirectory.reopen(directory).pipe(
    Effect.mapError((error) => storage(error.message, error))
  )
  return yield* RunExecution.toTheEnd({ ...settings, file }, {
    ...planned,
    openRun,
    header,
    ...service,
    config: Backend.configOf(service.backend, service.isSimulated),
    definition: withRetries(planned.compiled.definition, planned.plan, rerun, settings.retries),
    // A run that was paused when it was left would otherwise wait for somebody to let it go on.
    wishes: state.paused ? [rerun.wish, { _tag: "ResumeRequested" }] : [rerun.wish]
  })
})

/** The run and the pipeline it was started from, and what of it is to run again. */
const openEnded = Effect.fnUntraced(function*(
  settings: RetrySettings,
  directory: RunDirectory.RunDirectory,
  store: Parameters<typeof RunSession.open>[1]
) {
  const { runId } = directory
  const openRun = yield* RunPreparation.openJournal(directory, store)
  const header = openRun.recorded
  if (header === undefined) return yield* usage(notBegun(runId))
  const file = Option.getOrElse(settings.file, () => header.source)
  if (file === undefined) {
    return yield* usage(`run ${runId} was started by a program; give its pipeline by --file`)
  }
  const pipeline = yield* PipelineFile.load(file)
  const planned = yield* Planning.plan(pipeline, header.parameters)
  yield* RunPreparation.requireSame(header, planned.plan, {})
  const state = yield* RunSession.fold(openRun, planned.plan).pipe(
    Effect.mapError((error) => ofEngine(error, runId, ""))
  )
  if (!state.started) return yield* usage(notBegun(runId))
  const rerun = yield* rerunOf(runId, state, settings)
  return { file, header, openRun, planned, rerun, state }
})

const notBegun = (runId: string): string =>
  `run ${runId} has not begun, so there is nothing to run again; start it by `
  + `batchwave run FILE --resume --run-id ${runId}`

const rerunOf = (
  runId: string,
  state: RunState,
  settings: RetrySettings
): Effect.Effect<RerunRequest.Rerun, CommandError> =>
  Result.match(RerunRequest.make(runId, state, requestOf(settings)), {
    onFailure: (message) => Effect.fail(usage(message)),
    onSuccess: Effect.succeed
  })

const withRetries = (
  definition: Definition,
  plan: Plan,
  { wish }: RerunRequest.Rerun,
  retries: Option.Option<number>
): Definition => {
  if (Option.isNone(retries)) return definition
  const policy = Policy.retry({ max: retries.value })
  const policies = new Map(definition.policies)
  for (const node of wish.nodes) policies.set(plan.names[node] ?? "", policy)
  return { ...definition, policies }
}

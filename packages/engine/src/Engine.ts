/**
 * Runs a pipeline against a Batch service, or takes over a run that was interrupted.
 *
 * G1 Everything the run decides and learns is in its journal before it is acted on, so killing the
 *    process at any point and calling `run` again on the same journal ends in the same outcomes, and
 *    nothing that was adopted runs twice.
 * G2 One run is one job. It is created with no action on completion and ended only when every
 *    decision has been made; by the next orchestrator, if the last one died before.
 * G3 When `run` is interrupted, it detaches: the tasks in the service go on, and the run can be
 *    resumed.
 */
import { FileOperations } from "@batchwave/client/FileOperations"
import { JobOperations } from "@batchwave/client/JobOperations"
import { NodeOperations } from "@batchwave/client/NodeOperations"
import { PoolOperations } from "@batchwave/client/PoolOperations"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import type { Command } from "@batchwave/core/Command"
import * as Decision from "@batchwave/core/Decision"
import * as Definition from "@batchwave/core/Definition"
import * as GuardedPolicy from "@batchwave/core/GuardedPolicy"
import type { Plan } from "@batchwave/core/Plan"
import * as Reactor from "@batchwave/core/Reactor"
import * as Report from "@batchwave/core/Report"
import type { ExternalEvent } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import * as TaskNaming from "@batchwave/core/TaskNaming"
import type { Json } from "@batchwave/core/Workflow"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type * as Stream from "effect/Stream"
import { ArtifactStore } from "./ArtifactStore.ts"
import * as Driver from "./Driver.ts"
import type { EngineError, JournalFailed } from "./EngineError.ts"
import * as FileDigests from "./FileDigests.ts"
import type * as FullDisk from "./FullDisk.ts"
import * as Hold from "./Hold.ts"
import * as JobClaim from "./JobClaim.ts"
import * as JobLife from "./JobLife.ts"
import * as JobPlace from "./JobPlace.ts"
import * as JobSuccession from "./JobSuccession.ts"
import { Journal, type JournalShape } from "./Journal.ts"
import * as PlanCheck from "./PlanCheck.ts"
import * as PoolView from "./PoolView.ts"
import * as Recovery from "./Recovery.ts"
import type { ResultCacheShape } from "./ResultCache.ts"
import type { RunConfig } from "./RunConfig.ts"
import type { RunContext } from "./RunContext.ts"
import * as RunFeed from "./RunFeed.ts"
import type { EventRecord } from "./RunFeed.ts"
import type { RunHeader } from "./RunHeader.ts"
import * as RunTime from "./RunTime.ts"
import * as SettingsCheck from "./SettingsCheck.ts"
import * as Unanswered from "./Unanswered.ts"

/**
 * What to run and how.
 *
 * @category models
 */
export interface RunOptions {
  readonly definition: Definition.Definition
  /** The plan of the definition's workflow. */
  readonly plan: Plan
  /** Begins the journal when it is new; when it is not, its own header counts. */
  readonly header: RunHeader
  readonly config: RunConfig
  /** Where the results of nodes that are cached are kept across runs. @default nowhere */
  readonly cache?: ResultCacheShape
  /** Sees every journaled event. @default nothing */
  readonly observer?: (
    events: Parameters<Driver.Observer>[0],
    atMs: number,
    state: RunState.RunState
  ) => Effect.Effect<void>
  /** Called once, before anything is sent, when the journal already has a run. @default nothing */
  readonly onResume?: (table: Recovery.RecoveryTable) => Effect.Effect<void>
  /** Cancels the run when it completes: what is in the service is terminated. @default never */
  readonly cancelWhen?: Effect.Effect<void>
  /**
   * Asked of the run before anything else; a wish for a rerun also opens a run that has ended.
   * @default nothing
   */
  readonly wishes?: ReadonlyArray<Wish>
  /** Runs beside the run from its start to its end, for whoever steers it. @default nothing */
  readonly steering?: (live: LiveRun) => Effect.Effect<void>
}

/**
 * A run while it goes on.
 *
 * @category models
 */
export interface LiveRun {
  readonly header: RunHeader
  /** Changes between two steps of whoever reads it. Not to be written. */
  readonly state: RunState.RunState
  /** Asks the run for something. What a wish changes is in the journal before it is acted on. */
  readonly wish: (wish: Wish) => Effect.Effect<void>
  /**
   * The events of the run with a higher sequence than `after` (0 for all), those before this process
   * included, until it ends or is interrupted. Several may watch, at any speed.
   */
  readonly events: (after: number) => Stream.Stream<EventRecord, JournalFailed>
  /** The append that waits for room on a full disk, if one does: nothing is decided until it is durable. */
  readonly waiting: Effect.Effect<FullDisk.Wait | undefined>
}

/**
 * What can be asked of a run that goes on: the events of `core` that somebody's will causes.
 *
 * @category models
 */
export type Wish = Extract<ExternalEvent, {
  readonly _tag:
    | "CancelRequested"
    | "PauseRequested"
    | "ResumeRequested"
    | "FailureModeChanged"
    | "LimitsChanged"
    | "RerunRequested"
}>

/**
 * A run that has ended.
 *
 * @category models
 */
export interface RunResult {
  readonly header: RunHeader
  readonly report: Report.Report
  /** The recorded value of an output of a node that succeeded. */
  readonly outputOf: (node: string, output: string) => Json | undefined
}

/**
 * What a run needs around it.
 *
 * @category models
 */
export type RunServices =
  | TaskOperations
  | JobOperations
  | PoolOperations
  | NodeOperations
  | FileOperations
  | Journal
  | ArtifactStore

/**
 * Runs to the end, from the start or from where the journal stops. A failed node is part of the
 * report; the effect itself fails only when the run cannot go on (see `EngineError`).
 *
 * @category operations
 */
export const run: (
  options: RunOptions
) => Effect.Effect<
  RunResult,
  EngineError,
  RunServices
> = Effect.fn("Engine.run")(
  function*(given: RunOptions) {
    const options = { ...given, definition: guarded(given.definition) }
    yield* SettingsCheck.require(options)
    const journal = yield* Journal
    const recorded = yield* journal.header
    if (recorded !== undefined) yield* PlanCheck.requireSame(recorded, options.plan)
    const header = recorded ?? options.header
    yield* Effect.annotateCurrentSpan({
      "batchwave.run": header.runId,
      "batchwave.pipeline": header.pipeline,
      "batchwave.job": header.jobId,
      "batchwave.nodes": options.plan.graph.nodeCount,
      "batchwave.mode": options.config.dependencyMode,
      "batchwave.resumed": recorded !== undefined
    })
    if (recorded === undefined) yield* journal.begin(header)
    const context = yield* makeContext(options, header, journal.epoch, recorded !== undefined)
    yield* journal.replay(({ atMs, events }) => {
      RunFeed.count(context.feed, { events })
      for (const event of events) {
        if (event._tag === "JobReplaced") JobPlace.replace(context.job, event.jobId, context.state)
        if (event._tag === "RunFinished") context.job.finished.add(context.job.id)
        RunState.evolve(context.state, event, atMs)
      }
    })
    if (context.state.outcome === undefined || wantsRerun(options)) {
      yield* Effect.raceFirst(proceed(options, context, journal), context.lost).pipe(
        Effect.ensuring(RunFeed.end(context.feed))
      )
      yield* JobLife.end(context)
    } else yield* JobLife.endLeftOver(context)
    return {
      header,
      report: Report.make(context.state),
      outputOf: (node, output) => {
        const index = options.plan.indexOf(node)
        return index === undefined ? undefined : context.state.outputs.get(index)?.[output]
      }
    } satisfies RunResult
  },
  Effect.scoped
)

const wantsRerun = ({ wishes = [] }: RunOptions): boolean =>
  wishes.some(({ _tag }) => _tag === "RerunRequested")

const makeContext = Effect.fnUntraced(function*(
  options: RunOptions,
  header: RunHeader,
  epoch: number,
  isResumed: boolean
) {
  const job = JobPlace.make(header.jobId)
  const claim = yield* JobClaim.make(epoch)
  const { jobs, lost, tasks } = yield* Hold.make(
    { header, job, claim, jobs: yield* JobOperations },
    yield* TaskOperations,
    options.config
  )
  return {
    header,
    isResumed,
    job,
    jobLock: yield* Semaphore.make(1),
    claim,
    lost,
    plan: options.plan,
    definition: options.definition,
    state: RunState.make(options.plan),
    time: yield* RunTime.make,
    naming: TaskNaming.make(options.plan),
    config: options.config,
    inbox: yield* Queue.unbounded<ExternalEvent>(),
    feed: yield* RunFeed.make,
    sampler: { atMs: 0 },
    unanswered: yield* Unanswered.make,
    tasks,
    jobs,
    pools: yield* PoolOperations,
    nodes: yield* NodeOperations,
    files: yield* FileOperations,
    store: yield* ArtifactStore,
    localKeys: new Map(),
    cache: options.cache,
    digests: FileDigests.make()
  } satisfies RunContext
})

const proceed: (
  options: RunOptions,
  context: RunContext,
  journal: JournalShape
) => Effect.Effect<void, EngineError, Scope.Scope> = Effect.fnUntraced(
  function*(options, context, journal) {
    const observer = options.observer
    const driver = {
      journal,
      policies: policiesOf(options),
      observer: observer === undefined
        ? () => Effect.void
        : (events, atMs) => observer(events, atMs, context.state)
    } satisfies Omit<Driver.DriverOptions, "commands">
    const tell = Effect.fnUntraced(function*(event: ExternalEvent) {
      yield* Driver.react(context, driver, [event], yield* context.time.nowMs)
    })
    const begun = yield* JobLife.begin(context, context.job.id, tell)
    const replaced = begun === "open" ? [] : yield* JobSuccession.succeed(
      context,
      "over",
      tell,
      context.state.outcome === undefined ? undefined : "the run had ended, and its job with it"
    )
    const { steering, wishes = [] } = options
    // Nothing but the wish for a rerun is news to a run that has ended, so wishes come first. What
    // they let go is planned after both, for the job that takes it.
    const first = [...wishes, ...replaced]
    yield* Driver.react(context, driver, first, yield* context.time.nowMs)
    if (steering !== undefined) {
      const wish = (wished: Wish) => Effect.asVoid(Queue.offer(context.inbox, wished))
      yield* Effect.forkScoped(steering({
        header: context.header,
        state: context.state,
        wish,
        events: (after) => RunFeed.events(context.feed, journal, after),
        waiting: journal.waiting
      }))
    }
    if (options.cancelWhen !== undefined) {
      yield* options.cancelWhen.pipe(
        Effect.andThen(Queue.offer(context.inbox, { _tag: "CancelRequested" })),
        Effect.forkScoped
      )
    }
    const pool = yield* PoolView.read(context).pipe(Effect.option)
    const commands = context.state.started
      ? yield* resume(options, context, driver)
      : yield* Driver.react(context, driver, [startOf(context)], yield* context.time.nowMs)
    if (pool._tag === "Some" && pool.value !== undefined) {
      yield* Queue.offer(context.inbox, PoolView.limitsOf(context, pool.value))
    }
    yield* Driver.drive(context, { ...driver, commands })
  }
)

const startOf = (context: RunContext): ExternalEvent => ({
  _tag: "RunStarted",
  seed: context.header.seed,
  dependencyMode: context.config.dependencyMode,
  failureMode: context.config.failureMode
})

const resume = Effect.fnUntraced(function*(
  options: RunOptions,
  context: RunContext,
  driver: Omit<Driver.DriverOptions, "commands">
) {
  const recovery = yield* Recovery.examine(context)
  if (options.onResume !== undefined) yield* options.onResume(recovery.table)
  const nowMs = yield* context.time.nowMs
  // The commands of this reaction are among the outstanding ones.
  yield* Driver.react(context, driver, recovery.events, nowMs)
  const commands = Reactor.outstanding(context.state, recovery.isHeld)
  const { leftOver } = recovery
  return leftOver.length === 0
    ? commands
    : [...commands, { _tag: "Terminate", tasks: leftOver } satisfies Command]
})

/** What an author's check makes of an output is either that it fits, or what is wrong with it. */
const guarded = (definition: Definition.Definition): Definition.Definition => ({
  ...definition,
  checkOutput: GuardedPolicy.outputCheck(definition.checkOutput, brokenCheck),
  checkKept: GuardedPolicy.outputCheck(definition.checkKept, brokenCheck)
})

const brokenCheck = (why: string): Definition.OutputCheck => ({
  _tag: "Invalid",
  problems: [`its check ${why}`]
})

/** An author's function that fails is no reason for the run to: its node is given up, and says why. */
const policiesOf = ({ cache, config, definition }: RunOptions): Reactor.Policies =>
  GuardedPolicy.policies({
    policyOf: Definition.policiesOf(definition, config.policy),
    checkOutput: definition.checkOutput,
    asksCache: cache !== undefined,
    ...(definition.classify === undefined ? {} : { classify: definition.classify })
  }, {
    decision: (why) => Decision.giveUp(`its policy ${why}`),
    failure: (why) => ({
      _tag: "Custom",
      name: "ClassifierFailed",
      message: `the pipeline's classify function ${why}`
    })
  })

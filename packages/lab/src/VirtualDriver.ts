/**
 * Drives a run in virtual time: the production reactor against a simulated account, over a link that
 * may be as bad as one likes.
 *
 * It takes no time but the computer's: a week of a run is over when its last event is. Everything that
 * happens follows from the options, so equal options give equal runs, event by event.
 *
 * The driver keeps the rules of the engine: what is durable before what, how an answer that never came
 * is made good, when the job is listed, when a service that is silent is given up.
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import type { Plan } from "@batchwave/core/Plan"
import * as Reactor from "@batchwave/core/Reactor"
import * as Report from "@batchwave/core/Report"
import type { ExternalEvent, TaskReference } from "@batchwave/core/RunEvent"
import type { DependencyMode, FailureMode, RunLimits } from "@batchwave/core/RunMode"
import * as RunState from "@batchwave/core/RunState"
import * as TaskNaming from "@batchwave/core/TaskNaming"
import type { Json, OutputSpec } from "@batchwave/core/Workflow"
import type { AccountOptions } from "@batchwave/sim/Account"
import * as Fact from "@batchwave/sim/Fact"
import type { FaultScript } from "@batchwave/sim/FaultScript"
import type { Scenario } from "@batchwave/sim/Scenario"
import type { ClientRule } from "./ClientRule.ts"
import type {
  Counters,
  DriverState,
  JournalBatch,
  KillPoint,
  Parts,
  Recall,
  Sent,
  Settings
} from "./internal/DriverState.ts"
import * as Idling from "./internal/Idling.ts"
import * as Inbox from "./internal/Inbox.ts"
import * as Orchestrating from "./internal/Orchestrating.ts"
import * as Link from "./Link.ts"
import type { SlotLedger } from "./SlotLedger.ts"
import * as VirtualService from "./VirtualService.ts"

/** What is sent and what is answered, as `Parts` see it. */
export type { Answer, Request } from "./internal/DriverState.ts"

/** What the result is made of, and what can be put in the place of the driver's own functions. */
export type { Counters, JournalBatch, KillPoint, Parts, Recall, Sent }

/** The least wait between polls when nobody says, in milliseconds: that of the engine. */
export const pollMsMin = 1_000

/** The longest wait between polls when nobody says, in milliseconds: that of the engine. */
export const pollMsMax = 10_000

/**
 * How often the job is listed. Milliseconds; the defaults are those of the engine.
 *
 * @category models
 */
export interface PollPolicy {
  /** @default 1_000 */
  readonly msMin?: number
  /** @default 10_000 */
  readonly msMax?: number
  /** How far a poll looks back behind the latest change it saw. @default 10_000 */
  readonly overlapMs?: number
  /** The whole job is listed so rarely that it costs one request in so many. @default 50 */
  readonly pollsPerSweep?: number
  /** A task that is seen running for longer is taken for stuck. @default never */
  readonly stuckAfterMs?: number
}

/**
 * How requests are made.
 *
 * @category models
 */
export interface SubmitPolicy {
  /** Tasks in one request. @default 100 */
  readonly tasksPerRequest?: number
  /** Requests of a kind under way at a time. @default 8 */
  readonly concurrency?: number
  /** Wait before a request is made again, in milliseconds. @default 2_000 */
  readonly patienceMs?: number
  /** An answer that takes longer is not waited for, in milliseconds. @default 30_000 */
  readonly timeoutMs?: number
  /**
   * The orchestrator ends when nothing was heard for so long, in milliseconds; somebody starts it again
   * after `restartMs`.
   *
   * @default never
   */
  readonly giveUpAfterMs?: number
}

/**
 * What to run, against what. `seed` is the run's: its backoffs draw from it.
 *
 * @category models
 */
export interface Options {
  readonly plan: Plan
  readonly policies: Reactor.Policies
  readonly seed: number
  /** @default "eager" */
  readonly dependencyMode?: DependencyMode
  /** @default "keepGoing" */
  readonly failureMode?: FailureMode
  /** @default only `nodeSlotsMax`, the slots of a node of the pool */
  readonly limits?: RunLimits
  /** The account: pool, seed, rules. */
  readonly account: AccountOptions
  /** How runs and nodes behave. @default every run takes a millisecond and ends well */
  readonly scenario?: Scenario
  /** What goes wrong with runs and nodes on purpose. @default nothing */
  readonly faults?: FaultScript
  /** @default Link.reliable() */
  readonly link?: Link.Link
  readonly poll?: PollPolicy
  readonly submit?: SubmitPolicy
  /** @default none: the orchestrator hears of every refusal, and waits for its own patience */
  readonly client?: ClientRule
  /** How far the service's clock is ahead of the orchestrator's, in milliseconds. @default 0 */
  readonly clockSkewMs?: number
  /** What a task leaves behind, from 1 for its first execution. @default null, and a file for a file */
  readonly outputsOf?: (
    task: TaskReference,
    execution: number
  ) => { readonly [name: string]: Json } | { readonly invalid: string }
  /** The cache of results, asked when the policies say so. @default none, so nothing is asked */
  readonly recall?: Recall
  /** Whether the orchestrator dies here. Asked at every point of every step. @default never */
  readonly kill?: (point: KillPoint, nowMs: number) => boolean
  /** Until an orchestrator that died begins again, in milliseconds. @default 5_000 */
  readonly restartMs?: number
  /** Told of every attempt. @default nobody is */
  readonly onSend?: (sent: Sent) => void
  /** Where the use of slots is noted. @default nowhere that could be read */
  readonly ledger?: SlotLedger
  /** Whether journal and facts are kept; a run that is killed needs its journal. @default true */
  readonly isRecorded?: boolean
  /** The run is given up at this time, in milliseconds. @default 30 days */
  readonly latestMs?: number
  /** Functions in the place of the driver's own, to see what is made of mistakes. @default none */
  readonly parts?: Partial<Parts>
}

/**
 * What came of a run.
 *
 * @category models
 */
export interface Result {
  /** `unfinished` when the run was given up or nothing could move it any more. */
  readonly report: Report.Report
  /** Empty when nothing is recorded. */
  readonly journal: ReadonlyArray<JournalBatch>
  /** What truly happened in the account; empty when nothing is recorded. */
  readonly facts: ReadonlyArray<Fact.Fact>
  readonly counters: Counters
  /** When the run ended; 0 is its beginning. */
  readonly endMs: number
  /** Executions begun in the service. */
  readonly executions: number
}

/**
 * A run in progress. Readers must not write to it.
 *
 * @category models
 */
export type VirtualDriver = DriverState

/** Where a run is given up. */
const latestMsDefault = 30 * 24 * 3_600_000

/**
 * Makes a driver at time 0; nothing has happened yet. Throws when the account's pool cannot be made.
 *
 * @category constructors
 */
export const make = (options: Options): VirtualDriver => {
  const { account, client, plan, poll = {}, submit = {} } = options
  const service = VirtualService.make({
    account: { ...account, ...(options.faults === undefined ? {} : { faults: options.faults }) },
    scenario: options.scenario ?? {},
    clockSkewMs: options.clockSkewMs ?? 0,
    ...(options.ledger === undefined ? {} : { ledger: options.ledger })
  })
  const isRecorded = options.isRecorded ?? true
  if (isRecorded) Fact.keepFacts(service.account)
  const settings: Settings = {
    latestMs: options.latestMs ?? latestMsDefault,
    seed: options.seed,
    pollMsMin: poll.msMin ?? pollMsMin,
    pollMsMax: poll.msMax ?? pollMsMax,
    pollOverlapMs: poll.overlapMs ?? 10_000,
    pollsPerSweep: poll.pollsPerSweep ?? 50,
    concurrency: submit.concurrency ?? 8,
    tasksPerRequest: submit.tasksPerRequest ?? 100,
    patienceMs: submit.patienceMs ?? 2_000,
    timeoutMs: submit.timeoutMs ?? client?.policy?.attemptTimeoutMs ?? 30_000,
    restartMs: options.restartMs ?? 5_000,
    stuckAfterMs: poll.stuckAfterMs ?? Infinity,
    giveUpAfterMs: submit.giveUpAfterMs ?? Infinity
  }
  const driver: VirtualDriver = {
    plan,
    policies: options.policies,
    start: startOf(options),
    settings,
    parts: { ...sound, ...options.parts },
    link: options.link ?? Link.reliable(),
    service,
    jobId: "run",
    ids: TaskNaming.firstIdsOf(plan),
    outputsOf: outputsOf(plan, options.outputsOf),
    recall: options.recall,
    client,
    onSend: options.onSend,
    kill: options.kill,
    keepsJournal: isRecorded,
    isPlain: options.onSend === undefined && options.kill === undefined
      && options.parts === undefined && settings.stuckAfterMs === Infinity,
    drawnFate: undefined,
    journal: [],
    counters: makeCounters(),
    wire: EventHeap.make(),
    signals: [],
    freeSignals: [],
    memory: Orchestrating.emptyMemory(RunState.make(plan), settings, client),
    epoch: 1,
    isDoomed: false,
    wishes: [],
    phase: "down",
    nowMs: 0
  }
  Orchestrating.start(driver)
  return driver
}

/**
 * Goes on until the run has ended, nothing can move it any more, or `untilMs`.
 *
 * @category operations
 */
export const advance = (driver: VirtualDriver, untilMs: number): void => {
  const { service, settings, wire } = driver
  const endMs = Math.min(untilMs, settings.latestMs)
  while (driver.phase !== "ended") {
    const { poll, wakeAtMs } = driver.memory
    const timerMs = driver.phase === "running" ? Math.min(poll.atMs, wakeAtMs) : Infinity
    const atMs = Math.min(EventHeap.peekAtMs(wire) ?? Infinity, timerMs)
    if (atMs > endMs || atMs === Infinity) break
    if (atMs === poll.atMs && Idling.isStill(driver)) {
      Idling.pass(driver, endMs)
      if (poll.atMs !== atMs) continue
    }
    VirtualService.advance(service, atMs)
    driver.nowMs = Math.max(driver.nowMs, atMs)
    Orchestrating.step(driver)
  }
  if (driver.phase === "ended" || untilMs > settings.latestMs) return
  VirtualService.advance(service, untilMs)
  driver.nowMs = Math.max(driver.nowMs, untilMs)
}

/**
 * Lets happen what is still on its way after the end of the run, until a time. Nobody is there to hear
 * of it.
 *
 * @category operations
 */
export const playOut = (driver: VirtualDriver, untilMs: number): void => {
  if (driver.phase !== "ended") return
  for (let atMs = EventHeap.peekAtMs(driver.wire); atMs !== undefined && atMs <= untilMs;) {
    VirtualService.advance(driver.service, atMs)
    driver.nowMs = Math.max(driver.nowMs, atMs)
    Orchestrating.step(driver)
    atMs = EventHeap.peekAtMs(driver.wire)
  }
}

/**
 * Asks the run for something, now. An orchestrator that is down hears it when it is back.
 *
 * @category operations
 */
export const wish = (driver: VirtualDriver, event: ExternalEvent): void => {
  if (driver.phase === "ended" || driver.phase === "ending") return
  if (driver.phase !== "running") {
    driver.wishes.push(event)
    return
  }
  Inbox.put(driver.memory, event)
  Orchestrating.step(driver)
}

/**
 * Kills the orchestrator, now. It begins again from its journal after `restartMs`.
 *
 * @category operations
 */
export const crash = (driver: VirtualDriver): void => {
  if (driver.phase !== "ended") Orchestrating.crash(driver)
}

/**
 * What came of the run so far. Takes the facts.
 *
 * @category queries
 */
export const resultOf = (driver: VirtualDriver): Result => ({
  report: Report.make(driver.memory.state),
  journal: driver.journal,
  facts: Fact.takeFacts(driver.service.account),
  counters: driver.counters,
  endMs: driver.nowMs,
  executions: driver.service.startedCount
})

/**
 * Runs to the end.
 *
 * @category operations
 */
export const run = (options: Options): Result => {
  const driver = make(options)
  advance(driver, Infinity)
  return resultOf(driver)
}

const sound: Parts = {
  react: Reactor.react,
  outstanding: Reactor.outstanding,
  append: (events) => events,
  carryOut: (commands) => commands,
  ask: (request) => request,
  sign: (serviceMs) => serviceMs,
  hears: (life, own) => life === own,
  understand: (_request, answer) => answer
}

const startOf = (options: Options): ReadonlyArray<ExternalEvent> => [
  {
    _tag: "LimitsChanged",
    limits: { nodeSlotsMax: options.account.pool.slotsPerNode, ...options.limits }
  },
  {
    _tag: "RunStarted",
    seed: options.seed,
    dependencyMode: options.dependencyMode ?? "eager",
    failureMode: options.failureMode ?? "keepGoing"
  }
]

const makeCounters = (): Counters => ({
  requests: {
    addJob: 0,
    addTasks: 0,
    listTasks: 0,
    getTask: 0,
    reactivateTask: 0,
    terminateTask: 0,
    readOutputs: 0,
    endJob: 0
  },
  polls: 0,
  sweeps: 0,
  throttledMs: 0,
  timeouts: 0,
  crashes: 0,
  givenUp: 0,
  reactions: 0,
  events: 0
})

const outputsOf = (
  { workflow }: Plan,
  own: Options["outputsOf"]
): DriverState["outputsOf"] =>
(task, execution) => {
  const made = own?.(task, execution)
  if (made !== undefined && typeof made["invalid"] === "string") {
    const output = workflow.nodes[task.node]?.outputs[0]?.name ?? ""
    return { _tag: "OutputInvalid", task, output, message: made["invalid"] }
  }
  const outputs = made ?? plainOutputs(workflow.nodes[task.node]?.outputs ?? [])
  return { _tag: "OutputsCollected", task, outputs }
}

const plainOutputs = (specs: ReadonlyArray<OutputSpec>): { readonly [name: string]: Json } =>
  Object.fromEntries(
    specs.map(({ _tag, name, path }) => [name, _tag === "Json" ? null : { file: path }])
  )

/**
 * A real run again, under other policies: what its journal tells of each execution is repeated, and what
 * goes beyond is drawn from the scenario that is fitted to it.
 *
 * P1 The n-th execution of a node takes as long and ends as its n-th did, whatever the policy and
 *    whenever it begins. A run out of memory is repeated only with no more slots than it had.
 * P2 What the service or the orchestrator did to an execution (lost, vanished, rejected, stuck, cancelled,
 *    wrong outputs) is left out with the decision about it; the next execution takes its place.
 * P3 When somebody had nodes run again by hand, what counts is their history after that.
 */
import * as Classify from "@batchwave/core/Classify"
import * as Decision from "@batchwave/core/Decision"
import * as Failure from "@batchwave/core/Failure"
import type { Plan } from "@batchwave/core/Plan"
import * as Policy from "@batchwave/core/Policy"
import type { RunEvent } from "@batchwave/core/RunEvent"
import type { DependencyMode, FailureMode } from "@batchwave/core/RunMode"
import type { TaskEnd } from "@batchwave/core/TaskEnd"
import * as TaskNaming from "@batchwave/core/TaskNaming"
import type { Json } from "@batchwave/core/Workflow"
import type { RecordedRun, Scenario } from "@batchwave/sim/Scenario"
import * as Arm from "./Arm.ts"
import * as Calibration from "./Calibration.ts"

/**
 * What a journal gives.
 *
 * @category models
 */
export interface Replay {
  /** The fitted scenario with the recorded runs. */
  readonly scenario: Scenario
  /** The run as it was decided: its policies, mode and failure mode. */
  readonly asRecorded: Arm.Arm
  /** From the first event to the last, in milliseconds. */
  readonly makespanMs: number
  /** The most task slots that were in use at a time, as far as the journal shows it; at least 1. */
  readonly slotsPeak: number
  /** The slots of a compute node, where the run knew. */
  readonly nodeSlots: number | undefined
  /** Executions that can be repeated. */
  readonly runs: number
  /** Failed attempts that are left out (P2). */
  readonly leftOut: number
}

/**
 * The events of one append, and when that was.
 *
 * @category models
 */
export interface Batch {
  readonly atMs: number
  readonly events: ReadonlyArray<RunEvent>
}

/** Longer than any run: an execution that was ended at its limit. */
const endlessMs = 30 * 24 * 3_600_000

interface History {
  runs: Array<RecordedRun>
  decisions: Array<Decision.Decision>
  /** The decision that comes next is about a failure that is left out. */
  isLeftOut: boolean
  slots: number
  startedAtMs: number | undefined
}

/**
 * Reads the batches of a journal. Throws when no run succeeded, since nothing can be fitted then.
 *
 * @category constructors
 */
export const fromJournal = (plan: Plan, batches: ReadonlyArray<Batch>): Replay => {
  const reading: Reading = {
    plan,
    histories: plan.workflow.nodes.map(({ slots }) => historyOf(slots)),
    slotsNow: 0,
    slotsPeak: 1,
    nodeSlots: undefined,
    leftOut: 0,
    dependencyMode: "eager",
    failureMode: "keepGoing"
  }
  for (const { atMs, events } of batches) for (const event of events) read(reading, event, atMs)
  const { failureMode, dependencyMode, histories } = reading
  const ids = TaskNaming.firstIdsOf(plan)
  const recordedRuns: Record<string, ReadonlyArray<RecordedRun>> = {}
  histories.forEach(({ runs }, node) => {
    if (runs.length > 0) recordedRuns[ids[node] ?? ""] = runs
  })
  const decisions = new Map(
    histories.map((history, node) => [plan.names[node] ?? "", history.decisions])
  )
  const { scenario } = Calibration.fit(batches.flatMap(({ events }) => events))
  const makespanMs = (batches.at(-1)?.atMs ?? 0) - (batches[0]?.atMs ?? 0)
  return {
    scenario: { ...scenario, recordedRuns },
    asRecorded: Arm.make("as recorded", {
      policy: policyOf(decisions, makespanMs),
      mode: dependencyMode,
      failureMode
    }),
    makespanMs,
    slotsPeak: reading.slotsPeak,
    nodeSlots: reading.nodeSlots,
    runs: histories.reduce((sum, { runs }) => sum + runs.length, 0),
    leftOut: reading.leftOut
  }
}

interface Reading {
  readonly plan: Plan
  readonly histories: ReadonlyArray<History>
  slotsNow: number
  slotsPeak: number
  nodeSlots: number | undefined
  leftOut: number
  dependencyMode: DependencyMode
  failureMode: FailureMode
}

const historyOf = (slots: number): History => ({
  runs: [],
  decisions: [],
  isLeftOut: false,
  slots,
  startedAtMs: undefined
})

/** What was decided, attempt by attempt; beyond that what a node gets that says nothing. */
const policyOf = (
  decisions: ReadonlyMap<string, ReadonlyArray<Decision.Decision>>,
  makespanMs: number
): Policy.Policy =>
  Policy.make(
    `what was decided in the run, which took ${
      Math.round(makespanMs / 100) / 10
    } s, then the default`,
    (context) =>
      decisions.get(context.node)?.[context.attempts.length - 1]
        ?? Policy.decide(Policy.defaultPolicy, context)
  )

const read = (reading: Reading, event: RunEvent, atMs: number): void => {
  const { histories } = reading
  switch (event._tag) {
    case "RunStarted":
      reading.dependencyMode = event.dependencyMode
      reading.failureMode = event.failureMode
      return
    case "FailureModeChanged":
      reading.failureMode = event.failureMode
      return
    case "LimitsChanged":
      reading.nodeSlots = event.limits.nodeSlotsMax ?? reading.nodeSlots
      return
    case "TaskStarted":
      return started(reading, histories[event.task.node], atMs)
    case "TaskEnded":
      return ended(reading, histories[event.task.node], event.end)
    case "TaskRequeued":
      return stopped(reading, histories[event.task.node])
    case "TaskStuck":
    case "TaskVanished":
    case "TaskLost":
    case "TaskRejected":
      return leaveOut(reading, histories[event.task.node])
    case "OutputInvalid":
      histories[event.task.node]?.runs.pop()
      return leaveOut(reading, histories[event.task.node])
    case "RetryDecided": {
      const { node, via } = event
      const { afterMs, reason, slots } = event.decision
      const retry = { afterMs, via, reason, ...(slots === undefined ? {} : { slots }) }
      decided(histories[node], Decision.retry(retry))
      const history = histories[node]
      if (history !== undefined) history.slots = slots ?? history.slots
      return
    }
    case "NodeFailed":
      return decided(histories[event.node], Decision.giveUp(event.reason))
    case "NodesSkipped":
      if (event.failure === undefined) return
      for (const node of event.nodes) decided(histories[node], Decision.skip(event.reason))
      return
    case "NodeSubstituted":
      return decided(histories[event.node], substituteOf(event.outputs, event.reason))
    case "RerunRequested":
      for (const node of event.nodes) again(reading, node, event.slots)
      return
    default:
  }
}

/** A policy gives the value of an only output by itself. */
const substituteOf = (
  outputs: { readonly [name: string]: Json },
  reason: string
): Decision.Decision => {
  const values = Object.values(outputs)
  const [only] = values
  return Decision.substitute(values.length === 1 && only !== undefined ? only : outputs, reason)
}

const started = (reading: Reading, history: History | undefined, atMs: number): void => {
  if (history === undefined || history.startedAtMs !== undefined) return
  history.startedAtMs = atMs
  reading.slotsNow += history.slots
  reading.slotsPeak = Math.max(reading.slotsPeak, reading.slotsNow)
}

const stopped = (reading: Reading, history: History | undefined): void => {
  if (history?.startedAtMs === undefined) return
  history.startedAtMs = undefined
  reading.slotsNow -= history.slots
}

const ended = (reading: Reading, history: History | undefined, end: TaskEnd): void => {
  if (history === undefined) return
  stopped(reading, history)
  const run = recordedOf(end, history.slots)
  if (run === undefined) return leaveOut(reading, history)
  if (!history.isLeftOut) history.runs.push(run)
}

const leaveOut = (reading: Reading, history: History | undefined): void => {
  if (history === undefined) return
  stopped(reading, history)
  if (!history.isLeftOut) reading.leftOut++
  history.isLeftOut = true
}

const decided = (history: History | undefined, decision: Decision.Decision): void => {
  if (history === undefined) return
  if (!history.isLeftOut) history.decisions.push(decision)
  history.isLeftOut = false
}

const again = (reading: Reading, node: number, slots: number | undefined): void => {
  const history = reading.histories[node]
  if (history === undefined) return
  stopped(reading, history)
  history.runs = []
  history.decisions = []
  history.isLeftOut = false
  history.slots = slots ?? reading.plan.workflow.nodes[node]?.slots ?? 1
}

/** Undefined for an end that was none of the task's own. */
const recordedOf = (end: TaskEnd, slots: number): RecordedRun | undefined => {
  const failure = Classify.classify(end)
  const durationMs = Math.max(1, end.runTimeMs)
  if (failure === undefined) return { durationMs, slots }
  const code = end.failureInfo?.code ?? ""
  switch (Failure.classOf(failure)) {
    case "Exit":
    case "OutOfMemory":
      return { durationMs, slots, exitCode: Failure.exitCodeOf(failure) ?? 1 }
    case "SetupFailed":
      return { durationMs, slots, setupFailure: code }
    case "UploadFailed":
      return { durationMs, slots, uploadFailure: code }
    case "TimedOut":
      return { durationMs: endlessMs, slots }
    default:
      return undefined
  }
}

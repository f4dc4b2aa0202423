/**
 * A simulated account in which tasks take their time: the account of `sim`, the courses that a scenario
 * gives to runs and nodes, and one heap of what happens next.
 *
 * V1 Nothing happens but at the times the caller moves to; equal times happen in the order in which
 *    they were foreseen.
 * V2 The account keeps its own time. What it tells is `clockSkewMs` ahead of the caller's clock.
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import type { TaskReference } from "@batchwave/core/RunEvent"
import * as Account from "@batchwave/sim/Account"
import type { ChangeWalk } from "@batchwave/sim/ChangeWalk"
import type { StartChore, StartTask } from "@batchwave/sim/Instruction"
import * as NodeCourse from "@batchwave/sim/NodeCourse"
import * as RunCourse from "@batchwave/sim/RunCourse"
import * as RunFault from "@batchwave/sim/RunFault"
import * as Runs from "@batchwave/sim/Runs"
import * as RunSubject from "@batchwave/sim/RunSubject"
import type { Scenario } from "@batchwave/sim/Scenario"
import * as ScenarioModel from "@batchwave/sim/ScenarioModel"
import type { Task } from "@batchwave/sim/Task"
import type { TaskEnd } from "@batchwave/sim/TaskEnd"
import * as SlotLedger from "./SlotLedger.ts"

interface Run {
  readonly taskId: string
  readonly nodeId: string
  readonly slots: number
  readonly fromMs: number
  end: TaskEnd
  endAtMs: number
}

interface NodeLife {
  readonly round: number
  readonly course: NodeCourse.NodeCourse
  phase: "booting" | "up" | "away"
}

/**
 * The service. Readers must not write to it.
 *
 * @category models
 */
export interface VirtualService {
  readonly account: Account.Account
  readonly model: ScenarioModel.ScenarioModel
  /** How far the times it tells are ahead of the caller's clock, in milliseconds. */
  readonly clockSkewMs: number
  /** By the index of a task in the account: the node of the plan it was made for, or -1. */
  readonly nodeOf: Array<number>
  /** The same: which of the node's tasks it is. */
  readonly submissionOf: Array<number>
  readonly ledger: SlotLedger.SlotLedger
  /** The same: its tag, a new number with every write of a user. */
  readonly eTagOf: Array<number>
  eTagLast: number
  /** By the index of a task: when it completed, if it is known that it has and rests; else -1. */
  readonly restsSinceMs: Array<number>
  /** The latest walk over changes, used again for the next. @internal */
  walk: ChangeWalk | undefined
  /** Executions begun so far. */
  startedCount: number
  /** Executions that were ended before their time, whose events are stale. @internal */
  killedCount: number
  /** Of these, those that went as recorded. */
  recordedCount: number
  /** Generations of runs, and `-1 - index` of nodes. @internal */
  readonly events: EventHeap.EventHeap
  /** By generation; nothing where it is over. @internal */
  readonly runs: Array<Run | undefined>
  /** By index; empty where nodes live for ever. @internal */
  readonly lives: Array<NodeLife>
}

/** Runs at a time that need no more room. */
const eventsShort = 256

/** What a killed process tells. */
const killed: TaskEnd = { _tag: "Killed", exitCode: 137 }

/**
 * Makes a service whose runs go as a scenario without `problems` says.
 *
 * @category constructors
 */
export const make = (options: {
  readonly account: Account.AccountOptions
  readonly scenario: Scenario
  /** @default 0 */
  readonly clockSkewMs?: number
  /** Where the use of slots is noted. @default a new one */
  readonly ledger?: SlotLedger.SlotLedger
}): VirtualService => {
  const service: VirtualService = {
    account: Account.make(options.account),
    model: ScenarioModel.make(options.scenario),
    clockSkewMs: options.clockSkewMs ?? 0,
    nodeOf: [],
    submissionOf: [],
    eTagOf: [],
    eTagLast: 0,
    restsSinceMs: [],
    ledger: options.ledger ?? SlotLedger.make(),
    walk: undefined,
    startedCount: 0,
    killedCount: 0,
    recordedCount: 0,
    events: EventHeap.make(eventsShort),
    runs: [undefined],
    lives: []
  }
  settle(service)
  return service
}

/**
 * When the service does something of its own next; `Infinity` when it only waits for requests.
 *
 * @category queries
 */
export const nextMs = (service: VirtualService): number => {
  const { account, events, killedCount, runs } = service
  const deadlineMs = Runs.nextDeadlineMs(account) ?? Infinity
  for (;;) {
    const atMs = EventHeap.peekAtMs(events)
    if (atMs === undefined) return deadlineMs
    // The run itself is looked at only where events can be stale: it lies far from the heap.
    if (killedCount === 0) return Math.min(atMs, deadlineMs)
    const item = EventHeap.peek(events)!
    if (item < 0 || runs[item]?.endAtMs === atMs) return Math.min(atMs, deadlineMs)
    EventHeap.pop(events)
  }
}

/**
 * Lets happen what is due by a time, in order.
 *
 * @category operations
 */
export const advance = (service: VirtualService, untilMs: number): void => {
  for (let atMs = nextMs(service); atMs <= untilMs; atMs = nextMs(service)) {
    if (EventHeap.peekAtMs(service.events) === atMs) happen(service, atMs)
    else Runs.advance(service.account, atMs)
    settle(service)
  }
}

/**
 * Carries out what the account wants after a call: runs that begin get their end, runs that are to be
 * killed end at once. To be called after every call that changes the account.
 *
 * @category operations
 */
export const settle = (service: VirtualService): void => {
  const { account } = service
  if (service.model.scenario.nodes !== undefined) {
    while (service.lives.length < account.nodes.length) boot(service, service.lives.length, 1)
  }
  for (;;) {
    const instructions = Account.takeInstructions(account)
    if (instructions.length === 0) return
    for (const instruction of instructions) {
      if (instruction._tag === "KillTask") kill(service, instruction.generation)
      else begin(service, instruction)
    }
  }
}

/**
 * The task of the plan that a task of the account was made for; `undefined` when it is foreign.
 *
 * @category queries
 */
export const referenceOf = (service: VirtualService, task: Task): TaskReference | undefined => {
  const node = service.nodeOf[task.index] ?? -1
  return node < 0 ? undefined : { node, submission: service.submissionOf[task.index]! }
}

/**
 * Notes that a user has written to a task: it gets a new tag, and may have begun anew.
 *
 * @category operations
 */
export const written = (service: VirtualService, { index }: Task): void => {
  service.eTagOf[index] = ++service.eTagLast
  service.restsSinceMs[index] = -1
}

/**
 * Notes that a task was seen completed: so it stays until somebody writes to it.
 *
 * @category operations
 */
export const rests = (
  service: VirtualService,
  { index, stateTransitionAtMs }: Task
): void => {
  service.restsSinceMs[index] = stateTransitionAtMs
}

/**
 * Notes the runs that are still going on in the ledger, as ended at a time by nobody's will: for when
 * the time of the whole is up. Nothing may be asked of the service after it.
 *
 * @category operations
 */
export const close = (service: VirtualService, atMs: number): void => {
  for (const run of service.runs) {
    if (run !== undefined) SlotLedger.note(service.ledger, run, atMs, killed)
  }
}

const begin = (service: VirtualService, start: StartTask | StartChore): void => {
  service.startedCount++
  const { model } = service
  const run = start._tag === "StartChore"
    ? { ...start, requiredSlots: 1 }
    : inNameOf(service, start)
  const course = RunCourse.make(model, run)
  if (RunCourse.recordedRun(model, run) !== undefined) service.recordedCount++
  const fault = start._tag === "StartTask" ? start.fault : undefined
  const { durationMs, end } = fault === undefined
    ? { durationMs: course.totalMs, end: course.end }
    : RunFault.bend(fault, { durationMs: course.totalMs, end: course.end })
  const endAtMs = service.account.nowMs + Math.max(1, durationMs)
  noteQueued(service, start)
  service.runs[start.generation] = {
    taskId: start.taskId,
    nodeId: start.nodeId,
    slots: start._tag === "StartTask" ? start.requiredSlots : 0,
    fromMs: service.account.nowMs,
    end,
    endAtMs
  }
  if (endAtMs < Infinity) EventHeap.push(service.events, endAtMs, start.generation)
}

/** A task that was added again goes on with the draws of the one before it. */
const inNameOf = ({ account }: VirtualService, start: StartTask): RunCourse.ScenarioRun => {
  if (!RunSubject.endsInNumber(start.taskId)) return start
  const subject = RunSubject.of(Account.findJob(account, start.jobId), start)
  return subject === undefined ? start : { ...start, subject }
}

const noteQueued = ({ account, ledger }: VirtualService, start: StartTask | StartChore): void => {
  const task = start._tag === "StartTask" ? account.tasks[start.taskIndex] : undefined
  if (task?.state !== "running" || task.previousStateTransitionAtMs === undefined) return
  ledger.queuedMs += account.nowMs - task.previousStateTransitionAtMs
}

const kill = (service: VirtualService, generation: number): void => {
  const run = service.runs[generation]
  if (run === undefined) return
  service.killedCount++
  run.end = killed
  run.endAtMs = service.account.nowMs
  EventHeap.push(service.events, run.endAtMs, generation)
}

const happen = (service: VirtualService, atMs: number): void => {
  const item = EventHeap.pop(service.events)!
  if (item < 0) return turnNode(service, -1 - item, atMs)
  const run = service.runs[item]
  if (run === undefined) return
  service.runs[item] = undefined
  SlotLedger.note(service.ledger, run, atMs, run.end)
  Runs.taskEnded(service.account, item, run.end, atMs)
}

const boot = (service: VirtualService, index: number, round: number): void => {
  const { account, model } = service
  const course = NodeCourse.make(model, account.nodes[index]!.id, round)
  const life: NodeLife = { round, course, phase: "booting" }
  service.lives[index] = life
  if (course.bootMs === 0) return comeUp(service, index, life)
  if (round === 1) Runs.loseNode(account, index, account.nowMs, "starting")
  EventHeap.push(service.events, account.nowMs + course.bootMs, -1 - index)
}

const comeUp = (service: VirtualService, index: number, life: NodeLife): void => {
  const { account, events } = service
  life.phase = "up"
  Runs.returnNode(account, index, account.nowMs)
  const lostAtMs = account.nowMs + life.course.lifeMs
  if (lostAtMs < Infinity) EventHeap.push(events, lostAtMs, -1 - index)
}

const turnNode = (service: VirtualService, index: number, atMs: number): void => {
  const { account, events } = service
  const life = service.lives[index]!
  Runs.advance(account, atMs)
  if (account.nodes[index]!.isLeaving) return
  switch (life.phase) {
    case "booting":
      return comeUp(service, index, life)
    case "up": {
      life.phase = "away"
      Runs.loseNode(account, index, atMs, "unknown")
      const backAtMs = atMs + life.course.awayMs
      if (backAtMs < Infinity) EventHeap.push(events, backAtMs, -1 - index)
      return
    }
    case "away":
      return boot(service, index, life.round + 1)
    default:
      return life.phase satisfies never
  }
}

/**
 * What a virtual driver is made of: the memory of the orchestrator, which a crash takes, and what lies
 * outside of it, which stays.
 */
import type { Command } from "@batchwave/core/Command"
import type * as EventHeap from "@batchwave/core/EventHeap"
import type { Plan } from "@batchwave/core/Plan"
import type * as Reactor from "@batchwave/core/Reactor"
import type { ExternalEvent, RunEvent, TaskReference } from "@batchwave/core/RunEvent"
import type { RunState } from "@batchwave/core/RunState"
import type { TaskSpec } from "@batchwave/sim/Task"
import type { ClientRule } from "../ClientRule.ts"
import type { Fate, Link, RequestKind } from "../Link.ts"
import type { VirtualService } from "../VirtualService.ts"
import type { Client } from "./Calling.ts"
import type { Poll } from "./PollMemory.ts"
import type { TaskNumbers } from "./TaskNumbers.ts"

/** One request, as data. */
export type Request =
  | { readonly _tag: "AddJob" | "EndJob" }
  | {
    readonly _tag: "AddTasks"
    readonly tasks: ReadonlyArray<TaskReference>
    /** Made when the request is, since the orchestrator may be gone when it arrives. */
    readonly specs: ReadonlyArray<TaskSpec>
  }
  | { readonly _tag: "ListTasks"; readonly pass: Pass; readonly place: number }
  | { readonly _tag: "GetTask"; readonly task: TaskReference; readonly why: Doubt }
  | ActionRequest

/** A request about one task that the reactor has asked for. */
export type ActionRequest =
  | { readonly _tag: "ReadOutputs"; readonly task: TaskReference }
  | WriteRequest

/** One of those that changes the task. */
export type WriteRequest =
  | {
    readonly _tag: "TerminateTask"
    readonly task: TaskReference
    /** The same: a late answer says nothing of the next execution. */
    readonly execution: number
    /** The service acts only while the task has this tag; absent when the tag is not known. */
    readonly ifMatch?: number
    /** Those that are ended with it. */
    readonly ending?: Ending
  }
  | {
    readonly _tag: "ReactivateTask"
    readonly task: TaskReference
    /** Which execution of the node is meant: the same task may be reactivated once more. */
    readonly execution: number
    readonly ifMatch?: number
  }

/** Tasks that are to end together: one of the few actions at a time, and itself a few requests at a time. */
export interface Ending {
  readonly _tag: "EndTogether"
  readonly requests: Array<WriteRequest>
  taken: number
  underWay: number
}

/** Why a single task is read: two listings did not have it, or what became of a request is unknown. */
export type Doubt =
  | { readonly _tag: "Missing" }
  | { readonly _tag: "Missed"; readonly recovery: Recovering }
  | {
    readonly _tag: "Unsure"
    readonly request: WriteRequest
    /** Of the request, when its client looks. */
    readonly call: Call | undefined
  }

/** The kind of each request, for links and counters; a switch is faster than a table. */
export const kindOf = ({ _tag }: Request): RequestKind => {
  switch (_tag) {
    case "ListTasks":
      return "listTasks"
    case "AddTasks":
      return "addTasks"
    case "GetTask":
      return "getTask"
    case "ReactivateTask":
      return "reactivateTask"
    case "TerminateTask":
      return "terminateTask"
    case "ReadOutputs":
      return "readOutputs"
    case "AddJob":
      return "addJob"
    case "EndJob":
      return "endJob"
  }
}

/** What the service said to one item of a collection; `undefined` is an add that worked. */
export type ItemAnswer = { readonly code: string; readonly isPassing: boolean } | undefined

/** What the service said; `Trouble` also stands for no answer in time. */
export type Answer =
  | { readonly _tag: "Done" }
  | { readonly _tag: "Refused"; readonly code: string }
  | {
    readonly _tag: "Trouble"
    /** What the refusal asks to wait; 0 when it asks for nothing. */
    readonly retryAfterMs: number
    /** HTTP status of the refusal; 0 when there was no answer. */
    readonly status: number
  }
  | {
    readonly _tag: "Added"
    readonly tasks: ReadonlyArray<TaskReference>
    /** Absent when every task was added. */
    readonly items?: ReadonlyArray<ItemAnswer>
  }
  | {
    readonly _tag: "Listed"
    readonly entries: ReadonlyArray<Entry>
    /** Of a sweep: the tasks, by index, that run as the orchestrator knows already. */
    readonly known?: ReadonlyArray<number> | undefined
    /** When the latest change among all that were listed was, by the service's clock. */
    readonly latestMs: number
    /** The same, without tasks in whose place others were seen. */
    readonly newsMs: number
    /** Where the next page begins; absent on the last. */
    readonly next?: number | undefined
  }
  | { readonly _tag: "Found"; readonly entry: Entry }
  | { readonly _tag: "Read"; readonly event: ExternalEvent }

/** A task as a listing shows it, as far as it is ours. */
export interface Entry {
  readonly task: TaskReference
  readonly state: "active" | "running" | "completed"
  /** By the service's clock. */
  readonly changedMs: number
  /**
   * A new number with every write of a user, and only then; nothing where a listing that lags shows the
   * task as it was before.
   */
  readonly eTag: number | undefined
  /** What it stands for; nothing when that is nothing new. */
  readonly event: ExternalEvent | undefined
}

/** One walk over the job. */
export interface Pass {
  readonly kind: "news" | "sweep" | "recovery"
  /** By the service's clock; only of `news`. */
  readonly fromMs: number
  /** Of a sweep: by node, the submission that it has not shown yet, 0 when it has. */
  readonly missing?: Uint16Array
  /** Of a sweep: the states of nodes when it began, which tell what a complete listing must contain. */
  readonly statesBefore?: Uint8Array
  /** Tasks that may still run and that no node waits for; none of `news`. */
  readonly leftOver: Array<TaskReference>
  /** When the latest change listed so far was, by the service's clock. */
  latestMs: number
  /** The same, without tasks in whose place others were seen. */
  newsMs: number
  /** Whether a task was seen in a state, or since a time, that was not known. */
  hasNews: boolean
  readonly recovery?: Recovering
}

/** The comparison of a journal with the service, in progress. */
export interface Recovering {
  readonly held: Set<number>
  readonly events: Array<ExternalEvent>
  openCount: number
}

/** A request of the orchestrator, which its client may attempt more than once. */
export interface Call {
  /** How many there were, the one under way included. */
  readonly attempts: number
  readonly startedAtMs: number
  /** How long the attempt waits after the look before it; above 0 where the one before met 429 or 503. */
  readonly afterLookMs: number
}

/** One request under way. */
export interface Flight {
  readonly request: Request
  readonly epoch: number
  readonly fate: Fate
  readonly sentAtMs: number
  /** Absent for the first attempt of a call. */
  call: Call | undefined
  answer: Answer | undefined
  /** What the service's clock said when it answered. */
  toldMs: number
  isSettled: boolean
}

/** One attempt, as it leaves. */
export interface Sent {
  readonly atMs: number
  readonly request: Request
  /** Which life of the orchestrator it belongs to, from 1. */
  readonly life: number
  /** The time its signature bears, by the service's clock as far as that is known. */
  readonly dateMs: number
  readonly fate: Fate
}

/** What happens to a request; what has arrived becomes the reply. */
export interface FlightSignal {
  _tag: "Arrive" | "Repeat" | "Reply" | "GiveUp" | "SendAgain"
  readonly flight: Flight
}

/** What happens on the wire or at the orchestrator at a time. */
export type Signal =
  | FlightSignal
  | {
    readonly _tag: "Requeue"
    readonly epoch: number
    readonly tasks: ReadonlyArray<TaskReference>
  }
  | {
    readonly _tag: "Send"
    readonly epoch: number
    readonly request: Request
    readonly call: Call
  }
  | { readonly _tag: "Restart"; readonly epoch: number }
  | { readonly _tag: "Recalled"; readonly epoch: number; readonly nodes: ReadonlyArray<number> }

/** What a crash takes. */
export interface Memory {
  readonly state: RunState
  inbox: Array<ExternalEvent>
  /** What was read of outputs. */
  outputs: Array<ExternalEvent>
  planned: Array<TaskReference>
  plannedTaken: number
  chunksUnderWay: number
  /** Tasks whose add is under way or without a sure answer: 1. */
  readonly adding: TaskNumbers
  /** Of those, the ones to be ended as soon as there is an answer. */
  readonly endAfterAdd: Map<number, WriteRequest>
  /** Tasks whose end is asked for, or about to be, by key. */
  readonly ending: Set<number>
  actions: Array<ActionRequest | Ending>
  actionsTaken: number
  actionsUnderWay: number
  wakeAtMs: number
  /** Since when no request is answered; absent while some are. */
  silentSinceMs: number | undefined
  /** How far the service's clock is ahead, as its answers tell. */
  aheadMs: number
  /** The tags of tasks as they were last told. */
  readonly eTags: TaskNumbers
  readonly poll: Poll
  /** Absent where the orchestrator hears of every refusal. */
  readonly client: Client | undefined
}

/** What a cache answers, and how long that takes, in milliseconds. */
export interface Recall {
  readonly ms: number
  readonly answerOf: (node: number) => ExternalEvent & {
    readonly _tag: "CacheHit" | "CacheMissed"
  }
}

/** One batch of journaled events. */
export interface JournalBatch {
  readonly atMs: number
  readonly events: ReadonlyArray<RunEvent>
}

/** Where an orchestrator can be killed. */
export type KillPoint = "beforeAppend" | "afterAppend" | "afterSend" | "beforeReply"

/** The functions a driver calls; a test of the tests puts a wrong one in the place of one. */
export interface Parts {
  readonly react: typeof Reactor.react
  readonly outstanding: typeof Reactor.outstanding
  /** Keeps what is durable of a batch; everything, of course. */
  readonly append: (events: ReadonlyArray<RunEvent>) => ReadonlyArray<RunEvent>
  /** The commands that are carried out; all of them, of course. */
  readonly carryOut: (commands: ReadonlyArray<Command>, state: RunState) => ReadonlyArray<Command>
  /** What is sent in place of a request; the request, of course. */
  readonly ask: (request: Request) => Request
  /** The time that an attempt is signed for; that of the service, of course. */
  readonly sign: (serviceMs: number) => number
  /** Whether a life hears what belongs to a life; only its own, of course. */
  readonly hears: (life: number, own: number, hasEnded: boolean) => boolean
  /** What an answer means for what was asked. */
  readonly understand: (request: Request, answer: Answer) => Answer
}

/** The settings, defaults filled in. */
export interface Settings {
  readonly latestMs: number
  /** Of the run. */
  readonly seed: number
  readonly pollMsMin: number
  readonly pollMsMax: number
  readonly pollOverlapMs: number
  readonly pollsPerSweep: number
  readonly concurrency: number
  readonly tasksPerRequest: number
  readonly patienceMs: number
  readonly timeoutMs: number
  readonly restartMs: number
  readonly stuckAfterMs: number
  readonly giveUpAfterMs: number
}

/** Totals of a run so far. */
export interface Counters {
  readonly requests: { [kind in RequestKind]: number }
  polls: number
  sweeps: number
  throttledMs: number
  timeouts: number
  crashes: number
  /** How often a service that was silent for too long was given up. */
  givenUp: number
  reactions: number
  events: number
}

/** The driver. */
export interface DriverState {
  readonly plan: Plan
  readonly policies: Reactor.Policies
  readonly start: ReadonlyArray<ExternalEvent>
  readonly settings: Settings
  readonly parts: Parts
  readonly link: Link
  readonly service: VirtualService
  readonly jobId: string
  readonly ids: ReadonlyArray<string>
  readonly outputsOf: (task: TaskReference, execution: number) => ExternalEvent
  readonly recall: Recall | undefined
  readonly client: ClientRule | undefined
  readonly onSend: ((sent: Sent) => void) | undefined
  readonly kill: ((point: KillPoint, nowMs: number) => boolean) | undefined
  readonly keepsJournal: boolean
  /** Nobody watches single requests, and nothing hangs on how often is polled: see `Idling`. */
  readonly isPlain: boolean
  /** The fate of the next request, where it was drawn already. */
  drawnFate: Fate | undefined
  readonly journal: Array<JournalBatch>
  readonly counters: Counters
  readonly wire: EventHeap.EventHeap
  readonly signals: Array<Signal | undefined>
  readonly freeSignals: Array<number>
  memory: Memory
  /** Counts the lives of the orchestrator; answers to an earlier life are heard by nobody. */
  epoch: number
  /** Whether the orchestrator dies at the end of this step. */
  isDoomed: boolean
  /** Wishes that wait for an orchestrator that listens. */
  wishes: Array<ExternalEvent>
  phase: "down" | "starting" | "recovering" | "running" | "ending" | "ended"
  nowMs: number
}

/**
 * A Batch account as one plain value: pools, jobs, tasks, runs in progress, and a clock that only
 * the caller moves.
 *
 * A1 same options, same calls, same times: same answers and same instructions.
 * A2 a run holds its slots from its placing to the report of its end, also when its task was
 *    terminated, requeued or deleted meanwhile; so slots are never lent twice.
 * A3 a report changes its task only while the task still carries the generation of the run's placing.
 * A4 times never go back: a call with an earlier `nowMs` is taken to happen now.
 *
 * The calls live in `JobOperations`, `TaskOperations` and `Runs`; each leaves its instructions in the
 * account for `takeInstructions`.
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import * as Random from "@batchwave/core/Random"
import type { Fact } from "./Fact.ts"
import type { FaultScript } from "./FaultScript.ts"
import type { Instruction } from "./Instruction.ts"
import type { Job } from "./Job.ts"
import type { ChoreKind } from "./JobChore.ts"
import * as Pool from "./Pool.ts"
import type { RunFault } from "./RunFault.ts"
import * as ScriptedFaults from "./ScriptedFaults.ts"
import * as ServiceRules from "./ServiceRules.ts"
import type { Subtask } from "./Subtask.ts"
import type { Task } from "./Task.ts"
import type * as TaskHistory from "./TaskHistory.ts"

/**
 * One run of a task on a node. All instances of a multi-instance task have one each.
 *
 * @category models
 */
export interface Placement {
  readonly generation: number
  /** The generation the task carries while the run matters to it; equal but for further instances. */
  readonly lead: number
  readonly job: Job
  readonly task: Task
  readonly node: Pool.Node
  readonly slots: number
  readonly part: "command" | "coordination"
  /** Absent for the task itself. */
  readonly subtask: Subtask | undefined
  /**
   * `preparing` until its `StartTask`; `ended` when its coordination command has ended and it only
   * holds its slots for the rest of its task (U1).
   */
  phase: "preparing" | "started" | "ended"
  /** What goes wrong with its command on purpose. */
  readonly fault: RunFault | undefined
  isKillAsked: boolean
  /** Whether the wall clock ended it. */
  isExpired: boolean
}

/**
 * One run of a job's preparation or release.
 *
 * @category models
 */
export interface Chore {
  readonly generation: number
  readonly kind: ChoreKind
  readonly job: Job
  readonly node: Pool.Node
  isKillAsked: boolean
}

/**
 * A task directory whose time to be kept is over.
 *
 * @category models
 */
export interface Expiry {
  readonly jobId: string
  readonly taskId: string
}

/**
 * The order in which ready tasks of a job start: as they became ready, or drawn by the seed as the
 * service's own order is not to be relied on. Retries go first in both.
 *
 * @category models
 */
export type StartOrder = "arrival" | "seeded"

/**
 * The account. Readers must not write to it.
 *
 * @category models
 */
export interface Account {
  /** Pools by lower-case id, in the order of their adds. */
  readonly pools: Map<string, Pool.Pool>
  /** All nodes there ever were, by index. */
  readonly nodes: Array<Pool.Node>
  readonly startOrder: StartOrder
  activeJobsMax: number
  poolsMax: number
  /** Milliseconds until nodes that were asked for join. */
  allocationMs: number
  /** What it does where the service is not documented. */
  rules: ServiceRules.ServiceRules
  readonly random: Random.Random
  /** Jobs by lower-case id, in the order of their adds. */
  readonly jobs: Map<string, Job>
  /** Tasks by index; a hole where one was deleted. */
  readonly tasks: Array<Task | undefined>
  /** Runs of tasks in progress by generation. */
  readonly placements: Map<number, Placement>
  /** Runs of preparations and releases in progress by generation. */
  readonly chores: Map<number, Chore>
  /** The latest time the account was told. */
  nowMs: number
  /** @internal */
  readonly freeTaskIndexes: Array<number>
  /** What goes wrong on purpose, if anything. */
  faults: ScriptedFaults.ScriptedFaults | undefined
  /** How tasks were, while someone wants to know. */
  history: TaskHistory.TaskHistory | undefined
  /** Tasks that were reactivated, where that matters. @internal */
  readonly reactivated: Set<Task>
  /** When the wall clocks of tasks began, where retries keep them. @internal */
  readonly clockStarts: Map<Task, number>
  /** Generations, or `-1 - index` of jobs, by the time their wall clock ends. @internal */
  readonly deadlines: EventHeap.EventHeap
  /** Indexes of tasks by the time their directories may go. @internal */
  readonly retentions: EventHeap.EventHeap
  /** Indexes of pools by the time their nodes join. @internal */
  readonly allocations: EventHeap.EventHeap
  /** Jobs that may start tasks by pool, highest priority first. @internal */
  contenders: ReadonlyArray<Contenders> | undefined
  /** Nodes that left and were not taken note of. @internal */
  departures: Array<Pool.Node>
  /** Directories that may go and were not taken note of. @internal */
  expiries: Array<Expiry>
  /** @internal */
  instructions: Array<Instruction>
  /** What happened since the facts were last taken; nothing when none are kept. @internal */
  facts: Array<Fact> | undefined
  /** @internal */
  nextNumber: number
  /** @internal */
  nextGeneration: number
  /** @internal */
  nextJobIndex: number
  /** @internal */
  nextPoolIndex: number
}

/**
 * The jobs of one pool that may start tasks.
 *
 * @internal
 */
export interface Contenders {
  readonly pool: Pool.Pool
  readonly jobs: ReadonlyArray<Job>
}

/**
 * Settings of an account.
 *
 * @category models
 */
export interface AccountOptions {
  /** The pool the account begins with. */
  readonly pool: Pool.PoolOptions
  /** Seed of every draw. */
  readonly seed: number
  /** @default "seeded" */
  readonly startOrder?: StartOrder
  /** Jobs that are not completed at the same time. @default 1000 */
  readonly activeJobsMax?: number
  /** Pools at the same time. @default 100 */
  readonly poolsMax?: number
  /** Milliseconds until nodes that were asked for join their pool. @default 0 */
  readonly allocationMs?: number
  /** What it does where the service is not documented. @default ServiceRules.defaults */
  readonly rules?: Partial<ServiceRules.ServiceRules>
  /** What goes wrong from the start. @default nothing */
  readonly faults?: FaultScript
  /** When the account was made. @default 0 */
  readonly nowMs?: number
}

/** Room for the directories of so many tasks costs less than to grow to it. */
const retentionsShort = 1024

/**
 * Makes an account with one pool and no jobs.
 *
 * @category constructors
 */
export const make = (options: AccountOptions): Account => {
  const { nowMs = 0, pool: { nodesCount, ...spec } } = options
  const pool = Pool.make(0, { ...spec, targetDedicatedNodes: nodesCount }, nowMs)
  return {
    pools: new Map([[pool.id.toLowerCase(), pool]]),
    nodes: Array.from({ length: nodesCount }, (_, index) => Pool.join(pool, index, true, nowMs)),
    startOrder: options.startOrder ?? "seeded",
    activeJobsMax: options.activeJobsMax ?? 1000,
    poolsMax: options.poolsMax ?? 100,
    allocationMs: options.allocationMs ?? 0,
    rules: { ...ServiceRules.defaults, ...options.rules },
    reactivated: new Set(),
    clockStarts: new Map(),
    random: Random.make(options.seed),
    jobs: new Map(),
    tasks: [],
    placements: new Map(),
    chores: new Map(),
    nowMs,
    faults: options.faults === undefined ? undefined : ScriptedFaults.make(options.faults, nowMs),
    history: undefined,
    freeTaskIndexes: [],
    deadlines: EventHeap.make(),
    retentions: EventHeap.make(retentionsShort),
    allocations: EventHeap.make(),
    contenders: undefined,
    departures: [],
    expiries: [],
    instructions: [],
    facts: undefined,
    nextNumber: 1,
    nextGeneration: 1,
    nextJobIndex: 0,
    nextPoolIndex: 1
  }
}

/**
 * Takes the instructions left since the last call, in order.
 *
 * @category operations
 */
export const takeInstructions = (account: Account): ReadonlyArray<Instruction> => {
  const taken = account.instructions
  if (taken.length === 0) return taken
  account.instructions = []
  return taken
}

/**
 * Takes the nodes that left their pools since the last call.
 *
 * @category operations
 */
export const takeDepartures = (account: Account): ReadonlyArray<Pool.Node> => {
  const taken = account.departures
  if (taken.length === 0) return taken
  account.departures = []
  return taken
}

/**
 * Takes the task directories that need not be kept any longer, since the last call.
 *
 * @category operations
 */
export const takeExpiries = (account: Account): ReadonlyArray<Expiry> => {
  const taken = account.expiries
  if (taken.length === 0) return taken
  account.expiries = []
  return taken
}

/**
 * Finds a pool by id in any case, or nothing.
 *
 * @category reads
 */
export const findPool = (account: Account, poolId: string): Pool.Pool | undefined =>
  account.pools.get(poolId) ?? account.pools.get(poolId.toLowerCase())

/**
 * The nodes of all pools.
 *
 * @category reads
 */
export const presentNodes = (account: Account): ReadonlyArray<Pool.Node> =>
  [...account.pools.values()].flatMap((pool) => pool.nodes)

/**
 * Finds a job by id in any case, or nothing.
 *
 * @category reads
 */
export const findJob = (account: Account, jobId: string): Job | undefined =>
  account.jobs.get(jobId) ?? account.jobs.get(jobId.toLowerCase())

/**
 * Finds a task of a job by id in any case, or nothing.
 *
 * @category reads
 */
export const findTask = (job: Job, taskId: string): Task | undefined =>
  job.tasks.get(taskId) ?? job.tasks.get(taskId.toLowerCase())

/**
 * The task at an entry of its job's `creations` log, or nothing when the entry is not live.
 *
 * @category reads
 */
export const createdTask = (account: Account, job: Job, position: number): Task | undefined => {
  const task = account.tasks[job.creations.indexes[position]!]
  return task?.createdNumber === job.creations.numbers[position] ? task : undefined
}

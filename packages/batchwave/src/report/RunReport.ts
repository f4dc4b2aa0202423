/**
 * What a run came to and where its time went, from its journal alone; the base of every form it is
 * shown in.
 *
 * R1 A poll sees ends together that were apart. So an end is told by the service's own time, moved to the
 *    orchestrator's clock by the least time after which any end of the run was seen, whatever the two
 *    clocks say; where the service told none, it is when the end was seen.
 */
import * as Failure from "@batchwave/core/Failure"
import * as Report from "@batchwave/core/Report"
import type * as Requeues from "@batchwave/core/Requeues"
import * as TaskNaming from "@batchwave/core/TaskNaming"
import * as Timeline from "@batchwave/core/Timeline"
import * as Iso8601 from "@batchwave/wire/Iso8601"
import type { Recorded } from "../run/RunJournal.ts"

/**
 * One execution, with names in the place of numbers. Times are epoch milliseconds of the
 * orchestrator's clock.
 *
 * @category models
 */
export interface ExecutionRow {
  readonly node: string
  /** The id of its task in the service. */
  readonly task: string
  /** 1 for the node's first execution. */
  readonly attempt: number
  readonly slots: number
  readonly end: Timeline.ExecutionEnd
  readonly plannedAtMs: number
  readonly startedAtMs?: number
  readonly endedAtMs?: number
  /** From its plan to its start, or as long as it has waited without one. */
  readonly waitMs: number
  /** By the service's clock; of an execution that runs while the report is made, since its start. */
  readonly runMs: number
  readonly failureClass?: string
  readonly exitCode?: number
  readonly failure?: string
}

/**
 * The report. Slot time is run time times task slots.
 *
 * @category models
 */
export interface RunReport {
  readonly run: string
  readonly pipeline: string
  readonly endpoint: string
  readonly pool: string
  readonly seed: number
  readonly mode: string
  readonly failureMode: string
  readonly outcome: Report.Report["outcome"]
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly lengthMs: number
  /** Set while a process works on the run: as of when this is told; `endedAtMs` is the same then. */
  readonly liveAtMs?: number
  readonly counts: Report.Report["counts"]
  readonly retries: number
  /** How often the service itself put tasks back in its queue, by cause; absent for never. */
  readonly requeues?: Requeues.Requeues
  readonly cached: number
  /** Of all executions that ended. */
  readonly slotMs: number
  /** Of those that did not succeed. */
  readonly wastedSlotMs: number
  readonly runningMax: number
  /** The node that ended last, before it its parent that ended last, and so on; the first one first. */
  readonly chain: ReadonlyArray<string>
  /** How long the chain's executions ran and how long they waited in the service. */
  readonly chainRunMs: number
  readonly chainWaitMs: number
  readonly nodes: ReadonlyArray<Report.NodeReport>
  readonly executions: ReadonlyArray<ExecutionRow>
}

/**
 * Makes it. `O(events)`.
 *
 * @category constructors
 */
export const make = ({ batches, header, liveAtMs, plan }: Recorded): RunReport => {
  const timeline = Timeline.make(plan, batches)
  const { startedAtMs, state } = timeline
  const isLive = liveAtMs !== undefined && state.outcome === undefined
  const endedAtMs = isLive ? Math.max(timeline.endedAtMs, liveAtMs) : timeline.endedAtMs
  const report = Report.make(state)
  const naming = TaskNaming.make(plan)
  const executions = placed(timeline.executions).map((execution): ExecutionRow =>
    rowOf(execution, plan.names[execution.node]!, naming.idOf(execution), {
      nowMs: endedAtMs,
      isLive
    })
  )
  let slotMs = 0
  let wastedSlotMs = 0
  for (const { end, runMs, slots } of executions) {
    if (end !== "open") slotMs += runMs * slots
    if (end === "failed" || end === "cancelled") wastedSlotMs += runMs * slots
  }
  const chain = Timeline.lastChain(timeline).map((node) => plan.names[node]!)
  const inChain = new Set(chain)
  let chainRunMs = 0
  let chainWaitMs = 0
  for (const { node, runMs, waitMs } of executions) {
    if (!inChain.has(node)) continue
    chainRunMs += runMs
    chainWaitMs += waitMs
  }
  return {
    run: header.runId,
    pipeline: header.pipeline,
    endpoint: header.endpoint,
    pool: header.poolId,
    seed: header.seed,
    mode: state.dependencyMode,
    failureMode: state.failureMode,
    outcome: report.outcome,
    startedAtMs,
    endedAtMs,
    lengthMs: endedAtMs - startedAtMs,
    ...(isLive ? { liveAtMs: endedAtMs } : {}),
    counts: report.counts,
    retries: report.retries,
    ...(report.requeues === undefined ? {} : { requeues: report.requeues }),
    cached: report.cached,
    slotMs,
    wastedSlotMs,
    runningMax: load(executions, endedAtMs).reduce((most, step) => Math.max(most, step.running), 0),
    chain,
    chainRunMs,
    chainWaitMs,
    nodes: report.nodes,
    executions
  }
}

/** R1. */
const placed = (
  executions: ReadonlyArray<Timeline.Execution>
): ReadonlyArray<Timeline.Execution> => {
  const ends = executions.map(({ transition }) =>
    transition === undefined ? undefined : Iso8601.timestampToEpochMs(transition)
  )
  let shiftMs = Infinity
  executions.forEach(({ endedAtMs }, index) => {
    const end = ends[index]
    if (end !== undefined && endedAtMs !== undefined) shiftMs = Math.min(shiftMs, endedAtMs - end)
  })
  return executions.map((execution, index) => {
    const { plannedAtMs, runTimeMs, startedAtMs } = execution
    const end = ends[index]
    if (end === undefined) return execution
    const endedAtMs = Math.max(plannedAtMs, Math.round(end + shiftMs))
    const started = { startedAtMs: Math.max(plannedAtMs, endedAtMs - runTimeMs) }
    return Object.assign({}, execution, { endedAtMs }, startedAtMs === undefined ? {} : started)
  })
}

const rowOf = (
  execution: Timeline.Execution,
  node: string,
  task: string,
  { isLive, nowMs }: { readonly nowMs: number; readonly isLive: boolean }
): ExecutionRow => {
  const { end, endedAtMs, failure, number, plannedAtMs, runTimeMs, slots, startedAtMs } = execution
  const exitCode = failure === undefined ? undefined : Failure.exitCodeOf(failure)
  return {
    node,
    task,
    attempt: number,
    slots,
    end,
    plannedAtMs,
    ...(startedAtMs === undefined ? {} : { startedAtMs }),
    ...(endedAtMs === undefined ? {} : { endedAtMs }),
    waitMs: (startedAtMs ?? endedAtMs ?? nowMs) - plannedAtMs,
    runMs: isLive && end === "open" && startedAtMs !== undefined ? nowMs - startedAtMs : runTimeMs,
    ...(failure === undefined ? {} : {
      failureClass: Failure.classOf(failure),
      failure: Failure.describe(failure)
    }),
    ...(exitCode === undefined ? {} : { exitCode })
  }
}

/**
 * How many executions waited and ran from a time on.
 *
 * @category models
 */
export interface LoadStep {
  readonly atMs: number
  readonly waiting: number
  readonly running: number
}

/**
 * How many executions waited in the service and how many ran, as steps in the order of time; what is
 * open lasts until `endedAtMs`.
 *
 * @category queries
 */
export const load = (
  executions: ReadonlyArray<ExecutionRow>,
  endedAtMs: number
): ReadonlyArray<LoadStep> => {
  const changes: Array<readonly [atMs: number, waiting: number, running: number]> = []
  for (const { endedAtMs: own, plannedAtMs, startedAtMs } of executions) {
    const untilMs = own ?? endedAtMs
    changes.push([plannedAtMs, 1, 0], [startedAtMs ?? untilMs, -1, 0])
    if (startedAtMs !== undefined) changes.push([startedAtMs, 0, 1], [untilMs, 0, -1])
  }
  changes.sort(([left], [right]) => left - right)
  const steps: Array<LoadStep> = []
  let waiting = 0
  let running = 0
  for (let index = 0; index < changes.length; index++) {
    const [atMs, waits, runs] = changes[index]!
    waiting += waits
    running += runs
    if (changes[index + 1]?.[0] !== atMs) steps.push({ atMs, waiting, running })
  }
  return steps
}

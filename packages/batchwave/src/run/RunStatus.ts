/**
 * A run as it stands: its phase, its counts, and for nodes that are not running, what keeps them.
 */
import * as Explain from "@batchwave/core/Explain"
import * as Hindrances from "@batchwave/core/Hindrances"
import { isSettled, NodeState } from "@batchwave/core/NodeState"
import * as Report from "@batchwave/core/Report"
import type { Hindrance, HindranceNote, RunOutcome } from "@batchwave/core/RunEvent"
import type { RunState } from "@batchwave/core/RunState"
import { counted } from "../screen/Words.ts"

/**
 * What the run as a whole does; it is `interrupted` when it has not ended and nobody works on it.
 *
 * @category models
 */
export type Phase = "running" | "paused" | "stopping" | "interrupted" | RunOutcome

/**
 * A run at a glance.
 *
 * @category models
 */
export interface RunStatus {
  readonly run: string
  readonly phase: Phase
  readonly failureMode: string
  readonly counts: Report.Report["counts"]
  /** Nodes whose task the service holds. */
  readonly inService: number
  readonly retries: number
  /** What keeps the whole run waiting, the oldest first. */
  readonly hindrances: ReadonlyArray<Hindrances.Standing>
}

/**
 * A run at a glance, for programs: with what keeps the process itself waiting.
 *
 * @category models
 */
export type StatusDocument = Omit<RunStatus, "hindrances"> & {
  readonly hindrances: ReadonlyArray<
    HindranceNote & { readonly cause: Hindrance | "diskFull" }
  >
}

/**
 * Reads the status off the state. `isLive` says whether a process works on the run. `O(nodes)`.
 *
 * @category constructors
 */
export const make = (run: string, state: RunState, isLive: boolean): RunStatus => {
  const report = Report.make(state)
  return {
    run,
    phase: phaseOf(state, report, isLive),
    failureMode: state.failureMode,
    counts: report.counts,
    inService: countInService(state),
    retries: report.retries,
    hindrances: isLive && state.outcome === undefined ? Hindrances.of(state) : []
  }
}

const phaseOf = (state: RunState, report: Report.Report, isLive: boolean): Phase => {
  if (report.outcome !== "unfinished") return report.outcome
  if (!isLive) return "interrupted"
  if (state.stopping !== undefined) return "stopping"
  return state.paused ? "paused" : "running"
}

const countInService = ({ nodeStates }: RunState): number => {
  let count = 0
  for (const nodeState of nodeStates) {
    if (nodeState === NodeState.queued || nodeState === NodeState.running) count++
  }
  return count
}

const phaseText: { readonly [phase in Phase]: string } = {
  running: "is running",
  paused: "is paused",
  stopping: "is stopping",
  interrupted: "was interrupted",
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "was cancelled"
}

/**
 * One line for people, and one for each thing that keeps the run waiting.
 *
 * @category rendering
 */
export const text = (status: RunStatus, nowMs: number): string => {
  const counts = Object.entries(status.counts)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`)
  const line = `run ${status.run} ${phaseText[status.phase]}: ${counts.join(", ")}; `
    + `${
      counted(status.inService, "task")
    } in the service, ${status.retries} retried, ${status.failureMode}`
  return [line, ...hindranceLines(status.hindrances, nowMs)].join("\n")
}

/**
 * What keeps the whole run waiting, a line each.
 *
 * @category rendering
 */
export const hindranceLines = (
  hindrances: ReadonlyArray<Hindrances.Standing>,
  nowMs: number
): ReadonlyArray<string> =>
  hindrances.map((standing) => `it waits: ${Hindrances.describe(standing, nowMs)}`)

/**
 * What keeps a node, or what became of it.
 *
 * @category models
 */
export interface NodeExplanation {
  readonly node: string
  readonly reason: Explain.Reason["_tag"]
  readonly text: string
}

/** Without names, so many nodes are explained. */
const nodesMax = 50

/**
 * Explains nodes by their indexes; without any, the first nodes that have not settled.
 *
 * @category queries
 */
export const explain = (
  state: RunState,
  nodes: ReadonlyArray<number>,
  nowMs: number
): ReadonlyArray<NodeExplanation> =>
  (nodes.length > 0 ? nodes : openNodes(state)).map((node) => ({
    node: state.plan.names[node] ?? String(node),
    reason: Explain.reasonOf(state, node, nowMs)._tag,
    text: Explain.describe(state, node, nowMs)
  }))

const openNodes = ({ nodeStates }: RunState): ReadonlyArray<number> => {
  const open: Array<number> = []
  for (let node = 0; node < nodeStates.length && open.length < nodesMax; node++) {
    if (!isSettled(nodeStates[node]!)) open.push(node)
  }
  return open
}

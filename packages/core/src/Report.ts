/**
 * What a run came to, node by node: a pure reading of its state.
 */
import * as Failure from "./Failure.ts"
import { NodeState, nodeStateNames } from "./NodeState.ts"
import * as Requeues from "./Requeues.ts"
import type { RunOutcome } from "./RunEvent.ts"
import { isCached, type RunState } from "./RunState.ts"

/**
 * How a node ended; `pending` appears only in the report of a run that has not finished.
 *
 * @category models
 */
export type NodeOutcome =
  | "succeeded"
  | "failed"
  | "blocked"
  | "skipped"
  | "cancelled"
  | "pending"

/**
 * One line of the node table.
 *
 * @category models
 */
export interface NodeReport {
  readonly node: string
  readonly outcome: NodeOutcome
  /** The state behind the outcome, which says more while the run goes on. */
  readonly state: keyof typeof NodeState
  /** Executions asked for, the first one included. */
  readonly attempts: number
  /** Of all attempts together, by the service's clock. */
  readonly runTimeMs: number
  /** How often the service itself put its task back; absent for never. */
  readonly requeues?: Requeues.Requeues
  /** Why it failed for good, or why a policy skipped it; absent otherwise. */
  readonly failure?: string
  /** Why it counts as succeeded although it failed: a policy gave a value in its place. */
  readonly substituted?: string
  /** The run that its result was made by, when the cache had it. */
  readonly cachedFrom?: string
  /** The nodes that kept a blocked node from running: its parent first, the failed one last. */
  readonly blockedBy?: ReadonlyArray<string>
}

/**
 * The report of a run.
 *
 * @category models
 */
export interface Report {
  readonly outcome: RunOutcome | "unfinished"
  readonly nodes: ReadonlyArray<NodeReport>
  readonly counts: { readonly [outcome in NodeOutcome]: number }
  /** Executions beyond the first of each node. */
  readonly retries: number
  /** How often the service itself put tasks back, in all executions of all nodes; absent for never. */
  readonly requeues?: Requeues.Requeues
  /** Of those that succeeded, the nodes whose result the cache had. */
  readonly cached: number
}

/**
 * Reads the report off a state, nodes in the order of authorship.
 *
 * @category constructors
 */
export const make = (state: RunState): Report => {
  const counts = { succeeded: 0, failed: 0, blocked: 0, skipped: 0, cancelled: 0, pending: 0 }
  let retries = 0
  let cached = 0
  const nodes: Array<NodeReport> = []
  for (let node = 0; node < state.nodeStates.length; node++) {
    const report = reportNode(state, node)
    counts[report.outcome]++
    if (report.cachedFrom !== undefined) cached++
    retries += Math.max(0, report.attempts - 1)
    nodes.push(report)
  }
  return {
    outcome: state.outcome ?? "unfinished",
    nodes,
    counts,
    retries,
    ...(state.requeues.size === 0 ? {} : { requeues: Requeues.sum(state.requeues.values()) }),
    cached
  }
}

/**
 * The nodes that failed for good and that their policy did without, or gave a value for; a run that
 * succeeds with such a node has succeeded degraded. A node whose condition is false is not among them.
 *
 * @category queries
 */
export const doneWithout = (report: Pick<Report, "nodes">): ReadonlyArray<NodeReport> =>
  report.nodes.filter(isDoneWithout)

/**
 * Whether a node is one of `doneWithout`.
 *
 * @category guards
 */
export const isDoneWithout = ({ failure, outcome, substituted }: NodeReport): boolean =>
  substituted !== undefined || (outcome === "skipped" && failure !== undefined)

const reportNode = (state: RunState, node: number): NodeReport => {
  const nodeState = state.nodeStates[node]!
  const final = state.finalFailures.get(node)
  const answer = isCached(state, node) ? state.cacheAnswers.get(node) : undefined
  const requeues = state.requeues.get(node)
  return {
    node: state.plan.names[node]!,
    outcome: outcomeOf(nodeState),
    state: nodeStateNames[nodeState]!,
    attempts: state.executions[node]!,
    runTimeMs: state.runTimesMs[node]!,
    ...(requeues === undefined ? {} : { requeues }),
    ...(final === undefined ? {} : state.substituted.has(node)
      ? { substituted: final.reason }
      : { failure: `${Failure.describe(final.failure)} (${final.reason})` }),
    ...(answer?._tag === "Hit" ? { cachedFrom: answer.from } : {}),
    ...(nodeState === NodeState.blocked ? { blockedBy: chainOf(state, node) } : {})
  }
}

const outcomeOf = (nodeState: number): NodeOutcome => {
  switch (nodeState) {
    case NodeState.succeeded:
      return "succeeded"
    case NodeState.failed:
      return "failed"
    case NodeState.blocked:
      return "blocked"
    case NodeState.skipped:
      return "skipped"
    case NodeState.cancelled:
      return "cancelled"
    default:
      return "pending"
  }
}

/**
 * The chain of causes of a blocked node: its parent that cannot succeed, that one's parent, and so
 * on to the node that failed.
 *
 * @category queries
 */
export const chainOf = (state: RunState, node: number): ReadonlyArray<string> => {
  const chain: Array<string> = []
  for (let cause = state.blockedBy[node]!; cause >= 0; cause = state.blockedBy[cause]!) {
    chain.push(state.plan.names[cause]!)
  }
  return chain
}

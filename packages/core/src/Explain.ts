/**
 * Why a node is not running: the first thing that keeps it, asked of the predicates that the
 * scheduler itself uses, so that the answer cannot differ from what it does.
 */
import * as Admission from "./Admission.ts"
import * as Failure from "./Failure.ts"
import { isFinalizer } from "./internal/Transition.ts"
import { lengthText } from "./LengthText.ts"
import { isSettled, NodeState, nodeStateNames } from "./NodeState.ts"
import { chainOf } from "./Report.ts"
import * as Requeues from "./Requeues.ts"
import { isCached, type RunState, slotsOf } from "./RunState.ts"
import * as TriggerRule from "./TriggerRule.ts"
import { ruleOf } from "./Workflow.ts"

/** Names listed in a text. */
const namesMax = 5

/**
 * What keeps a node. Nodes are indexes; times are epoch milliseconds of the orchestrator.
 *
 * - `NotStarted`: the run has not begun.
 * - `Settled`: nothing will happen to it any more.
 * - `Running`: nothing keeps it.
 * - `Parents`: its rule waits for these parents.
 * - `Wave`: `open` nodes of lower waves have not settled.
 * - `Others`: it is a finalizer, and `open` other nodes have not settled.
 * - `Paused`: somebody paused the run.
 * - `Held`: a circuit breaker is open until `untilMs`.
 * - `Probing`: a circuit breaker was open, and one task at a time tries again.
 * - `Backoff`: its retry is due at `untilMs`.
 * - `Pool`: a pool or mutex has no place left; `holders` have them.
 * - `Window`: `unanswered` requests wait for an answer, the most that may.
 * - `Slots`: `active` task slots are taken in the service, and `wanted` more are too many.
 * - `Rank`: nodes that go before it wait for one of the above; `first` is the first of them.
 * - `Unanswered`: the request for its task was planned at `sinceMs` and has no answer.
 * - `ServiceQueue`: the service holds its task since about `sinceMs`; `dependsOn` are the parents it
 *   waits for there, in the native mode.
 * - `Ending`: its task is being ended.
 * - `Cache`: its result is looked for in the cache.
 * - `Outputs`: its task ended well and its outputs are being read.
 *
 * @category models
 */
export type Reason =
  | { readonly _tag: "NotStarted" }
  | { readonly _tag: "Settled"; readonly state: keyof typeof NodeState }
  | { readonly _tag: "Running"; readonly sinceMs: number }
  | { readonly _tag: "Parents"; readonly parents: ReadonlyArray<number> }
  | { readonly _tag: "Wave"; readonly wave: number; readonly open: number }
  | { readonly _tag: "Others"; readonly open: number }
  | { readonly _tag: "Paused" }
  | { readonly _tag: "Held"; readonly untilMs: number }
  | { readonly _tag: "Probing" }
  | { readonly _tag: "Backoff"; readonly untilMs: number }
  | {
    readonly _tag: "Pool"
    readonly name: string
    readonly size: number
    readonly holders: ReadonlyArray<number>
  }
  | { readonly _tag: "Window"; readonly unanswered: number }
  | { readonly _tag: "Slots"; readonly active: number; readonly wanted: number }
  | { readonly _tag: "Rank"; readonly first: number }
  | { readonly _tag: "Unanswered"; readonly sinceMs: number }
  | {
    readonly _tag: "ServiceQueue"
    readonly sinceMs: number
    readonly dependsOn: ReadonlyArray<number>
  }
  | { readonly _tag: "Ending"; readonly message: string }
  | { readonly _tag: "Cache" }
  | { readonly _tag: "Outputs" }

/**
 * The first reason, in the order in which the scheduler asks. `O(parents)`, for a pool `O(nodes)`.
 *
 * @category queries
 */
export const reasonOf = (state: RunState, node: number, nowMs: number): Reason => {
  const nodeState = state.nodeStates[node]!
  const ending = state.ending.get(node)
  if (!state.started) return { _tag: "NotStarted" }
  if (isSettled(nodeState)) return { _tag: "Settled", state: nodeStateNames[nodeState]! }
  if (ending !== undefined) {
    return {
      _tag: "Ending",
      message: ending._tag === "Stuck" ? ending.message : "somebody cancelled it"
    }
  }
  switch (nodeState) {
    case NodeState.waiting:
      return { _tag: "Parents", parents: parentsOf(state, node, (at) => !isDone(state, at)) }
    case NodeState.ready:
      return reasonOfReady(state, node)
    case NodeState.backoff:
      return Admission.isRetryDue(state, node, nowMs)
        ? reasonOfGoing(state, node)
        : { _tag: "Backoff", untilMs: state.dueAtMs[node]! }
    case NodeState.submitting:
    case NodeState.reactivating:
      return { _tag: "Unanswered", sinceMs: state.plannedAtMs[node]! }
    case NodeState.queued:
      return {
        _tag: "ServiceQueue",
        sinceMs: state.plannedAtMs[node]!,
        dependsOn: parentsOf(state, node, (at) => !isDone(state, at))
      }
    case NodeState.recalling:
      return { _tag: "Cache" }
    case NodeState.running:
      return { _tag: "Running", sinceMs: state.plannedAtMs[node]! }
    default:
      return { _tag: "Outputs" }
  }
}

const isDone = (state: RunState, node: number): boolean => isSettled(state.nodeStates[node]!)

const parentsOf = (
  { plan: { graph } }: RunState,
  node: number,
  isWanted: (parent: number) => boolean
): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let edge = graph.parentOffsets[node]!; edge < graph.parentOffsets[node + 1]!; edge++) {
    const parent = graph.parents[edge]!
    if (isWanted(parent)) found.push(parent)
  }
  return found
}

const reasonOfReady = (state: RunState, node: number): Reason => {
  if (isFinalizer(state, node)) {
    return state.ordinaryUnsettled > 0
      ? { _tag: "Others", open: state.ordinaryUnsettled }
      : reasonOfGoing(state, node)
  }
  const level = state.plan.levelOf[node]!
  if (state.dependencyMode !== "waves" || level <= state.wave) return reasonOfGoing(state, node)
  let open = 0
  for (let lower = state.wave; lower < level; lower++) open += state.levelUnsettled[lower]!
  return { _tag: "Wave", wave: level + 1, open }
}

/** Of a node that could go: what the scheduler's own questions answer. */
const reasonOfGoing = (state: RunState, node: number): Reason => {
  const gate = Admission.gateOf(state)
  if (gate === "paused") return { _tag: "Paused" }
  if (gate === "held") return { _tag: "Held", untilMs: state.heldUntilMs }
  const full = Admission.fullResourceOf(state, node, Admission.nothing())
  if (full !== undefined) return reasonOfPool(state, full)
  switch (Admission.crowdOf(state, node, Admission.nothing())) {
    case "probing":
      return { _tag: "Probing" }
    case "window":
      return { _tag: "Window", unanswered: state.unansweredCount }
    case "slots":
      return { _tag: "Slots", active: state.activeSlots, wanted: slotsOf(state, node) }
    default:
      return { _tag: "Rank", first: state.queue?.going.nodes[0] ?? node }
  }
}

const reasonOfPool = (state: RunState, resource: number): Reason => {
  const { resources } = state.plan.traits
  const holders: Array<number> = []
  for (let node = 0; node < state.nodeStates.length; node++) {
    if (resources === undefined || !Admission.isActive(state, node)) continue
    const rows = resources.rows.subarray(resources.offsets[node], resources.offsets[node + 1])
    if (rows.includes(resource)) holders.push(node)
  }
  return {
    _tag: "Pool",
    name: resources?.names[resource] ?? "",
    size: resources?.sizes[resource] ?? 0,
    holders
  }
}

/**
 * Says why a node is not running, in one sentence without the node's name; how often the service itself has
 * put its task back; and why its result is not that of an earlier run, when it was looked for.
 *
 * @category rendering
 */
export const describe = (state: RunState, node: number, nowMs: number): string => {
  const answer = state.cacheAnswers.get(node)
  const requeues = state.requeues.get(node)
  const reason = describeReason(state, node, nowMs)
  const text = requeues === undefined ? reason : `${reason}; ${Requeues.text(requeues)}`
  return answer?._tag === "Miss" ? `${text}; not from the cache: ${answer.reason}` : text
}

const describeReason = (state: RunState, node: number, nowMs: number): string => {
  const reason = reasonOf(state, node, nowMs)
  const named = (nodes: ReadonlyArray<number>) => namesOf(state, nodes)
  switch (reason._tag) {
    case "NotStarted":
      return "the run has not begun"
    case "Settled":
      return describeSettled(state, node, reason.state)
    case "Running":
      return "it is running"
    case "Parents":
      return `its rule ${ruleText(state, node)} waits for ${named(reason.parents)}`
    case "Wave":
      return `wave ${reason.wave} waits for ${reason.open} nodes of lower waves`
    case "Others":
      return `it is a finalizer and ${reason.open} other nodes have not settled`
    case "Paused":
      return "the run is paused"
    case "Held":
      return `a circuit breaker holds the run for ${lengthBetween(reason.untilMs, nowMs)}`
    case "Probing":
      return "after a circuit breaker was open, one task at a time tries again"
    case "Backoff":
      return `its retry is due in ${lengthBetween(reason.untilMs, nowMs)}`
    case "Pool":
      return `the ${reason.name} has no place left of ${reason.size}: ${named(reason.holders)}`
    case "Window":
      return `${reason.unanswered} requests wait for an answer, the most that may`
    case "Slots":
      return `${reason.active} task slots are active, and its ${reason.wanted} would be too many`
    case "Rank":
      return reason.first === node
        ? "it goes with the next event"
        : `${named([reason.first])} goes before it`
    case "Unanswered":
      return `its request was planned ${lengthBetween(nowMs, reason.sinceMs)} ago and has no answer`
    case "ServiceQueue":
      return `the service has held its task for ${lengthBetween(nowMs, reason.sinceMs)}`
        + (reason.dependsOn.length === 0
          ? " and not started it"
          : `, until ${named(reason.dependsOn)} succeeded`)
    case "Ending":
      return `its task is being ended: ${reason.message}`
    case "Cache":
      return "its result is looked for in the cache"
    case "Outputs":
      return "its task ended well and its outputs are being read"
  }
}

const describeSettled = (state: RunState, node: number, settled: string): string => {
  if (state.nodeStates[node] === NodeState.blocked) {
    return `it is blocked by ${
      chainOf(state, node).map((name) => JSON.stringify(name)).join(" ← ")
    }`
  }
  const answer = state.cacheAnswers.get(node)
  if (answer?._tag === "Hit" && isCached(state, node)) {
    return `it has settled as ${settled}: its result is that of run ${answer.from}, from the cache`
  }
  const final = state.finalFailures.get(node)
  return final === undefined
    ? `it has settled as ${settled}`
    : `it has settled as ${settled}: ${Failure.describe(final.failure)} (${final.reason})`
}

const ruleText = ({ plan: { workflow } }: RunState, node: number): string =>
  TriggerRule.describe(ruleOf(workflow.nodes[node]!))

const namesOf = ({ plan: { names } }: RunState, nodes: ReadonlyArray<number>): string => {
  const shown = nodes.slice(0, namesMax).map((node) => JSON.stringify(names[node])).join(", ")
  return nodes.length > namesMax ? `${shown} and ${nodes.length - namesMax} more` : shown
}

const lengthBetween = (laterMs: number, earlierMs: number): string =>
  lengthText(laterMs - earlierMs)

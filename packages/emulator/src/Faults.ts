/**
 * The fault plan in force: judges requests by it and counts what happened.
 *
 * @internal
 */
import * as Random from "@batchwave/core/Random"
import * as IdPattern from "@batchwave/sim/IdPattern"
import type { CollectionFault, EndingFault, PageFault } from "./Fault.ts"
import * as FaultCounter from "./FaultCounter.ts"
import * as FaultPlan from "./FaultPlan.ts"
import type { NodeLoss, RunFault } from "./RunFault.ts"

/** One rule with its counts. */
export interface RuleState {
  readonly rule: FaultPlan.FaultRule
  readonly counter: FaultCounter.FaultCounter
}

/** One rule over runs with its counts. */
export interface RunRuleState {
  readonly rule: FaultPlan.RunRule
  readonly counter: FaultCounter.FaultCounter
}

/** What is still to happen to nodes. */
export interface NodeEvent {
  readonly atMs: number
  readonly nodes: string
  readonly isLoss: boolean
}

/** A plan in force. */
export interface ActivePlan {
  readonly plan: FaultPlan.FaultPlan
  readonly seed: number
  readonly sinceMs: number
  readonly rules: ReadonlyArray<RuleState>
  readonly runRules: ReadonlyArray<RunRuleState>
  /** Earliest first. */
  readonly nodeEvents: Array<NodeEvent>
  requestsCount: number
  /** Requests whose age was told by the skewed clock. */
  skewedCount: number
  /** Idle connections that were closed. */
  idleClosedCount: number
}

/** The plan in force, if any. */
export interface Faults {
  active: ActivePlan | undefined
}

/** What a rule looks at. */
export interface FaultRequest {
  readonly operationId: string
  readonly isPaged: boolean
  /** Whether a later page is asked for. */
  readonly isContinued: boolean
  readonly jobId: string | undefined
  /** The tasks of the request; looked at only when a rule asks. */
  readonly taskIds: () => ReadonlyArray<string>
  readonly bodyBytes: () => number
}

/** How a request is refused before anything is done. */
export type Refused =
  | { readonly _tag: "TooLarge"; readonly bodyBytesMax: number }
  | { readonly _tag: "LinkExpired" }

/** What becomes of one request. */
export interface Verdict {
  /** The names of the rules that fired, in order. */
  readonly fired: ReadonlyArray<string>
  readonly delayBeforeMs: number
  readonly delayAfterMs: number
  readonly ending: EndingFault | Refused | undefined
  readonly collection: CollectionFault | undefined
  readonly page: PageFault | undefined
}

/** Puts a plan in force, with all counts at 0. */
export const put = (faults: Faults, plan: FaultPlan.FaultPlan, nowMs: number): void => {
  faults.active = {
    plan,
    seed: plan.seed ?? 1,
    sinceMs: nowMs,
    rules: plan.rules.map((rule, index) => ({
      rule,
      counter: FaultCounter.make(rule.name ?? `rule-${index + 1}`, index)
    })),
    runRules: (plan.runs ?? []).map((rule, index) => ({
      rule,
      counter: FaultCounter.make(rule.name ?? `run-${index + 1}`, runPlace + index)
    })),
    nodeEvents: (plan.nodes ?? []).flatMap((loss) => eventsOf(loss, nowMs))
      .toSorted((left, right) => left.atMs - right.atMs),
    requestsCount: 0,
    skewedCount: 0,
    idleClosedCount: 0
  }
}

/** Judges the next request; nothing when no rule fires. */
export const judge = (
  active: ActivePlan,
  request: FaultRequest,
  nowMs: number
): Verdict | undefined => {
  active.requestsCount++
  const draft: Draft = {
    fired: [],
    delayBeforeMs: 0,
    delayAfterMs: 0,
    ending: undefined,
    collection: undefined,
    page: undefined
  }
  for (const state of active.rules) {
    if (!isChosen(active, state, request, nowMs)) continue
    if (!apply(active, state, draft)) continue
    FaultCounter.fire(state.counter, nowMs)
    draft.fired.push(state.counter.name)
  }
  return draft.fired.length === 0 ? undefined : draft
}

interface Draft extends Verdict {
  readonly fired: Array<string>
  delayBeforeMs: number
  delayAfterMs: number
  ending: Verdict["ending"]
  collection: CollectionFault | undefined
  page: PageFault | undefined
}

/** What goes wrong with the next run of a task, if anything. */
export const judgeRun = (
  active: ActivePlan,
  run: { readonly jobId: string; readonly taskId: string; readonly retryCount: number },
  nowMs: number
): RunFault | undefined => {
  const elapsedMs = nowMs - active.sinceMs
  for (const { counter, rule } of active.runRules) {
    const { when = {} } = rule
    const { fromMs = 0, jobs = "*", retryCount = run.retryCount, tasks = "*" } = when
    if (elapsedMs < fromMs || elapsedMs >= (when.untilMs ?? Infinity)) continue
    if (retryCount !== run.retryCount) continue
    if (!IdPattern.matches(jobs, run.jobId) || !IdPattern.matches(tasks, run.taskId)) continue
    if (!FaultCounter.isDue(counter, active.seed, when)) continue
    FaultCounter.fire(counter, nowMs)
    return rule.fault
  }
  return undefined
}

/** Takes the events that are due off the plan. */
export const takeNodeEvents = ({ active }: Faults, nowMs: number): ReadonlyArray<NodeEvent> => {
  if (active === undefined) return []
  let count = 0
  while ((active.nodeEvents[count]?.atMs ?? Infinity) <= nowMs) count++
  return active.nodeEvents.splice(0, count)
}

const eventsOf = (
  { atMs, nodes, returnAfterMs }: NodeLoss,
  sinceMs: number
): ReadonlyArray<NodeEvent> => {
  const loss = { atMs: sinceMs + atMs, nodes, isLoss: true }
  return returnAfterMs === undefined
    ? [loss]
    : [loss, { atMs: loss.atMs + returnAfterMs, nodes, isLoss: false }]
}

/** Draws of jitter and of runs come from places after those of all rules. */
const jitterPlace = FaultPlan.rulesMax
const runPlace = 2 * FaultPlan.rulesMax

const isChosen = (
  active: ActivePlan,
  state: RuleState,
  request: FaultRequest,
  nowMs: number
): boolean => {
  const { counter, rule } = state
  return isMatch(rule, request, nowMs - active.sinceMs) &&
    FaultCounter.isDue(counter, active.seed, rule.when ?? {})
}

const isMatch = (
  { fault, when = {} }: FaultPlan.FaultRule,
  request: FaultRequest,
  elapsedMs: number
): boolean => {
  const { fromMs = 0, jobs, operations, tasks, untilMs = Infinity } = when
  if (elapsedMs < fromMs || elapsedMs >= untilMs) return false
  const { jobId, operationId } = request
  if (operations?.some((pattern) => IdPattern.matches(pattern, operationId)) === false) return false
  if (jobs !== undefined && !(jobId !== undefined && IdPattern.matches(jobs, jobId))) return false
  switch (fault._tag) {
    case "Collection":
      if (operationId !== "Task_AddCollection") return false
      break
    case "Page":
      if (!request.isPaged) return false
      break
    case "ExpiredLink":
      if (!request.isPaged || !request.isContinued) return false
      break
    case "BodyLimit":
      if (request.bodyBytes() <= fault.bodyBytesMax) return false
      break
    default:
  }
  return tasks === undefined || request.taskIds().some((id) => IdPattern.matches(tasks, id))
}

/** Answers whether the fault takes effect, which it does not when another holds in its place. */
const apply = (active: ActivePlan, state: RuleState, draft: Draft): boolean => {
  const { fault } = state.rule
  switch (fault._tag) {
    case "Delay": {
      const { acts = false, delayMs, jitterMs = 0 } = fault
      const { matchedCount, place } = state.counter
      const drawn = jitterMs === 0
        ? 0
        : Random.unitAt(active.seed, jitterPlace + place, matchedCount)
      const waitMs = delayMs + Math.round(drawn * jitterMs)
      if (acts) draft.delayAfterMs += waitMs
      else draft.delayBeforeMs += waitMs
      return true
    }
    case "Collection":
      if (draft.collection !== undefined) return false
      draft.collection = fault
      return true
    case "Page":
      if (draft.page !== undefined) return false
      draft.page = fault
      return true
    case "BodyLimit":
      return end(draft, { _tag: "TooLarge", bodyBytesMax: fault.bodyBytesMax })
    case "ExpiredLink":
      return end(draft, { _tag: "LinkExpired" })
    case "Status":
    case "Stall":
    case "Drop":
    case "CutBody":
    case "Redirect":
      return end(draft, fault)
    default:
      return fault satisfies never
  }
}

const end = (draft: Draft, ending: EndingFault | Refused): boolean => {
  if (draft.ending !== undefined) return false
  draft.ending = ending
  return true
}

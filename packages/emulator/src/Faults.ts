/**
 * The fault plan in force: judges requests by it and counts what happened.
 *
 * @internal
 */
import * as Random from "@batchwave/core/Random"
import * as FaultCounter from "@batchwave/sim/FaultCounter"
import * as IdPattern from "@batchwave/sim/IdPattern"
import type { CollectionFault, EndingFault } from "./Fault.ts"
import * as FaultPlan from "./FaultPlan.ts"
import type { PageFault } from "./ListingFault.ts"

/** One rule with its counts. */
export interface RuleState {
  readonly rule: FaultPlan.FaultRule
  readonly counter: FaultCounter.FaultCounter
}

/** A plan in force. */
export interface ActivePlan {
  readonly plan: FaultPlan.FaultPlan
  readonly seed: number
  readonly sinceMs: number
  readonly rules: ReadonlyArray<RuleState>
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
  /** When what the request names was added, and which kind it is; absent when there is none such. */
  readonly added: () => { readonly what: "Task" | "Job"; readonly atMs: number } | undefined
}

/** How late a listing tells tasks. */
export interface Lateness {
  readonly lagMs: number
  readonly tasks: string
}

/** How a request is refused before anything is done. */
export type Refused =
  | { readonly _tag: "TooLarge"; readonly bodyBytesMax: number }
  | { readonly _tag: "LinkExpired" }
  | { readonly _tag: "NotFound"; readonly what: "Task" | "Job" }

/** What becomes of one request. */
export interface Verdict {
  /** The names of the rules that fired, in order. */
  readonly fired: ReadonlyArray<string>
  readonly delayBeforeMs: number
  readonly delayAfterMs: number
  readonly ending: EndingFault | Refused | undefined
  readonly collection: CollectionFault | undefined
  readonly page: PageFault | undefined
  readonly late: Lateness | undefined
  /** Patterns of tasks that a listing leaves out. */
  readonly omitted: ReadonlyArray<string>
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
    page: undefined,
    late: undefined,
    omitted: []
  }
  for (const state of active.rules) {
    if (!isChosen(active, state, request, nowMs)) continue
    if (!apply(active, state, request, draft)) continue
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
  late: Lateness | undefined
  readonly omitted: Array<string>
}

/** Draws of jitter come from places after those of all rules over requests. */
const jitterPlace = FaultPlan.rulesMax

const isChosen = (
  active: ActivePlan,
  state: RuleState,
  request: FaultRequest,
  nowMs: number
): boolean => {
  const { counter, rule } = state
  return isMatch(rule, request, active.sinceMs, nowMs) &&
    FaultCounter.isDue(counter, active.seed, rule.when ?? {})
}

const isMatch = (
  { fault, when = {} }: FaultPlan.FaultRule,
  request: FaultRequest,
  sinceMs: number,
  nowMs: number
): boolean => {
  const { jobs, operations, tasks } = when
  if (!FaultCounter.isInWindow(when, nowMs - sinceMs)) return false
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
    case "Stale":
    case "Omit":
      if (operationId !== "Task_List") return false
      break
    case "NotYet": {
      const added = request.added()
      if (added === undefined || nowMs - added.atMs >= fault.forMs) return false
      break
    }
    case "BodyLimit":
      if (request.bodyBytes() <= fault.bodyBytesMax) return false
      break
    default:
  }
  return tasks === undefined || request.taskIds().some((id) => IdPattern.matches(tasks, id))
}

/** Answers whether the fault takes effect, which it does not when another holds in its place. */
const apply = (
  active: ActivePlan,
  state: RuleState,
  request: FaultRequest,
  draft: Draft
): boolean => {
  const { fault } = state.rule
  switch (fault._tag) {
    case "Delay": {
      const { acts = false, delayMs, jitterMs = 0 } = fault
      const waitMs = delayMs + jitterOf(active, state, jitterMs)
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
    case "NotYet":
      return end(draft, { _tag: "NotFound", what: request.added()?.what ?? "Task" })
    case "Stale": {
      if (draft.late !== undefined) return false
      const { jitterMs = 0, lagMs, tasks = "*" } = fault
      draft.late = { lagMs: lagMs + jitterOf(active, state, jitterMs), tasks }
      return true
    }
    case "Omit":
      draft.omitted.push(fault.tasks)
      return true
    case "Status":
    case "Stall":
    case "Drop":
    case "CutBody":
    case "SlowBody":
    case "BadGzip":
    case "Padded":
    case "Redirect":
      return end(draft, fault)
    default:
      return fault satisfies never
  }
}

const jitterOf = ({ seed }: ActivePlan, { counter }: RuleState, jitterMs: number): number =>
  jitterMs === 0
    ? 0
    : Math.round(Random.unitAt(seed, jitterPlace + counter.place, counter.matchedCount) * jitterMs)

const end = (draft: Draft, ending: EndingFault | Refused): boolean => {
  if (draft.ending !== undefined) return false
  draft.ending = ending
  return true
}

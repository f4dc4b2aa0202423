/**
 * What a fault plan has done so far, as it is told to whoever put it.
 */
import type { FaultCounter } from "@batchwave/sim/FaultCounter"
import * as Iso8601 from "@batchwave/wire/Iso8601"
import type { FaultPlan } from "./FaultPlan.ts"
import type { State } from "./State.ts"

/**
 * The counts of one rule.
 *
 * @category models
 */
export interface FaultRuleReport {
  readonly name: string
  /** Requests or runs the rule is about, fired or not. */
  readonly matchedCount: number
  /** Those it did something to. */
  readonly firedCount: number
  readonly lastFiredTime?: string
}

/**
 * The plan in force and its counts since it was put; without one, `plan` is null and all is 0.
 *
 * @category models
 */
export interface FaultReport {
  readonly plan: FaultPlan | null
  readonly since?: string
  /** Requests judged by the plan. */
  readonly requestsCount: number
  /** In the order of the plan. */
  readonly rules: ReadonlyArray<FaultRuleReport>
  /** The rules over runs, in the order of the plan. */
  readonly runs: ReadonlyArray<FaultRuleReport>
  /** The rules over nodes, in the order of the plan; a match is a node at one time. */
  readonly nodes: ReadonlyArray<FaultRuleReport>
  /** What is still to happen to nodes and to tasks that are held back, as far as it is known. */
  readonly eventsLeftCount: number
  readonly server: {
    /** Requests whose age was told by the skewed clock. */
    readonly skewedCount: number
    /** Idle connections that were closed. */
    readonly idleClosedCount: number
  }
}

/**
 * Tells the counts as they are now.
 *
 * @category operations
 */
export const make = ({ account, faults: { active } }: State): FaultReport => {
  if (active === undefined) {
    return {
      plan: null,
      requestsCount: 0,
      rules: [],
      runs: [],
      nodes: [],
      eventsLeftCount: 0,
      server: { skewedCount: 0, idleClosedCount: 0 }
    }
  }
  const { idleClosedCount, plan, requestsCount, rules } = active
  const { sinceMs, skewedCount } = active
  return {
    plan,
    since: Iso8601.timestampOfEpochMs(sinceMs),
    requestsCount,
    rules: rules.map(ruleReport),
    runs: (account.faults?.runRules ?? []).map(ruleReport),
    nodes: (account.faults?.nodeRules ?? []).map(ruleReport),
    eventsLeftCount: account.faults?.events.size ?? 0,
    server: { skewedCount, idleClosedCount }
  }
}

const ruleReport = ({ counter }: { readonly counter: FaultCounter }): FaultRuleReport => {
  const { firedCount, lastFiredAtMs, matchedCount, name } = counter
  const counts = { name, matchedCount, firedCount }
  return lastFiredAtMs === undefined
    ? counts
    : { ...counts, lastFiredTime: Iso8601.timestampOfEpochMs(lastFiredAtMs) }
}

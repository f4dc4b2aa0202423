/**
 * When a node may run, as a rule over how its parents ended.
 *
 * T1 A rule answers as soon as no outcome of the parents that have not settled can change its
 *    answer; only `allDone` waits for all of them although its answer is known.
 * T2 The answer depends on the outcomes of the parents alone and not on their order.
 *
 * The truth table is `docs/trigger-rules.md`, printed from `decide`.
 */

/**
 * How a node ended, as its children see it.
 *
 * @category models
 */
export type ParentOutcome = "succeeded" | "failed" | "blocked" | "cancelled" | "skipped"

/**
 * Every outcome, in the order in which a tally counts them.
 *
 * @category constants
 */
export const parentOutcomes: ReadonlyArray<ParentOutcome> = [
  "succeeded",
  "failed",
  "blocked",
  "cancelled",
  "skipped"
]

/**
 * A rule by name. Failed means failed or blocked, here and in the names.
 *
 * - `allSucceeded`: every parent succeeded; what a node without a rule has.
 * - `allDone`: every parent settled, however it ended.
 * - `noneFailed`: every parent succeeded or was skipped.
 * - `noneFailedMinOneSucceeded`: the same, and at least one succeeded.
 * - `oneSucceeded`: as soon as one parent succeeded.
 * - `oneFailed`: as soon as one parent failed.
 * - `always`: at once; the edges say nothing.
 *
 * @category models
 */
export type NamedRule =
  | "allSucceeded"
  | "allDone"
  | "noneFailed"
  | "noneFailedMinOneSucceeded"
  | "oneSucceeded"
  | "oneFailed"
  | "always"

/**
 * Every named rule.
 *
 * @category constants
 */
export const namedRules: ReadonlyArray<NamedRule> = [
  "allSucceeded",
  "allDone",
  "noneFailed",
  "noneFailedMinOneSucceeded",
  "oneSucceeded",
  "oneFailed",
  "always"
]

/**
 * A boolean expression over named parents.
 *
 * @category models
 */
export type Condition =
  | {
    readonly _tag: "Is"
    readonly node: string
    readonly outcomes: ReadonlyArray<ParentOutcome>
  }
  | { readonly _tag: "All"; readonly of: ReadonlyArray<Condition> }
  | { readonly _tag: "Any"; readonly of: ReadonlyArray<Condition> }
  | { readonly _tag: "Not"; readonly of: Condition }

/**
 * A rule: by name, or a condition. A node whose condition is false is skipped.
 *
 * @category models
 */
export type TriggerRule = NamedRule | Condition

/**
 * What a rule says: run the node, wait for more parents, or how the node ends without running.
 *
 * @category models
 */
export type Verdict = "run" | "wait" | "blocked" | "cancelled" | "skipped"

/**
 * How many parents ended in each way, and how many have not.
 *
 * @category models
 */
export interface OutcomeCounts {
  readonly unsettled: number
  readonly succeeded: number
  readonly failed: number
  readonly blocked: number
  readonly cancelled: number
  readonly skipped: number
}

/**
 * Applies a named rule.
 *
 * Where a rule cannot be met, the node is `blocked` if a parent failed or was blocked, else
 * `cancelled` if one was cancelled, else `skipped`.
 *
 * @category operations
 */
export const decide = (rule: NamedRule, counts: OutcomeCounts): Verdict => {
  const lost = counts.failed + counts.blocked
  const isSettled = counts.unsettled === 0
  switch (rule) {
    case "always":
      return "run"
    case "allDone":
      return isSettled ? "run" : "wait"
    case "oneSucceeded":
      if (counts.succeeded > 0) return "run"
      return isSettled ? unmet(counts) : "wait"
    case "oneFailed":
      if (lost > 0) return "run"
      return isSettled ? unmet(counts) : "wait"
    case "allSucceeded":
    case "noneFailed":
    case "noneFailedMinOneSucceeded":
      if (lost > 0) return "blocked"
      if (!isSettled) return "wait"
      return isMet(rule, counts) ? "run" : unmet(counts)
  }
}

/** For rules that no failure meets, when nothing failed and all has settled. */
const isMet = (rule: NamedRule, counts: OutcomeCounts): boolean => {
  if (counts.cancelled > 0) return false
  switch (rule) {
    case "noneFailed":
      return true
    case "noneFailedMinOneSucceeded":
      return counts.succeeded > 0
    default:
      return counts.skipped === 0
  }
}

const unmet = (counts: OutcomeCounts): Verdict => {
  if (counts.failed + counts.blocked > 0) return "blocked"
  return counts.cancelled > 0 ? "cancelled" : "skipped"
}

/**
 * Whether a rule needs a parent to ever let its node run.
 *
 * @category queries
 */
export const needsParent = (rule: TriggerRule): boolean =>
  rule === "oneSucceeded" || rule === "oneFailed" || rule === "noneFailedMinOneSucceeded"

/**
 * Whether a node of this rule can run while a parent has no output: its inputs are then optional.
 *
 * @category queries
 */
export const isTolerant = (rule: TriggerRule | undefined): boolean =>
  rule !== undefined && rule !== "allSucceeded"

/**
 * The parents a condition names, with repetition.
 *
 * @category queries
 */
export const parentsOf = (condition: Condition): ReadonlyArray<string> => {
  const found: Array<string> = []
  const open: Array<Condition> = [condition]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    switch (next._tag) {
      case "Is":
        found.push(next.node)
        break
      case "Not":
        open.push(next.of)
        break
      case "All":
      case "Any":
        open.push(...next.of)
        break
    }
  }
  return found
}

/**
 * Says a rule in a few words.
 *
 * @category rendering
 */
export const describe = (rule: TriggerRule): string => {
  if (typeof rule === "string") return rule
  switch (rule._tag) {
    case "Is":
      return `${JSON.stringify(rule.node)} ${rule.outcomes.join(" or ")}`
    case "Not":
      return `not (${describe(rule.of)})`
    case "All":
      return rule.of.length === 0 ? "true" : `(${rule.of.map(describe).join(" and ")})`
    case "Any":
      return rule.of.length === 0 ? "false" : `(${rule.of.map(describe).join(" or ")})`
  }
}

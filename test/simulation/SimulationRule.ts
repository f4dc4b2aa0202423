/**
 * Trigger rules once more, said for the checker in its own words: what a rule demands of how parents
 * ended. Nothing here is shared with the product but the shape of its data.
 */
import type { TriggerRule } from "@batchwave/core/TriggerRule"
import type { WorkflowNode } from "@batchwave/core/Workflow"

/** How a node has ended, or `open`. */
export type Fate = "succeeded" | "failed" | "blocked" | "cancelled" | "skipped" | "open"

const ends = ["succeeded", "failed", "blocked", "cancelled", "skipped"] as const

/** The rule of a node as its author means it. */
export const ruleOf = ({ finalizer, when }: WorkflowNode): TriggerRule =>
  when ?? (finalizer === true ? "allDone" : "allSucceeded")

type Parents = ReadonlyArray<readonly [name: string, fate: Fate]>

/** Three-valued: what a condition says when some of its nodes are open. */
const truth = (
  rule: Exclude<TriggerRule, string>,
  fates: ReadonlyMap<string, Fate>
): boolean | undefined => {
  if (rule._tag === "Not") {
    const inner = truth(rule.of, fates)
    return inner === undefined ? undefined : !inner
  }
  if (rule._tag === "Is") {
    const fate = fates.get(rule.node) ?? "open"
    if (fate === "open") return ends.every((end) => rule.outcomes.includes(end)) ? true : undefined
    return rule.outcomes.includes(fate)
  }
  const parts = new Set(rule.of.map((part) => truth(part, fates)))
  const decisive = rule._tag === "Any"
  if (parts.has(decisive)) return decisive
  return parts.has(undefined) ? undefined : !decisive
}

/** Whether a node of this rule may run, its parents being where they are. */
export const mayRun = (rule: TriggerRule, parents: Parents): boolean => {
  const fates = parents.map(([, fate]) => fate)
  const isFine = fates.every((fate) => fate === "succeeded" || fate === "skipped")
  switch (rule) {
    case "always":
      return true
    case "allSucceeded":
      return fates.every((fate) => fate === "succeeded")
    case "allDone":
      return !fates.includes("open")
    case "noneFailed":
      return isFine
    case "noneFailedMinOneSucceeded":
      return isFine && fates.includes("succeeded")
    case "oneSucceeded":
      return fates.includes("succeeded")
    case "oneFailed":
      return fates.includes("failed") || fates.includes("blocked")
    default: {
      // Where every way in which open parents can end gives the same answer, that is the answer.
      const open = parents.filter(([, fate]) => fate === "open").map(([name]) => name)
      if (open.length > 4) return truth(rule, new Map(parents)) === true
      return waysOf(open).every((way) => truth(rule, new Map([...parents, ...way])) === true)
    }
  }
}

const waysOf = (names: ReadonlyArray<string>): ReadonlyArray<Parents> =>
  names.reduce<ReadonlyArray<Parents>>(
    (ways, name) => ways.flatMap((way) => ends.map((end): Parents => way.concat([[name, end]]))),
    [[]]
  )

/** How a node that never ran must have ended, all its parents having ended. */
export const endWithoutRun = (rule: TriggerRule, parents: Parents): Fate => {
  if (typeof rule !== "string") return "skipped"
  const fates = new Set(parents.map(([, fate]) => fate))
  if (fates.has("failed") || fates.has("blocked")) return "blocked"
  return fates.has("cancelled") ? "cancelled" : "skipped"
}

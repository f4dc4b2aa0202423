/**
 * What is wrong with a trigger rule by itself, whatever it is a rule of: values of builders written
 * without types may be anything.
 */
import { quote } from "./internal/QuotedName.ts"
import * as SettingCheck from "./internal/SettingCheck.ts"
import * as Suggestion from "./Suggestion.ts"
import { namedRules, parentOutcomes } from "./TriggerRule.ts"

/**
 * How deep the parts of a condition may lie inside each other.
 *
 * @category constants
 */
export const depthMax = 1_000

/**
 * The first problem of a rule, in words that follow the name of its node; `undefined` when it is a rule.
 *
 * @category queries
 */
export const of = (rule: unknown): string | undefined => {
  if (typeof rule === "string") {
    return namedRules.some((known) => known === rule)
      ? undefined
      : `has the rule ${quote(rule)}, which does not exist; ${Suggestion.advice(rule, namedRules)}`
  }
  const open: Array<readonly [part: unknown, depth: number]> = [[rule, 1]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [part, depth] = next
    if (depth > depthMax) return `has a condition with parts more than ${depthMax} deep`
    const found = problemOfPart(part)
    if (typeof found === "string") return found
    for (const inner of found) open.push([inner, depth + 1])
  }
  return undefined
}

/** What is wrong with a part, or the parts in it. */
const problemOfPart = (part: unknown): string | ReadonlyArray<unknown> => {
  if (typeof part === "object" && part !== null && "_tag" in part) {
    switch (part._tag) {
      case "Is":
        return problemOfIs(part)
      case "Not":
        if ("of" in part) return [part.of]
        break
      case "All":
      case "Any":
        if ("of" in part && Array.isArray(part.of)) return part.of
    }
  }
  return "has a rule that is none; give a rule by its name, or a condition made with Trigger"
}

const problemOfIs = (part: object): string | ReadonlyArray<unknown> => {
  const node = "node" in part && typeof part.node === "string" ? part.node : ""
  if (!("outcomes" in part) || !Array.isArray(part.outcomes)) {
    return `has a condition on ${quote(node)} without outcomes; make it with Trigger`
  }
  const outcomes: ReadonlyArray<unknown> = part.outcomes
  const place = outcomes.findIndex((outcome) => !parentOutcomes.some((known) => known === outcome))
  if (place < 0) return []
  const unknown = outcomes[place]
  const word = typeof unknown === "string" ? unknown : SettingCheck.shown(unknown)
  return `has a condition on ${quote(node)} with the outcome ${
    quote(word)
  }, which does not exist; ${Suggestion.advice(word, parentOutcomes)}`
}

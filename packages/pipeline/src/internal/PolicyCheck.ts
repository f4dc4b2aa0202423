/**
 * What is wrong with a policy that an author gives, told with the place that names it.
 *
 * @internal
 */
import { classes } from "@batchwave/core/Failure"
import type { Policy } from "@batchwave/core/Policy"
import * as Suggestion from "@batchwave/core/Suggestion"
import * as Predicate from "effect/Predicate"

/**
 * Reports every problem of a policy. `place` begins the sentence: `task "a"`. Where the author has no
 * classifier, nothing gives other failure classes than the known ones.
 *
 * @internal
 */
export const check = (
  place: string,
  policy: Policy | undefined,
  hasClassifier: boolean,
  report: (problem: string) => void
): void => {
  if (policy === undefined) return
  if (!isPolicy(policy)) {
    return report(`${place}: its policy is no policy; make one with Policy.retry or the others`)
  }
  for (const problem of policy.problems ?? []) report(`${place}: its policy: ${problem}`)
  if (hasClassifier) return
  for (const name of new Set(policy.classes)) {
    if (classes.some((known) => known === name)) continue
    report(
      `${place}: its policy asks for the failure class "${name}", which nothing gives without a `
        + `classify function; ${Suggestion.advice(name, classes)}`
    )
  }
}

/** Values of builders written without types may be anything. */
const isPolicy = (value: unknown): boolean =>
  Predicate.hasProperty(value, "decide") && typeof value.decide === "function"

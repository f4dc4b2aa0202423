/**
 * A retry policy: a pure function from a failure and its history to a decision.
 *
 * A policy is a value. It can be tested alone, combined, named in a plan, and run unchanged by the
 * engine against a service and by the laboratory in virtual time.
 *
 * P1 A policy never waits, reads a clock or draws a random number; all of that is in its context.
 * P2 `undefined` means "not my case", so that `firstMatch` can ask the next one. What no case
 *    matches is left to `defaultPolicy`; a policy that ends in `giveUp` leaves nothing to it.
 */
import type { Attempt } from "./Attempt.ts"
import type { Backoff } from "./Backoff.ts"
import * as BackoffModule from "./Backoff.ts"
import { type Decision, giveUp as decideGiveUp, retry as decideRetry } from "./Decision.ts"
import { describe, type FailureClass } from "./Failure.ts"

/**
 * What a policy is asked with.
 *
 * @category models
 */
export interface PolicyContext {
  readonly node: string
  /** The failed attempts so far, oldest first; never empty, the last one is the question. */
  readonly attempts: ReadonlyArray<Attempt>
  /** A uniform draw from `[0, 1)` for jitter. */
  readonly unit: number
  readonly nowMs: number
}

/**
 * A named decision rule.
 *
 * @category models
 */
export interface Policy {
  /** A short text for plans and reports. */
  readonly description: string
  readonly decide: (context: PolicyContext) => Decision | undefined
}

/**
 * Applies a policy; what it has no answer for is left to `defaultPolicy`, and what that has none for
 * is given up.
 *
 * @category operations
 */
export const decide = (policy: Policy, context: PolicyContext): Decision =>
  policy.decide(context)
    ?? defaultPolicy.decide(context)
    ?? decideGiveUp(`no retry is set for ${last(context).failure._tag}`)

/**
 * Never retries.
 *
 * @category constructors
 */
export const giveUp: Policy = {
  description: "give up",
  decide: () => decideGiveUp("the policy never retries")
}

/**
 * Retries at most `max` times, counting only failed attempts of the same class as the last one.
 *
 * @category constructors
 */
export const retry = (options: {
  /** Retries allowed, not attempts: 3 means up to four executions. */
  readonly max: number
  /** @default constant 0 ms */
  readonly backoff?: Backoff
  /** @default "auto" */
  readonly via?: "auto" | "reactivate" | "resubmit"
}): Policy => {
  const backoff = options.backoff ?? BackoffModule.constant(0)
  return {
    description: `retry up to ${options.max} times, ${backoff.description}`,
    decide: (context) => {
      const retriesUsed = countOfLastClass(context) - 1
      if (retriesUsed >= options.max) {
        return decideGiveUp(`its ${options.max} retries are used up`)
      }
      const afterMs = backoff.delayMs(retriesUsed, context.unit)
      if (afterMs === undefined) {
        return decideGiveUp("the backoff allows no further retry")
      }
      return decideRetry({
        afterMs,
        via: options.via ?? "auto",
        reason: `${describe(last(context).failure)}; retry ${retriesUsed + 1} of ${options.max}`
      })
    }
  }
}

/**
 * Limits a policy to failures of one class, or of several.
 *
 * @category combinators
 */
export const on = (
  classes: FailureClass | ReadonlyArray<FailureClass>,
  policy: Policy
): Policy => {
  const wanted: ReadonlyArray<string> = typeof classes === "string" ? [classes] : classes
  return {
    description: `on ${wanted.join(", ")}: ${policy.description}`,
    decide: (context) =>
      wanted.includes(last(context).failure._tag) ? policy.decide(context) : undefined
  }
}

/**
 * Limits a policy to exit codes, given one by one or as inclusive ranges `[from, to]`.
 *
 * @category combinators
 */
export const onExit = (
  codes: ReadonlyArray<number | readonly [from: number, to: number]>,
  policy: Policy
): Policy => ({
  description: `on exit ${
    codes.map((code) => typeof code === "number" ? code : `${code[0]}–${code[1]}`).join(", ")
  }: ${policy.description}`,
  decide: (context) => {
    const failure = last(context).failure
    if (failure._tag !== "Exit" && failure._tag !== "OutOfMemory") return undefined
    const matches = codes.some((code) =>
      typeof code === "number"
        ? code === failure.exitCode
        : code[0] <= failure.exitCode && failure.exitCode <= code[1]
    )
    return matches ? policy.decide(context) : undefined
  }
})

/**
 * Takes the answer of the first policy that has one.
 *
 * @category combinators
 */
export const firstMatch = (...policies: ReadonlyArray<Policy>): Policy => ({
  description: policies.map((policy) => policy.description).join("; "),
  decide: (context) => {
    for (const policy of policies) {
      const decision = policy.decide(context)
      if (decision !== undefined) return decision
    }
    return undefined
  }
})

/**
 * A policy from a function of the whole history.
 *
 * @category constructors
 */
export const make = (
  description: string,
  decide: (context: PolicyContext) => Decision | undefined
): Policy => ({ description, decide })

/**
 * What a node gets when its author says nothing: a task that vanished from the service is added
 * again up to three times, everything else is given up.
 *
 * @category constructors
 */
export const defaultPolicy: Policy = firstMatch(
  on("Vanished", retry({ max: 3, via: "resubmit" }))
)

/**
 * The failed attempt the policy is asked about.
 *
 * @category queries
 */
export const last = (context: PolicyContext): Attempt => {
  const attempt = context.attempts[context.attempts.length - 1]
  if (attempt === undefined) throw new Error("a policy is asked only after a failed attempt")
  return attempt
}

const countOfLastClass = (context: PolicyContext): number => {
  const tag = last(context).failure._tag
  let count = 0
  for (const attempt of context.attempts) if (attempt.failure._tag === tag) count++
  return count
}

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
import type { Backoff } from "./Backoff.ts"
import * as BackoffModule from "./Backoff.ts"
import {
  type Decision,
  giveUp as decideGiveUp,
  retry as decideRetry,
  skip as decideSkip,
  substitute as decideSubstitute
} from "./Decision.ts"
import { classOf, describe, exitCodeOf, type FailureClass } from "./Failure.ts"
import { namedBy, problemOfCode, substituteSettings } from "./internal/PolicySettings.ts"
import * as SettingCheck from "./internal/SettingCheck.ts"
import { lengthText } from "./LengthText.ts"
import { countOf, last, type PolicyContext } from "./PolicyContext.ts"
import type { Json } from "./Workflow.ts"

/**
 * A named decision rule.
 *
 * @category models
 */
export interface Policy {
  /** A short text for plans and reports. */
  readonly description: string
  readonly decide: (context: PolicyContext) => Decision | undefined
  /**
   * What is wrong with its settings, one sentence each; a pipeline with such a policy is not planned.
   * @default nothing
   */
  readonly problems?: ReadonlyArray<string>
  /**
   * The failure classes it asks for by name. One that nothing gives is a problem of the pipeline.
   * @default none
   */
  readonly classes?: ReadonlyArray<string>
  /**
   * The values it may give in the place of outputs. One that does not fit the outputs of its node is a
   * problem of the pipeline.
   * @default none that is known before it is asked
   */
  readonly substitutes?: ReadonlyArray<Json>
}

/**
 * The most retries of one class.
 *
 * @category constants
 */
export const retriesMax = 10_000

/**
 * Applies a policy; what it has no answer for is left to `defaultPolicy`, and what that has none for
 * is given up.
 *
 * @category operations
 */
export const decide = (policy: Policy, context: PolicyContext): Decision =>
  policy.decide(context)
    ?? defaultPolicy.decide(context)
    ?? decideGiveUp(`no retry is set for ${classOf(last(context).failure)}`)

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
 * Does without the node: it counts as skipped, its descendants are decided by their trigger rules.
 *
 * @category constructors
 */
export const skip: Policy = {
  description: "skip",
  decide: (context) => decideSkip(`${describe(last(context).failure)}; the policy skips it`)
}

/**
 * Goes on with a value as if the node's task had written it: the value of its only JSON output, or a
 * record of all its JSON outputs by name. It is checked, and completed, by the schemas of the outputs;
 * one that does not fit (a file cannot be replaced by a value) is a problem of the pipeline.
 *
 * @category constructors
 */
export const substitute = (value: Json): Policy => ({
  ...substituteSettings(value),
  description: "substitute a value",
  decide: (context) =>
    decideSubstitute(value, `${describe(last(context).failure)}; the policy gives a value instead`)
})

/**
 * Retries at most `max` times, counting only failed attempts of the same class as the last one.
 *
 * @category constructors
 */
export const retry = (options: {
  /** Retries allowed, not attempts: 3 means up to four executions. From 0 to 10,000. */
  readonly max: number
  /** @default constant 0 ms */
  readonly backoff?: Backoff
  /** @default "auto" */
  readonly via?: "auto" | "reactivate" | "resubmit"
  /**
   * Task slots of the next attempt from those of the last one; rounded up, and cut at the most one
   * task can have in the pool. A node that should grow and cannot is given up.
   * @default as many as before
   */
  readonly slots?: (slots: number) => number
  /** The most slots it grows to, besides what a compute node has. @default no other bound */
  readonly slotsMax?: number
}): Policy => {
  const backoff = options.backoff ?? BackoffModule.constant(0)
  return {
    problems: problemsOfRetry("retry", options, backoff),
    description:
      `${
        options.max === 1 ? "retry once" : `retry up to ${options.max} times`
      }, ${backoff.description}`
      + (options.slots === undefined ? "" : ", with other slots"),
    decide: (context) => {
      const { delayMs, failure, slots } = last(context)
      const retriesUsed = countOf(context, classOf(failure)) - 1
      if (retriesUsed >= options.max) {
        return decideGiveUp(usedUpText(options.max))
      }
      const afterMs = backoff.delayMs(retriesUsed, context.unit, delayMs)
      if (afterMs === undefined) {
        return decideGiveUp("the backoff allows no further retry")
      }
      const wanted = options.slots === undefined ? slots : Math.ceil(options.slots(slots))
      const bound = Math.min(context.slotsMax ?? Infinity, options.slotsMax ?? Infinity)
      const next = Math.max(1, Math.min(wanted, bound))
      if (wanted > slots && next <= slots) {
        return decideGiveUp(`it cannot grow from ${slots} to ${wanted} slots; ${bound} is the most`)
      }
      const growth = next === slots ? "" : ` with ${next} slots instead of ${slots}`
      return decideRetry({
        afterMs,
        via: options.via ?? "auto",
        slots: next === slots ? undefined : next,
        reason: `${describe(failure)}; retry ${retriesUsed + 1} of ${options.max}${growth}`
      })
    }
  }
}

const usedUpText = (max: number): string => {
  if (max === 0) return "it may not be retried"
  return max === 1 ? "its one retry is used up" : `its ${max} retries are used up`
}

const vias: ReadonlySet<unknown> = new Set(["auto", "reactivate", "resubmit", undefined])

const problemsOfRetry = (
  name: string,
  { max, slots, slotsMax, via }: Parameters<typeof retry>[0],
  backoff: Backoff
): ReadonlyArray<string> =>
  SettingCheck.list(
    SettingCheck.whole(`max of ${name}`, max, 0, retriesMax),
    slotsMax === undefined ? undefined : SettingCheck.whole(`slotsMax of ${name}`, slotsMax, 1),
    slots === undefined || typeof slots === "function"
      ? undefined
      : `slots of ${name} is ${SettingCheck.shown(slots)}; give a function from slots to slots`,
    vias.has(via)
      ? undefined
      : `via of ${name} is ${SettingCheck.shown(via)}; give "auto", "reactivate" or "resubmit"`,
    typeof backoff.delayMs === "function"
      ? backoff.problems
      : `backoff of ${name} is no backoff; make one with Backoff`
  )

/**
 * After out of memory, and only then, retries with `factor` times the slots. The grown slots stay:
 * a later attempt that is preempted or fails otherwise runs again with as many. Answers for no other
 * class.
 *
 * @category constructors
 */
export const escalate = (options: {
  /** Retries after out of memory. @default 3 */
  readonly max?: number
  /** @default 2 */
  readonly factor?: number
  /** The most slots it grows to, besides what a compute node has. @default no other bound */
  readonly slotsMax?: number
  /** @default constant 0 ms */
  readonly backoff?: Backoff
} = {}): Policy => {
  const factor = options.factor ?? 2
  const growing = retry({
    max: options.max ?? 3,
    ...(options.backoff === undefined ? {} : { backoff: options.backoff }),
    ...(options.slotsMax === undefined ? {} : { slotsMax: options.slotsMax }),
    slots: (slots) => slots * factor
  })
  return {
    ...on("OutOfMemory", growing),
    description: `on OutOfMemory: slots × ${factor}, ${growing.description}`,
    problems: SettingCheck.list(
      SettingCheck.finite("factor of escalate", factor, 1, true),
      growing.problems?.map((problem) => problem.replace(" of retry ", " of escalate "))
    )
  }
}

/**
 * Limits a policy to failures of one class, or of several; the author's own classes by their names.
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
      wanted.includes(classOf(last(context).failure)) ? policy.decide(context) : undefined,
    problems: SettingCheck.list(
      wanted.length === 0 ? "on names no failure class; name one" : undefined,
      policy.problems
    ),
    ...namedBy([policy], wanted)
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
    const exitCode = exitCodeOf(last(context).failure)
    if (exitCode === undefined) return undefined
    const matches = codes.some((code) =>
      typeof code === "number"
        ? code === exitCode
        : code[0] <= exitCode && exitCode <= code[1]
    )
    return matches ? policy.decide(context) : undefined
  },
  problems: SettingCheck.list(
    codes.length === 0 ? "onExit names no exit code; name one" : undefined,
    codes.flatMap((code) => problemOfCode(code) ?? []),
    policy.problems
  ),
  ...namedBy([policy])
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
  },
  problems: policies.flatMap((policy) => policy.problems ?? []),
  ...namedBy(policies)
})

/**
 * Lets a policy retry only as long as the next attempt begins within `withinMs` of the moment the
 * node's first one was planned.
 *
 * @category combinators
 */
export const deadline = (withinMs: number, policy: Policy): Policy => ({
  description: `${policy.description}, within ${lengthText(withinMs)}`,
  decide: (context) => {
    const decision = policy.decide(context)
    if (decision?._tag !== "Retry") return decision
    const first = context.attempts[0] ?? last(context)
    const takenMs = context.nowMs + decision.afterMs - first.plannedAtMs
    return takenMs <= withinMs ? decision : decideGiveUp(
      `the next attempt would begin ${lengthText(takenMs)} after the first, later than its `
        + `deadline of ${lengthText(withinMs)}`
    )
  },
  problems: SettingCheck.list(SettingCheck.wait("deadline", withinMs), policy.problems),
  ...namedBy([policy])
})

/**
 * Lets a policy retry only while the whole run has retried at most `min` times, or `ratio` times the
 * nodes it has started, whichever is more. Preemptions, lost nodes and vanished tasks cost nothing.
 *
 * @category combinators
 */
export const budget = (
  options: { readonly ratio: number; readonly min: number },
  policy: Policy
): Policy => ({
  description: `${policy.description}, within the run's budget of ${options.min} retries or `
    + `${options.ratio} a node`,
  decide: (context) => {
    const decision = policy.decide(context)
    if (decision?._tag !== "Retry") return decision
    const { retryCount, startedCount } = context.run
    const allowed = Math.max(options.min, Math.floor(options.ratio * startedCount))
    return retryCount < allowed
      ? decision
      : decideGiveUp(`the run's retry budget is used up (${retryCount} of ${allowed})`)
  },
  problems: SettingCheck.list(
    SettingCheck.finite("ratio of budget", options.ratio, 0),
    SettingCheck.whole("min of budget", options.min, 0),
    policy.problems
  ),
  ...namedBy([policy])
})

/**
 * Stops the flow while everything fails: when `failures` attempts in a row have failed in the whole
 * run, it asks that nothing is submitted for `coolDownMs`. Then one task at a time tries again; the
 * first success lets the run flow, the next failure begins another pause. What becomes of the node
 * itself is left to `policy`.
 *
 * @category combinators
 */
export const circuitBreaker = (
  options: { readonly failures: number; readonly coolDownMs: number },
  policy: Policy
): Policy => ({
  description: `${policy.description}, pausing the run for ${lengthText(options.coolDownMs)} after `
    + `${options.failures} failures in a row`,
  decide: (context) => {
    const decision = policy.decide(context)
    if (context.run.failureStreak < options.failures) return decision
    return decision?._tag === "Retry" || decision?._tag === "GiveUp"
      ? { ...decision, holdMs: options.coolDownMs }
      : decision
  },
  problems: SettingCheck.list(
    SettingCheck.whole("failures of circuitBreaker", options.failures, 1),
    SettingCheck.wait("coolDownMs of circuitBreaker", options.coolDownMs),
    policy.problems
  ),
  ...namedBy([policy])
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
 * again up to three times, one that lost its compute node up to ten times; everything else is given
 * up.
 *
 * @category constructors
 */
export const defaultPolicy: Policy = firstMatch(
  on("Vanished", retry({ max: 3, via: "resubmit" })),
  on("Preempted", retry({ max: 10 })),
  on("NodeLost", retry({ max: 10 }))
)

/**
 * The author's own functions, asked so that nothing they do can harm a run: a policy or classifier that
 * throws, or answers what no run could live with, is answered for.
 *
 * An answer that is no decision, waits for ever or asks for half a slot would leave its node where no
 * event reaches it any more. What stands in its place is for whoever asks: the engine gives the node up
 * with the reason, an experiment ends.
 */
import type { Classifier } from "./Classify.ts"
import type { Decision } from "./Decision.ts"
import type { Definition, OutputCheck } from "./Definition.ts"
import { classes, type Failure } from "./Failure.ts"
import { isJson } from "./internal/JsonCheck.ts"
import * as SettingCheck from "./internal/SettingCheck.ts"
import { make, type Policy } from "./Policy.ts"
import type { Policies } from "./Reactor.ts"

/**
 * What stands in the place of an answer; `why` goes on after the name of what was asked.
 *
 * @category models
 */
export type Instead<Answer> = (why: string) => Answer

/**
 * The policies and the classifier of a reactor with the same answers, but for those that are none.
 *
 * @category combinators
 */
export const policies = (
  own: Policies,
  instead: { readonly decision: Instead<Decision>; readonly failure: Instead<Failure> }
): Policies => {
  const known = new Map<Policy, Policy>()
  return {
    ...own,
    policyOf: (node) => {
      const bare = own.policyOf(node)
      let guarded = known.get(bare)
      if (guarded === undefined) {
        guarded = policy(bare, instead.decision)
        known.set(bare, guarded)
      }
      return guarded
    },
    ...(own.classify === undefined ? {} : { classify: classifier(own.classify, instead.failure) })
  }
}

/**
 * A policy with the same answers, but for those that are none.
 *
 * @category combinators
 */
export const policy = (own: Policy, instead: Instead<Decision>): Policy =>
  make(own.description, (context) => {
    let problem: string
    try {
      const decision: unknown = own.decide(context)
      if (decision === undefined || isDecision(decision)) return decision
      problem = `answered ${problemOfDecision(decision) ?? "no decision"}`
    } catch (error) {
      problem = `threw ${thrownText(error)}`
    }
    return instead(problem)
  })

/**
 * A classifier with the same answers, but for those that are none.
 *
 * @category combinators
 */
export const classifier =
  (own: Classifier, instead: Instead<Failure>): Classifier => (end, node) => {
    let problem = "answered what is no failure; see the type Failure"
    try {
      const failure: unknown = own(end, node)
      if (failure === undefined || isFailure(failure)) return failure
    } catch (error) {
      problem = `threw ${thrownText(error)}`
    }
    return instead(problem)
  }

/**
 * A check of outputs with the same answers, but for those that are none.
 *
 * @category combinators
 */
export const outputCheck =
  (own: Definition["checkOutput"], instead: Instead<OutputCheck>): Definition["checkOutput"] =>
  (node, output, value) => {
    let problem = "answered what is no check; see the type OutputCheck"
    try {
      const check: unknown = own(node, output, value)
      if (isOutputCheck(check)) return check
    } catch (error) {
      problem = `threw ${thrownText(error)}`
    }
    return instead(problem)
  }

/** Not everything that is thrown has a text. */
const thrownText = (thrown: unknown): string => {
  try {
    return String(thrown)
  } catch {
    return "what has no text"
  }
}

const isRecord = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null

const isDecision = (value: unknown): value is Decision => problemOfDecision(value) === undefined

const vias: ReadonlySet<unknown> = new Set(["auto", "reactivate", "resubmit"])

const problemOfDecision = (decision: unknown): string | undefined => {
  if (!isRecord(decision)) return `${SettingCheck.shown(decision)}, which is no decision`
  const { _tag, afterMs, holdMs, reason, slots, value, via } = decision
  if (typeof reason !== "string") return "a decision without a reason"
  if (holdMs !== undefined && !Number.isFinite(holdMs)) {
    return `a hold of ${SettingCheck.shown(holdMs)} ms`
  }
  switch (_tag) {
    case "GiveUp":
    case "Skip":
      return undefined
    case "Substitute":
      return isJson(value) ? undefined : "a substitute that is no JSON"
    case "Retry":
      if (!Number.isFinite(afterMs)) return `a wait of ${SettingCheck.shown(afterMs)} ms`
      if (!vias.has(via)) return `a retry via ${SettingCheck.shown(via)}`
      return slots === undefined || SettingCheck.whole("", slots, 1, slotsMax) === undefined
        ? undefined
        : `a retry with ${SettingCheck.shown(slots)} slots`
    default:
      return `a decision ${SettingCheck.shown(_tag)}, which does not exist`
  }
}

/** What typed arrays and the service can hold. */
const slotsMax = 0x7fff_ffff

const isOutputCheck = (check: unknown): check is OutputCheck => {
  if (!isRecord(check)) return false
  const { _tag, problems, value } = check
  if (_tag === "Valid") return isJson(value)
  return _tag === "Invalid" && Array.isArray(problems)
    && problems.every((problem) => typeof problem === "string")
}

/** What a failure of each class has besides its tag. */
const isFailure = (value: unknown): value is Failure => {
  if (!isRecord(value)) return false
  const { _tag, code, exitCode, message, name, output } = value
  const hasExitCode = Number.isSafeInteger(exitCode)
  switch (_tag) {
    case "Exit":
    case "OutOfMemory":
      return hasExitCode
    case "SetupFailed":
    case "Rejected":
      return typeof code === "string" && typeof message === "string"
    case "UploadFailed":
      return typeof code === "string" && typeof message === "string" && hasExitCode
    case "OutputInvalid":
      return typeof output === "string" && typeof message === "string"
    case "Custom":
      return typeof name === "string" && name !== "" && typeof message === "string"
    default:
      return classes.some((one) => one === _tag) && typeof message === "string"
  }
}

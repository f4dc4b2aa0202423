/**
 * The link to a service that is slow, throttles, or is out for a while, as data.
 */
import * as MemberCheck from "@batchwave/core/MemberCheck"
import * as Random from "@batchwave/core/Random"
import * as Distribution from "@batchwave/sim/Distribution"
import type { Fate, Link } from "./Link.ts"

/**
 * How requests fare. Milliseconds.
 *
 * @category models
 */
export interface LinkRule {
  /** There and back together. @default 100 */
  readonly latencyMs?: Distribution.Distribution
  /** Requests beyond a rate are refused with 429. @default all are taken */
  readonly throttle?: {
    readonly requestsPerSecond: number
    /** Requests that may come at once. @default requestsPerSecond */
    readonly burst?: number
    /** What the refusal asks to wait. @default the client's own patience */
    readonly retryAfterMs?: number
  }
  /** Times in which every request is refused with 503. */
  readonly outages?: ReadonlyArray<{ readonly fromMs: number; readonly forMs: number }>
  /** The share of other requests that are refused with 500, from 0 to 1. @default 0 */
  readonly errorShare?: number
}

/**
 * Makes the link of one trial.
 *
 * @category constructors
 */
export const make = (rule: LinkRule, seed: number): Link => {
  const { errorShare = 0, outages = [], throttle } = rule
  const latencyOf = Distribution.quantileOf(rule.latencyMs ?? Distribution.fixed(100))
  const random = Random.make(seed)
  const burst = throttle?.burst ?? throttle?.requestsPerSecond ?? 0
  let tokens = burst
  let filledAtMs = 0
  const isThrottled = (nowMs: number): boolean => {
    if (throttle === undefined) return false
    const gained = (nowMs - filledAtMs) * throttle.requestsPerSecond / 1000
    tokens = Math.min(burst, tokens + gained)
    filledAtMs = nowMs
    if (tokens < 1) return true
    tokens -= 1
    return false
  }
  const retryAfter = throttle?.retryAfterMs === undefined
    ? {}
    : { retryAfterMs: throttle.retryAfterMs }
  const throttled: Fate["trouble"] = { isActed: false, status: 429, ...retryAfter }
  return {
    fateOf: (_kind, _size, nowMs) => {
      const halfMs = latencyOf(Random.nextUnit(random)) / 2
      const isBroken = Random.nextUnit(random) < errorShare
      const ways = { requestMs: halfMs, replyMs: halfMs }
      if (isOut(outages, nowMs)) {
        return { ...ways, trouble: { isActed: false } }
      }
      if (isThrottled(nowMs)) return { ...ways, trouble: throttled }
      return isBroken ? { ...ways, trouble: { isActed: false, status: 500 } } : ways
    }
  }
}

const isOut = (outages: NonNullable<LinkRule["outages"]>, nowMs: number): boolean => {
  for (const { forMs, fromMs } of outages) {
    if (fromMs <= nowMs && nowMs < fromMs + forMs) return true
  }
  return false
}

const members: MemberCheck.Known<LinkRule> = {
  latencyMs: true,
  throttle: true,
  outages: true,
  errorShare: true
}

/**
 * Lists what is wrong with a rule, one sentence each.
 *
 * @category operations
 */
export const problems = (rule: LinkRule, place: string): ReadonlyArray<string> => {
  const found = [...MemberCheck.unknown(rule, members, `${place}.`)]
  if (rule.latencyMs !== undefined) {
    found.push(...Distribution.problems(rule.latencyMs, `${place}.latencyMs`))
  }
  const atLeast = (name: string, value: number | undefined, min: number) => {
    if (value === undefined || value >= min) return
    found.push(`${place}.${name} must be at least ${min}, not ${value}.`)
  }
  const { errorShare = 0, outages = [], throttle } = rule
  if (throttle !== undefined && !(throttle.requestsPerSecond > 0)) {
    found.push(
      `${place}.throttle.requestsPerSecond must be above 0, not ${throttle.requestsPerSecond}.`
    )
  }
  atLeast("throttle.burst", throttle?.burst, 1)
  atLeast("throttle.retryAfterMs", throttle?.retryAfterMs, 0)
  for (const [index, { forMs, fromMs }] of outages.entries()) {
    atLeast(`outages[${index}].fromMs`, fromMs, 0)
    atLeast(`outages[${index}].forMs`, forMs, 0)
  }
  if (!(errorShare >= 0 && errorShare < 1)) {
    found.push(`${place}.errorShare must be at least 0 and below 1, not ${errorShare}.`)
  }
  return found
}

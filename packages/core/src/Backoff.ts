/**
 * How long to wait before the n-th retry, as a pure function of the retry's index and one random
 * draw. Anything that can be stepped to a delay fits, an Effect `Schedule` included (its adapter
 * lives in `@batchwave/pipeline`).
 */
import * as SettingCheck from "./internal/SettingCheck.ts"
import { lengthText } from "./LengthText.ts"

/**
 * The delay rule of a retry policy.
 *
 * @category models
 */
export interface Backoff {
  /** A short text for plans and reports, such as `exponential from 10s`. */
  readonly description: string
  /**
   * The wait in milliseconds before retry `retryIndex` (0 for the first retry), or `undefined` when
   * the rule allows no further retry. `unit` is a uniform draw from `[0, 1)`, `previousMs` the wait
   * before the retry that has just failed. @default 0
   */
  readonly delayMs: (retryIndex: number, unit: number, previousMs?: number) => number | undefined
  /** What is wrong with its numbers, for the list of a pipeline's problems. @default nothing */
  readonly problems?: ReadonlyArray<string>
}

/**
 * Waits the same time before every retry.
 *
 * @category constructors
 */
export const constant = (delayMs: number): Backoff => ({
  description: `constant ${lengthText(delayMs)}`,
  delayMs: () => delayMs,
  problems: SettingCheck.list(SettingCheck.wait("the wait of constant", delayMs))
})

/**
 * Doubles (or multiplies by `factor`) from `baseMs` up to `maxMs`. With `jitter: "full"` the wait is
 * drawn uniformly between 0 and that value, which keeps many retries from meeting again; `"none"`
 * takes the value itself.
 *
 * @category constructors
 */
export const exponential = (options: {
  /** Wait before the first retry, in milliseconds. */
  readonly baseMs: number
  /** @default 2 */
  readonly factor?: number
  /** Upper bound of one wait, in milliseconds. @default 300_000 */
  readonly maxMs?: number
  /** @default "full" */
  readonly jitter?: "full" | "none"
}): Backoff => {
  const factor = options.factor ?? 2
  const maxMs = options.maxMs ?? 300_000
  const jitter = options.jitter ?? "full"
  return {
    description:
      `exponential from ${lengthText(options.baseMs)} × ${factor} up to ${lengthText(maxMs)}`
      + (jitter === "full" ? " with full jitter" : ""),
    delayMs: (retryIndex, unit) => {
      const ceilingMs = Math.min(maxMs, options.baseMs * factor ** retryIndex)
      return jitter === "full" ? ceilingMs * unit : ceilingMs
    },
    problems: SettingCheck.list(
      SettingCheck.wait("baseMs of exponential", options.baseMs),
      SettingCheck.finite("factor of exponential", factor, 0, true),
      SettingCheck.wait("maxMs of exponential", maxMs)
    )
  }
}

/**
 * Draws each wait uniformly between `baseMs` and three times the wait before it, up to `maxMs`: waits
 * grow on average and retries that began together drift apart.
 *
 * @source Marc Brooker, Exponential Backoff And Jitter, AWS Architecture Blog 2015
 * @category constructors
 */
export const decorrelatedJitter = (options: {
  /** The least wait, in milliseconds. */
  readonly baseMs: number
  /** Upper bound of one wait, in milliseconds. @default 300_000 */
  readonly maxMs?: number
}): Backoff => {
  const maxMs = options.maxMs ?? 300_000
  const { baseMs } = options
  return {
    description: `decorrelated jitter from ${lengthText(baseMs)} up to ${lengthText(maxMs)}`,
    delayMs: (_retryIndex, unit, previousMs = 0) => {
      const ceilingMs = Math.max(baseMs, previousMs * 3)
      return Math.min(maxMs, baseMs + unit * (ceilingMs - baseMs))
    },
    problems: SettingCheck.list(
      SettingCheck.wait("baseMs of decorrelatedJitter", baseMs),
      SettingCheck.wait("maxMs of decorrelatedJitter", maxMs)
    )
  }
}

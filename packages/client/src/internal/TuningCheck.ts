/**
 * Checks the numbers of a client's settings: a bound that is 0, negative or no number would let every
 * call wait for ever, or none be made, without a word.
 */
import * as Result from "effect/Result"
import type { BatchClientOptions } from "../BatchClient.ts"
import * as Credential from "../Credential.ts"

/** Checks all settings of a client; fails with every problem at once. */
export const credentialOf = (
  options: BatchClientOptions
): Result.Result<Credential.Credential, Credential.ClientConfigError> => {
  const made = Credential.make(options)
  const problems = problemsOf(options)
  if (problems.length === 0) return made
  return Result.fail(
    Credential.configError([...(Result.isFailure(made) ? made.failure.problems : []), ...problems])
  )
}

/** Lists the numbers that are out of bounds, one sentence each. */
export const problemsOf = (options: BatchClientOptions): ReadonlyArray<string> => {
  const { retryBudget = {}, watch = {} } = options
  return [
    ...unless(isCount, "a whole number of at least 1", {
      connections: options.connections,
      bodyBytesMax: options.bodyBytesMax,
      replyBytesMax: options.replyBytesMax,
      attemptsMax: options.attemptsMax,
      "watch.listingsPerSweep": watch.listingsPerSweep
    }),
    ...unless((value) => value > 0, "a number above 0", {
      connectTimeoutMs: options.connectTimeoutMs,
      credentialTimeoutMs: options.credentialTimeoutMs,
      attemptTimeoutMs: options.attemptTimeoutMs,
      deadlineMs: options.deadlineMs
    }),
    ...unless((value) => value >= 0, "a number of at least 0", {
      backoffMsMin: options.backoffMsMin,
      backoffMsMax: options.backoffMsMax,
      retryAfterMsMax: options.retryAfterMsMax,
      "retryBudget.ratio": retryBudget.ratio,
      "retryBudget.perSecondMin": retryBudget.perSecondMin,
      "retryBudget.burst": retryBudget.burst,
      "watch.intervalMsMin": watch.intervalMsMin,
      "watch.intervalMsMax": watch.intervalMsMax,
      "watch.overlapMs": watch.overlapMs
    })
  ]
}

/** True for whole numbers of at least 1. */
export const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1

/** Lists the numbers that are given and not as expected. NaN is within no bounds. */
export const unless = (
  holds: (value: number) => boolean,
  expected: string,
  values: Readonly<Record<string, number | undefined>>
): ReadonlyArray<string> =>
  Object.entries(values).flatMap(([name, value]) =>
    value === undefined || holds(value) ? [] : [`${name}: must be ${expected}, not ${value}.`]
  )

/**
 * Refuses the settings of a run that it could not live with: without workers nothing is read or ended, and
 * a wait that is no number is no wait.
 */
import { type Definition, policiesOf } from "@batchwave/core/Definition"
import * as RunMode from "@batchwave/core/RunMode"
import * as Substitution from "@batchwave/core/Substitution"
import * as Effect from "effect/Effect"
import { SettingsRefused } from "./EngineError.ts"
import type { RunConfig } from "./RunConfig.ts"

/**
 * What is wrong with the settings, one sentence each.
 *
 * @category queries
 */
export const problemsOf = (config: RunConfig): ReadonlyArray<string> => {
  const { dependencyMode, failureMode, policy } = config
  return [
    ...(RunMode.dependencyModes.includes(dependencyMode)
      ? []
      : [`dependencyMode is "${dependencyMode}"; give ${RunMode.dependencyModes.join(", ")}`]),
    ...(RunMode.parseFailureMode(failureMode) === undefined
      ? [`failureMode is "${failureMode}"; see RunMode.tolerate`]
      : []),
    ...(policy.problems ?? []).map((problem) => `policy: ${problem}`),
    ...unless((value) => isCount(value) && value < Infinity, "a whole number of at least 1", {
      concurrency: config.concurrency
    }),
    ...unless(isCount, "a whole number of at least 1", {
      pollsPerSweep: config.pollsPerSweep,
      jobsMax: config.jobsMax,
      outputBytesMax: config.outputBytesMax
    }),
    ...unless((value) => value === 0 || isCount(value), "a whole number of at least 0", {
      patienceTries: config.patienceTries,
      inlineInputBytesMax: config.inlineInputBytesMax,
      requeuesMax: config.requeuesMax
    }),
    ...unless((value) => value > 0 && value < Infinity, "a finite number above 0", {
      pollMsMin: config.pollMsMin,
      pollMsMax: config.pollMsMax,
      jobTimeMsMax: config.jobTimeMsMax
    }),
    ...(config.pollMsMin > config.pollMsMax
      ? [`pollMsMin is ${config.pollMsMin}; give at most pollMsMax, which is ${config.pollMsMax}`]
      : []),
    ...unless((value) => value > 0, "a number above 0", {
      stallMsMax: config.stallMsMax,
      activeSlotsPerSlot: config.activeSlotsPerSlot,
      queueMsMax: config.queueMsMax,
      runMsMax: config.runMsMax,
      silenceMsMax: config.silenceMsMax
    }),
    ...unless((value) => value >= 0 && value < Infinity, "a finite number of at least 0", {
      pollOverlapMs: config.pollOverlapMs,
      patienceMs: config.patienceMs
    }),
    ...unless((value) => value >= 0, "a number of at least 0", { quotaMsMax: config.quotaMsMax })
  ]
}

/**
 * Fails with all of them, and with what is wrong with the settings for this definition.
 *
 * @category operations
 */
export const require = (
  { config, definition }: { readonly config: RunConfig; readonly definition: Definition }
): Effect.Effect<void, SettingsRefused> => {
  const problems = [
    ...problemsOf(config),
    ...Substitution.problemsOf(definition, policiesOf(definition, config.policy))
  ]
  return problems.length === 0 ? Effect.void : Effect.fail(
    new SettingsRefused({
      message: `the run was not begun, since its settings make no sense:\n${
        problems.map((problem) => `- ${problem}`).join("\n")
      }`,
      problems
    })
  )
}

/** Infinity is no bound. */
const isCount = (value: number): boolean =>
  value >= 1 && (value === Infinity || Number.isSafeInteger(value))

/** NaN is within no bounds. */
const unless = (
  holds: (value: number) => boolean,
  expected: string,
  values: Readonly<Record<string, number | undefined>>
): ReadonlyArray<string> =>
  Object.entries(values).flatMap(([name, value]) =>
    value === undefined || holds(value) ? [] : [`${name} is ${value}; give ${expected}`]
  )

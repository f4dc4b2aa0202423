/**
 * Drives a method over an experiment (a search, an analysis of sensitivity): runs each batch that it asks
 * for, or takes it from the result file, and hands over the outcomes. One that is interrupted tells what
 * there is.
 */
import type { Experiment } from "@batchwave/lab/Experiment"
import type * as Method from "@batchwave/lab/Method"
import * as Trial from "@batchwave/lab/Trial"
import * as Variant from "@batchwave/lab/Variant"
import * as Effect from "effect/Effect"
import { type CommandError, usage } from "../command/CommandError.ts"
import type { Screen } from "../screen/Screen.ts"
import * as LabProgress from "./LabProgress.ts"
import * as LabTrials from "./LabTrials.ts"
import type { ResultDirectory } from "./ResultDirectory.ts"

/**
 * What is driven, and where.
 *
 * @category models
 */
export interface LabMethod<Found> {
  readonly experiment: Experiment
  readonly method: Method.Method<Found>
  readonly workers: LabTrials.Workers
  readonly directory: ResultDirectory
  readonly screen: Screen["Service"]
  readonly quiet: boolean
}

/**
 * A method that is driven.
 *
 * @category models
 */
export interface Driven<Found> {
  /** To its end. Fails when a policy throws, or the file holds what was not asked for. */
  readonly drive: Effect.Effect<Found, CommandError>
  /** What there is, when `drive` was interrupted; nothing before the first whole trial. */
  readonly stop: () => Found | undefined
}

/**
 * Makes a method ready to be driven, once.
 *
 * @category constructors
 */
export const make = <Found>(job: LabMethod<Found>): Driven<Found> => {
  const { directory, experiment, method } = job
  const known = [...directory.outcomes]
  let used = 0
  let outcomes: Array<Trial.Outcome> = []
  const drive = Effect.gen(function*() {
    for (let step = method.next();;) {
      if (step.done === true) return step.value
      const { value: batch } = step
      const arms = batch.variant.arms ?? experiment.arms.map(({ name }) => name)
      const held = known.slice(used, used + (batch.until - batch.from) * arms.length)
      const whole = held.slice(0, held.length - held.length % arms.length)
      const { seed: begun } = Variant.apply(experiment, batch.variant)
      const wrong = whole.findIndex(({ arm, seed, trial }, row) =>
        trial !== batch.from + Math.floor(row / arms.length) || arm !== arms[row % arms.length]
        || seed !== Trial.seedOf({ seed: begun }, trial)
      )
      if (wrong >= 0) return yield* damaged(used + wrong + 2)
      const from = batch.from + whole.length / arms.length
      if (from < batch.until && used + whole.length < known.length) {
        known.length = used + whole.length
        yield* directory.reset(known)
      }
      outcomes = [...whole]
      if (from < batch.until) yield* runRest(job, batch, from, outcomes)
      used += outcomes.length
      const given = outcomes
      outcomes = []
      step = method.next(given)
    }
  })
  const stop = (): Found | undefined => {
    if (used + outcomes.length === 0) return undefined
    const last = method.next({ _tag: "Stopped", outcomes })
    return last.done === true ? last.value : undefined
  }
  return { drive, stop }
}

const damaged = (line: number) =>
  usage(
    `the results are damaged: line ${line} is not what belongs there; cut the file before that line and `
      + "it goes on from there, or give another --out"
  )

const runRest = <Found>(
  { directory, quiet, screen, workers }: LabMethod<Found>,
  batch: Method.Batch,
  from: number,
  outcomes: Array<Trial.Outcome>
): Effect.Effect<void, CommandError> =>
  LabTrials.run({
    workers,
    from,
    until: batch.until,
    variant: batch.variant,
    take: Effect.fnUntraced(function*(taken) {
      outcomes.push(...taken)
      yield* directory.append(taken)
      const done = (outcomes.at(-1)?.trial ?? 0) + 1
      if (!quiet) {
        yield* screen.block([LabProgress.lineOf(done, batch.until, `trials: ${batch.title}`)])
      }
      return false
    })
  }).pipe(Effect.ensuring(screen.block([])))

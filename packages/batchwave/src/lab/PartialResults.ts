/**
 * What an experiment that still runs has seen: the mean of its main measure for each arm, and the
 * difference from the baseline. No verdict: that would have to allow for being looked at.
 */
import * as Measure from "@batchwave/lab/Measure"
import type { Outcome } from "@batchwave/lab/Trial"
import type { Header } from "@batchwave/lab/TrialFile"

/**
 * Means so far.
 *
 * @category models
 */
export interface PartialResults {
  /** Takes the outcomes of whole trials. */
  readonly add: (outcomes: ReadonlyArray<Outcome>) => void
  /** One line an arm, the baseline first; of many arms the first `armsMax`. None before the first trial. */
  readonly lines: () => ReadonlyArray<string>
}

/** Arms that are told about. */
export const armsMax = 8

/**
 * Makes those of an experiment.
 *
 * @category constructors
 */
export const make = ({ arms, measures }: Pick<Header, "arms" | "measures">): PartialResults => {
  const measure = measures[0] ?? "makespan"
  const { unit } = Measure.get(measure)
  const sums = new Map(arms.map(({ name }) => [name, 0]))
  let trials = 0
  const meanOf = (name: string | undefined): number => (sums.get(name ?? "") ?? 0) / trials
  return {
    add: (outcomes) => {
      for (const { arm, measures: { [measure]: value } } of outcomes) {
        sums.set(arm, (sums.get(arm) ?? 0) + value)
      }
      trials += outcomes.length / arms.length
    },
    lines: () => {
      if (trials === 0) return []
      const baseline = meanOf(arms[0]?.name)
      const told = arms.slice(0, armsMax).map(({ name }, place) => {
        const difference = meanOf(name) - baseline
        const compared = place === 0 ? "" : ` (${difference < 0 ? "" : "+"}${round(difference)})`
        return `  ${name}: ${measure} ${round(meanOf(name))} ${unit}${compared} so far`
      })
      const more = arms.length - told.length
      return more === 0 ? told : [...told, `  and ${more} arms more`]
    }
  }
}

const round = (value: number): string => String(Number(value.toPrecision(4)))

/** What a reader must know to read the figures of an analysis right, one sentence each. */
import type { ArmResult, Judgement } from "../Analysis.ts"
import type { Outcome } from "../Trial.ts"
import type { Header } from "../TrialFile.ts"
import * as Verdict from "../Verdict.ts"
import { percent } from "./Figures.ts"

/** Everything that is to be said. */
export const notesOf = (
  header: Header,
  outcomes: ReadonlyArray<Outcome>,
  arms: ReadonlyArray<ArmResult>,
  judgements: ReadonlyArray<Judgement>
): ReadonlyArray<string> => {
  const trials = outcomes.length / header.arms.length
  return [
    ...replayedOf(header, outcomes),
    ...successOf(arms),
    ...unfinishedOf(arms, trials),
    ...fewOf(trials, judgements),
    ...rareOf(judgements),
    ...stoppedOf(header, trials, judgements)
  ]
}

/** Of a replay: how much of each arm is as recorded. */
const replayedOf = (
  header: Header,
  outcomes: ReadonlyArray<Outcome>
): ReadonlyArray<string> => {
  if (header.world.scenario.recordedRuns === undefined) return []
  return header.arms.map(({ name }) => {
    let recorded = 0
    let runs = 0
    for (const { arm, replayed } of outcomes) {
      if (arm !== name) continue
      recorded += replayed?.recorded ?? 0
      runs += replayed?.runs ?? 0
    }
    const share = runs === 0 ? 1 : recorded / runs
    return `${name}: ${
      Math.round(share * 1000) / 10
    }% of its runs are as recorded, the rest is drawn.`
  })
}

const successOf = (arms: ReadonlyArray<ArmResult>): ReadonlyArray<string> => {
  const shares = arms.map(({ measures }) => measures.success.mean)
  const [first = 1] = shares
  const isEqual = shares.every((share) => share === first)
  if (isEqual && first === 1) return []
  const seen = isEqual
    ? `${
      first === 0
        ? "No run succeeds, whatever the arm"
        : `${percent(first)} of the runs of each arm succeed`
    }.`
    : "The arms differ in how often the whole run succeeds."
  return [
    `${seen} A run that fails early is short and cheap, so read times and costs together with `
    + "success and nodesDone."
  ]
}

const unfinishedOf = (
  arms: ReadonlyArray<ArmResult>,
  trials: number
): ReadonlyArray<string> =>
  arms.flatMap(({ name, unfinished }) =>
    unfinished === 0
      ? []
      : [`${unfinished} of ${trials} runs of ${name} had not ended when their time was up.`]
  )

/** From so many trials on, intervals of skewed measures hold as stated. */
const trialsEnough = 100

const fewOf = (
  trials: number,
  judgements: ReadonlyArray<Judgement>
): ReadonlyArray<string> => {
  const least = Math.max(
    0,
    ...judgements.map(({ difference }) => Verdict.differingMin(difference.confidence))
  )
  return [
    ...(trials < least
      ? [`A verdict takes at least ${least} trials here; with fewer all would be luck too often.`]
      : []),
    ...(trials < trialsEnough
      ? [
        `${trials === 1 ? "1 trial is" : `${trials} trials are`} few; intervals of skewed measures `
        + `hold as stated from about ${trialsEnough} on.`
      ]
      : [])
  ]
}

/** Differences that were seen once or never. */
const rareOf = (judgements: ReadonlyArray<Judgement>): ReadonlyArray<string> => {
  const unknown = judgements.filter((
    { difference: { confidence, high, low }, differing, trials }
  ) =>
    differing < 2 && low === -Infinity && high === Infinity
    && trials >= Verdict.differingMin(confidence)
  )
  const [first] = unknown
  if (first === undefined) return []
  const seen = `${first.differing === 0 ? "none" : "one"} of ${first.trials}`
  return [
    `Too few trials differ to say how much in ${
      unknown.length === 1 ? "one comparison" : `${unknown.length} comparisons`
    }, such as ${first.arm} in ${first.measure}: ${seen}, so at most ${
      percent(first.differingShareMax)
    } of all trials do, by an amount that is not known.`
  ]
}

const stoppedOf = (
  header: Header,
  trials: number,
  judgements: ReadonlyArray<Judgement>
): ReadonlyArray<string> => {
  if (trials >= header.trials) return []
  const [main] = header.measures
  const isClear = judgements.every(({ measure, verdict }) =>
    measure !== main || verdict !== "cannot tell"
  )
  if (header.stopsWhenClear) {
    return [
      isClear
        ? `Stopped after ${trials} of at most ${header.trials} trials, since the verdict is clear.`
        : `Only ${trials} of at most ${header.trials} trials have been run, and it is not clear yet.`
    ]
  }
  return [
    `Only ${trials} of ${header.trials} trials have been run. The intervals hold if it was not stopped `
    + "for what it showed."
  ]
}

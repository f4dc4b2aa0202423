/** What a reader must know to read the figures of an analysis right, one sentence each. */
import type { ArmResult, Judgement } from "../Analysis.ts"
import * as Measure from "../Measure.ts"
import type { Outcome } from "../Trial.ts"
import type { Header } from "../TrialFile.ts"
import * as Verdict from "../Verdict.ts"

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
  return Math.max(...shares) === Math.min(...shares) ? [] : [
    "The arms differ in how often the whole run succeeds. A run that fails early is short and "
    + "cheap, so read times and costs together with success and nodesDone."
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

/** With so many trials in which arms differ, intervals by resampling hold about as stated. */
const differingEnough = 10

/** Intervals of what hardly ever differs; those of shares are made for it. */
const rareOf = (judgements: ReadonlyArray<Judgement>): ReadonlyArray<string> => {
  const rare = judgements.filter(({ differing, measure, trials }) =>
    differing > 0 && differing < Math.min(differingEnough, trials)
    && Measure.get(measure).isYesOrNo !== true
  )
  const [first] = rare
  return first === undefined ? [] : [
    `${
      rare.length === 1 ? "One interval rests" : `${rare.length} intervals rest`
    } on fewer than ${differingEnough} trials in which the arms differ and may be too narrow, such as `
    + `that of ${first.arm} in ${first.measure}: ${first.differing} of ${first.trials}.`
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

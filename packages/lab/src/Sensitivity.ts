/**
 * Which quantity of the world a verdict hangs on: each is turned down and up by itself, and where the
 * verdict flips the point is looked for by bisection.
 *
 * N1 All probes run the same trials (common random numbers), so they differ by the quantity alone.
 * N2 A flip is where the mean difference changes its sign. Its interval reaches from the last value that
 *    still has the verdict of before to the first that has the opposite one; between them nobody can tell.
 * N3 The verdict of each probe holds by itself with the experiment's confidence, shared by its arms. With
 *    many probes some flip by chance, which is why flips have intervals.
 */
import * as Analysis from "./Analysis.ts"
import type { Experiment } from "./Experiment.ts"
import * as Measure from "./Measure.ts"
import * as Method from "./Method.ts"
import type { Outcome } from "./Trial.ts"
import * as Trial from "./Trial.ts"
import * as TrialFile from "./TrialFile.ts"
import * as Verdict from "./Verdict.ts"
import * as World from "./World.ts"
import * as WorldKnob from "./WorldKnob.ts"

/**
 * The arms of an experiment against its baseline at one value of one quantity.
 *
 * @category models
 */
export interface Probe {
  readonly value: number
  /** In the order of the arms after the baseline. */
  readonly comparisons: ReadonlyArray<Verdict.Comparison>
}

/**
 * What one quantity does.
 *
 * @category models
 */
export interface Effect {
  readonly path: string
  readonly base: number
  /** Ascending by value, the one at the base among them; two or three, and what bisection asked. */
  readonly probes: ReadonlyArray<Probe>
  readonly flips: ReadonlyArray<Flip>
}

/**
 * Where the verdict about an arm turns.
 *
 * @category models
 */
export interface Flip {
  readonly arm: string
  /** At the base, and at the end of the range. */
  readonly from: Verdict.Verdict
  readonly to: Verdict.Verdict
  /** Where the mean difference changes its sign, or where the verdict becomes or ceases to be clear. */
  readonly at: number
  /** The last value with the verdict of before, and the first with the one after. */
  readonly between: readonly [number, number]
}

/**
 * What was found. Plain data.
 *
 * @category models
 */
export interface SensitivityResult {
  readonly header: TrialFile.MethodHeader
  readonly experiment: string
  readonly measure: Measure.MeasureName
  readonly baseline: string
  readonly arms: ReadonlyArray<string>
  /** Of each arm in each probe. */
  readonly trials: number
  readonly seed: number
  readonly confidence: number
  /** At the values of the world itself. */
  readonly base: Probe["comparisons"]
  /** The one that moves a difference most first. */
  readonly effects: ReadonlyArray<Effect>
  /** What a reader must know, and what could not be varied and why, one sentence each. */
  readonly notes: ReadonlyArray<string>
}

/** Bisections stop when the ends differ by less than this share of the greater one, or are whole. */
const nearEnough = 0.05

/** However near the ends are. */
const stepsMax = 12

/**
 * The analysis: `experiment.trials` of all arms in each probe. `version` is that of the program.
 *
 * @category constructors
 */
export function* analyse(
  experiment: Experiment,
  version: string
): Method.Method<SensitivityResult> {
  const [baseline, ...others] = experiment.arms.map(({ name }) => name)
  if (baseline === undefined || others.length === 0) {
    throw new Error("a verdict needs two arms; give another besides the baseline")
  }
  const batch = (title: string, variant: Method.Batch["variant"]): Method.Batch => ({
    variant,
    from: 0,
    until: experiment.trials,
    title
  })
  const first = yield batch("the world as it is", {})
  const outcomes = Method.outcomesOf(first)
  const base = comparisonsOf(experiment, outcomes)
  const notes = baseNotesOf(experiment, version, outcomes)
  let isStopped = Method.isStopped(first)
  const effects: Array<Effect> = []
  const ranges = rangesOf(experiment, notes)
  for (const [place, { ends, knob }] of ranges.entries()) {
    if (isStopped) break
    const { path, value } = knob
    const probes = new Map([[value, base]])
    const known = function*(at: number): Method.Method<Probe["comparisons"] | undefined> {
      const held = probes.get(at)
      if (held !== undefined) return held
      const title = `${path} = ${at}, quantity ${place + 1} of ${ranges.length}`
      if (isStopped) return undefined
      const given = yield batch(title, { knob: { path, value: at } })
      isStopped = Method.isStopped(given)
      if (isStopped) return undefined
      const made = comparisonsOf(experiment, Method.outcomesOf(given))
      probes.set(at, made)
      return made
    }
    const flips: Array<Flip> = []
    for (const end of ends) {
      const there = yield* known(end)
      for (const [index, arm] of others.entries()) {
        const from = base[index]?.verdict
        const to = there?.[index]?.verdict
        if (from === undefined || to === undefined || from === to) continue
        const flip = yield* flipOf({ arm, index, from, to, start: value, end, knob, known })
        // One that was looked for to the half has ends too far apart, and says nothing of that.
        if (!isStopped) flips.push(flip)
      }
    }
    if (probes.size > 1) effects.push({ path, base: value, probes: sorted(probes), flips })
  }
  if (isStopped) {
    notes.unshift(
      `Interrupted: ${effects.length} of ${ranges.length} quantities have been turned, the last of them `
        + "perhaps one way only. Of the others nothing is known."
    )
  }
  return {
    header: TrialFile.methodHeaderOf("sensitivity", experiment, version),
    experiment: experiment.name,
    measure: mainOf(experiment),
    baseline,
    arms: others,
    trials: base[0]?.trials ?? experiment.trials,
    seed: experiment.seed,
    confidence: experiment.confidence,
    base,
    effects: effects.toSorted((left, right) => swingOf(right) - swingOf(left)),
    notes
  }
}

/**
 * How far a quantity moves the mean difference of the arm it moves most, in the unit of the measure.
 *
 * @category queries
 */
export const swingOf = ({ probes }: Effect): number => {
  let most = 0
  for (const index of probes[0]?.comparisons.keys() ?? []) {
    const values = probes.map(({ comparisons }) => comparisons[index]?.difference.estimate ?? 0)
    most = Math.max(most, Math.max(...values) - Math.min(...values))
  }
  return most
}

interface Search {
  readonly arm: string
  readonly index: number
  readonly from: Verdict.Verdict
  readonly to: Verdict.Verdict
  readonly start: number
  readonly end: number
  readonly knob: WorldKnob.WorldKnob
  /** Nothing when it was stopped. */
  readonly known: (at: number) => Method.Method<Probe["comparisons"] | undefined>
}

const flipOf = function*(
  { arm, end, from, index, knob, known, start, to }: Search
): Method.Method<Flip> {
  const bisect = function*(
    low: number,
    high: number,
    isBefore: (comparison: Verdict.Comparison) => boolean
  ): Method.Method<readonly [number, number]> {
    let [before, after] = [low, high]
    for (let step = 0; step < stepsMax; step++) {
      const middle = middleOf(before, after, knob)
      if (middle === undefined) break
      const comparison = (yield* known(middle))?.[index]
      if (comparison === undefined) break
      if (isBefore(comparison)) before = middle
      else after = middle
    }
    return [before, after]
  }
  if (from === "cannot tell" || to === "cannot tell") {
    const [before, after] = yield* bisect(start, end, ({ verdict }) => verdict === from)
    return { arm, from, to, at: between(before, after), between: [before, after] }
  }
  const sign = Math.sign((yield* known(start))?.[index]?.difference.estimate ?? 0)
  const [before, after] = yield* bisect(
    start,
    end,
    ({ difference }) => Math.sign(difference.estimate) === sign
  )
  const [first] = yield* bisect(start, before, ({ verdict }) => verdict === from)
  const [, last] = yield* bisect(after, end, ({ verdict }) => verdict !== to)
  return { arm, from, to, at: between(before, after), between: [first, last] }
}

const between = (left: number, right: number): number => tidy((left + right) / 2)

/** Undefined when the ends are near enough. */
const middleOf = (
  left: number,
  right: number,
  { isWhole }: WorldKnob.WorldKnob
): number | undefined => {
  const greater = Math.max(Math.abs(left), Math.abs(right))
  if (Math.abs(left - right) <= greater * nearEnough) return undefined
  const middle = isWhole ? Math.round((left + right) / 2) : tidy((left + right) / 2)
  return middle === left || middle === right ? undefined : middle
}

/** Four digits that count, so that reports show the value that was run. */
const tidy = (value: number): number => Number(value.toPrecision(4))

interface Range {
  readonly knob: WorldKnob.WorldKnob
  /** Without those that are the base or make no world. */
  readonly ends: ReadonlyArray<number>
}

const rangesOf = (experiment: Experiment, notes: Array<string>): ReadonlyArray<Range> => {
  const { vary, world } = experiment
  const knobs = WorldKnob.all(world)
  const wanted = vary === undefined
    ? knobs
    : knobs.filter(({ path }) => Object.hasOwn(vary, path))
  return wanted.flatMap((knob) => {
    const { isWhole, max, path, value } = knob
    const given = vary?.[path]
    if (given === undefined && value === 0) {
      notes.push(`${path} is 0 and was not varied; give it a range.`)
      return []
    }
    const around = given ?? [value / 2, Math.min(max, value * 2)]
    const ends = around.map((end) => isWhole ? Math.round(end) : tidy(end)).filter((end) => {
      if (end === value) return false
      const found = World.problems(WorldKnob.set(world, path, end))
      if (found.length > 0) notes.push(`${path} cannot be ${end}: ${found.join(" ")}`)
      return found.length === 0
    })
    return ends.length === 0 ? [] : [{ knob, ends }]
  })
}

/** What is to be said of the world as it is, in the main measure alone and for one look. */
const baseNotesOf = (
  experiment: Experiment,
  version: string,
  outcomes: ReadonlyArray<Outcome>
): Array<string> => {
  if (outcomes.length === 0) return []
  const own = { ...experiment, measures: [mainOf(experiment)], stopsWhenClear: false }
  return [...Analysis.make(TrialFile.headerOf(own, version), outcomes).notes]
}

const mainOf = ({ measures }: Experiment): Measure.MeasureName => measures[0] ?? "makespan"

const comparisonsOf = (
  experiment: Experiment,
  outcomes: ReadonlyArray<Outcome>
): Probe["comparisons"] => {
  const [baseline, ...others] = experiment.arms
  const measure = mainOf(experiment)
  const told = Measure.get(measure)
  const { direction, isYesOrNo = false } = told
  const before = Analysis.valuesOf(outcomes, baseline?.name ?? "", measure)
  return others.map(({ name }) =>
    Verdict.compare(Analysis.valuesOf(outcomes, name, measure), before, {
      seed: Trial.seedOf(experiment, 0),
      confidence: experiment.confidence,
      comparisons: others.length,
      direction,
      isYesOrNo,
      bounds: Measure.boundsOf(told, experiment.workload.plan.names.length),
      relevant: experiment.relevant
    })
  )
}

const sorted = (probes: ReadonlyMap<number, Probe["comparisons"]>): ReadonlyArray<Probe> =>
  [...probes].map(([value, comparisons]) => ({ value, comparisons }))
    .toSorted((left, right) => left.value - right.value)

/**
 * What an analysis of sensitivity found, as text and as a page.
 */
import { listOf, pageOf, section, tableOf } from "./HtmlPage.ts"
import { figure, headOf, percent, rangeOf, signed } from "./internal/Figures.ts"
import * as SwingCharts from "./internal/SwingCharts.ts"
import * as LabText from "./LabText.ts"
import * as Measure from "./Measure.ts"
import { type Effect, type Flip, type SensitivityResult, swingOf } from "./Sensitivity.ts"
import { escaped } from "./SvgDrawing.ts"

/**
 * As a document, for `LabText`.
 *
 * @category conversions
 */
export const documentOf = (result: SensitivityResult): LabText.Document => ({
  title: titleOf(result),
  preamble: preambleOf(result),
  tables: [...flipsOf(result), ...effectsOf(result)],
  closing: [...findingsOf(result), ...result.notes, probesNoteOf(result)]
})

/**
 * As a page without scripts and without anything remote.
 *
 * @category rendering
 */
export const page = (result: SensitivityResult): string =>
  pageOf(titleOf(result), [
    listOf(preambleOf(result)),
    ...findingsOf(result).map((line) => `<p class="verdict unsure">${escaped(line)}</p>`),
    ...result.arms.map((arm, index) =>
      section(
        `What moves ${arm} − ${result.baseline}`,
        `The mean difference in ${
          escaped(headOf(result.measure))
        } with each quantity at its ends, and the interval; the upright line is the world as it is. `
          + "<span class=\"key better\">better</span> <span class=\"key worse\">worse</span> "
          + "<span class=\"key unsure\">cannot tell</span>",
        SwingCharts.swings(result.effects, index, result.base[index], headOf(result.measure))
      )
    ),
    ...[...flipsOf(result), ...effectsOf(result)].map(tableOf),
    "<h2>Notes</h2>",
    listOf([...result.notes, probesNoteOf(result)])
  ])

const probesNoteOf = ({ arms, confidence }: SensitivityResult): string =>
  `Each probe holds by itself with ${percent(confidence)} confidence${
    arms.length > 1 ? ", for all its arms together" : ""
  }; of many, some flip by chance.`

/**
 * One sentence for each flip; one that says so when there is none.
 *
 * @category rendering
 */
export const findingsOf = (result: SensitivityResult): ReadonlyArray<string> => {
  const flips = result.effects.flatMap((effect) =>
    effect.flips.map((flip) => sentenceOf(result, effect, flip))
  )
  return flips.length > 0
    ? flips
    : ["No quantity flips the verdict between its ends."]
}

const sentenceOf = (
  { baseline, measure }: SensitivityResult,
  { base, path }: Effect,
  { arm, at, between, from, to }: Flip
): string =>
  `${arm} against ${baseline} in ${measure} turns from "${from}" to "${to}" when ${path} goes from ${
    figure(base)
  } to about ${figure(at)} (${figure(between[0])} to ${figure(between[1])}).`

const titleOf = ({ experiment }: SensitivityResult): string => `Sensitivity: ${experiment}`

const preambleOf = (result: SensitivityResult): ReadonlyArray<string> => {
  const { arms, base, baseline, header, measure, seed, trials } = result
  const { unit } = Measure.get(measure)
  return [
    ...LabText.placeOf(header),
    `${trials} paired trials of each arm in each probe, seed ${seed}, batchwave ${header.batchwave}`,
    ...arms.map((arm, index) => {
      const comparison = base[index]
      return comparison === undefined
        ? arm
        : `as it is, ${arm} against ${baseline} in ${measure}: ${comparison.verdict}, ${
          signed(comparison.difference.estimate)
        } ${unit} (${rangeOf(comparison).replace(" … ", " to ")})`
    })
  ]
}

const flipsOf = (result: SensitivityResult): ReadonlyArray<LabText.Table> => {
  const rows = result.effects.flatMap(({ base, flips, path }) =>
    flips.map(({ arm, at, between, from, to }) => [
      path,
      arm,
      from,
      to,
      figure(base),
      figure(at),
      `${figure(between[0])} … ${figure(between[1])}`
    ])
  )
  return rows.length === 0 ? [] : [{
    title: "Where the verdict flips",
    head: ["quantity", "arm", "from", "to", "as it is", "flips at", "between"],
    rows
  }]
}

const effectsOf = (result: SensitivityResult): ReadonlyArray<LabText.Table> =>
  result.arms.map((arm, index) => ({
    title: `${arm} − ${result.baseline} in ${headOf(result.measure)} by quantity`,
    head: ["quantity", "value", "difference", "interval", "verdict", "swing"],
    rows: result.effects.flatMap((effect) =>
      endsOf(effect).flatMap(({ comparisons, value }, place) => {
        const comparison = comparisons[index]
        if (comparison === undefined) return []
        const { difference, verdict } = comparison
        return [[
          place === 0 ? effect.path : "",
          figure(value),
          signed(difference.estimate),
          rangeOf(comparison),
          verdict,
          place === 0 ? figure(swingOf(effect)) : ""
        ]]
      })
    )
  }))

/** The ends of the range; what is between is in the JSON. */
const endsOf = ({ base, probes }: Effect): Effect["probes"] =>
  [probes[0], probes.at(-1)].flatMap((probe) =>
    probe === undefined || probe.value === base ? [] : [probe]
  )

/**
 * What a search found, as text and as a page.
 */
import type { HalvingResult, Standing } from "./Halving.ts"
import { listOf, pageOf, tableOf } from "./HtmlPage.ts"
import { figure, headOf, percent, signed } from "./internal/Figures.ts"
import * as ParameterCharts from "./internal/ParameterCharts.ts"
import * as ParameterGrid from "./internal/ParameterGrid.ts"
import * as LabHtml from "./LabHtml.ts"
import * as LabText from "./LabText.ts"
import * as Measure from "./Measure.ts"

/** Arms of the search that are listed. */
const listedMax = 20

/**
 * As a document, for `LabText`.
 *
 * @category conversions
 */
export const documentOf = (result: HalvingResult): LabText.Document => ({
  title: titleOf(result),
  preamble: preambleOf(result),
  tables: [
    standingsOf(result),
    ...ParameterGrid.tablesOf(
      cellsOf(result.standings),
      `${headOf(result.measure)} over the first ${result.rungs[0]?.trials ?? 0} trials`
    ),
    ...(result.confirmation === undefined ? [] : LabText.tablesOf(result.confirmation))
  ],
  closing: [
    ...findingsOf(result),
    ...(result.confirmation === undefined ? [] : LabText.closingOf(result.confirmation))
  ]
})

/**
 * As a page without scripts and without anything remote.
 *
 * @category rendering
 */
export const page = (
  result: HalvingResult,
  timelines: ReadonlyArray<LabHtml.Timeline>
): string =>
  pageOf(titleOf(result), [
    listOf(preambleOf(result)),
    listOf(findingsOf(result)),
    ...ParameterCharts.sections(
      cellsOf(result.standings),
      headOf(result.measure),
      Measure.get(result.measure).direction
    ),
    tableOf(standingsOf(result)),
    ...(result.confirmation === undefined ? [] : [
      "<h2>Confirmation on fresh seeds</h2>",
      ...LabHtml.verdictsOf(result.confirmation),
      ...LabHtml.sectionsOf(result.confirmation, result.confirmed, timelines)
    ])
  ])

/**
 * The findings, one sentence each: the winner, what the search promised, and what was confirmed.
 *
 * @category rendering
 */
export const findingsOf = (result: HalvingResult): ReadonlyArray<string> => {
  const { confirmation, gain, measure, winner } = result
  const { unit } = Measure.get(measure)
  const baseline = result.standings.find(({ place }) => place === 0)?.arm ?? ""
  const judgement = confirmation?.judgements.find((each) =>
    each.arm === winner && each.measure === measure
  )
  const first = `Best of the search: ${winner}. Against ${baseline} the search saw ${
    signed(gain.searched)
  } ${unit}${
    gain.confirmed === undefined ? "" : `; on fresh seeds it is ${signed(gain.confirmed)} ${unit}`
  }.`
  return [
    first,
    ...(judgement === undefined ? [] : [`${LabText.sentenceOf(judgement)}.`]),
    ...result.notes
  ]
}

const titleOf = ({ experiment }: HalvingResult): string => `Search: ${experiment}`

const preambleOf = (result: HalvingResult): ReadonlyArray<string> => {
  const { confirmation, header } = result
  const rungs = result.rungs.map(({ arms, trials }) => `${arms} arms to trial ${trials}`)
  return [
    `${rungs.join(", ")}: ${figure(result.searchTrials)} trials, where the whole grid takes ${
      figure(result.gridTrials)
    }, seed ${header.seed}`,
    ...(confirmation === undefined
      ? [...LabText.placeOf(header), `batchwave ${header.batchwave}`]
      : LabText.preambleOf(confirmation))
  ]
}

const cellsOf = (standings: ReadonlyArray<Standing>): ReadonlyArray<ParameterGrid.Cell> =>
  standings.toSorted((left, right) => left.place - right.place).flatMap(({ firstMean, point }) =>
    point === undefined ? [] : [{ point, value: firstMean }]
  )

const standingsOf = ({ measure, rungs, standings }: HalvingResult): LabText.Table => ({
  title: standings.length > listedMax
    ? `The best ${listedMax} of ${standings.length} arms in the search`
    : "The arms in the search",
  head: ["arm", "rungs", "trials", `mean ${headOf(measure)}`, "over the first", "success"],
  rows: standings.slice(0, listedMax).map(({ arm, firstMean, mean, rung, success, trials }) => [
    arm,
    `${rung} of ${rungs.length}`,
    String(trials),
    figure(mean),
    figure(firstMean),
    percent(success)
  ])
})

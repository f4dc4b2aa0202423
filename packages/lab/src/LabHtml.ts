/**
 * An analysis as one HTML page that needs nothing else: no scripts, nothing remote, charts as SVG. Its
 * content security policy allows its own style sheet only.
 */
import { type Analysis, type Judgement, valuesOf } from "./Analysis.ts"
import { listOf, pageOf, section, tableOf } from "./HtmlPage.ts"
import * as Charts from "./internal/Charts.ts"
import { headOf } from "./internal/Figures.ts"
import * as ParameterCharts from "./internal/ParameterCharts.ts"
import { closingOf, preambleOf, sentenceOf, tablesOf } from "./LabText.ts"
import * as Measure from "./Measure.ts"
import type { Span } from "./SlotLedger.ts"
import { escaped } from "./SvgDrawing.ts"
import type { Outcome } from "./Trial.ts"
import * as Verdict from "./Verdict.ts"

/**
 * The runs of one trial of one arm.
 *
 * @category models
 */
export interface Timeline {
  readonly arm: string
  readonly trial: number
  readonly spans: ReadonlyArray<Span>
}

/**
 * The page.
 *
 * @category rendering
 */
export const page = (
  analysis: Analysis,
  outcomes: ReadonlyArray<Outcome>,
  timelines: ReadonlyArray<Timeline>
): string =>
  pageOf(analysis.header.experiment, [
    listOf(preambleOf(analysis)),
    ...verdictsOf(analysis),
    ...parametersOf(analysis),
    ...sectionsOf(analysis, outcomes, timelines)
  ])

/**
 * The judgements as sentences: of many arms those about the best.
 *
 * @category rendering
 */
export const verdictsOf = (analysis: Analysis): ReadonlyArray<string> => {
  const { judgements } = analysis
  const told = bestOf(analysis, sentencesMax)
  const shown = judgements.filter(({ arm }) => told.includes(arm))
  const more = judgements.length - shown.length
  return [
    ...shown.map((judgement) => verdictOf(judgement)),
    ...(more === 0 ? [] : [`<p class="lead">The other ${more} verdicts stand in the table.</p>`])
  ]
}

const parametersOf = ({ arms, header }: Analysis): ReadonlyArray<string> => {
  const main = header.measures[0] ?? "makespan"
  return ParameterCharts.sections(
    arms.flatMap(({ measures: { [main]: summary }, point }) =>
      point === undefined ? [] : [{ point, value: summary.mean }]
    ),
    headOf(main),
    Measure.get(main).direction
  )
}

/**
 * What a page says of an analysis besides: charts, tables, notes.
 *
 * @category rendering
 */
export const sectionsOf = (
  analysis: Analysis,
  outcomes: ReadonlyArray<Outcome>,
  timelines: ReadonlyArray<Timeline>
): ReadonlyArray<string> => {
  const { arms, header } = analysis
  const main = header.measures[0] ?? "makespan"
  const drawn = bestOf(analysis, rowsMax)
  return [
    section(
      `${headOf(main)} over trials`,
      `A histogram for each arm; below it the middle half of all trials and their median.${
        arms.length > drawn.length ? ` Of ${arms.length} arms the baseline and the best.` : ""
      }`,
      Charts.distributions(
        drawn.map((name) => ({ name, values: valuesOf(outcomes, name, main) })),
        headOf(main)
      )
    ),
    ...differencesOf(analysis, outcomes, drawn),
    ...frontOf(analysis),
    ...tablesOf(analysis).map(tableOf),
    ...timelines.map(({ arm, spans, trial }) =>
      section(
        `The worst trial of ${arm}`,
        `Trial ${trial}: each bar is a run on its node. ${
          spans.length > Charts.spansMax
            ? `Only the first ${Charts.spansMax} of ${spans.length} runs are shown. `
            : ""
        }<span class="key succeeded">succeeded</span> <span class="key failed">failed</span> <span class="key killed">killed or lost</span>`,
        Charts.timeline(spans, `Runs of trial ${trial} of ${arm}`)
      )
    ),
    "<h2>Notes</h2>",
    listOf(closingOf(analysis))
  ]
}

/**
 * The baseline and the best of the others in the main measure, at most so many, in the order of the
 * experiment.
 *
 * @category queries
 */
export const bestOf = (
  { arms, header }: Analysis,
  count: number
): ReadonlyArray<string> => {
  const main = header.measures[0] ?? "makespan"
  const sign = Measure.get(main).direction === "lower" ? 1 : -1
  const [baseline, ...others] = arms
  const byMean = others.toSorted((left, right) =>
    sign * (left.measures[main].mean - right.measures[main].mean)
  )
  const best = new Set(byMean.slice(0, count - 1))
  return arms.filter((arm) => arm === baseline || best.has(arm)).map(({ name }) => name)
}

/** Arms in a chart with a row for each. */
const rowsMax = 12

/** Arms that are told about in sentences, the baseline among them. */
const sentencesMax = 5

const verdictOf = (judgement: Judgement): string =>
  `<p class="verdict ${judgement.verdict.replace("cannot tell", "unsure")}">${
    escaped(sentenceOf(judgement))
  }.</p>`

const differencesOf = (
  { header, judgements }: Analysis,
  outcomes: ReadonlyArray<Outcome>,
  drawn: ReadonlyArray<string>
): ReadonlyArray<string> =>
  header.measures.flatMap((measure) => {
    const rows = judgements.flatMap((judgement) =>
      judgement.measure === measure && drawn.includes(judgement.arm)
        ? [{
          name: judgement.arm,
          values: Verdict.differencesOf(
            valuesOf(outcomes, judgement.arm, measure),
            valuesOf(outcomes, judgement.baseline, measure)
          ),
          interval: judgement.difference,
          kind: judgement.verdict
        }]
        : []
    )
    return rows.length === 0 ? [] : [
      section(
        `Paired differences in ${measure}`,
        `Arm − ${
          escaped(header.arms[0]?.name ?? "")
        } in the same trial; below it the mean and its interval.`,
        Charts.differences(rows, `difference in ${headOf(measure)}`)
      )
    ]
  })

const frontOf = ({ arms, front }: Analysis): ReadonlyArray<string> => {
  const baseline = arms[0]?.name
  const [x, y] = front.measures
  return arms.length < 2 ? [] : [
    section(
      `${x} against ${y}`,
      "Means over trials. Filled points are arms that no other beats in both.",
      Charts.scatter(
        arms.map(({ measures, name }) => ({
          name,
          x: measures[x].mean,
          y: measures[y].mean,
          isFront: front.arms.includes(name),
          isNamed: arms.length <= rowsMax || name === baseline || front.arms.includes(name)
        })),
        { x: headOf(x), y: headOf(y) }
      )
    )
  ]
}

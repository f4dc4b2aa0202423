/**
 * An analysis as one HTML page that needs nothing else: no scripts, nothing remote, charts as SVG. Its
 * content security policy allows its own style sheet only.
 */
import { type Analysis, valuesOf } from "./Analysis.ts"
import * as Charts from "./internal/Charts.ts"
import { headOf } from "./internal/Figures.ts"
import { escaped } from "./internal/Svg.ts"
import { closingOf, preambleOf, sentenceOf, type Table, tablesOf } from "./LabText.ts"
import type { Span } from "./SlotLedger.ts"
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
): string => {
  const { header } = analysis
  const main = header.measures[0] ?? "makespan"
  return [
    "<!doctype html>",
    "<html lang=\"en\"><head><meta charset=\"utf-8\">",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
    `<title>${escaped(header.experiment)}</title><style>${style}</style></head><body><main>`,
    `<h1>${escaped(header.experiment)}</h1>`,
    listOf(preambleOf(analysis)),
    ...analysis.judgements.map((judgement) =>
      `<p class="verdict ${judgement.verdict.replace("cannot tell", "unsure")}">${
        escaped(sentenceOf(judgement))
      }.</p>`
    ),
    section(
      `${headOf(main)} over trials`,
      "A histogram for each arm; below it the middle half of all trials and their median.",
      Charts.distributions(
        header.arms.map(({ name }) => ({ name, values: valuesOf(outcomes, name, main) })),
        headOf(main)
      )
    ),
    ...differencesOf(analysis, outcomes),
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
    listOf(closingOf(analysis)),
    "</main></body></html>",
    ""
  ].join("\n")
}

const differencesOf = (
  { header, judgements }: Analysis,
  outcomes: ReadonlyArray<Outcome>
): ReadonlyArray<string> =>
  header.measures.flatMap((measure) => {
    const rows = judgements.flatMap((judgement) =>
      judgement.measure === measure
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
          isFront: front.arms.includes(name)
        })),
        { x: headOf(x), y: headOf(y) }
      )
    )
  ]
}

/** `lead` may hold marks; it is made here. */
const section = (title: string, lead: string, chart: string): string =>
  `<h2>${escaped(title)}</h2><p class="lead">${lead}</p><figure>${chart}</figure>`

const listOf = (lines: ReadonlyArray<string>): string =>
  `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join("")}</ul>`

const tableOf = ({ head, rows, title }: Table): string =>
  `<h2>${escaped(title)}</h2><table><thead>${cellsOf(head, "th")}</thead><tbody>${
    rows.map((row) => cellsOf(row, "td")).join("")
  }</tbody></table>`

const cellsOf = (cells: ReadonlyArray<string>, tag: "td" | "th"): string =>
  `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`

const tones: ReadonlyArray<readonly [name: string, light: string, dark: string]> = [
  ["arm-0", "#4269a5", "#7ea6e6"],
  ["arm-1", "#c05f16", "#f0995a"],
  ["arm-2", "#3a7d44", "#7cc487"],
  ["arm-3", "#8a4fa0", "#c893dc"],
  ["arm-4", "#a33a55", "#e58aa2"],
  ["arm-5", "#65651d", "#bdbd62"],
  ["better", "#3a7d44", "#7cc487"],
  ["worse", "#b3372f", "#ef8a82"],
  ["unsure", "#6b7280", "#a3acb9"],
  ["succeeded", "#5b87c5", "#6f9ad8"],
  ["failed", "#b3372f", "#ef8a82"],
  ["killed", "#d39b1d", "#e6bb55"]
]

const tonesOf = (place: 1 | 2): string =>
  tones.map((tone) => `.${tone[0]}{fill:${tone[place]};--tone:${tone[place]}}`).join("")

const style = [
  ":root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--rule:#d8dde4;--ground:#fff}",
  "body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}",
  "main{max-width:900px;margin:0 auto;padding:24px}h1{font-size:24px}h2{font-size:18px;margin-top:32px}",
  "ul{padding-left:20px}.lead{color:var(--soft);margin:4px 0}figure{margin:8px 0;overflow-x:auto}",
  "table{border-collapse:collapse;display:block;overflow-x:auto;font-variant-numeric:tabular-nums}",
  "td,th{padding:4px 12px 4px 0;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}",
  "td:first-child,th:first-child{text-align:left}",
  "svg{max-width:100%;height:auto;font:12px system-ui,sans-serif;fill:var(--ink)}",
  ".grid{stroke:var(--rule)}.zero{stroke:var(--ink);stroke-dasharray:4 3}.box{stroke:var(--ink);stroke-width:2}",
  ".tick{fill:var(--soft)}.hollow{fill-opacity:.25}.plain{fill:var(--soft);font-size:10px}",
  ".verdict{border-left:4px solid var(--tone);padding:4px 12px;margin:8px 0}",
  ".key{border-left:12px solid var(--tone);padding-left:4px;margin-right:8px}",
  tonesOf(1),
  `@media (prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#a3acb9;--rule:#3a4250;--ground:#151a21}${
    tonesOf(2)
  }}`
].join("")

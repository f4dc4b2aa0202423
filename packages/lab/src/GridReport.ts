/**
 * What a comparison over several workloads and worlds found, as text and as a page.
 */
import type { Judgement } from "./Analysis.ts"
import type { Cell, GridResult } from "./Grid.ts"
import { listOf, pageOf, tableOf } from "./HtmlPage.ts"
import { figure, headOf, percent, rangeOf, signed } from "./internal/Figures.ts"
import * as LabHtml from "./LabHtml.ts"
import type * as LabText from "./LabText.ts"
import type { MeasureName } from "./Measure.ts"
import { escaped } from "./SvgDrawing.ts"
import type { Verdict } from "./Verdict.ts"

/**
 * As a document, for `LabText`.
 *
 * @category conversions
 */
export const documentOf = (result: GridResult): LabText.Document => ({
  title: result.experiment,
  preamble: preambleOf(result),
  tables: tablesOf(result),
  closing: closingOf(result)
})

/**
 * As a page without scripts and without anything remote: the tables, and each combination to be opened.
 *
 * @category rendering
 */
export const page = (result: GridResult): string =>
  pageOf(result.experiment, [
    listOf(preambleOf(result)),
    ...findingsOf(result).map((line) => `<p class="verdict unsure">${escaped(line)}</p>`),
    ...tablesOf(result).map(tableOf),
    "<h2>Each workload in each world</h2>",
    ...result.cells.map((cell) =>
      `<details><summary>${escaped(nameOf(cell))}</summary>${
        [
          ...LabHtml.verdictsOf(cell.analysis),
          ...LabHtml.sectionsOf(cell.analysis, cell.outcomes, [])
        ].join("\n")
      }</details>`
    ),
    "<h2>Notes</h2>",
    listOf(closingOf(result))
  ])

/**
 * For each arm, how often it is better, worse and neither in the main measure.
 *
 * @category rendering
 */
export const findingsOf = (result: GridResult): ReadonlyArray<string> => {
  const measure = mainOf(result)
  const [baseline, ...others] = armsOf(result)
  return others.map(({ name }) => {
    const told = new Map<Verdict, Array<string>>()
    for (const cell of result.cells) {
      const judgement = judgementOf(cell, name, measure)
      if (judgement === undefined) continue
      const held = told.get(judgement.verdict) ?? []
      told.set(judgement.verdict, held.concat(nameOf(cell)))
    }
    const parts = (["better", "worse", "cannot tell"] as const).flatMap((verdict) => {
      const names = told.get(verdict) ?? []
      return names.length === 0 ? [] : [`${verdict} in ${names.length}${namesOf(names, result)}`]
    })
    return `${name} against ${baseline?.name ?? ""} in ${measure}: ${parts.join(", ")}.`
  })
}

/** Combinations that are named in a sentence. */
const namedMax = 4

const namesOf = (names: ReadonlyArray<string>, { cells }: GridResult): string =>
  names.length > namedMax || names.length === cells.length ? "" : ` (${names.join("; ")})`

const nameOf = ({ workload, world }: Cell): string => `${workload} in ${world}`

const armsOf = ({ cells }: GridResult) => cells[0]?.analysis.header.arms ?? []

const measuresOf = ({ cells }: GridResult) => cells[0]?.analysis.header.measures ?? []

const mainOf = (result: GridResult): MeasureName => measuresOf(result)[0] ?? "makespan"

const judgementOf = (
  { analysis }: Cell,
  arm: string,
  measure: MeasureName
): Judgement | undefined =>
  analysis.judgements.find((each) => each.arm === arm && each.measure === measure)

const preambleOf = ({ batchwave, cells, confidence, seed }: GridResult): ReadonlyArray<string> => {
  const workloads = new Set(cells.map(({ workload }) => workload)).size
  const worlds = new Set(cells.map(({ world }) => world)).size
  const trials = cells.map(({ analysis }) => analysis.trials)
  const [least, most] = [Math.min(...trials), Math.max(...trials)]
  return [
    `workloads: ${workloads}, worlds: ${worlds}`,
    `${least === most ? most : `${least} to ${most}`} trials of each arm in each combination, seed `
    + `${seed}, batchwave ${batchwave}`,
    `all verdicts of all combinations together hold with ${percent(confidence)} confidence`
  ]
}

const tablesOf = (result: GridResult): ReadonlyArray<LabText.Table> => [
  ...(armsOf(result).length < 2 ? [] : [verdictsOf(result)]),
  meansOf(result, mainOf(result)),
  ...(mainOf(result) === "success" ? [] : [meansOf(result, "success")])
]

const verdictsOf = (result: GridResult): LabText.Table => ({
  title: `Verdicts against ${armsOf(result)[0]?.name ?? ""}`,
  head: ["workload and world", "arm", "measure", "verdict", "difference", "interval", "relative"],
  words: [0],
  rows: result.cells.flatMap((cell) =>
    cell.analysis.judgements.map((judgement) => [
      nameOf(cell),
      judgement.arm,
      headOf(judgement.measure),
      judgement.verdict,
      signed(judgement.difference.estimate),
      rangeOf(judgement),
      percent(judgement.relative)
    ])
  )
})

const meansOf = (result: GridResult, measure: MeasureName): LabText.Table => ({
  title: `Means of ${headOf(measure)}`,
  head: ["workload and world", ...armsOf(result).map(({ name }) => name)],
  words: [0],
  rows: result.cells.map((cell) =>
    [nameOf(cell)].concat(cell.analysis.arms.map(({ measures }) => figure(measures[measure].mean)))
  )
})

const closingOf = (result: GridResult): ReadonlyArray<string> => [
  ...result.notes,
  ...findingsOf(result),
  ...armsOf(result).map(({ description, name }) => `${name}: ${description}`),
  ...notesOf(result)
]

/** What holds for several combinations is told once. */
const notesOf = (result: GridResult): ReadonlyArray<string> => {
  const told = new Map<string, Array<string>>()
  for (const cell of result.cells) {
    for (const note of cell.analysis.notes) {
      told.set(note, (told.get(note) ?? []).concat(nameOf(cell)))
    }
  }
  return [...told].map(([note, names]) => {
    if (names.length === result.cells.length) return note
    return names.length > namedMax
      ? `In ${names.length} of ${result.cells.length} combinations: ${note}`
      : `${names.join("; ")}: ${note}`
  })
}

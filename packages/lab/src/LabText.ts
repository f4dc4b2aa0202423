/**
 * An analysis as text: for a terminal, or as Markdown.
 */
import type { Analysis, Judgement } from "./Analysis.ts"
import { figure, headOf, percent, rangeOf, signed } from "./internal/Figures.ts"
import * as ParameterGrid from "./internal/ParameterGrid.ts"
import * as Measure from "./Measure.ts"

/**
 * A table with a title; every row has as many cells as the head.
 *
 * @category models
 */
export interface Table {
  readonly title: string
  readonly head: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  /** Columns besides the first that hold words, which pages set left and wrap. @default none */
  readonly words?: ReadonlyArray<number>
}

/**
 * What was run, and where: a line for the workload and one for the world.
 *
 * @category conversions
 */
export const placeOf = ({ workload, world }: Analysis["header"]): ReadonlyArray<string> => [
  `${workload.name}: ${counted(workload.nodes, "node")}, fingerprint ${workload.fingerprint}`,
  `world ${world.name}: ${counted(world.pool.nodes, "node")} of ${
    counted(world.pool.slotsPerNode, "slot")
  }`
]

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`

/**
 * What was asked, in a few lines.
 *
 * @category rendering
 */
export const preambleOf = ({ header, trials }: Analysis): ReadonlyArray<string> => [
  ...placeOf(header),
  `${counted(trials, "trial")} of each arm, seed ${header.seed}, batchwave ${header.batchwave}`,
  `all verdicts together hold with ${percent(header.confidence)} confidence`
]

/**
 * The tables of an analysis: verdicts, measures, failures.
 *
 * @category conversions
 */
export const tablesOf = (analysis: Analysis): ReadonlyArray<Table> => [
  ...(analysis.judgements.length === 0 ? [] : [verdictsOf(analysis)]),
  ...ParameterGrid.tables(analysis),
  spreadOf(analysis),
  meansOf(analysis),
  ...failuresOf(analysis)
]

/**
 * A report before it is text.
 *
 * @category models
 */
export interface Document {
  readonly title: string
  readonly preamble: ReadonlyArray<string>
  readonly tables: ReadonlyArray<Table>
  readonly closing: ReadonlyArray<string>
}

/**
 * An analysis as a document.
 *
 * @category conversions
 */
export const documentOf = (analysis: Analysis): Document => ({
  title: analysis.header.experiment,
  preamble: preambleOf(analysis),
  tables: tablesOf(analysis),
  closing: closingOf(analysis)
})

/**
 * For a terminal.
 *
 * @category rendering
 */
export const text = ({ closing, preamble, tables, title }: Document): string =>
  [
    title,
    ...preamble.map((line) => `  ${line}`),
    "",
    tables.map((table) => `${table.title}\n${aligned(table)}`).join("\n\n"),
    "",
    ...closing,
    ""
  ].join("\n")

/**
 * As Markdown.
 *
 * @category rendering
 */
export const markdown = ({ closing, preamble, tables, title }: Document): string =>
  [
    `# ${escaped(title)}`,
    "",
    ...preamble.map((line) => `- ${escaped(line)}`),
    "",
    tables.map(markdownOf).join("\n\n"),
    "",
    ...closing.map((line) => `- ${escaped(line)}`),
    ""
  ].join("\n")

/**
 * The sentences at the end: what each arm is, the front, and what must be known.
 *
 * @category rendering
 */
export const closingOf = ({ arms, front, notes }: Analysis): ReadonlyArray<string> => [
  ...arms.map(({ description, name }) => `${name}: ${description}`),
  ...(arms.length < 2
    ? []
    : [
      `By means alone, which luck moves too, no arm beats in both ${
        front.measures.join(" and ")
      }: ${front.arms.join(", ")}.`
    ]),
  ...notes
]

/**
 * A judgement as a sentence.
 *
 * @category rendering
 */
export const sentenceOf = (judgement: Judgement): string => {
  const { arm, baseline, difference, measure, relative, verdict } = judgement
  const { unit } = Measure.get(measure)
  const claim = verdict === "cannot tell"
    ? `cannot tell ${arm} from ${baseline} in ${measure}`
    : `${arm} is ${verdict} than ${baseline} in ${measure}`
  const range = rangeOf(judgement)
  const interval = range.includes(" … ") ? `${range.replace(" … ", " to ")} ${unit}` : range
  return `${claim}: ${signed(difference.estimate)} ${unit} (${interval}; ${percent(relative)})`
}

const verdictsOf = ({ arms, judgements }: Analysis): Table => ({
  title: `Verdicts against ${arms[0]?.name ?? ""}`,
  head: ["arm", "measure", "verdict", "difference", "interval", "relative", "effect size", "wins"],
  rows: judgements.map((judgement) => [
    judgement.arm,
    headOf(judgement.measure),
    judgement.verdict,
    signed(judgement.difference.estimate),
    rangeOf(judgement),
    percent(judgement.relative),
    figure(judgement.effectSize),
    percent(judgement.winShare)
  ])
})

const spreadOf = ({ arms, header }: Analysis): Table => {
  const main = header.measures[0] ?? "makespan"
  return {
    title: `${headOf(main)} over trials`,
    head: ["arm", "mean", "interval of the mean", "p05", "median", "p95", "max"],
    rows: arms.map(({ interval, measures: { [main]: summary }, name }) => [
      name,
      figure(summary.mean),
      `${figure(interval.low)} … ${figure(interval.high)}`,
      figure(summary.p05),
      figure(summary.median),
      figure(summary.p95),
      figure(summary.max)
    ])
  }
}

/** As many columns as one can look over. */
const columnsMax = 8

const meansOf = ({ arms, header }: Analysis): Table => {
  const title = "Means over trials"
  if (arms.length <= columnsMax) {
    return {
      title,
      head: ["measure", ...arms.map(({ name }) => name)],
      rows: Measure.names.map((name) =>
        [headOf(name)].concat(arms.map(({ measures }) => figure(measures[name].mean)))
      )
    }
  }
  const told = Measure.names.filter((name) =>
    header.measures.includes(name) || measuresAlwaysTold.has(name)
  )
  return {
    title,
    head: ["arm", ...told.map(headOf)],
    rows: arms.map(({ measures, name: arm }) =>
      [arm].concat(told.map((name) => figure(measures[name].mean)))
    )
  }
}

const measuresAlwaysTold: ReadonlySet<Measure.MeasureName> = new Set([
  "makespan",
  "success",
  "nodesDone",
  "wastedSlotSeconds",
  "requests"
])

const failuresOf = ({ arms }: Analysis): ReadonlyArray<Table> => {
  const classes = [...new Set(arms.flatMap((arm) => Object.keys(arm.failuresPerTrial)))].toSorted()
  if (classes.length === 0 || arms.length > columnsMax) return []
  return [{
    title: "Failed attempts a trial",
    head: ["class", ...arms.map(({ name }) => name)],
    rows: classes.map((name) =>
      [name].concat(arms.map(({ failuresPerTrial }) => figure(failuresPerTrial[name] ?? 0)))
    )
  }]
}

const markdownOf = ({ head, rows, title }: Table): string => {
  const rule = rowOf(head.map((_, column) => column === 0 ? "---" : "---:"))
  return [`## ${title}`, "", rowOf(head), rule, ...rows.map(rowOf)].join("\n")
}

const aligned = ({ head, rows }: Table): string => {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0))
  )
  const line = (row: ReadonlyArray<string>) =>
    `  ${
      row.map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
      ).join("  ").trimEnd()
    }`
  return [line(head), ...rows.map(line)].join("\n")
}

const rowOf = (cells: ReadonlyArray<string>): string => {
  const inner = cells.map(escaped).join(" | ")
  return `| ${inner} |`
}

/** Characters that Markdown reads as marks. */
const escaped = (raw: string): string =>
  raw.replaceAll(/[\\|<>*_`[\]]/g, (character) => `\\${character}`)

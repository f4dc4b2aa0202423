/**
 * The charts of a run's report: how much waited and ran, and what ran when.
 */
import * as Svg from "@batchwave/lab/SvgDrawing"
import { cleanLine } from "../screen/CleanText.ts"
import { clipped, duration } from "../screen/Words.ts"
import { type ExecutionRow, load as loadOf, type RunReport } from "./RunReport.ts"

const width = 860
const right = width - 20

/** Room for names, by character of their font, and for counts where there are none. */
const letterWidth = 6
const leftMin = 60
const loadHeight = 70
const panelGap = 10
const rowHeight = 14

/** Nodes that get a row of their own. */
const rowsMax = 300

/** Characters of a name beside its row. */
const nameMax = 30

/** Points of the load chart; of more, the highest of each stretch. */
const pointsMax = 400

interface TimeScale {
  readonly left: number
  readonly scale: Svg.Scale
  readonly unit: string
  readonly at: (atMs: number) => number
}

/** Time since the run began, in the unit that keeps numbers small. */
const timeScaleOf = ({ lengthMs, nodes, startedAtMs }: RunReport): TimeScale => {
  const longest = nodes.reduce((most, { node }) => Math.max(most, node.length), 0)
  const left = Math.max(leftMin, 16 + Math.min(nameMax, longest) * letterWidth)
  const [unit, unitMs] = lengthMs < 180_000
    ? ["seconds", 1_000] as const
    : lengthMs < 10_800_000
    ? ["minutes", 60_000] as const
    : ["hours", 3_600_000] as const
  const scale = Svg.scaleOf([0, lengthMs / unitMs], left, right)
  return { left, scale, unit, at: (atMs) => scale.at((atMs - startedAtMs) / unitMs) }
}

/**
 * How many executions ran, and below it how many waited, over the time of the run, each on a scale of
 * its own.
 *
 * @category rendering
 */
export const load = (report: RunReport): string => {
  const time = timeScaleOf(report)
  const steps = thinned(
    loadOf(report.executions, report.endedAtMs).map(({ atMs, running, waiting }) => ({
      x: time.at(atMs),
      running,
      waiting
    }))
  )
  const bottom = 2 * (loadHeight + panelGap)
  return Svg.drawing("Tasks over time", width, bottom + 36, [
    Svg.axis(time.scale, panelGap, bottom, `${time.unit} since the run began`),
    panel(steps.map(({ running, x }) => [x, running]), time.left, panelGap, "succeeded"),
    panel(
      steps.map(({ waiting, x }) => [x, waiting]),
      time.left,
      loadHeight + 2 * panelGap,
      "unsure hollow"
    )
  ])
}

const panel = (
  points: ReadonlyArray<readonly [x: number, count: number]>,
  left: number,
  top: number,
  tone: string
): string => {
  const most = points.reduce((found, [, count]) => Math.max(found, count), 1)
  const bottom = top + loadHeight
  const y = (count: number): number => bottom - count / most * loadHeight
  const counts = Svg.ticksOf({ low: 0, high: most, at: y }, 3).filter(Number.isInteger)
  return area(points.map(([x, count]) => [x, y(count)]), bottom, tone) +
    counts.map((count) =>
      `<text class="tick" x="${left - 8}" y="${
        Svg.place(y(count) + 4)
      }" text-anchor="end">${count}</text>`
    ).join("")
}

const area = (
  points: ReadonlyArray<readonly [x: number, y: number]>,
  bottom: number,
  tone: string
): string => {
  const [first] = points
  if (first === undefined) return ""
  const steps = points.map(([x, y]) => `H${Svg.place(x)}V${Svg.place(y)}`).join("")
  return `<path class="${tone}" d="M${Svg.place(first[0])} ${bottom}${steps}H${right}V${bottom}Z"/>`
}

interface LoadPoint {
  readonly x: number
  readonly running: number
  readonly waiting: number
}

const thinned = (points: ReadonlyArray<LoadPoint>): ReadonlyArray<LoadPoint> => {
  if (points.length <= pointsMax) return points
  const stretch = points.length / pointsMax
  return Array.from({ length: pointsMax }, (_, index) => {
    const part = points.slice(Math.floor(index * stretch), Math.floor((index + 1) * stretch))
    return part.reduce((most, point) =>
      point.running + point.waiting > most.running + most.waiting ? point : most
    )
  })
}

/**
 * Which nodes the timeline shows, in a sentence.
 *
 * @category rendering
 */
export const rowsText = (report: RunReport): string => {
  const ran = new Set(report.executions.map(({ node }) => node)).size
  return ran <= rowsMax
    ? "A row for each node that was submitted."
    : `A row for ${rowsMax} of ${ran} nodes: the chain that ended last, those that were `
      + "tried more than once or did not succeed, then those that ran longest."
}

/**
 * What ran when, a row for each node.
 *
 * @category rendering
 */
export const timeline = (report: RunReport): string => {
  const byNode = new Map<string, Array<ExecutionRow>>()
  for (const execution of report.executions) {
    const own = byNode.get(execution.node)
    if (own === undefined) byNode.set(execution.node, [execution])
    else own.push(execution)
  }
  const rows = shownRows(byNode, new Set(report.chain))
  const time = timeScaleOf(report)
  const bottom = 8 + rows.length * rowHeight
  return Svg.drawing("Timeline of the nodes", width, bottom + 36, [
    Svg.axis(time.scale, 8, bottom, `${time.unit} since the run began`),
    ...rows.map(([name, executions], row) => {
      const top = 8 + row * rowHeight
      return `<text class="plain" x="${time.left - 8}" y="${top + 10}" text-anchor="end">${
        Svg.escaped(clipped(cleanLine(name), nameMax))
      }</text>${executions.map((one) => bars(one, time, top, report.endedAtMs)).join("")}`
    })
  ])
}

type Row = readonly [name: string, executions: ReadonlyArray<ExecutionRow>]

const shownRows = (
  byNode: ReadonlyMap<string, ReadonlyArray<ExecutionRow>>,
  chain: ReadonlySet<string>
): ReadonlyArray<Row> => {
  const rows: ReadonlyArray<Row> = [...byNode]
  if (rows.length <= rowsMax) return rows
  const rankOf = ([name, executions]: Row): number =>
    chain.has(name) ? 2 : executions.length > 1 || executions.at(-1)?.end !== "succeeded" ? 1 : 0
  const longest = ([, executions]: Row): number =>
    executions.reduce((sum, { runMs }) => sum + runMs, 0)
  const kept = new Set(
    rows.toSorted((one, other) => rankOf(other) - rankOf(one) || longest(other) - longest(one))
      .slice(0, rowsMax)
  )
  return rows.filter((row) => kept.has(row))
}

const bars = (
  { attempt, end, endedAtMs, failure, node, plannedAtMs, runMs, startedAtMs, waitMs }: ExecutionRow,
  { at }: TimeScale,
  top: number,
  untilMs: number
): string => {
  const title = `<title>${Svg.escaped(cleanLine(node))}, attempt ${attempt}: waited ${
    duration(waitMs)
  }, ran ${duration(runMs)}, ${end}${
    failure === undefined ? "" : Svg.escaped(`: ${cleanLine(failure)}`)
  }</title>`
  const bar = (tone: string, fromMs: number, toMs: number): string => {
    const from = at(fromMs)
    return `<rect class="${tone}" x="${Svg.place(from)}" y="${top + 2}" width="${
      Svg.place(Math.max(0.5, at(toMs) - from))
    }" height="${rowHeight - 4}">${title}</rect>`
  }
  const tone = end === "succeeded" || end === "failed" ? end : "killed"
  const lastMs = endedAtMs ?? untilMs
  return bar("unsure hollow", plannedAtMs, startedAtMs ?? lastMs)
    + (startedAtMs === undefined ? "" : bar(tone, startedAtMs, lastMs))
}

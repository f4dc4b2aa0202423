/**
 * Two runs side by side, for people.
 */
import { cleanLine } from "../screen/CleanText.ts"
import type { Style } from "../screen/Style.ts"
import { clipped, counted, duration, listed } from "../screen/Words.ts"
import { timeText } from "./ReportText.ts"
import * as RunComparison from "./RunComparison.ts"

/** Nodes that are shown unless all are wanted. */
const nodesMax = 20

const nameColumnsMax = 40

/** Values of settings are cut after so many characters. */
const valueColumnsMax = 40

/** A node whose run time differs by less than this, or this share of the longer one, ran as long. */
const differenceMin = { ms: 50, share: 0.1 }

/**
 * The runs, what was asked for differently, and the nodes that differ: first those that ended in
 * another way, then by how much longer or shorter they ran.
 *
 * @category rendering
 */
export const render = (
  comparison: RunComparison.RunComparison,
  options: { readonly style: Style; readonly isVerbose: boolean }
): string => {
  const { after, before, differences } = comparison
  const { style } = options
  const lines = [
    ...table([
      ["", "before", "after", ""],
      ["run", before.run, after.run, ""],
      ["started", timeText(before.startedAtMs), timeText(after.startedAtMs), ""],
      ["outcome", before.outcome, after.outcome, ""],
      ["length", ...times(before.lengthMs, after.lengthMs)],
      ["slot time", ...times(before.slotMs, after.slotMs)],
      ["without success", ...times(before.wastedSlotMs, after.wastedSlotMs)],
      ["retries", String(before.retries), String(after.retries), ""],
      ["from the cache", String(before.cached), String(after.cached), ""],
      ...differences.map((one) => [
        clipped(cleanLine(one.name), nameColumnsMax),
        valueText(one.before),
        valueText(one.after),
        ""
      ])
    ], style),
    "",
    ...nodeLines(comparison.nodes, options)
  ]
  return `${lines.join("\n")}\n`
}

const valueText = (value: string | undefined): string =>
  value === undefined ? "-" : clipped(cleanLine(value), valueColumnsMax)

const times = (beforeMs: number, afterMs: number): readonly [string, string, string] => [
  duration(beforeMs),
  duration(afterMs),
  changeText(afterMs - beforeMs, beforeMs)
]

const changeText = (moreMs: number, ofMs: number): string => {
  if (moreMs === 0) return ""
  const sign = moreMs > 0 ? "+" : "-"
  const share = ofMs === 0 ? "" : ` (${sign}${Math.round(100 * Math.abs(moreMs) / ofMs)} %)`
  return `${sign}${duration(Math.abs(moreMs))}${share}`
}

const nodeLines = (
  nodes: ReadonlyArray<RunComparison.NodeComparison>,
  { isVerbose, style }: { readonly style: Style; readonly isVerbose: boolean }
): ReadonlyArray<string> => {
  const ranked = nodes.toSorted((one, other) =>
    Number(RunComparison.isNotable(other)) - Number(RunComparison.isNotable(one))
    || Math.abs(RunComparison.longerMs(other)) - Math.abs(RunComparison.longerMs(one))
  )
  const differing = ranked.filter((node) => RunComparison.isNotable(node) || isOtherLength(node))
  const shown = isVerbose ? ranked : differing.slice(0, nodesMax)
  const more = differing.length - shown.length
  const alike = nodes.length - Math.max(shown.length, differing.length)
  const rest = [
    ...(more > 0 ? [`${counted(more, "node")} more differ (--verbose shows all)`] : []),
    ...(alike > 0 ? [`${counted(alike, "node")} ended alike and ran as long`] : [])
  ]
  return [
    ...(shown.length === 0 ? [] : table([
      ["node", "before", "after", "run time"],
      ...shown.map((node) => [
        clipped(cleanLine(node.node), nameColumnsMax),
        endText(node.before),
        endText(node.after),
        [
          changeText(RunComparison.longerMs(node), node.before?.runTimeMs ?? 0),
          ...(node.isChanged ? ["it does something else"] : [])
        ].filter((part) => part !== "").join("; ")
      ])
    ], style)),
    ...rest.length === 0 ? [] : [listed(rest, rest.length)]
  ]
}

const isOtherLength = (node: RunComparison.NodeComparison): boolean => {
  const longest = Math.max(node.before?.runTimeMs ?? 0, node.after?.runTimeMs ?? 0)
  const difference = Math.abs(RunComparison.longerMs(node))
  return difference >= Math.max(differenceMin.ms, differenceMin.share * longest)
}

const endText = (end: RunComparison.NodeEnd | undefined): string => {
  if (end === undefined) return "not in it"
  const attempts = end.attempts > 1 ? `, ${end.attempts} attempts` : ""
  return end.attempts === 0
    ? end.outcome
    : `${end.outcome} in ${duration(end.runTimeMs)}${attempts}`
}

/** Columns as wide as they have to be, the first row faint. */
const table = (
  rows: ReadonlyArray<ReadonlyArray<string>>,
  style: Style
): ReadonlyArray<string> => {
  const widths = rows[0]!.map((_, column) =>
    rows.reduce((most, row) => Math.max(most, row[column]!.length), 0)
  )
  return rows.map((row, index) => {
    const line = row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()
    return index === 0 ? style.faint(line) : line
  })
}

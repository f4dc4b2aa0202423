/**
 * The node table at the end of a run: what became of every node, for people.
 */
import {
  doneWithout,
  isDoneWithout,
  type NodeOutcome,
  type NodeReport,
  type Report
} from "@batchwave/core/Report"
import type { Workflow } from "@batchwave/core/Workflow"
import { cleanLine } from "./CleanText.ts"
import type { Style } from "./Style.ts"
import { clipped, counted, duration } from "./Words.ts"

/**
 * How the table is drawn.
 *
 * @category models
 */
export interface TableOptions {
  readonly style: Style
  /** Gives every node a line of its own, however many a fan-out has. */
  readonly isVerbose: boolean
}

/** The largest fan-out whose items get a line each. */
export const itemsShownMax = 30

/** Items of a summarised fan-out that did not succeed and get a line all the same. */
const exceptionsMax = 10

/** Names of a chain of causes that are shown. */
const chainMax = 5

const nameColumnsMax = 40

interface Row {
  readonly name: string
  readonly outcome: NodeOutcome | "mixed"
  readonly outcomeText: string
  readonly attempts: string
  readonly time: string
  readonly note: string
}

/**
 * Draws the table and the line of counts below it. Ends with a line break.
 *
 * @category rendering
 */
export const render = (report: Report, workflow: Workflow, options: TableOptions): string => {
  const rows = rowsOf(report.nodes, workflow, options.isVerbose)
  const heads = { name: "node", outcomeText: "outcome", attempts: "attempts", time: "run time" }
  const width = (cell: "name" | "outcomeText" | "attempts" | "time"): number =>
    rows.reduce((most, row) => Math.max(most, row[cell].length), heads[cell].length)
  const nameColumns = width("name")
  const outcomeColumns = width("outcomeText")
  const attemptsColumns = width("attempts")
  const timeColumns = width("time")
  const line = (row: typeof heads, paint: (text: string) => string, note: string): string =>
    `${row.name.padEnd(nameColumns)}  ${paint(row.outcomeText.padEnd(outcomeColumns))}  ${
      row.attempts.padStart(attemptsColumns)
    }  ${row.time.padStart(timeColumns)}  ${note}`.trimEnd()
  const { faint } = options.style
  return [
    faint(line(heads, (text) => text, "")),
    ...rows.map((row) => line(row, painter(row.outcome, options.style), row.note)),
    "",
    totals(report, options.style),
    ""
  ].join("\n")
}

/**
 * One line of counts: the outcome, the nodes by outcome, the retries, and what a policy did without.
 *
 * @category rendering
 */
export const totals = (report: Report, style: Style): string => {
  const parts = countsText(report.counts)
  const retries = report.retries === 0
    ? ""
    : `; ${report.retries} ${report.retries === 1 ? "retry" : "retries"}`
  const outcome = report.outcome === "succeeded" ? style.good : style.bad
  const without = doneWithout(report).length
  const degraded = without === 0
    ? ""
    : `; degraded: ${counted(without, "node")} failed and ${
      without === 1 ? "was" : "were"
    } done without`
  return `run ${outcome(report.outcome)}: ${
    counted(report.nodes.length, "node")
  }, ${parts}${retries}${degraded}`
}

const rowsOf = (
  nodes: ReadonlyArray<NodeReport>,
  workflow: Workflow,
  isVerbose: boolean
): ReadonlyArray<Row> => {
  const sizes = new Map<string, Array<NodeReport>>()
  for (let index = 0; index < nodes.length; index++) {
    const group = workflow.nodes[index]?.group
    const node = nodes[index]
    if (group === undefined || node === undefined) continue
    const items = sizes.get(group)
    if (items === undefined) sizes.set(group, [node])
    else items.push(node)
  }
  const rows: Array<Row> = []
  const summarised = new Set<string>()
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]
    const group = workflow.nodes[index]?.group
    const items = group === undefined ? undefined : sizes.get(group)
    if (node === undefined) continue
    if (isVerbose || group === undefined || items === undefined || items.length <= itemsShownMax) {
      rows.push(nodeRow(node))
    } else if (!summarised.has(group)) {
      summarised.add(group)
      rows.push(groupRow(group, items), ...exceptions(items))
    }
  }
  return rows
}

const nodeRow = (node: NodeReport): Row => ({
  name: clipped(cleanLine(node.node), nameColumnsMax),
  outcome: node.outcome,
  outcomeText: node.outcome,
  attempts: String(node.attempts),
  time: node.attempts === 0 ? "-" : duration(node.runTimeMs),
  note: noteOf(node)
})

const groupRow = (group: string, items: ReadonlyArray<NodeReport>): Row => {
  const counts = { succeeded: 0, failed: 0, blocked: 0, skipped: 0, cancelled: 0, pending: 0 }
  let attempts = 0
  let runTimeMs = 0
  for (const item of items) {
    counts[item.outcome]++
    attempts += item.attempts
    runTimeMs += item.runTimeMs
  }
  const [first] = items
  const isUniform = first !== undefined && items.every((item) => item.outcome === first.outcome)
  return {
    name: clipped(`${cleanLine(group)} (${counted(items.length, "item")})`, nameColumnsMax),
    outcome: isUniform ? first.outcome : "mixed",
    outcomeText: isUniform ? first.outcome : countsText(counts),
    attempts: String(attempts),
    time: attempts === 0 ? "-" : duration(runTimeMs),
    note: ""
  }
}

const exceptions = (items: ReadonlyArray<NodeReport>): ReadonlyArray<Row> => {
  const failed = items.filter((item) => item.outcome === "failed")
  const told = [...failed, ...items.filter(isDoneWithout)]
  const rows = told.slice(0, exceptionsMax).map(nodeRow)
  return told.length <= exceptionsMax ? rows : [...rows, {
    name: `… and ${told.length - exceptionsMax} more`,
    outcome: failed.length > exceptionsMax ? "failed" : "mixed",
    outcomeText: failed.length > exceptionsMax ? "failed" : "done without",
    attempts: "",
    time: "",
    note: "give --verbose to see every item"
  }]
}

/**
 * Why a node ended as it did, in a few words; empty when there is nothing to say.
 *
 * @category rendering
 */
export const noteOf = (node: NodeReport): string => {
  if (node.failure !== undefined) return cleanLine(node.failure)
  if (node.substituted !== undefined) return `a substitute: ${cleanLine(node.substituted)}`
  if (node.cachedFrom !== undefined) return `from the cache: run ${cleanLine(node.cachedFrom)}`
  const { blockedBy } = node
  if (blockedBy === undefined || blockedBy.length === 0) return ""
  const causes = blockedBy.toReversed().map(cleanLine)
  const shown = causes.length <= chainMax
    ? causes
    : [...causes.slice(0, 2), `… ${causes.length - chainMax + 1} more …`, ...causes.slice(-2)]
  return `blocked by ${shown.join(" → ")}`
}

const outcomes: ReadonlyArray<NodeOutcome> = [
  "succeeded",
  "failed",
  "blocked",
  "skipped",
  "cancelled",
  "pending"
]

const countsText = (counts: Report["counts"]): string =>
  outcomes.filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${counts[outcome]} ${outcome}`).join(", ")

const painter = (outcome: Row["outcome"], style: Style): (text: string) => string => {
  switch (outcome) {
    case "succeeded":
      return style.good
    case "failed":
      return style.bad
    case "mixed":
      return style.warn
    default:
      return style.faint
  }
}

/**
 * The report of a run as one HTML page that needs nothing else: no scripts, nothing remote. Everything
 * that came from tasks or authors is escaped.
 */
import type { NodeReport } from "@batchwave/core/Report"
import { listOf, pageOf, section, tableOf } from "@batchwave/lab/HtmlPage"
import { cleanLine } from "../screen/CleanText.ts"
import * as NodeTable from "../screen/NodeTable.ts"
import { duration } from "../screen/Words.ts"
import * as ReportCharts from "./ReportCharts.ts"
import { factsOf } from "./ReportText.ts"
import type { RunReport } from "./RunReport.ts"

/** Rows of the table of nodes. */
const nodesMax = 1_000

/** Characters of a note; of a longer one the beginning. */
const noteMax = 300

/**
 * The page.
 *
 * @category rendering
 */
export const page = (report: RunReport): string => {
  const { executions, lengthMs, nodes } = report
  const failures = nodes.filter(({ outcome }) => outcome === "failed")
  return pageOf(
    `${report.pipeline}: ${report.liveAtMs === undefined ? report.outcome : "goes on"}`,
    [
      listOf(factsOf(report).map(cleanLine)),
      ...(failures.length === 0 ? [] : [tableOf({
        title: failures.length > nodesMax
          ? `What failed: the first ${nodesMax} of ${failures.length} nodes`
          : "What failed",
        words: [2],
        head: ["node", "attempts", "why"],
        rows: failures.slice(0, nodesMax).map((node) => [
          cleanLine(node.node),
          String(node.attempts),
          noteOf(node)
        ])
      })]),
      ...(executions.length === 0 || lengthMs <= 0 ? [] : [
        section(
          "Tasks over time",
          `Executions that ran and, below, those that waited in the service, each on a scale of its own. ${
            key("succeeded", "running")
          } ${key("unsure hollow", "waiting")}`,
          ReportCharts.load(report)
        ),
        section(
          "Timeline",
          `${ReportCharts.rowsText(report)} ${key("unsure hollow", "waiting")} ${
            key("succeeded", "succeeded")
          } ${key("failed", "failed")} ${key("killed", "cancelled, running or unfinished")}`,
          ReportCharts.timeline(report)
        )
      ]),
      tableOf({
        title: nodes.length > nodesMax
          ? `Nodes: the ${nodesMax} that ran longest, of ${nodes.length}`
          : "Nodes",
        words: [4],
        head: ["node", "outcome", "attempts", "run time", "note"],
        rows: shownNodes(nodes).map((node) => [
          cleanLine(node.node),
          node.outcome,
          String(node.attempts),
          node.attempts === 0 ? "–" : duration(node.runTimeMs),
          noteOf(node)
        ])
      })
    ]
  )
}

const key = (tone: string, text: string): string => `<span class="key ${tone}">${text}</span>`

const shownNodes = (nodes: ReadonlyArray<NodeReport>): ReadonlyArray<NodeReport> =>
  nodes.length <= nodesMax
    ? nodes
    : nodes.toSorted((left, right) => right.runTimeMs - left.runTimeMs).slice(0, nodesMax)

const noteOf = (node: NodeReport): string => {
  const note = NodeTable.noteOf(node)
  return note.length <= noteMax ? note : `${note.slice(0, noteMax)}…`
}

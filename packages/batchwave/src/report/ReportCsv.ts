/**
 * The executions of a run as CSV (RFC 4180), one a line, for spreadsheets and notebooks.
 */
import type { ExecutionRow, RunReport } from "./RunReport.ts"

/**
 * The columns, in order. Times are epoch milliseconds, lengths milliseconds; what does not apply is
 * empty.
 *
 * @category constants
 */
export const columns = [
  "node",
  "task",
  "attempt",
  "slots",
  "end",
  "plannedAtMs",
  "startedAtMs",
  "endedAtMs",
  "waitMs",
  "runMs",
  "failureClass",
  "exitCode",
  "failure"
] as const satisfies ReadonlyArray<keyof ExecutionRow>

/**
 * The table with its head.
 *
 * @category rendering
 */
export const render = ({ executions }: RunReport): string =>
  [
    columns.join(","),
    ...executions.map((row) => columns.map((column) => cell(row[column])).join(","))
  ].join("\r\n") + "\r\n"

/** A text that a spreadsheet would take for a formula is kept from being one. */
const cell = (value: string | number | undefined): string => {
  if (value === undefined) return ""
  if (typeof value === "number") return String(value)
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll("\"", "\"\"")}"` : plain
}

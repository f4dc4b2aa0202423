/**
 * What a benchmark says: the question, the machine, what is and is not measured, a table, and each
 * goal with the figure reached. Printed, and written only where `--out FILE` says.
 */
import { writeFileSync } from "node:fs"
import { availableParallelism, cpus, release, totalmem } from "node:os"
import type { Measurement } from "./Harness.ts"

/** A growing text that is printed as it grows. */
export interface BenchReport {
  readonly lines: Array<string>
}

/** Opens a report with its question and the machine it runs on. */
export const open = (options: {
  readonly question: string
  readonly measured: string
  readonly notMeasured: string
}): BenchReport => {
  const report: BenchReport = { lines: [] }
  const cpu = cpus()[0]?.model ?? "unknown processor"
  say(report, `question: ${options.question}`)
  say(report, `measured: ${options.measured}`)
  say(report, `not measured: ${options.notMeasured}`)
  say(
    report,
    `machine: ${availableParallelism()} × ${cpu}, ${
      Math.round(totalmem() / 2 ** 30)
    } GiB, ${process.platform} ${release()}, Node ${process.version}`
  )
  return report
}

/** Adds and prints lines. */
export const say = (report: BenchReport, ...lines: ReadonlyArray<string>): void => {
  for (const line of lines) {
    report.lines.push(line)
    console.log(line)
  }
}

/** Adds a table of measurements, with each row relative to the one named `base`. */
export const table = (
  report: BenchReport,
  title: string,
  measurements: ReadonlyArray<Measurement>,
  base: string
): void => {
  const baseMicros = measurements.find(({ name }) => name === base)?.cpuMicrosPerItem.median
  const rows = measurements.map(({ cpuMicrosPerItem, items, name, wallMicrosPerItem }) => [
    name,
    micros(cpuMicrosPerItem.median),
    `${micros(cpuMicrosPerItem.min)}–${micros(cpuMicrosPerItem.max)}`,
    micros(wallMicrosPerItem.median),
    (wallMicrosPerItem.median * items / 1000).toFixed(1),
    baseMicros === undefined ? "" : (cpuMicrosPerItem.median / baseMicros).toFixed(2)
  ])
  const head = [title, "CPU µs/item", "min–max", "wall µs/item", "wall ms", `× ${base}`]
  say(report, "", ...aligned([head, ...rows]))
}

/** Adds a goal with the figure reached. */
export const goal = (
  report: BenchReport,
  text: string,
  reached: number,
  limit: { readonly atMost: number } | { readonly atLeast: number }
): void => {
  const isMet = "atMost" in limit ? reached <= limit.atMost : reached >= limit.atLeast
  const wanted = "atMost" in limit ? `≤ ${limit.atMost}` : `≥ ${limit.atLeast}`
  say(report, `${isMet ? "met   " : "MISSED"} ${text}: ${reached.toFixed(3)} (goal ${wanted})`)
}

/** Something fixed that is measured in the same run, and what it took where a goal was set. */
export interface Yardstick {
  readonly name: string
  readonly now: number
  readonly whenSet: number
}

/**
 * Adds a goal in absolute terms: as it was set, and for a machine on which the yardstick takes what it
 * takes in this run.
 */
export const absoluteGoal = (
  report: BenchReport,
  text: string,
  reached: number,
  { atMost, yardstick: { name, now, whenSet } }: {
    readonly atMost: number
    readonly yardstick: Yardstick
  }
): void => {
  goal(report, text, reached, { atMost })
  goal(report, `… where ${name} takes ${now.toPrecision(3)} and took ${whenSet}`, reached, {
    atMost: Number((atMost * now / whenSet).toPrecision(3))
  })
}

/** Writes the report to the file that `--out` names, if it does. */
export const close = (report: BenchReport, outFile: string | undefined): void => {
  if (outFile !== undefined) writeFileSync(outFile, `${report.lines.join("\n")}\n`)
}

const micros = (value: number): string => value >= 100 ? value.toFixed(0) : value.toPrecision(3)

const aligned = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  )
  return rows.map((row) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
    ).join("  ")
  )
}

/**
 * The page of the fault matrix, written from the data that the trials are held against.
 */
import * as BulkAdd from "./BulkAdd.ts"
import { type FaultRow, rows, trialsOf } from "./FaultMatrix.ts"
import * as Toxics from "./Toxics.ts"
import type { Count, Trial } from "./Trial.ts"

const introduction = `# Fault matrix

What the client makes of a network and a service that fail. Each line is a test of its own
(\`test/conformance/faults\`): a client, a TCP proxy that breaks connections, and an emulator that fails by plan, over
real sockets on loopback. Every test holds all three columns on the right against what was seen, and that each fault
did strike. This page is written from the same data by \`node test/conformance/faults/run.ts --write\`; a test checks
that it is up to date. Numbers left out belong to faults of runs and journals, which no client meets.

- _the caller sees_: how the call ended; for collections the number of tasks by outcome.
- _the service sees_: requests by operation, every attempt and every reading back; \`refused\` are those it turned away
  before it looked at the operation.
- _the service holds_: the effect, read past the proxy when all is over.
`

const header = [
  "| # | fault | what holds | the caller sees | the service sees | the service holds |",
  "| --- | --- | --- | --- | --- | --- |"
]

/** The text of the page. */
export const page = (): string =>
  [
    introduction,
    ...header,
    ...rows.flatMap(linesOf),
    "",
    "## Operations and toxics",
    "",
    `Each of ${Toxics.operations.length} operations through each of ${Toxics.toxics.length} toxics: while it lasts,`,
    "all end within the deadline, as the table says; when it strikes the first request alone, all succeed with one effect.",
    "",
    "| toxic | what it does | ends as | writes are ambiguous |",
    "| --- | --- | --- | --- |",
    ...Toxics.toxics.map(({ allowed, isAmbiguous, name, words }) =>
      lineOf([
        name,
        words,
        allowed.map((tag) => `\`${tag}\``).join(" or "),
        isAmbiguous ? "yes" : "no"
      ])
    ),
    "",
    "Operations: " + Toxics.operations.map(({ name }) => `\`${name}\``).join(", ") + ".",
    "",
    "## A large collection under fire",
    "",
    BulkAdd.words,
    ""
  ].join("\n")

const linesOf = (row: FaultRow): ReadonlyArray<string> => {
  const number = String(row.row)
  if (row.reason !== undefined) return [lineOf([number, row.fault, row.reason, "–", "–", "–"])]
  return trialsOf(row).map((trial, index) =>
    lineOf([
      number,
      index === 0 ? row.fault : "",
      trial.claim,
      trial.outcome,
      requestsOf(trial),
      trial.held
    ])
  )
}

const lineOf = (cells: ReadonlyArray<string>): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`

const requestsOf = ({ requests }: Trial): string => {
  const told = Object.entries(requests).map(([operation, count]) =>
    `${countOf(count)} \`${operation}\``
  )
  return told.length === 0 ? "nothing" : told.join(", ")
}

const countOf = (count: Count): string =>
  typeof count === "number" ? String(count) : `${count[0]} to ${count[1]}`

/** The lines of a page without what a formatter may change: padding, rules and empty lines. */
export const normalised = (text: string): ReadonlyArray<string> =>
  text.split("\n")
    .map((line) => line.replace(/-{2,}/g, "-").replace(/\s+/g, " ").trim())
    .filter((line) => line !== "")

/**
 * The end of a run as one JSON document: what `--json` prints and what `report.json` keeps.
 */
import * as Reports from "@batchwave/core/Report"
import type { Requeues } from "@batchwave/core/Requeues"
import type { BackendName } from "./RunDirectory.ts"

/**
 * The document.
 *
 * @category models
 */
export interface RunDocument {
  readonly run: string
  readonly pipeline: string
  readonly backend: BackendName
  readonly outcome: Reports.Report["outcome"]
  readonly counts: Reports.Report["counts"]
  readonly retries: number
  /** How often the service itself put tasks back in its queue, by cause; absent for never. */
  readonly requeues?: Requeues
  /** Nodes that succeeded with a result that an earlier run had kept. */
  readonly cached: number
  /** Nodes that failed and that a policy did without, or gave a value for. */
  readonly degraded: number
  readonly nodes: ReadonlyArray<Reports.NodeReport>
  /** What the pipeline answers, by name; empty when it answers nothing or did not succeed. */
  readonly results: { readonly [name: string]: unknown }
  /** Where the run keeps its files. */
  readonly directory: string
}

/**
 * The name under which a value is shown that is no record.
 *
 * @category constants
 */
export const singleName = "result"

/**
 * Makes the document. `value` is what the pipeline answers.
 *
 * @category constructors
 */
export const make = (
  facts: Pick<RunDocument, "run" | "pipeline" | "backend" | "directory">,
  report: Reports.Report,
  value: unknown
): RunDocument => ({
  run: facts.run,
  pipeline: facts.pipeline,
  backend: facts.backend,
  outcome: report.outcome,
  counts: report.counts,
  retries: report.retries,
  ...(report.requeues === undefined ? {} : { requeues: report.requeues }),
  cached: report.cached,
  degraded: Reports.doneWithout(report).length,
  nodes: report.nodes,
  results: resultsOf(value),
  directory: facts.directory
})

/**
 * A pipeline's value by name: the members of a record, anything else under `result`.
 *
 * @category conversions
 */
export const resultsOf = (value: unknown): { readonly [name: string]: unknown } => {
  if (value === undefined) return {}
  const isRecord = typeof value === "object" && value !== null
    && (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)
  return isRecord ? { ...value } : { [singleName]: value }
}

/**
 * JSON of a value, on one line or indented. What JSON has no form for becomes text.
 *
 * @category rendering
 */
export const toJson = (value: unknown, indent?: number): string =>
  JSON.stringify(
    value,
    (_key, member: unknown) => typeof member === "bigint" ? String(member) : member,
    indent
  ) ?? "null"

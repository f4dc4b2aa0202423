/**
 * The end of a run as `--json` of `run`, `resume`, `retry`, `watch` and `demo` prints it, and as
 * `report.json` keeps it, as a schema. `Agreement` does not compile when it differs from the type.
 */
import * as Schema from "effect/Schema"
import type { RunDocument } from "../run/RunDocument.ts"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import { Count, Counts, NodeReport, openness, Outcome, Requeues } from "./ReportParts.ts"
import type { Complete, Within } from "./SameType.ts"

/**
 * The document.
 *
 * @category schemas
 */
export const Document = Schema.Struct({
  run: Schema.String.annotate({ description: "The id of the run." }),
  pipeline: Schema.String,
  backend: Schema.Literals(["emulator", "azure"]),
  outcome: Outcome,
  counts: Counts,
  retries: Count.annotate({ description: "Executions beyond the first of each node." }),
  requeues: Schema.optionalKey(Requeues),
  cached: Count.annotate({
    description: "Nodes that succeeded with a result that an earlier run had kept."
  }),
  degraded: Count.annotate({
    description: "Nodes that failed and that a policy did without, or gave a value for."
  }),
  nodes: Schema.Array(NodeReport),
  results: Schema.Record(Schema.String, Schema.Unknown).annotate({
    description: "What the pipeline answers, by name; empty unless it succeeded with an answer."
  }),
  directory: Schema.String.annotate({ description: "Where the run keeps its files." })
})

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "The end of a Batchwave run",
    description: `What \`batchwave run --json\` prints and report.json keeps. ${openness}`
  })

type Decoded = typeof Document.Type

/**
 * The type and the schema are the same.
 *
 * @internal
 */
export type Agreement = readonly [
  Within<RunDocument, Decoded>,
  Within<Decoded, RunDocument>,
  Within<Complete<RunDocument>, Complete<Decoded>>,
  Within<Complete<Decoded>, Complete<RunDocument>>
]

/**
 * What `batchwave report --format json` prints, as a schema. `Agreement` does not compile when it differs
 * from the type.
 */
import * as Schema from "effect/Schema"
import type { RunReport } from "../report/RunReport.ts"
import { EpochMs, Ordinal } from "./EventParts.ts"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import { Count, Counts, NodeReport, openness, Outcome, Requeues } from "./ReportParts.ts"
import type { Complete, Within } from "./SameType.ts"

const Execution = Schema.Struct({
  node: Schema.String,
  task: Schema.String.annotate({ description: "The id of its task in the service." }),
  attempt: Ordinal.annotate({ description: "1 for the node's first execution." }),
  slots: Schema.Finite,
  end: Schema.Literals(["succeeded", "failed", "cancelled", "open"]).annotate({
    description: "How it ended; `open` as long as nobody knows."
  }),
  plannedAtMs: EpochMs,
  startedAtMs: Schema.optionalKey(EpochMs),
  endedAtMs: Schema.optionalKey(EpochMs),
  waitMs: Schema.Finite.annotate({
    description: "From its plan to its start, or as long as it has waited without one."
  }),
  runMs: Schema.Finite.annotate({
    description: "By the service's clock; of one that runs, since its start."
  }),
  failureClass: Schema.optionalKey(Schema.String),
  exitCode: Schema.optionalKey(Schema.Int),
  failure: Schema.optionalKey(Schema.String.annotate({ description: "The failure in words." }))
}).annotate({ identifier: "Execution", description: "One execution of a node." })

/**
 * The document.
 *
 * @category schemas
 */
export const Document = Schema.Struct({
  run: Schema.String.annotate({ description: "The id of the run." }),
  pipeline: Schema.String,
  endpoint: Schema.String,
  pool: Schema.String,
  seed: Schema.Finite,
  mode: Schema.String.annotate({ description: "The dependency mode." }),
  failureMode: Schema.String,
  outcome: Outcome,
  startedAtMs: EpochMs,
  endedAtMs: EpochMs,
  lengthMs: Schema.Finite,
  liveAtMs: Schema.optionalKey(Schema.Finite.annotate({
    description: "As of when this is told, while a process works on the run."
  })),
  counts: Counts,
  retries: Count.annotate({ description: "Executions beyond the first of each node." }),
  requeues: Schema.optionalKey(Requeues),
  cached: Count.annotate({
    description: "Nodes that succeeded with a result that an earlier run had kept."
  }),
  slotMs: Schema.Finite.annotate({
    description: "Run time times task slots, of all executions that ended."
  }),
  wastedSlotMs: Schema.Finite.annotate({ description: "Of those that did not succeed." }),
  runningMax: Count.annotate({ description: "The most executions that ran at a time." }),
  chain: Schema.Array(Schema.String).annotate({
    description: "The node that ended last, before it its parent that ended last, and so on."
  }),
  chainRunMs: Schema.Finite,
  chainWaitMs: Schema.Finite,
  nodes: Schema.Array(NodeReport),
  executions: Schema.Array(Execution)
})

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "The report of a Batchwave run",
    description: `What \`batchwave report --format json\` prints. ${openness}`
  })

type Decoded = typeof Document.Type

/**
 * The type and the schema are the same.
 *
 * @internal
 */
export type Agreement = readonly [
  Within<RunReport, Decoded>,
  Within<Decoded, RunReport>,
  Within<Complete<RunReport>, Complete<Decoded>>,
  Within<Complete<Decoded>, Complete<RunReport>>
]

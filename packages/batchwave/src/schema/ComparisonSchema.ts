/**
 * What `batchwave compare --json` prints, as a schema. `Agreement` does not compile when it differs from
 * the type.
 */
import * as Schema from "effect/Schema"
import type { RunComparison } from "../report/RunComparison.ts"
import { EpochMs } from "./EventParts.ts"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import { Count, Counts, NodeReport, openness, Outcome } from "./ReportParts.ts"
import type { Complete, Within } from "./SameType.ts"

const RunFacts = Schema.Struct({
  run: Schema.String.annotate({ description: "The id of the run." }),
  pipeline: Schema.String,
  outcome: Outcome,
  startedAtMs: EpochMs,
  lengthMs: Schema.Finite,
  counts: Counts,
  retries: Count.annotate({ description: "Executions beyond the first of each node." }),
  cached: Count.annotate({
    description: "Nodes that succeeded with a result that an earlier run had kept."
  }),
  slotMs: Schema.Finite.annotate({
    description: "Run time times task slots, of all executions that ended."
  }),
  wastedSlotMs: Schema.Finite.annotate({ description: "Of those that did not succeed." })
}).annotate({ identifier: "RunFacts", description: "A run in the whole." })

const { attempts, failure, outcome, runTimeMs } = NodeReport.fields

const NodeEnd = Schema.Struct({ outcome, attempts, runTimeMs, failure }).annotate({
  identifier: "NodeEnd",
  description: "What became of a node in one run."
})

/**
 * The document.
 *
 * @category schemas
 */
export const Document = Schema.Struct({
  before: RunFacts,
  after: RunFacts,
  differences: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      before: Schema.optionalKey(Schema.String),
      after: Schema.optionalKey(Schema.String)
    })
  ).annotate({
    description: "Settings and parameters that differ; a side is absent when its run has none."
  }),
  nodes: Schema.Array(
    Schema.Struct({
      node: Schema.String,
      before: Schema.optionalKey(NodeEnd),
      after: Schema.optionalKey(NodeEnd),
      isChanged: Schema.Boolean.annotate({
        description: "Whether the two runs were to do different things for it."
      })
    }).annotate({
      identifier: "NodeComparison",
      description: "One node; a side is absent when its run does not have it."
    })
  ).annotate({ description: "All nodes, in the order of the later run, then those that are gone." })
})

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "Two Batchwave runs side by side",
    description: `What \`batchwave compare --json\` prints. ${openness}`
  })

type Decoded = typeof Document.Type

/**
 * The type and the schema are the same.
 *
 * @internal
 */
export type Agreement = readonly [
  Within<RunComparison, Decoded>,
  Within<Decoded, RunComparison>,
  Within<Complete<RunComparison>, Complete<Decoded>>,
  Within<Complete<Decoded>, Complete<RunComparison>>
]

/**
 * What `batchwave status --json` prints, as a schema. `Agreement` does not compile when it differs from
 * the type.
 */
import * as Schema from "effect/Schema"
import type { StatusDocument } from "../run/RunStatus.ts"
import { EpochMs, Hindrance } from "./EventParts.ts"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import { Count, Counts, openness } from "./ReportParts.ts"
import type { Complete, Within } from "./SameType.ts"

/**
 * The document.
 *
 * @category schemas
 */
export const Document = Schema.Struct({
  run: Schema.String.annotate({ description: "The id of the run." }),
  phase: Schema.Literals([
    "running",
    "paused",
    "stopping",
    "interrupted",
    "succeeded",
    "failed",
    "cancelled"
  ]).annotate({
    description: "What the run does; `interrupted` when it has not ended and nobody works on it."
  }),
  failureMode: Schema.String,
  counts: Counts,
  inService: Count.annotate({ description: "Nodes whose task the service holds." }),
  retries: Count.annotate({ description: "Executions beyond the first of each node." }),
  hindrances: Schema.Array(
    Schema.Struct({
      cause: Schema.Union([Hindrance, Schema.Literal("diskFull")]),
      message: Schema.String,
      sinceMs: EpochMs,
      untilMs: Schema.optionalKey(EpochMs)
    })
  ).annotate({ description: "What keeps the whole run waiting; it gives up at `untilMs`." })
})

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "The status of a Batchwave run",
    description: `What \`batchwave status --json\` prints. ${openness}`
  })

type Decoded = typeof Document.Type

/**
 * The type and the schema are the same.
 *
 * @internal
 */
export type Agreement = readonly [
  Within<StatusDocument, Decoded>,
  Within<Decoded, StatusDocument>,
  Within<Complete<StatusDocument>, Complete<Decoded>>,
  Within<Complete<Decoded>, Complete<StatusDocument>>
]

/**
 * What `batchwave gc --json` prints, as a schema. `Agreement` does not compile when it differs from the
 * type.
 */
import * as Schema from "effect/Schema"
import type { JobDocument } from "../command/GcCommand.ts"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import { openness } from "./ReportParts.ts"
import type { Within } from "./SameType.ts"

/**
 * The document.
 *
 * @category schemas
 */
export const Document = Schema.Array(
  Schema.Struct({
    job: Schema.String.annotate({ description: "The id of the job." }),
    run: Schema.String.annotate({ description: "The id of its run." }),
    standing: Schema.Literals(["ended", "interrupted", "alive", "unknown"]).annotate({
      description: "What this machine knows of the run; `unknown` of one started elsewhere."
    }),
    state: Schema.String.annotate({ description: "The state of the job in the service." }),
    addedAt: Schema.NullOr(Schema.String).annotate({ description: "ISO 8601." }),
    host: Schema.NullOr(Schema.String).annotate({ description: "The machine that started it." }),
    ended: Schema.Boolean.annotate({ description: "Whether it was ended now." })
  }).annotate({ identifier: "RunJob", description: "A job that a run has left." })
)

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "The jobs that Batchwave runs have left",
    description: `What \`batchwave gc --json\` prints. ${openness}`
  })

type Decoded = typeof Document.Type

type Printed = ReadonlyArray<JobDocument>

/**
 * The type and the schema are the same.
 *
 * @internal
 */
export type Agreement = readonly [Within<Printed, Decoded>, Within<Decoded, Printed>]

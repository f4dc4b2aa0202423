/**
 * What `batchwave doctor --json` prints, as a schema. `Agreement` does not compile when it differs from the
 * type.
 */
import * as Schema from "effect/Schema"
import type { DiagnosisDocument } from "../command/DoctorCommand.ts"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import { Count, openness } from "./ReportParts.ts"
import type { Within } from "./SameType.ts"

/**
 * The document.
 *
 * @category schemas
 */
export const Document = Schema.Struct({
  run: Schema.String.annotate({ description: "The id of the run." }),
  journal: Schema.String.annotate({ description: "The file." }),
  sound: Schema.Boolean,
  problems: Schema.Array(Schema.String).annotate({
    description: "What is wrong, in the order in which it was found; empty for a sound journal."
  }),
  pipeline: Schema.NullOr(Schema.String).annotate({
    description: "Null, as `version`, when the header cannot be read or the run never began."
  }),
  version: Schema.NullOr(Schema.Finite).annotate({ description: "The format of the journal." }),
  openings: Schema.NullOr(Count).annotate({
    description: "How many times it was opened for writing, as far as that can be read."
  }),
  batches: Count.annotate({ description: "Intact records." }),
  events: Count.annotate({ description: "Events in them." }),
  lastAt: Schema.NullOr(Schema.String).annotate({
    description: "When the last intact record was written, in ISO 8601."
  }),
  cutFrom: Schema.NullOr(Schema.String).annotate({
    description: "With `--cut`: the copy of the journal as it was."
  })
})

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "The state of the journal of a Batchwave run",
    description: `What \`batchwave doctor --json\` prints. ${openness}`
  })

type Decoded = typeof Document.Type

/**
 * The type and the schema are the same.
 *
 * @internal
 */
export type Agreement = readonly [
  Within<DiagnosisDocument, Decoded>,
  Within<Decoded, DiagnosisDocument>
]

/**
 * What `batchwave config --json` prints, as a schema. `Agreement` does not compile when it differs from the
 * type.
 */
import * as Schema from "effect/Schema"
import type { SettingDocument } from "../command/ConfigCommand.ts"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import { openness } from "./ReportParts.ts"
import type { Complete, Within } from "./SameType.ts"

/**
 * The document.
 *
 * @category schemas
 */
export const Document = Schema.Array(
  Schema.Struct({
    name: Schema.String,
    value: Schema.NullOr(Schema.String).annotate({
      description: "Masked where it may hold a secret; null when nobody says anything."
    }),
    origin: Schema.Union([
      Schema.TaggedStruct("Environment", { variable: Schema.String }),
      Schema.TaggedStruct("File", { file: Schema.String }),
      Schema.TaggedStruct("Default", {})
    ]).annotate({ description: "Where the value comes from." }),
    ignored: Schema.Array(Schema.String).annotate({
      description: "Variables that are set and do not count, since another one does."
    }),
    variables: Schema.Array(Schema.String).annotate({
      description: "Environment variables, of which the first that is set counts."
    }),
    flag: Schema.optionalKey(Schema.String.annotate({
      description: "The flag that comes before them."
    })),
    otherwise: Schema.String.annotate({
      description: "The value, or in words what follows, when nobody says anything."
    })
  }).annotate({ identifier: "Setting", description: "One setting as it counts." })
)

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "The settings of Batchwave",
    description: `What \`batchwave config --json\` prints. ${openness}`
  })

type Decoded = typeof Document.Type

type Printed = ReadonlyArray<SettingDocument>

/**
 * The type and the schema are the same.
 *
 * @internal
 */
export type Agreement = readonly [
  Within<Printed, Decoded>,
  Within<Decoded, Printed>,
  Within<Complete<Printed>, Complete<Decoded>>,
  Within<Complete<Decoded>, Complete<Printed>>
]

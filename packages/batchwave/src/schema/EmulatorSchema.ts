/**
 * What `batchwave emulate --json` prints when the account answers, as a schema. `Agreement` does not
 * compile when it differs from the type.
 */
import * as Schema from "effect/Schema"
import type { AccountDocument } from "../command/EmulatorGreeting.ts"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import { openness } from "./ReportParts.ts"
import type { Complete, Within } from "./SameType.ts"

/**
 * The document.
 *
 * @category schemas
 */
export const Document = Schema.Struct({
  endpoint: Schema.String.annotate({ description: "The URL of the account." }),
  account: Schema.String,
  key: Schema.String.annotate({
    description: "Of the account, in base 64; it opens nothing else."
  }),
  pool: Schema.String,
  certificate: Schema.optionalKey(Schema.String.annotate({
    description: "With `--https`: the file that clients have to trust."
  }))
})

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "An emulated Batch account",
    description: `The line that \`batchwave emulate --json\` prints when it answers. ${openness}`
  })

type Decoded = typeof Document.Type

/**
 * The type and the schema are the same.
 *
 * @internal
 */
export type Agreement = readonly [
  Within<AccountDocument, Decoded>,
  Within<Decoded, AccountDocument>,
  Within<Complete<AccountDocument>, Complete<Decoded>>,
  Within<Complete<Decoded>, Complete<AccountDocument>>
]

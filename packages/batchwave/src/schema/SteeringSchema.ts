/**
 * What `--json` of `pause`, `continue`, `cancel` and `set` prints, as a schema. `Agreement` does not
 * compile when it differs from the type.
 */
import * as Schema from "effect/Schema"
import type { Granted } from "../run/Steering.ts"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import { openness } from "./ReportParts.ts"
import type { Within } from "./SameType.ts"

/**
 * The document.
 *
 * @category schemas
 */
export const Document = Schema.Struct({
  done: Schema.String.annotate({ description: "What was done, in words." })
})

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "The answer of a Batchwave run that was steered",
    description: `What \`--json\` of pause, continue, cancel and set prints. ${openness}`
  })

type Decoded = typeof Document.Type

/**
 * The type and the schema are the same.
 *
 * @internal
 */
export type Agreement = readonly [Within<Granted, Decoded>, Within<Decoded, Granted>]

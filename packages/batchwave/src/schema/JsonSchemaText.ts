/**
 * JSON Schema documents as they are published: draft 2020-12, indented, open for fields that are not
 * listed.
 */
import * as JsonSchema from "effect/JsonSchema"
import * as Schema from "effect/Schema"

/**
 * What is said of a document as a whole.
 *
 * @category models
 */
export interface Heading {
  readonly title: string
  readonly description: string
}

/**
 * The JSON Schema of what the schema encodes to, with a line break at the end. Parts with an identifier
 * become definitions of that name.
 *
 * @category rendering
 */
export const of = (schema: Schema.Constraint, heading: Heading): string => {
  const document = Schema.toJsonSchemaDocument(schema)
  const whole = {
    $schema: JsonSchema.META_SCHEMA_URI_DRAFT_2020_12,
    ...heading,
    ...document.schema,
    $defs: document.definitions
  }
  return `${JSON.stringify(whole, undefined, 2)}\n`
}

/**
 * The JSON Schemas of what the command prints for programs: the files below `docs/schemas`, and what
 * `batchwave schema` prints.
 */
import * as EventLineSchema from "./EventLineSchema.ts"
import * as RunDocumentSchema from "./RunDocumentSchema.ts"
import * as RunReportSchema from "./RunReportSchema.ts"
import { type SchemaName, schemaNames } from "./SchemaNames.ts"
import * as StatusSchema from "./StatusSchema.ts"

const texts: { readonly [name in SchemaName]: () => string } = {
  events: EventLineSchema.jsonSchema,
  run: RunDocumentSchema.jsonSchema,
  status: StatusSchema.jsonSchema,
  report: RunReportSchema.jsonSchema
}

/**
 * One of them as text.
 *
 * @category rendering
 */
export const textOf = (name: SchemaName): string => texts[name]()

/**
 * All of them, by the name of their file.
 *
 * @category rendering
 */
export const files = (): ReadonlyMap<string, string> =>
  new Map(schemaNames.map((name) => [`${name}.schema.json`, textOf(name)]))

/**
 * The published JSON Schemas, read by a validator that is not ours.
 */
import type { RunEvent } from "@batchwave/core/RunEvent"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as PublishedSchemas from "batchwave/schema/PublishedSchemas"
import { type SchemaName, schemaNames } from "batchwave/schema/SchemaNames"

/** Durations of the service are those of ISO 8601. */
const ajv = new Ajv2020({
  formats: { duration: /^P(?!$)(\d+D)?(T(?!$)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/ }
})
for (const name of schemaNames) ajv.addSchema(JSON.parse(PublishedSchemas.textOf(name)), name)

const validatorOf = (key: string) => {
  const validate = ajv.getSchema(key)
  if (validate === undefined) throw new Error(`there is no schema ${key}`)
  return validate
}

const isKnown = validatorOf("events#/$defs/RunEvent")

/** Throws when a text is no JSON, or no document or line of that name. */
export const requireText = (name: SchemaName, text: string): void => {
  const isValid = validatorOf(name)
  if (isValid(JSON.parse(text))) return
  throw new Error(`by the schema ${name}, ${ajv.errorsText(isValid.errors)}: ${text}`)
}

/** Throws when an event is no valid line, or not known, once it is written as JSON. */
export const requireEvent = (event: RunEvent, sequence: number, atMs: number): void => {
  const text = JSON.stringify({ sequence, atMs, event })
  requireText("events", text)
  if (!isKnown(JSON.parse(text).event)) throw new Error(`no known event: ${text}`)
}

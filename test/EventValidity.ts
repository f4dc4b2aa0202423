/**
 * The published JSON Schema of events, read by a validator that is not ours.
 */
import type { RunEvent } from "@batchwave/core/RunEvent"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as EventLineSchema from "batchwave/schema/EventLineSchema"

const ajv = new Ajv2020().addSchema(JSON.parse(EventLineSchema.jsonSchema()), "events")

const validatorOf = (definition: string) => {
  const validate = ajv.getSchema(`events${definition}`)
  if (validate === undefined) throw new Error(`the schema has no ${definition}`)
  return validate
}

const isLine = validatorOf("")
const isKnown = validatorOf("#/$defs/RunEvent")

/** Throws when an event is no valid line, or not known, once it is written as JSON. */
export const requireValid = (event: RunEvent, sequence: number, atMs: number): void => {
  const text = JSON.stringify({ sequence, atMs, event })
  const line = JSON.parse(text)
  if (!isLine(line)) throw new Error(`no valid line: ${text}\n${ajv.errorsText(isLine.errors)}`)
  if (!isKnown(line.event)) throw new Error(`no known event: ${text}`)
}

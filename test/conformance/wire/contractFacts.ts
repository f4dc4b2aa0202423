/**
 * The facts of the service's description, read from `contract-facts.json`.
 */
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"

/** A type in the words of the description. */
export interface TypeFact {
  readonly type?: string
  readonly format?: string
  readonly enum?: ReadonlyArray<string>
  readonly items?: TypeFact
  /** The type of every member of an object whose members have names of the caller's. */
  readonly values?: TypeFact
  readonly maxItems?: number
  readonly definition?: string
}

const TypeFact: Schema.Codec<TypeFact> = Schema.Struct({
  type: Schema.optionalKey(Schema.String),
  format: Schema.optionalKey(Schema.String),
  enum: Schema.optionalKey(Schema.Array(Schema.String)),
  items: Schema.optionalKey(Schema.suspend(() => TypeFact)),
  values: Schema.optionalKey(Schema.suspend(() => TypeFact)),
  maxItems: Schema.optionalKey(Schema.Int),
  definition: Schema.optionalKey(Schema.String)
})

const DefinitionFact = Schema.Struct({
  required: Schema.Array(Schema.String),
  properties: Schema.Record(Schema.String, TypeFact)
})

const OperationFact = Schema.Struct({
  method: Schema.String,
  path: Schema.String,
  success: Schema.Int,
  /** The further statuses that are no errors. */
  others: Schema.optionalKey(Schema.Array(Schema.Int)),
  query: Schema.Array(Schema.Struct({
    name: Schema.String,
    default: Schema.optionalKey(Schema.Int),
    minimum: Schema.optionalKey(Schema.Int),
    maximum: Schema.optionalKey(Schema.Int)
  })),
  headers: Schema.Array(Schema.String),
  request: Schema.optionalKey(
    Schema.Struct({ definition: Schema.String, required: Schema.Boolean })
  ),
  response: Schema.optionalKey(Schema.String),
  responseHeaders: Schema.Array(Schema.String),
  isPaged: Schema.Boolean
})

const Facts = Schema.Struct({
  source: Schema.Struct({ version: Schema.String }),
  operations: Schema.Record(Schema.String, OperationFact),
  definitions: Schema.Record(Schema.String, DefinitionFact)
})

/** The facts, as `extractFacts.mjs` wrote them. */
export const facts = Schema.decodeUnknownSync(Schema.fromJsonString(Facts))(
  readFileSync(new URL("contract-facts.json", import.meta.url), "utf8")
)

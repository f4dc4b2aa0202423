/**
 * The parameters of a pipeline: described for help, and decoded before its body runs.
 *
 * P1 Every unknown, missing and wrong parameter is named in one error.
 * P2 A text from a command line is taken as itself where the schema takes text, and as JSON
 *    otherwise: numbers, booleans, lists, records.
 */
import * as Suggestion from "@batchwave/core/Suggestion"
import type { Json } from "@batchwave/core/Workflow"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import { sentences } from "./internal/Sentences.ts"
import { typeText } from "./internal/TypeText.ts"

/**
 * The schemas of a pipeline's parameters by name. They decode synchronously and without services.
 *
 * @category models
 */
export type Fields = { readonly [name: string]: Schema.ConstraintCodec<unknown, unknown> }

/**
 * Decoded parameters by name; one that is optional and was not given is absent.
 *
 * @category models
 */
export type Decoded = { readonly [name: string]: unknown }

/**
 * A parameter as help shows it.
 *
 * @category models
 */
export interface ParamDescription {
  readonly name: string
  /** Its type, such as `array of integer`. */
  readonly type: string
  /** Whether it must be given. */
  readonly isRequired: boolean
  /** What it is when it is not given, as JSON; absent when there is no default. */
  readonly default?: Json
  /** The schema's `description` annotation. */
  readonly description?: string
}

/**
 * Describes the parameters in the order of their declaration.
 *
 * @category queries
 */
export const describe = (fields: Fields): ReadonlyArray<ParamDescription> =>
  Object.entries(fields).map(([name, field]) => describeField(name, field))

/**
 * Decodes parameters given as text (P2). Fails with one sentence a problem.
 *
 * @category decoding
 */
export const decodeText = (
  fields: Fields,
  raw: { readonly [name: string]: string }
): Result.Result<Decoded, ReadonlyArray<string>> =>
  decodeEach(fields, raw, (name, field, text) => {
    const decode = fieldDecoder(Schema.toCodecJson(Schema.Struct({ [name]: field })), name)
    if (typeof text !== "string") return decode(text)
    const takesText = acceptsText(Schema.toEncoded(Schema.toCodecJson(field)).ast)
    const asText = decode(text)
    if (Result.isSuccess(asText)) return asText
    const parsed = parseJson(text)
    if (Result.isSuccess(parsed) && (!takesText || typeof parsed.success !== "string")) {
      const asJson = decode(parsed.success)
      if (Result.isSuccess(asJson) || !takesText) return asJson
    }
    if (takesText) return asText
    const shape = /^(array|\[|\{)/.test(typeText(field)) ? " as JSON" : ""
    return Result.fail([
      `parameter "${name}": expected ${typeText(field)}${shape}, got ${JSON.stringify(text)}`
    ])
  })

/**
 * Decodes parameters given as values of their encoded types. Fails with one sentence a problem.
 *
 * @category decoding
 */
export const decodeValues = (
  fields: Fields,
  values: unknown
): Result.Result<Decoded, ReadonlyArray<string>> =>
  Predicate.isObject(values)
    ? decodeEach(
      fields,
      values,
      (name, field, value) => fieldDecoder(Schema.Struct({ [name]: field }), name)(value)
    )
    : Result.fail(["the parameters are not a record of values by name"])

type Decoding = Result.Result<Decoded, ReadonlyArray<string>>

const decodeEach = (
  fields: Fields,
  given: { readonly [name: PropertyKey]: unknown },
  decodeGiven: (name: string, field: Fields[string], value: unknown) => Decoding
): Decoding => {
  const known = Object.keys(fields)
  const problems: Array<string> = []
  const decoded: Array<[string, unknown]> = []
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(fields, name)) {
      problems.push(`there is no parameter "${name}"; ${Suggestion.advice(name, known)}`)
    }
  }
  for (const [name, field] of Object.entries(fields)) {
    const value = Object.hasOwn(given, name)
      ? decodeGiven(name, field, given[name])
      : decodeAbsent(name, field)
    if (Result.isSuccess(value)) decoded.push(...Object.entries(value.success))
    else problems.push(...value.failure)
  }
  return problems.length === 0
    ? Result.succeed(Object.fromEntries(decoded))
    : Result.fail(problems)
}

const describeField = (name: string, field: Fields[string]): ParamDescription => {
  const absent = Schema.decodeUnknownResult(Schema.Struct({ [name]: field }))({})
  const description = annotatedDescription(field.ast)
  const defaultJson = Result.isSuccess(absent)
    ? encodeDefault(name, field, absent.success)
    : undefined
  return {
    name,
    type: typeText(field),
    isRequired: Result.isFailure(absent),
    ...(defaultJson === undefined ? {} : { default: defaultJson }),
    ...(description === undefined ? {} : { description })
  }
}

const decodeAbsent = (name: string, field: Fields[string]): Decoding =>
  Result.mapError(
    Schema.decodeUnknownResult(Schema.Struct({ [name]: field }))({}),
    () => [`parameter "${name}" is missing; it takes ${typeText(field)}`]
  )

const fieldDecoder = (
  struct: Schema.ConstraintCodec<Decoded, unknown>,
  name: string
): (value: unknown) => Decoding => {
  const decode = Schema.decodeUnknownResult(struct, parseOptions)
  return (value) =>
    Result.mapError(
      decode({ [name]: value }),
      (error) => sentences(error.issue, "").map((text) => nameFirst(text, name))
    )
}

/** `.years[1]: expected …` becomes `parameter "years[1]": expected …`. */
const nameFirst = (sentence: string, name: string): string => {
  const place = `.${name}`
  if (!sentence.startsWith(place)) return `parameter "${name}"${sentence}`
  const end = sentence.indexOf(": ", place.length)
  return `parameter "${sentence.slice(1, end)}"${sentence.slice(end)}`
}

const encodeDefault = (
  name: string,
  field: Fields[string],
  decoded: Decoded
): Json | undefined => {
  if (decoded[name] === undefined) return undefined
  const encode = Schema.encodeUnknownResult(Schema.toCodecJson(Schema.toType(field)))
  return Result.getOrUndefined(encode(decoded[name]))
}

const annotatedDescription = (ast: SchemaAST.AST): string | undefined => {
  const annotations = ast.checks?.at(-1)?.annotations ?? ast.annotations
  const description = annotations?.description
  return typeof description === "string" ? description : undefined
}

/** The texts a JSON number schema takes for what JSON has no number for. */
const numberTexts = new Set(["Infinity", "-Infinity", "NaN"])

const acceptsText = (ast: SchemaAST.AST): boolean => {
  switch (ast._tag) {
    case "String":
    case "TemplateLiteral":
    case "Unknown":
    case "Any":
      return true
    case "Literal":
      return typeof ast.literal === "string" && !numberTexts.has(ast.literal)
    case "Enum":
      return ast.enums.some(([, value]) => typeof value === "string")
    case "Union":
      return ast.types.some(acceptsText)
    default:
      return false
  }
}

const parseJson = (text: string): Result.Result<unknown, unknown> =>
  Result.try((): unknown => JSON.parse(text))

const parseOptions = { errors: "all", reportInput: true, onExcessProperty: "error" } as const

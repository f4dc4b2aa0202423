/**
 * Tolerant decoders of JSON bodies, compiled per model.
 *
 * D1 A decoder takes its input over: it changes the parsed value in place and returns it, so that a
 *    page of tasks costs little more than parsing it.
 * D2 Known values of enumerations come out in this package's spelling whatever their case was;
 *    unknown values stay as they are.
 * D3 A null member counts as absent, members nobody knows stay and are ignored, and whole numbers
 *    may be strings, as the Azure CLI writes those of its flags.
 * D4 A value of another shape fails with every problem up to a bound, never with the value itself.
 *
 * Compiling happens on first use; where code generation is forbidden an interpreter does the same work
 * more slowly.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import * as Checker from "./internal/Checker.ts"
import * as Tolerance from "./internal/Tolerance.ts"
import { problemsMax, WireDecodeError, type WireProblem } from "./WireDecodeError.ts"

/** Reads a parsed JSON value as a model; takes the value over. */
export type Decode<A> = (input: unknown) => Result.Result<A, WireDecodeError>

/** A schema without transformations: what is decoded is what is on the wire. */
export interface Model<A> extends Schema.Codec<A, unknown> {}

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const allErrors: SchemaAST.ParseOptions = { errors: "all" }

const problemsOf = (error: Schema.SchemaError): ReadonlyArray<WireProblem> =>
  formatIssue(error.issue).issues.slice(0, problemsMax).map((issue) => ({
    path: (issue.path ?? []).map((key) => String(typeof key === "object" ? key.key : key)).join(
      "."
    ),
    message: issue.message
  }))

interface Compiled<A> {
  readonly is: (input: unknown) => input is A
  readonly reshape: (input: unknown) => unknown
  readonly explain: (input: unknown) => Result.Result<A, Schema.SchemaError>
}

const compile = <A>(schema: Model<A>): Compiled<A> => {
  const check = Checker.of(schema)
  return {
    is: (input): input is A => check(input),
    reshape: Tolerance.shape(schema.ast) ?? ((input) => input),
    explain: Schema.decodeUnknownResult(schema, allErrors)
  }
}

/**
 * Makes the decoder of a model. `name` appears in errors.
 */
export const make = <A>(name: string, schema: Model<A>): Decode<A> => {
  let compiled: Compiled<A> | undefined
  return (input) => {
    compiled ??= compile(schema)
    if (compiled.is(input)) return Result.succeed(input)
    const reshaped = compiled.reshape(input)
    if (compiled.is(reshaped)) return Result.succeed(reshaped)
    return Result.mapError(
      compiled.explain(reshaped),
      (error) => new WireDecodeError({ model: name, problems: problemsOf(error) })
    )
  }
}

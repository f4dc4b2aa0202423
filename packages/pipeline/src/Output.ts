/**
 * What a task declares to leave behind: JSON checked by a schema, a file, or several files.
 *
 * O1 A JSON value is decoded when the task ends; a wrong shape fails that task and nothing else.
 * O2 What travels on is the canonical JSON of the decoded value: unknown fields are gone, defaults
 *    are filled in, names and types are those of the schema's type side, so a typed reference finds
 *    what its type promises.
 */
import type { OutputCheck } from "@batchwave/core/Definition"
import { defaultJsonPath, type Json as JsonValue } from "@batchwave/core/Workflow"
import * as Cause from "effect/Cause"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { conform } from "./internal/Conform.ts"
import { sentences } from "./internal/Sentences.ts"
import type { FileRef, FilesRef, Ref } from "./Ref.ts"

/**
 * The key that marks a declared output.
 *
 * @category type ids
 */
export const TypeId = "~@batchwave/pipeline/Output"

/**
 * A JSON output of type `A`.
 *
 * @category models
 */
export interface Json<out A> {
  readonly [TypeId]: typeof TypeId
  readonly _tag: "Json"
  readonly path: string
  /** Checks what the task wrote and answers the JSON that travels on (O2). */
  readonly check: (value: JsonValue) => OutputCheck
  /** Checks JSON that travelled on in an earlier run: it is of the schema's type side already (O2). */
  readonly checkKept: (value: JsonValue) => OutputCheck
  /** Decodes what `check` let through. Fails with one sentence a problem. */
  readonly decode: (value: JsonValue) => Result.Result<A, ReadonlyArray<string>>
}

/**
 * One file output.
 *
 * @category models
 */
export interface File {
  readonly [TypeId]: typeof TypeId
  readonly _tag: "File"
  readonly path: string
}

/**
 * Several file outputs with fixed paths.
 *
 * @category models
 */
export interface Files<out Path extends string> {
  readonly [TypeId]: typeof TypeId
  readonly _tag: "Files"
  readonly paths: ReadonlyArray<Path>
}

/**
 * Any one output.
 *
 * @category models
 */
export type Output = Json<unknown> | File | Files<string>

/**
 * What a task may declare: one output or a record of them.
 *
 * @category models
 */
export type Outputs = Output | { readonly [name: string]: Output }

/**
 * What an author gets in hand for a declared output.
 *
 * @category models
 */
export type OutputHandle<O> = O extends Json<infer A> ? Ref<A>
  : O extends File ? FileRef
  : O extends Files<infer Path> ? FilesRef<Path>
  : O extends { readonly [name: string]: Output }
    ? { readonly [Name in keyof O]: OutputHandle<O[Name]> }
  : undefined

/**
 * The name of an output that was declared alone.
 *
 * @category constants
 */
export const singleName = "output"

/**
 * Declares a JSON output. The task writes it to the file named by `BATCHWAVE_OUTPUT_FILE`.
 *
 * The schema must decode synchronously and without services; a value that it throws for is invalid.
 *
 * @category constructors
 */
export const json = <S extends Schema.ConstraintCodec<unknown, unknown>>(
  schema: S,
  options?: {
    /** Relative to the working directory. @default "output.json" */
    readonly path?: string
  }
): Json<S["Type"]> => {
  const codecs = lazily(() => makeCodecs(schema))
  const decode = (value: JsonValue) =>
    Result.mapError(codecs().decode(value), (error) => sentences(error.issue, "value"))
  return {
    [TypeId]: TypeId,
    _tag: "Json",
    path: options?.path ?? defaultJsonPath,
    check: (value) =>
      Result.match(Result.try(() => codecs().normalise(value)), {
        onFailure: (thrown): OutputCheck => ({
          _tag: "Invalid",
          problems: [`value: its schema cannot decode it: ${thrownText(thrown)}`]
        }),
        onSuccess: Result.match({
          onFailure: (error): OutputCheck => ({
            _tag: "Invalid",
            problems: sentences(error.issue, "value")
          }),
          onSuccess: (canonicalValue): OutputCheck => ({ _tag: "Valid", value: canonicalValue })
        })
      }),
    checkKept: (value) =>
      Result.match(decode(value), {
        onFailure: (problems): OutputCheck => ({ _tag: "Invalid", problems }),
        onSuccess: (): OutputCheck => ({ _tag: "Valid", value })
      }),
    // The canonical codec decodes to the type of `schema`, whose static type `makeCodecs` drops.
    decode: (value) => Result.map(decode(value), (decoded) => conform<S["Type"]>(decoded))
  }
}

/**
 * Declares a file output by its path relative to the working directory.
 *
 * @category constructors
 */
export const file = (path: string): File => ({ [TypeId]: TypeId, _tag: "File", path })

/**
 * Declares several file outputs by their paths relative to the working directory.
 *
 * @category constructors
 */
export const files = <const Path extends string>(
  paths: ReadonlyArray<Path>
): Files<Path> => ({ [TypeId]: TypeId, _tag: "Files", paths })

/**
 * Tells a declared output from other values, a record of outputs included.
 *
 * @category guards
 */
export const isOutput = (value: unknown): value is Output => Predicate.hasProperty(value, TypeId)

/** What an author's transformation threw, or why the schema decodes nothing at once. */
const thrownText = (thrown: unknown): string => {
  const cause = thrown instanceof Error ? thrown.cause : undefined
  return String(Cause.isCause(cause) ? Cause.squash(cause) : thrown)
}

const makeCodecs = (schema: Schema.ConstraintCodec<unknown, unknown>) => {
  const decodeWritten = Schema.decodeUnknownResult(Schema.toCodecJson(schema), parseOptions)
  const canonical = Schema.toCodecJson(Schema.toType(schema))
  const encodeCanonical = Schema.encodeUnknownResult(canonical, parseOptions)
  return {
    normalise: (value: JsonValue) => Result.flatMap(decodeWritten(value), encodeCanonical),
    decode: Schema.decodeUnknownResult(canonical, parseOptions)
  }
}

/** Compiling a schema costs more than declaring a task, so it waits for the first value. */
const lazily = <A>(make: () => A): () => A => {
  let made: { readonly value: A } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

const parseOptions = { errors: "all", reportInput: true } as const

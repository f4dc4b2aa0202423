/**
 * Open enumerations: strings with a known set of values that may still hold another one, because a
 * newer service may send it. Decoders lower the case to the known spelling and keep what is unknown.
 */
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"

/** One of the known values, or a string this version has never heard of. */
export type Open<Known extends string> = Known | (string & Record<never, never>)

/** A schema of an open enumeration. */
export interface OpenEnum<Known extends string> extends Schema.Codec<Open<Known>, string> {}

const annotationKey = "batchwaveKnownValues"

/**
 * Makes the schema of an open enumeration. It accepts every string; the known values travel in an
 * annotation, where decoders find the right casing and `RequestProblem` finds what to refuse.
 */
export const make = <const Known extends string>(known: ReadonlyArray<Known>): OpenEnum<Known> =>
  Schema.make<OpenEnum<Known>>(Schema.String.annotate({ [annotationKey]: known }).ast)

/** The known values of an open enumeration's syntax tree, or `undefined` for any other schema. */
export const knownValues = (ast: SchemaAST.AST): ReadonlyArray<string> | undefined => {
  const value = ast.annotations?.[annotationKey]
  return Array.isArray(value) ? value : undefined
}

/** Tells whether a value is one of the known ones, in exactly their spelling. */
export const isKnown = <const Known extends string>(
  known: ReadonlyArray<Known>,
  value: string
): value is Known => known.some((candidate) => candidate === value)

/**
 * Gives a value the spelling of the known one it equals when case is ignored; an unknown value is
 * returned unchanged.
 */
export const normalise = (known: ReadonlyArray<string>, value: string): string => {
  if (known.includes(value)) return value
  const lowered = value.toLowerCase()
  return known.find((candidate) => candidate.toLowerCase() === lowered) ?? value
}

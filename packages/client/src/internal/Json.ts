/**
 * JSON of unknown origin: parsing that answers a value instead of throwing, and reads of members
 * that do not trust anything.
 */
import * as Result from "effect/Result"

/** Parses UTF-8 bytes as JSON; fails with nothing to show, since the text may hold anything. */
export const parseJson = (bytes: Buffer): Result.Result<unknown, "NotJson"> =>
  parseJsonText(bytes.toString("utf8"))

/** Parses a text as JSON; fails with nothing to show. */
export const parseJsonText = (text: string): Result.Result<unknown, "NotJson"> =>
  Result.try({
    try: (): unknown => JSON.parse(text),
    catch: () => "NotJson" as const
  })

/** True for anything with members. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

/** A member that is a string, or `undefined`. */
export const stringOf = (value: unknown, name: string): string | undefined => {
  if (!isRecord(value)) return undefined
  const member = value[name]
  return typeof member === "string" ? member : undefined
}

/** A member that is an array, or an empty one. */
export const arrayOf = (value: unknown, name: string): ReadonlyArray<unknown> => {
  if (!isRecord(value)) return []
  const member = value[name]
  return Array.isArray(member) ? member : []
}

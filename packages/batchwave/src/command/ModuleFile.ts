/**
 * A module of the user's, loaded.
 */
import * as Effect from "effect/Effect"
import { pathToFileURL } from "node:url"
import { cleanLine } from "../screen/CleanText.ts"
import { type CommandError, usage } from "./CommandError.ts"

/**
 * Loads it. `file` is how the user calls it. Fails with what it threw, and where.
 *
 * @category operations
 */
export const load = (file: string, path: string): Effect.Effect<unknown, CommandError> =>
  Effect.tryPromise({
    try: (): Promise<unknown> => import(pathToFileURL(path).href),
    catch: (cause) => usage(importProblem(file, cause), cause)
  })

/**
 * What a module exports by default, if anything.
 *
 * @category queries
 */
export const defaultOf = (loaded: unknown): unknown =>
  typeof loaded === "object" && loaded !== null && "default" in loaded ? loaded.default : undefined

const importProblem = (file: string, cause: unknown): string => {
  const place = cause instanceof Error ? placeOf(cause, file) : ""
  if (cause instanceof Error && cause.name === "PipelineError") return `${file}: ${cause.message}`
  const name = cause instanceof Error ? cause.name : "a value"
  return `${file} could not be loaded: it threw ${cleanLine(name)}: ${messageOf(cause)}${place}`
}

/** The first line of the stack that lies in the file itself. */
const placeOf = (cause: Error, file: string): string => {
  const name = file.replace(/^.*[\\/]/, "")
  for (const line of (cause.stack ?? "").split("\n")) {
    const found = /(?:^|[/\\(])([^/\\()]+?):(\d+)(?::(\d+))?\)?$/.exec(line.trim())
    if (found?.[1] === name) return ` (at ${name}:${found[2]})`
  }
  return ""
}

/**
 * A value in words, for a message about what it should have been.
 *
 * @category rendering
 */
export const kindOf = (value: unknown): string => {
  if (value === null) return "null"
  if (Array.isArray(value)) return "an array"
  if (typeof value !== "object") {
    return typeof value === "undefined"
      ? "undefined"
      : `a ${typeof value}`
  }
  return value instanceof Promise ? "a promise" : "an object"
}

/**
 * What was thrown, on one line.
 *
 * @category rendering
 */
export const messageOf = (cause: unknown): string =>
  cleanLine(cause instanceof Error ? cause.message : String(cause))

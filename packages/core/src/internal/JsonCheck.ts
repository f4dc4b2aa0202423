/**
 * Whether a value that somebody without types may have given is JSON, and how it is shown.
 */
import type { Json } from "../Workflow.ts"

/**
 * Throws what a value throws that cannot be looked at, such as a ring.
 */
export const isJson = (value: unknown): value is Json => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true
  if (typeof value === "number") return Number.isFinite(value)
  return typeof value === "object" && Object.values(value).every(isJson)
}

/**
 * Whether it is JSON; what cannot be looked at is none.
 */
export const isReadableJson = (value: unknown): value is Json => {
  try {
    return isJson(value)
  } catch {
    return false
  }
}

/**
 * What of a value fits into a sentence.
 */
export const shown = (value: Json): string => {
  const text = JSON.stringify(value)
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax)}…`
}

const lengthMax = 60

/**
 * The recorded value of an output: JSON as it was decoded, or the key of a file in the artifact
 * store, wrapped so that the two cannot be mistaken for each other.
 */
import type { Json } from "@batchwave/core/Workflow"

const fileKey = "$artifact"

/**
 * Makes the recorded value of a file output.
 *
 * @category constructors
 */
export const file = (key: string): Json => ({ [fileKey]: key })

/**
 * The artifact key of a recorded value, or `undefined` when it is plain JSON.
 *
 * @category queries
 */
export const keyOf = (value: Json | undefined): string | undefined => {
  if (value === null || typeof value !== "object" || !(fileKey in value)) return undefined
  const key = value[fileKey]
  return typeof key === "string" ? key : undefined
}

/**
 * Walks into a JSON value; `undefined` when a step of the path is not there.
 *
 * @category queries
 */
export const walk = (value: Json | undefined, path: ReadonlyArray<string>): Json | undefined => {
  let at: Json | undefined = value
  for (const step of path) {
    if (at === null || typeof at !== "object") return undefined
    const own = Object.getOwnPropertyDescriptor(at, step)
    at = own?.value
  }
  return at
}

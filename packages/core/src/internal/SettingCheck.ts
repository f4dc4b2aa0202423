/**
 * What is wrong with the numbers an author gives to a policy or a backoff, in words that follow the name
 * of the policy.
 */

/**
 * The problems that there are, in order; `undefined` stands for none.
 */
export const list = (
  ...found: ReadonlyArray<string | undefined | ReadonlyArray<string>>
): ReadonlyArray<string> => found.flatMap((problem) => problem ?? [])

/**
 * A whole number with bounds, both included.
 */
export const whole = (
  name: string,
  value: unknown,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER
): string | undefined =>
  Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max
    ? undefined
    : `${name} is ${shown(value)}; give a whole number ${
      max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
    }`

/**
 * A finite number that is not below `min`, or not at it either where `isAbove` says so.
 */
export const finite = (
  name: string,
  value: unknown,
  min: number,
  isAbove = false
): string | undefined =>
  typeof value === "number" && value < Infinity && (isAbove ? value > min : value >= min)
    ? undefined
    : `${name} is ${shown(value)}; give a number ${isAbove ? "above" : "of at least"} ${min}`

/**
 * A length of time in milliseconds, finite and not negative.
 */
export const wait = (name: string, valueMs: unknown): string | undefined =>
  typeof valueMs === "number" && valueMs >= 0 && valueMs < Infinity
    ? undefined
    : `${name} is ${shown(valueMs)}; give milliseconds, 0 or more`

/**
 * A value as an author would write it.
 */
export const shown = (value: unknown): string => {
  if (typeof value === "string") return JSON.stringify(value)
  if (typeof value === "function") return "a function"
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value)
      ? "a list"
      : "a record"
  }
  return String(value)
}

/**
 * The kinds of flags that several commands have.
 */
import * as Flag from "effect/cli/Flag"

/**
 * A flag that is there or not.
 *
 * @category constructors
 */
export const flag = (name: string, description: string): Flag.Flag<boolean> =>
  Flag.Boolean(name).pipe(
    Flag.withoutNegation,
    Flag.withDescription(description),
    Flag.withDefault(false)
  )

/**
 * A whole number with bounds, both included.
 *
 * @category constructors
 */
export const whole = (
  name: string,
  min: number,
  max: number,
  description: string
): Flag.Flag<number> =>
  Flag.Int(name).pipe(
    Flag.filter(
      (value) => value >= min && value <= max,
      () => `a whole number from ${min} to ${max}`
    ),
    Flag.withDescription(description)
  )

/**
 * Most task slots of a node.
 *
 * @category constants
 */
export const slotsMax = 256

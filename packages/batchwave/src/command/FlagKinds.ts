/**
 * The kinds of flags that several commands have.
 */
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"

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
 * A whole number with bounds, both included; not below 0.
 *
 * @category constructors
 */
export const whole = (
  name: string,
  min: number,
  max: number,
  description: string
): Flag.Flag<number> =>
  Flag.String(name).pipe(
    Flag.withMetavar("integer"),
    Flag.filterMap(
      (text) => {
        const value = /^\d+$/.test(text) ? Number(text) : -1
        return value >= min && value <= max ? Option.some(value) : Option.none()
      },
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

/**
 * Arms from ranges of parameters: every combination of the values becomes an arm that knows its point.
 *
 * ```ts
 * arms: Sweep.arms(
 *   { max: [1, 3, 9], waitMs: Sweep.logarithmic(1_000, 60_000, 5) },
 *   ({ max, waitMs }) => ({ policy: Policy.retry({ max, backoff: Backoff.constant(waitMs) }) })
 * )
 * ```
 */
import type { Arm, ParameterValue, Point } from "./Arm.ts"

/**
 * The values of each parameter.
 *
 * @category models
 */
export type Parameters = { readonly [name: string]: ReadonlyArray<ParameterValue> }

/**
 * One value of each parameter.
 *
 * @category models
 */
export type PointOf<Ranges extends Parameters> = {
  readonly [Name in keyof Ranges]: Ranges[Name][number]
}

/**
 * One arm for each combination, named after its point such as `max=3 waitMs=1000`; the last parameter
 * changes first. Throws when a parameter has no values.
 *
 * @category constructors
 */
export const arms = <const Ranges extends Parameters>(
  parameters: Ranges,
  make: (point: PointOf<Ranges>) => Omit<Arm, "name" | "point">
): ReadonlyArray<Arm> => pointsOf(parameters).map((point) => at(point, make(point)))

const at = (point: Point, rest: Omit<Arm, "name" | "point">): Arm => ({
  ...rest,
  name: nameOf(point),
  point
})

/**
 * `count` values at equal distances, both ends included. Throws unless `count` is at least 2.
 *
 * @category constructors
 */
export const linear = (from: number, to: number, count: number): ReadonlyArray<number> =>
  spread(count, (share) => from + (to - from) * share)

/**
 * `count` values at equal ratios, both ends included, rounded to three digits. Throws unless both ends
 * are above 0 and `count` is at least 2.
 *
 * @category constructors
 */
export const logarithmic = (from: number, to: number, count: number): ReadonlyArray<number> => {
  if (!(from > 0 && to > 0)) {
    throw new Error(`a logarithmic range needs ends above 0, not ${from} and ${to}`)
  }
  return spread(count, (share) => Number((from * (to / from) ** share).toPrecision(3)))
}

/**
 * The name of a point.
 *
 * @category rendering
 */
export const nameOf = (point: { readonly [name: string]: ParameterValue }): string =>
  Object.entries(point).map(([name, value]) => `${name}=${value}`).join(" ")

const pointsOf = <Ranges extends Parameters>(
  parameters: Ranges
): ReadonlyArray<PointOf<Ranges>> => {
  let entries: ReadonlyArray<ReadonlyArray<readonly [string, ParameterValue]>> = [[]]
  for (const [name, values] of Object.entries(parameters)) {
    if (values.length === 0) throw new Error(`the parameter "${name}" has no values to sweep over`)
    entries = entries.flatMap((point) => values.map((value) => point.concat([[name, value]])))
  }
  return entries.map((point) => Object.fromEntries(point)).filter((point) =>
    isPointOf(point, parameters)
  )
}

/** True of every point that is made here; it tells the compiler so. */
const isPointOf = <Ranges extends Parameters>(
  point: Point,
  parameters: Ranges
): point is Point & PointOf<Ranges> => Object.keys(parameters).every((name) => name in point)

const spread = (count: number, at: (share: number) => number): ReadonlyArray<number> => {
  if (!Number.isInteger(count) || count < 2) {
    throw new Error(`a range needs a whole number of at least 2 values, not ${count}`)
  }
  return Array.from({ length: count }, (_, index) => at(index / (count - 1)))
}

/**
 * The arms that no other arm beats in everything: what is left to choose from by taste.
 */
import type { Direction } from "./Verdict.ts"

/**
 * The indexes of the points that are not dominated, in ascending order. A point dominates another
 * when it is at least as good in every measure and better in one. Points with `NaN` are never in
 * front. `O(points² · measures)`.
 *
 * @category operations
 */
export const front = (
  points: ReadonlyArray<ReadonlyArray<number>>,
  directions: ReadonlyArray<Direction>
): ReadonlyArray<number> => {
  const usable = points.flatMap((point, index) => point.some(Number.isNaN) ? [] : [index])
  return usable.filter((index) =>
    !usable.some((other) => dominates(points[other]!, points[index]!, directions))
  )
}

const dominates = (
  left: ReadonlyArray<number>,
  right: ReadonlyArray<number>,
  directions: ReadonlyArray<Direction>
): boolean => {
  let isBetter = false
  for (const [measure, direction] of directions.entries()) {
    const gain = (right[measure]! - left[measure]!) * (direction === "lower" ? 1 : -1)
    if (gain < 0) return false
    if (gain > 0) isBetter = true
  }
  return isBetter
}

/**
 * Guesses which known name was meant by an unknown one.
 *
 * @internal
 */

/**
 * Says `; did you mean "x"?` when a known name is close enough, and otherwise lists what there is.
 *
 * @internal
 */
export const suggestion = (unknown: string, known: ReadonlyArray<string>): string => {
  const nearest = closest(unknown, known)
  if (nearest !== undefined) return `; did you mean "${nearest}"?`
  if (known.length === 0) return "; there are none"
  const shown = known.slice(0, listedMax).map((name) => `"${name}"`).join(", ")
  const rest = known.length - listedMax
  return `; known are ${shown}${rest > 0 ? ` and ${rest} more` : ""}`
}

/** More names than this are not listed in an error. */
const listedMax = 8

/** Longer names are not compared, so that a guess stays cheap. */
const comparedLengthMax = 64

/** A guess looks at no more names than this. */
const comparedMax = 1_000

const closest = (unknown: string, known: ReadonlyArray<string>): string | undefined => {
  if (unknown.length > comparedLengthMax) return undefined
  let nearest: string | undefined
  let nearestDistance = Math.max(1, Math.floor(unknown.length / 3)) + 1
  for (const name of known.slice(0, comparedMax)) {
    if (name.length > comparedLengthMax) continue
    const distance = editDistance(unknown.toLowerCase(), name.toLowerCase())
    if (distance < nearestDistance) {
      nearest = name
      nearestDistance = distance
    }
  }
  return nearest
}

/**
 * Counts the insertions, deletions, substitutions and swaps of neighbours between two texts.
 *
 * @source Optimal string alignment distance, Boytsov, "Indexing methods for approximate dictionary
 * searching" (2011)
 */
const editDistance = (source: string, target: string): number => {
  let beforePrevious: Array<number> = []
  let previous = Array.from({ length: target.length + 1 }, (_, index) => index)
  for (let row = 1; row <= source.length; row++) {
    const current = [row]
    for (let column = 1; column <= target.length; column++) {
      const cost = source[row - 1] === target[column - 1] ? 0 : 1
      let best = Math.min(
        (current[column - 1] ?? 0) + 1,
        (previous[column] ?? 0) + 1,
        (previous[column - 1] ?? 0) + cost
      )
      const isSwap = source[row - 1] === target[column - 2] &&
        source[row - 2] === target[column - 1]
      if (isSwap && row > 1 && column > 1) {
        best = Math.min(best, (beforePrevious[column - 2] ?? 0) + 1)
      }
      current.push(best)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[target.length] ?? 0
}

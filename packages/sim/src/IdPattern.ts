/**
 * Patterns over ids: `*` stands for any characters, `?` for one, and case does not count.
 */

/**
 * The longest pattern that is taken.
 *
 * @category constants
 */
export const lengthMax = 200

/**
 * Tells whether an id is of a pattern. Costs at most the product of the two lengths, whatever the
 * pattern is: after a mismatch only the last `*` is widened.
 *
 * @category operations
 */
export const matches = (pattern: string, id: string): boolean => {
  const wanted = pattern.toLowerCase()
  const given = id.toLowerCase()
  let place = 0
  let at = 0
  let star = -1
  let starAt = 0
  while (at < given.length) {
    const sign = wanted[place]
    if (sign === "*") {
      star = place++
      starAt = at
    } else if (sign !== undefined && (sign === "?" || sign === given[at])) {
      place++
      at++
    } else if (star >= 0) {
      place = star + 1
      at = ++starAt
    } else {
      return false
    }
  }
  while (wanted[place] === "*") place++
  return place === wanted.length
}

/**
 * Finds the name an author probably meant: the nearest by edit distance, case ignored.
 */
import { quote, quoteList } from "./internal/QuotedName.ts"

/**
 * A bound on the names that may still be compared, shared by all suggestions of one check so that
 * many wrong names in a huge workflow stay cheap.
 *
 * @category models
 */
export interface SuggestionBudget {
  comparisonsLeft: number
}

/**
 * Makes a budget of two million comparisons.
 *
 * @category constructors
 */
export const makeBudget = (): SuggestionBudget => ({ comparisonsLeft: 2_000_000 })

/** Longest word that is compared, in UTF-16 units. */
const lengthMax = 200

/**
 * The candidate nearest to `word`, the first of several, or `undefined` when none is near: up to one
 * edit for each three characters, at most three.
 *
 * @category queries
 */
export const nearest = (
  word: string,
  candidates: ReadonlyArray<string>,
  budget: SuggestionBudget
): string | undefined => {
  if (word.length > lengthMax || budget.comparisonsLeft < candidates.length) return undefined
  budget.comparisonsLeft -= candidates.length
  const wanted = word.toLowerCase()
  // With as many edits as it has characters, anything of its length is near.
  let limit = Math.min(3, Math.max(1, Math.floor(word.length / 3)), word.length - 1)
  const rows = makeRows(lengthMax + limit)
  let found: string | undefined
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > limit || candidate === word) continue
    const distance = editDistance(wanted, candidate.toLowerCase(), limit, rows)
    if (distance > limit) continue
    found = candidate
    limit = distance - 1
    if (limit < 0) break
  }
  return found
}

/** More names than this are not listed. */
const listedMax = 8

/** More names than this are not compared for one advice. */
const comparedMax = 1_000

/**
 * The end of a sentence about a word that is none of `known`: the name it resembles, else the names
 * there are.
 *
 * @category rendering
 */
export const advice = (word: string, known: ReadonlyArray<string>): string => {
  const found = nearest(word, known.slice(0, comparedMax), makeBudget())
  if (found !== undefined) return `did you mean ${quote(found)}?`
  return known.length === 0 ? "there are none" : `known are ${quoteList(known, listedMax)}`
}

/** Scratch of one distance: the last three rows of its table. */
type DistanceRows = readonly [Int32Array, Int32Array, Int32Array]

const makeRows = (lengthMax: number): DistanceRows => [
  new Int32Array(lengthMax + 1),
  new Int32Array(lengthMax + 1),
  new Int32Array(lengthMax + 1)
]

/**
 * The number of insertions, deletions, replacements and swaps of neighbours that turn `left` into
 * `right`, or some number above `limit` when it takes more. `O(length · limit)`.
 *
 * @source optimal string alignment distance
 * @internal
 */
export const editDistance = (
  left: string,
  right: string,
  limit: number,
  rows: DistanceRows = makeRows(right.length)
): number => {
  if (Math.abs(left.length - right.length) > limit) return limit + 1
  let [before, row, next] = rows
  for (let column = 0; column <= right.length; column++) row[column] = column
  for (let line = 1; line <= left.length; line++) {
    const first = Math.max(1, line - limit)
    const last = Math.min(right.length, line + limit)
    next.fill(limit + 1, 0, right.length + 1)
    if (first === 1) next[0] = line
    const unit = left.charCodeAt(line - 1)
    for (let column = first; column <= last; column++) {
      const other = right.charCodeAt(column - 1)
      let cost = Math.min(
        row[column - 1]! + (unit === other ? 0 : 1),
        row[column]! + 1,
        next[column - 1]! + 1
      )
      const isSwap = line > 1 && column > 1
        && unit === right.charCodeAt(column - 2) && other === left.charCodeAt(line - 2)
      if (isSwap) cost = Math.min(cost, before[column - 2]! + 1)
      next[column] = cost
    }
    const reused = before
    before = row
    row = next
    next = reused
  }
  return row[right.length]!
}

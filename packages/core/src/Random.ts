/**
 * A seeded random stream as a small mutable value, so that whoever owns the seed owns every draw.
 *
 * The generator is sfc32 seeded through splitmix32: fast, with a period far above any run, and
 * identical on every platform. It is not for secrets.
 *
 * @source Chris Doty-Humphrey, PractRand (sfc32)
 */

/**
 * The state of one random stream: four 32-bit words, advanced in place by each draw.
 *
 * @category models
 */
export type Random = Uint32Array

/**
 * Makes a stream from a seed; the same seed gives the same draws everywhere.
 *
 * @category constructors
 */
export const make = (seed: number): Random => reseed(new Uint32Array(4), seed)

/**
 * Makes a stream out of another, which is gone: the same draws as from `make`, without a new value.
 *
 * @category constructors
 */
export const reseed = (state: Random, seed: number): Random => {
  let word = Math.trunc(seed) >>> 0
  for (let index = 0; index < 3; index++) {
    word = (word + 0x9e3779b9) >>> 0
    let mixed = word
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    state[index] = (mixed ^ (mixed >>> 15)) >>> 0
  }
  state[3] = 1
  for (let warmUp = 0; warmUp < 12; warmUp++) nextUint32(state)
  return state
}

/**
 * Draws a whole number in `[0, 2^32)`.
 *
 * @category draws
 */
export const nextUint32 = (random: Random): number => {
  const a = random[0]!
  const b = random[1]!
  const c = random[2]!
  const counter = random[3]!
  const sum = (a + b + counter) >>> 0
  random[0] = b ^ (b >>> 9)
  random[1] = c + (c << 3)
  random[2] = ((c << 21) | (c >>> 11)) + sum
  random[3] = counter + 1
  return sum
}

/**
 * Draws a number in `[0, 1)` with 32 bits of resolution.
 *
 * @category draws
 */
export const nextUnit = (random: Random): number => nextUint32(random) / 4_294_967_296

/**
 * Draws a whole number in `[0, bound)`; `bound` must be at least 1.
 *
 * @category draws
 */
export const nextInt = (random: Random, bound: number): number =>
  Math.floor(nextUnit(random) * bound)

/**
 * Puts the items of `items` in a random order, in place (Fisher–Yates), and returns the same array.
 *
 * @category draws
 */
export const shuffle = <A>(random: Random, items: Array<A>): Array<A> => {
  for (let last = items.length - 1; last > 0; last--) {
    const other = nextInt(random, last + 1)
    const held = items[last]!
    items[last] = items[other]!
    items[other] = held
  }
  return items
}

/**
 * One draw from `[0, 1)` that depends only on its arguments: the same seed, place and turn give the
 * same number whatever else was drawn, so a decision can be repeated without repeating a history.
 *
 * @category draws
 */
export const unitAt = (seed: number, place: number, turn: number): number =>
  nextUnit(reseed(
    stateOfOne,
    Math.imul(seed, 0x01000193) ^ Math.imul(place + 1, 0x85ebca6b)
      ^ Math.imul(turn + 1, 0xc2b2ae35)
  ))

/** The state of a stream of one draw: nothing of it is left after the call. */
const stateOfOne: Random = new Uint32Array(4)

/**
 * The distribution of a mean of normal values over its estimated error.
 *
 * @source Abramowitz and Stegun (1964), 26.7.3, 26.7.4 and 26.7.5
 */
import * as Distribution from "@batchwave/sim/Distribution"

/** Above so many degrees of freedom the expansion in their inverse is exact to six digits. */
const seriesMax = 200

/** Halvings until an angle is as exact as it is kept. */
const halvings = 52

/**
 * How many standard errors reach to both sides of the mean with a confidence above 0 and below 1;
 * `degrees` of freedom are a whole number of at least 1.
 */
export const deviationsOf = (confidence: number, degrees: number): number => {
  if (degrees > seriesMax) return expanded(confidence, degrees)
  let [low, high] = [0, Math.PI / 2]
  for (let turn = 0; turn < halvings; turn++) {
    const middle = (low + high) / 2
    if (shareWithin(middle, degrees) < confidence) low = middle
    else high = middle
  }
  return Math.sqrt(degrees) * Math.tan(high)
}

/** The share of the distribution whose size is at most `√degrees · tan(angle)`. */
const shareWithin = (angle: number, degrees: number): number => {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)]
  const isOdd = degrees % 2 === 1
  let term = isOdd ? cosine : 1
  let sum = 0
  for (let power = isOdd ? 1 : 0; power <= degrees - 2; power += 2) {
    sum += term
    term *= (power + 1) / (power + 2) * cosine * cosine
  }
  return isOdd ? (angle + sine * sum) * 2 / Math.PI : sine * sum
}

const expanded = (confidence: number, degrees: number): number => {
  const z = Distribution.normalQuantile(1 - (1 - confidence) / 2)
  return z + (z ** 3 + z) / 4 / degrees
    + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96 / degrees ** 2
    + (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384 / degrees ** 3
}

/**
 * The seed of randomised tests: drawn anew for each run and printed, or taken from `BATCHWAVE_SEED`.
 *
 * A failure names the seed; with it in the environment the same stories are told again.
 */
import { randomInt } from "node:crypto"
import process from "node:process"

/** The seed of this run. */
export const seed: number = (() => {
  const text = process.env["BATCHWAVE_SEED"]
  if (text === undefined || text === "") return randomInt(2 ** 31 - 1)
  const given = Number(text)
  if (Number.isSafeInteger(given)) return given
  throw new Error(`BATCHWAVE_SEED must be a whole number, not ${text}`)
})()

/** Prints the seed of a test. */
export const print = (what: string): void => {
  process.stdout.write(`${what}: BATCHWAVE_SEED=${seed}\n`)
}

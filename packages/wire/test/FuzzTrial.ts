/**
 * A trial of a parser by hostile inputs: it must not throw, must answer within its type, and must not
 * take long for any of them.
 *
 * `BATCHWAVE_FUZZ` is the number of inputs for each parser (5,000 when absent) and `BATCHWAVE_SEED`
 * the seed to run again with; a failure names the seed, the parser and the input. With
 * `BATCHWAVE_FUZZ` each parser's longest time is printed.
 */
import { assert, it } from "@effect/vitest"
import { performance } from "node:perf_hooks"
import * as FuzzInput from "./FuzzInput.ts"

const inputsDefault = 5000

/** The longest that any input may take, in milliseconds. */
export const inputMsMax = 50

/** A pause of the machine is no cost of the parser: the fastest of so many runs counts. */
const timingRuns = 5
const testMsMax = 1_200_000

const settingOf = (name: string, otherwise: number): number => {
  const text = process.env[name]
  if (text === undefined || text === "") return otherwise
  const value = Number(text)
  assert.isTrue(Number.isSafeInteger(value) && value >= 0, `${name} must be a whole number.`)
  return value
}

const inputsCount = settingOf("BATCHWAVE_FUZZ", inputsDefault)
const seed = settingOf("BATCHWAVE_SEED", Date.now() % 0x1_0000_0000)
const isReported = (process.env["BATCHWAVE_FUZZ"] ?? "") !== ""

/** Runs a parser; returns a sentence when its answer breaks a promise. */
export type Probe<A> = (input: A) => string | undefined

/** Nothing, or the sentence when a promise does not hold. */
export const unless = (holds: boolean, sentence: string): string | undefined =>
  holds ? undefined : sentence

interface Outcome {
  readonly ms: number
  readonly failure: string | undefined
}

const once = <A>(probe: Probe<A>, input: A): Outcome => {
  const startMs = performance.now()
  try {
    const failure = probe(input)
    return { ms: performance.now() - startMs, failure }
  } catch (cause) {
    return { ms: performance.now() - startMs, failure: `it threw ${String(cause)}` }
  }
}

/** Runs again what seems to take long, so that `ms` is the parser's own. */
const outcomeOf = <A>(probe: Probe<A>, input: A, longestMs: number): Outcome => {
  const first = once(probe, input)
  if (first.failure !== undefined || first.ms <= longestMs) return first
  let { ms } = first
  for (let run = 1; ms > longestMs && run < timingRuns; run++) {
    ms = Math.min(ms, once(probe, input).ms)
  }
  const failure = ms > inputMsMax
    ? `it took ${ms.toFixed(1)} ms, at most ${inputMsMax} are allowed`
    : undefined
  return { ms, failure }
}

/** A test of one parser with drawn inputs. */
export const fuzz = <A>(
  name: string,
  draw: (draw: FuzzInput.Draw) => A,
  probe: Probe<A>
): void => {
  it(`${name} under hostile inputs answers in its type and in time`, () => {
    const numbers = FuzzInput.drawOf(seed, name)
    let longestMs = 0
    for (let index = 0; index < inputsCount; index++) {
      const input = draw(numbers)
      const { failure, ms } = outcomeOf(probe, input, longestMs)
      longestMs = Math.max(longestMs, ms)
      if (failure !== undefined) {
        assert.fail(
          `${name}, input ${index} with BATCHWAVE_SEED=${seed}: ${failure}: ${
            JSON.stringify(input).slice(0, 2000)
          }`
        )
      }
    }
    if (isReported) {
      const ms = longestMs.toFixed(1)
      console.log(`${name}: ${inputsCount} inputs, seed ${seed}, at most ${ms} ms`)
    }
  }, testMsMax)
}

/** A test of one parser with texts made of a vocabulary. */
export const fuzzText = (
  name: string,
  vocabulary: FuzzInput.Vocabulary,
  probe: Probe<string>
): void => fuzz(name, (draw) => FuzzInput.textOf(draw, vocabulary), probe)

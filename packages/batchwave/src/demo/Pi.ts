/**
 * The pipeline of `batchwave demo`: throws darts at a square in tasks of their own, and makes pi of the
 * share that lands in the circle. One of them fails on its first try, on purpose, and is tried again.
 *
 *     batchwave plan FILE
 *     batchwave run FILE --param parts=20
 */
import * as Backoff from "@batchwave/core/Backoff"
import * as Policy from "@batchwave/core/Policy"
import * as Output from "@batchwave/pipeline/Output"
import * as Pipeline from "@batchwave/pipeline/Pipeline"
import { sh } from "@batchwave/pipeline/Shell"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Darts of one part. */
const darts = 400_000

/** The part that fails once. */
const unlucky = "3"

/** Exit code 75 is what programs say when a retry may help (EX_TEMPFAIL of sysexits.h). */
const tryAgain = Policy.onExit(
  [75],
  Policy.retry({ max: 2, backoff: Backoff.exponential({ baseMs: 500, jitter: "none" }) })
)

// The working directory is kept when a task is put back in its queue, so a mark in it survives.
const stumble =
  "[ -e tried ] || { touch tried; echo 'a passing trouble, on purpose' >&2; exit 75; }"

const throwing = `BEGIN {
  srand(seed)
  for (i = 0; i < darts; i++) { x = rand(); y = rand(); if (x * x + y * y < 1) inside++ }
  print inside
}`

const adding = "{ for (i = 1; i <= NF; i++) sum += $i } END { print 4 * sum / darts }"

/**
 * The pipeline; it answers `pi`.
 *
 * @category values
 */
export default Pipeline.make(
  "pi",
  {
    params: {
      parts: Schema.Int.pipe(Schema.withDecodingDefaultKey(Effect.succeed(8)))
    },
    policy: tryAgain
  },
  (p, { parts }) => {
    const keys = Array.from({ length: parts }, (_, index) => String(index + 1))
    const thrown = p.each("throw", keys, { key: String }, (key) => ({
      run: sh`sh -c ${
        key === unlucky ? stumble : ":"
      } && awk -v seed=${key} -v darts=${darts} ${throwing} > "$BATCHWAVE_OUTPUT_FILE"`,
      output: Output.json(Schema.Int)
    }))
    const pi = p.task("estimate", {
      inputs: { inside: thrown.outputs },
      run: sh`sed 's/"[^"]*"//g' "$BATCHWAVE_INPUTS_FILE" | tr -cs 0-9 ' ' |
        awk -v darts=${darts * parts} ${adding} > "$BATCHWAVE_OUTPUT_FILE"`,
      output: Output.json(Schema.Number)
    })
    return { pi: pi.output }
  }
)

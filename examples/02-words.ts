/**
 * Counts the words of texts, each in a task of its own, and adds the counts up.
 *
 *     batchwave plan FILE                                 what would run
 *     batchwave run FILE                                  run it on this machine
 *     batchwave run FILE --param texts='["one two", "three"]'
 */
import { Backoff, Output, Pipeline, Policy, sh } from "batchwave"
import { Effect, Schema } from "effect"

const texts = ["to be or not to be", "that is the question"]

export default Pipeline.make(
  "words",
  {
    params: {
      texts: Schema.Array(Schema.String).pipe(Schema.withDecodingDefaultKey(Effect.succeed(texts)))
    },
    // A task that fails is tried twice more, after a second and after two.
    policy: Policy.retry({ max: 2, backoff: Backoff.exponential({ baseMs: 1_000 }) })
  },
  (p, { texts }) => {
    // Values are quoted for the shell. The output is checked against its schema when a task ends.
    const counts = p.each(
      "count",
      [...texts.entries()],
      { key: ([index]) => String(index) },
      ([, text]) => ({
        run: sh`echo ${text} | wc -w > "$BATCHWAVE_OUTPUT_FILE"`,
        output: Output.json(Schema.Int)
      })
    )

    // Reading the outputs of `count` makes this task wait for all of them.
    const total = p.task("total", {
      inputs: { counts: counts.outputs },
      run: sh`sed 's/"[^"]*"//g' "$BATCHWAVE_INPUTS_FILE" | tr -cs 0-9 ' ' |
        awk '{ for (i = 1; i <= NF; i++) sum += $i } END { print sum }' > "$BATCHWAVE_OUTPUT_FILE"`,
      output: Output.json(Schema.Int)
    })

    return { words: total.output }
  }
)

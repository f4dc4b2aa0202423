/**
 * The mean delay of 200,000 real flights by hour of the day.
 *
 * One task splits the records into shards, one task a shard sums them, the sums are merged, a chart
 * is drawn. The shard named by `flaky` ends with exit code 75 on its first try; the policy below
 * puts it back in the service's queue, and it succeeds on the second.
 *
 *     npm start
 *     npm run -s batchwave -- run examples/01-flights.ts --param flaky=none
 */
import { Backoff, File, Output, Pipeline, Policy, sh } from "batchwave"
import { Effect, Schema } from "effect"

const records = File.local(
  new URL("../data/flights-200k.json", import.meta.resolve("vega-datasets"))
)
const script = (name: string) => File.local(new URL(`./flights/${name}.mjs`, import.meta.url))

const HourSum = Schema.Struct({
  hour: Schema.Int,
  flights: Schema.Int,
  delayMinutes: Schema.Number
})
const ShardSum = Schema.Array(HourSum)

/** Exit code 75 is what programs say when a retry may help (EX_TEMPFAIL of sysexits.h). */
const tryAgain = Policy.onExit(
  [75],
  Policy.retry({ max: 3, backoff: Backoff.exponential({ baseMs: 500, jitter: "none" }) })
)

export default Pipeline.make(
  "flights",
  {
    params: {
      shards: Schema.Int.pipe(Schema.withDecodingDefaultKey(Effect.succeed(8))),
      flaky: Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed("3")))
    },
    policy: tryAgain
  },
  (p, { flaky, shards }) => {
    const keys = Array.from({ length: shards }, (_, index) => String(index))

    const split = p.task("split", {
      run: sh`node ${script("split")} ${records} ${shards}`,
      output: Output.files(keys.map((key) => `shards/${key}.json`))
    })

    const sums = p.each("sum", keys, { key: String }, (key) => ({
      run: sh`node ${script("sum")} ${split.output.file(`shards/${key}.json`)} ${key === flaky}`,
      output: Output.json(ShardSum)
    }))

    const merge = p.task("merge", {
      inputs: { sums: sums.outputs },
      run: sh`node ${script("merge")}`,
      output: {
        summary: Output.file("summary.json"),
        meanDelayMinutes: Output.json(Schema.Number)
      }
    })

    const chart = p.task("chart", {
      run: sh`node ${script("chart")} ${merge.output.summary}`,
      output: Output.file("report.html")
    })

    return {
      summary: merge.output.summary,
      report: chart.output,
      meanDelayMinutes: merge.output.meanDelayMinutes
    }
  }
)

/**
 * Spans and metrics of a run reach an OpenTelemetry collector over the network.
 */
import { assert, describe, it } from "@effect/vitest"
import { createServer } from "node:http"
import * as Command from "./Command.ts"

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: number | string }
}

interface Span {
  readonly name: string
  readonly attributes: ReadonlyArray<Attribute>
}

interface Point {
  readonly attributes: ReadonlyArray<Attribute>
  readonly asDouble?: number
  readonly asInt?: number | string
  readonly count?: number | string
}

interface Metric {
  readonly name: string
  readonly sum?: { readonly dataPoints: ReadonlyArray<Point> }
  readonly gauge?: { readonly dataPoints: ReadonlyArray<Point> }
  readonly histogram?: { readonly dataPoints: ReadonlyArray<Point> }
}

interface Traces {
  readonly resourceSpans: ReadonlyArray<{
    readonly resource: { readonly attributes: ReadonlyArray<Attribute> }
    readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<Span> }>
  }>
}

interface Metrics {
  readonly resourceMetrics: ReadonlyArray<{
    readonly scopeMetrics: ReadonlyArray<{ readonly metrics: ReadonlyArray<Metric> }>
  }>
}

/** A collector that keeps what it is sent. */
const makeCollector = async () => {
  const traces: Array<Traces> = []
  const metrics: Array<Metrics> = []
  const server = createServer((request, response) => {
    let text = ""
    request.setEncoding("utf8").on("data", (part: string) => {
      text += part
    })
    request.on("end", () => {
      if (request.url === "/v1/traces") traces.push(JSON.parse(text))
      else if (request.url === "/v1/metrics") metrics.push(JSON.parse(text))
      response.writeHead(200, { "content-type": "application/json" }).end("{}")
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => server.close(),
    spans: () =>
      traces.flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
      ),
    resources: () =>
      traces.flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ resource }) => resource.attributes)
      ),
    /** The metrics of the last export. */
    metrics: () =>
      metrics.at(-1)?.resourceMetrics.flatMap(({ scopeMetrics }) =>
        scopeMetrics.flatMap(({ metrics: found }) => found)
      ) ?? []
  }
}

const valueOf = (attributes: ReadonlyArray<Attribute>, key: string) => {
  const found = attributes.find((attribute) => attribute.key === key)?.value
  return found?.stringValue ?? (found?.intValue === undefined ? undefined : Number(found.intValue))
}

const pipelineOf = (directory: string): string =>
  Command.writePipeline(
    directory,
    "small.ts",
    `
import { Pipeline } from "batchwave"
export default Pipeline.graph("small", {
  good: { run: "true" },
  bad: { run: "exit 1" },
  after: { run: "true", needs: ["bad"] }
})
`
  )

describe("batchwave run with a collector", () => {
  it(
    "sends the run, its reactions and requests as spans, and what it counted as metrics",
    async () => {
      const directory = Command.makeDirectory()
      const collector = await makeCollector()
      const file = pipelineOf(directory)
      const run = await Command.run(
        ["run", file, "--run-id", "r", "--json", "--otlp", collector.url],
        { cwd: directory }
      )
      assert.strictEqual(run.code, 1, run.stderr)
      const spans = collector.spans()
      const engine = spans.find(({ name }) => name === "Engine.run")
      assert.strictEqual(valueOf(engine?.attributes ?? [], "batchwave.run"), "r")
      assert.strictEqual(valueOf(engine?.attributes ?? [], "batchwave.nodes"), 3)
      assert.strictEqual(valueOf(collector.resources(), "service.name"), "batchwave")
      const reactions = spans.filter(({ name }) => name === "Driver.react")
      const eventsIn = reactions.map(({ attributes }) => valueOf(attributes, "batchwave.events.in"))
      assert.isTrue(eventsIn.some((count) => count === 1), JSON.stringify(eventsIn))
      assert.isTrue(spans.some(({ name }) => name === "Submitter.submit"))

      const metrics = new Map(collector.metrics().map((metric) => [metric.name, metric]))
      const points = metrics.get("batchwave_engine_nodes_settled_total")?.sum?.dataPoints ?? []
      assert.deepStrictEqual(
        points.map((point) => [
          valueOf(point.attributes, "outcome"),
          Number(point.asInt ?? point.asDouble)
        ]).toSorted((left, right) => String(left[0]).localeCompare(String(right[0]))),
        [["blocked", 1], ["failed", 1], ["succeeded", 1]]
      )
      const states = metrics.get("batchwave_engine_nodes")?.gauge?.dataPoints ?? []
      const blocked = states.find(({ attributes }) => valueOf(attributes, "state") === "blocked")
      assert.strictEqual(Number(blocked?.asInt ?? blocked?.asDouble), 1)
      const [appends] = metrics.get("batchwave_engine_journal_append_milliseconds")?.histogram
        ?.dataPoints ?? []
      assert.isAtLeast(Number(appends?.count), 3)
      assert.isTrue(metrics.has("batchwave_client_attempts_total"))
      collector.close()
    }
  )

  it(
    "refuses an address that is none, and is not kept by a collector that is not there",
    async () => {
      const directory = Command.makeDirectory()
      const file = pipelineOf(directory)
      const wrong = await Command.run(["run", file, "--otlp", "somewhere"], { cwd: directory })
      assert.strictEqual(wrong.code, 2)
      assert.match(wrong.stderr, /check --otlp and OTEL_EXPORTER_OTLP_ENDPOINT/)
      const collector = await makeCollector()
      collector.close()
      const run = await Command.run(["run", file, "--json"], {
        cwd: directory,
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
      })
      assert.strictEqual(run.code, 1, run.stderr)
      assert.strictEqual(JSON.parse(run.stdout).counts.succeeded, 1)
    }
  )
})

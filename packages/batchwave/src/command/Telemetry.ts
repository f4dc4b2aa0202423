/**
 * Sends spans and metrics to an OpenTelemetry collector, when one is named. Nothing is sent, and
 * nothing loaded for it, otherwise. What cannot be sent is lost; the run goes on.
 */
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as PackageVersion from "../PackageVersion.ts"
import { type CommandError, usage } from "./CommandError.ts"

/** The environment variable with the endpoint; others of the standard count too. */
const variable = "OTEL_EXPORTER_OTLP_ENDPOINT"

/** How long the end of a command waits for what is not sent yet, unless the environment says. */
const shutdownMs = 3_000

/**
 * Runs an effect whose spans and metrics go to the endpoint given, or else to that of the
 * environment. What is left is sent before the answer. Fails when the endpoint is no http URL.
 *
 * @category operations
 */
export const exported =
  (given: Option.Option<string>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | CommandError, R> =>
    Effect.flatMap(endpointOf(given), (endpoint) =>
      Option.isNone(endpoint)
        ? effect
        : Effect.scoped(
          Effect.flatMap(exporter(endpoint.value), (services) =>
            Effect.provideContext(effect, services))
        ))

const endpointOf = Effect.fnUntraced(function*(given: Option.Option<string>) {
  const found = yield* Config.option(Config.NonEmptyString(variable)).pipe(
    Effect.orElseSucceed(() => Option.none())
  )
  const endpoint = Option.orElse(given, () => found)
  if (Option.isNone(endpoint)) return endpoint
  const { protocol } = URL.canParse(endpoint.value) ? new URL(endpoint.value) : { protocol: "" }
  return protocol === "http:" || protocol === "https:"
    ? endpoint
    : yield* usage(
      `the collector needs an http URL like http://127.0.0.1:4318; check --otlp and ${variable}`
    )
})

const exporter = Effect.fnUntraced(function*(endpoint: string) {
  const [FetchHttpClient, OtlpMetrics, OtlpSerialization, OtlpTracer] = yield* Effect.promise(() =>
    Promise.all([
      import("effect/http/FetchHttpClient"),
      import("effect/observability/OtlpMetrics"),
      import("effect/observability/OtlpSerialization"),
      import("effect/observability/OtlpTracer")
    ])
  )
  const surroundings = yield* ConfigProvider.ConfigProvider
  const defaults = ConfigProvider.fromUnknown({
    OTEL_TRACES_EXPORTER: ["otlp"],
    OTEL_METRICS_EXPORTER: ["otlp"],
    OTEL_EXPORTER_OTLP_TIMEOUT: shutdownMs,
    OTEL_SERVICE_NAME: "batchwave",
    OTEL_SERVICE_VERSION: PackageVersion.read()
  })
  const chosen = ConfigProvider.fromUnknown({ [variable]: endpoint })
  const provider = chosen.pipe(
    ConfigProvider.orElse(surroundings),
    ConfigProvider.orElse(defaults)
  )
  return yield* Layer.build(
    Layer.mergeAll(OtlpTracer.layerFromConfig(), OtlpMetrics.layerFromConfig()).pipe(
      Layer.provide(OtlpSerialization.layerJson),
      Layer.provide(FetchHttpClient.layer),
      Layer.provide(ConfigProvider.layer(provider))
    )
  )
})

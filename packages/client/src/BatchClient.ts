/**
 * The client of one Batch account: its layer makes every operation service.
 *
 * Guarantees: settings are checked before anything is sent and all their problems are reported at
 * once; the key is read once and kept opaque; every connection is closed with the layer's scope.
 *
 * @example
 * ```ts
 * const tasks = yield* TaskOperations
 * yield* tasks.addCollection("job-1", [{ id: "t1", commandLine: "true" }])
 * // … Effect.provide(BatchClient.layer({ endpoint, account, key }))
 * ```
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Redacted from "effect/Redacted"
import * as Credential from "./Credential.ts"
import { FileOperations } from "./FileOperations.ts"
import * as Exchange from "./internal/Exchange.ts"
import { JobOperations } from "./JobOperations.ts"
import { defaultPolicy, type ResiliencePolicy } from "./Resilience.ts"
import * as SharedKeyAuth from "./SharedKeyAuth.ts"
import { TaskOperations } from "./TaskOperations.ts"
import { Transport, type TransportOptions } from "./Transport.ts"

/** How calls are tried and bodies bounded, and how many requests fly at once. */
export interface ClientTuning extends Partial<ResiliencePolicy> {
  /** Connections, and so requests on the wire at once. @default 64 */
  readonly connections?: number
  /** UTF-8 bytes of one `add_collection` body. @default 1048576 */
  readonly bodyBytesMax?: number
}

/** Everything a client is made of. */
export interface BatchClientOptions
  extends
    Credential.CredentialOptions,
    ClientTuning,
    Omit<TransportOptions, "origin" | "connections">
{}

/** The account a client talks to. */
export interface BatchClientShape {
  /** The account's URL without a trailing slash. */
  readonly endpoint: string
  readonly account: string
}

/** Everything a client's layer makes. */
export type BatchServices = BatchClient | TaskOperations | JobOperations | FileOperations

/** The account a client talks to, and the layers that make its operations. */
export class BatchClient extends Context.Service<BatchClient, BatchClientShape>()(
  "@batchwave/client/BatchClient"
) {
  /** The client of an account. Fails with `ClientConfigError` when a setting is wrong. */
  static readonly layer = (
    options: BatchClientOptions
  ): Layer.Layer<BatchServices, Credential.ClientConfigError> =>
    Layer.unwrap(Effect.map(
      Effect.fromResult(Credential.make(options)),
      (credential) =>
        services(credential, options).pipe(
          Layer.provide(Transport.layer({ ...options, origin: credential.origin }))
        )
    ))

  /** The client over a given transport, for a service that is reached without sockets. */
  static readonly layerTransport = (
    options: BatchClientOptions
  ): Layer.Layer<BatchServices, Credential.ClientConfigError, Transport> =>
    Layer.unwrap(Effect.map(
      Effect.fromResult(Credential.make(options)),
      (credential) => services(credential, options)
    ))

  /**
   * The client of the account that the environment names: `AZURE_BATCH_ACCOUNT` (or
   * `AZURE_BATCH_ACCOUNT_NAME`), `AZURE_BATCH_ENDPOINT` and `AZURE_BATCH_ACCESS_KEY` (or
   * `AZURE_BATCH_ACCOUNT_KEY`). The first name of a pair wins.
   */
  static readonly layerConfig = (
    tuning: ClientTuning = {}
  ): Layer.Layer<BatchServices, Credential.ClientConfigError | Config.ConfigError> =>
    Layer.unwrap(Effect.map(
      settings,
      (credential) => BatchClient.layer({ ...tuning, ...credential })
    ))
}

const either = <A>(first: Config.Config<A>, second: Config.Config<A>): Config.Config<A> =>
  Config.flatMap(
    Config.option(first),
    Option.match({ onNone: () => second, onSome: (value) => Config.succeed(value) })
  )

const settings: Config.Config<{
  readonly endpoint: string
  readonly account: string
  readonly key: Redacted.Redacted
}> = Config.all({
  endpoint: Config.NonEmptyString("AZURE_BATCH_ENDPOINT"),
  account: either(
    Config.NonEmptyString("AZURE_BATCH_ACCOUNT"),
    Config.NonEmptyString("AZURE_BATCH_ACCOUNT_NAME")
  ),
  key: either(
    Config.Redacted("AZURE_BATCH_ACCESS_KEY"),
    Config.Redacted("AZURE_BATCH_ACCOUNT_KEY")
  )
})

/** The body limit the service states in its own refusals. @source MaxLimit of RequestBodyTooLarge */
const bodyBytesMaxDefault = 1_048_576

const services = (
  credential: Credential.Credential,
  options: BatchClientOptions
): Layer.Layer<BatchServices, never, Transport> =>
  Layer.mergeAll(
    Layer.succeed(BatchClient, {
      endpoint: credential.origin + credential.basePath,
      account: credential.account
    }),
    TaskOperations.layerNoDeps(options.bodyBytesMax ?? bodyBytesMaxDefault),
    JobOperations.layerNoDeps,
    FileOperations.layerNoDeps
  ).pipe(Layer.provide(exchange(credential, options)))

const exchange = (
  credential: Credential.Credential,
  options: BatchClientOptions
): Layer.Layer<Exchange.Exchange, never, Transport> =>
  Layer.effect(
    Exchange.Exchange,
    Effect.gen(function*() {
      const transport = yield* Transport
      const signer = SharedKeyAuth.make(credential, yield* makeIdPrefix)
      return Exchange.make({
        origin: credential.origin,
        basePath: credential.basePath,
        policy: policyOf(options),
        connections: options.connections ?? 64,
        transport,
        signer
      })
    })
  )

const policyOf = (options: ClientTuning): ResiliencePolicy => ({
  attemptsMax: options.attemptsMax ?? defaultPolicy.attemptsMax,
  attemptTimeoutMs: options.attemptTimeoutMs ?? defaultPolicy.attemptTimeoutMs,
  deadlineMs: options.deadlineMs ?? defaultPolicy.deadlineMs,
  backoffMsMin: options.backoffMsMin ?? defaultPolicy.backoffMsMin,
  backoffMsMax: options.backoffMsMax ?? defaultPolicy.backoffMsMax,
  retryAfterMsMax: options.retryAfterMsMax ?? defaultPolicy.retryAfterMsMax
})

/** The first 24 characters of a version 4 GUID; a counter makes the rest. */
const makeIdPrefix: Effect.Effect<string> = Effect.gen(function*() {
  const high = yield* Random.nextIntBetween(0, 0xffff_ffff)
  const middle = yield* Random.nextIntBetween(0, 0xffff)
  const version = yield* Random.nextIntBetween(0x4000, 0x4fff)
  const variant = yield* Random.nextIntBetween(0x8000, 0xbfff)
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0")
  return `${hex(high, 8)}-${hex(middle, 4)}-${hex(version, 4)}-${hex(variant, 4)}-`
})

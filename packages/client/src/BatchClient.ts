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
import { defaultPolicy, type ResiliencePolicy } from "@batchwave/wire/Resilience"
import type { RetryBudgetOptions } from "@batchwave/wire/RetryBudget"
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Credential from "./Credential.ts"
import { FileOperations } from "./FileOperations.ts"
import * as Environment from "./internal/Environment.ts"
import * as Exchange from "./internal/Exchange.ts"
import type { RetrySchedules } from "./internal/RetryPlan.ts"
import * as SignerOf from "./internal/SignerOf.ts"
import * as TuningCheck from "./internal/TuningCheck.ts"
import { JobOperations } from "./JobOperations.ts"
import { NodeOperations } from "./NodeOperations.ts"
import { PoolOperations } from "./PoolOperations.ts"
import { TaskOperations } from "./TaskOperations.ts"
import { TaskWatch } from "./TaskWatch.ts"
import { Transport, type TransportOptions } from "./Transport.ts"
import type { WatchPolicy } from "./WatchPolicy.ts"

/** How calls are tried and bodies bounded, and how many requests fly at once. */
export interface ClientTuning extends Partial<ResiliencePolicy> {
  /** Connections, and so requests on the wire at once. @default 64 */
  readonly connections?: number
  /** UTF-8 bytes of one `add_collection` body. @default 1048576 */
  readonly bodyBytesMax?: number
  /** How often `TaskWatch` lists jobs. @default every 1 to 30 seconds, see `WatchPolicy` */
  readonly watch?: Partial<WatchPolicy>
  /** Bounds the retries of all calls together. @default 0.2 a call and 10 a second, at most 50 saved */
  readonly retryBudget?: Partial<RetryBudgetOptions>
  /**
   * Schedules that replace the waits and the number of attempts, by operation. A schedule is given the
   * failures worth another attempt; the service's hints, the budget and the deadline still hold.
   * @default none
   */
  readonly retry?: RetrySchedules
  /** Longest time a key or token provider may take, in milliseconds. @default 10000 */
  readonly credentialTimeoutMs?: number
}

/** Schedules of the user's own, by operation id. */
export type { RetrySchedules }

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
  /** One line for people: account, endpoint, kind of credential and where the settings came from. */
  readonly describe: string
}

/** Everything a client's layer makes. */
export type BatchServices =
  | BatchClient
  | TaskOperations
  | TaskWatch
  | JobOperations
  | FileOperations
  | PoolOperations
  | NodeOperations

/** The account a client talks to, and the layers that make its operations. */
export class BatchClient extends Context.Service<BatchClient, BatchClientShape>()(
  "@batchwave/client/BatchClient"
) {
  /** The client of an account. Fails with `ClientConfigError` when a setting is wrong. */
  static readonly layer = (
    options: BatchClientOptions
  ): Layer.Layer<BatchServices, Credential.ClientConfigError> => make(options, "")

  /** The client over a given transport, for a service that is reached without sockets. */
  static readonly layerTransport = (
    options: BatchClientOptions
  ): Layer.Layer<BatchServices, Credential.ClientConfigError, Transport> =>
    Layer.unwrap(Effect.map(
      Effect.fromResult(TuningCheck.credentialOf(options)),
      (credential) => services(credential, options, "")
    ))

  /**
   * The client of the account that the environment names: `AZURE_BATCH_ACCOUNT` (or
   * `AZURE_BATCH_ACCOUNT_NAME`), `AZURE_BATCH_ENDPOINT` and `AZURE_BATCH_ACCESS_KEY` (or
   * `AZURE_BATCH_ACCOUNT_KEY`). The first name of a pair wins; `describe` and a debug line tell which
   * did. Without a key, but with any of `AZURE_CLIENT_ID`, `AZURE_TENANT_ID`, `AZURE_CLIENT_SECRET` or
   * `AZURE_FEDERATED_TOKEN_FILE`, the credential is `Credential.defaultAzure()`.
   */
  static readonly layerConfig = (
    tuning: ClientTuning = {}
  ): Layer.Layer<BatchServices, Credential.ClientConfigError | Config.ConfigError> =>
    Layer.unwrap(Effect.gen(function*() {
      const { origins, ...settings } = yield* Environment.settings
      const { key, ...rest } = settings
      const credential = key ?? (yield* Credential.defaultAzure())
      return make({ ...tuning, ...rest, credential }, origins)
    }))
}

/** The body limit the service states in its own refusals. @source MaxLimit of RequestBodyTooLarge */
const bodyBytesMaxDefault = 1_048_576

const make = (
  options: BatchClientOptions,
  origins: string
): Layer.Layer<BatchServices, Credential.ClientConfigError> =>
  Layer.unwrap(Effect.map(
    Effect.fromResult(TuningCheck.credentialOf(options)),
    (credential) =>
      services(credential, options, origins).pipe(
        Layer.provide(Transport.layer({ ...options, origin: credential.origin }))
      )
  ))

const services = (
  credential: Credential.Credential,
  options: BatchClientOptions,
  origins: string
): Layer.Layer<BatchServices, never, Transport> =>
  Layer.mergeAll(
    Layer.effect(BatchClient, shapeOf(credential, origins)),
    TaskWatch.layer(options.watch).pipe(
      Layer.provideMerge(TaskOperations.layerNoDeps(options.bodyBytesMax ?? bodyBytesMaxDefault))
    ),
    JobOperations.layerNoDeps,
    FileOperations.layerNoDeps,
    PoolOperations.layerNoDeps,
    NodeOperations.layerNoDeps
  ).pipe(Layer.provide(exchange(credential, options)))

const identityNames = { Key: "a key", KeyProvider: "a key provider", Token: "tokens" } as const

const shapeOf = (
  { account, basePath, identity, origin }: Credential.Credential,
  origins: string
): Effect.Effect<BatchClientShape> => {
  const endpoint = origin + basePath
  const from = origins === "" ? "" : `, from ${origins}`
  const describe = `account ${account} at ${endpoint} with ${identityNames[identity._tag]}${from}`
  return Effect.as(Effect.logDebug(`Batch client: ${describe}`), { endpoint, account, describe })
}

const exchange = (
  credential: Credential.Credential,
  options: BatchClientOptions
): Layer.Layer<Exchange.Exchange, never, Transport> =>
  Layer.effect(
    Exchange.Exchange,
    Effect.gen(function*() {
      const transport = yield* Transport
      const signer = SignerOf.make(
        credential,
        yield* makeIdPrefix,
        options.credentialTimeoutMs ?? 10_000
      )
      return Exchange.make({
        origin: credential.origin,
        basePath: credential.basePath,
        policy: policyOf(options),
        connections: options.connections ?? 64,
        transport,
        signer,
        ...(options.retryBudget === undefined ? {} : { retryBudget: options.retryBudget }),
        ...(options.retry === undefined ? {} : { retry: options.retry })
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

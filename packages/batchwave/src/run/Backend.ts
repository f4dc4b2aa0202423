/**
 * The service of a run, opened: the client's operations and what to know about the other side.
 */
import { BatchClient, type BatchServices } from "@batchwave/client/BatchClient"
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import * as Credential from "@batchwave/client/Credential"
import { JobOperations } from "@batchwave/client/JobOperations"
import type { EmulatorError } from "@batchwave/emulator/EmulatorError"
import * as RunConfig from "@batchwave/engine/RunConfig"
import type { Scenario } from "@batchwave/sim/Scenario"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type AccountSettings, isLoopback, shownEndpoint } from "./BackendChoice.ts"
import type { BackendName } from "./RunDirectory.ts"

/**
 * What is known of a service without asking it.
 *
 * @category models
 */
export interface BackendFacts {
  readonly name: BackendName
  /** Without any secret. */
  readonly endpoint: string
  readonly account: string
  readonly pool: string
  /** Whether its tasks can reach files of this machine. */
  readonly isLoopback: boolean
}

/**
 * A service that answers.
 *
 * @category models
 */
export interface Backend extends BackendFacts {
  readonly services: Context.Context<BatchServices>
}

/**
 * How a run asks the service when nobody says anything: an emulator on this machine that runs its tasks
 * answers sooner than an account, and a simulated one is asked as an account is.
 *
 * @category queries
 */
export const configOf = (
  { isLoopback }: Pick<BackendFacts, "isLoopback">,
  isSimulated: boolean
): RunConfig.RunConfig => isLoopback && !isSimulated ? RunConfig.forEmulator : RunConfig.defaults

/**
 * How the emulator inside this process is set up.
 *
 * @category models
 */
export interface EmbeddedOptions {
  /** Where it keeps its account; what is there of an earlier opening is gone on with. */
  readonly dataDirectory: string
  /** Directories that files may come from and go to. */
  readonly allowedDirectories: ReadonlyArray<string>
  /** Hosts besides loopback that files may come from and go to. @default none */
  readonly allowedHosts?: ReadonlyArray<string>
  /** Task slots of its node. @default the number of cores */
  readonly slots?: number
}

/**
 * Starts an emulator inside this process; it ends with the scope, and its tasks with it.
 *
 * @category constructors
 */
export const openEmbedded: (
  options: EmbeddedOptions
) => Effect.Effect<Backend, EmulatorError | Credential.ClientConfigError, Scope.Scope> = Effect.fn(
  "Backend.openEmbedded"
)(function*(options) {
  const Emulator = yield* Effect.promise(() => import("@batchwave/emulator/Emulator"))
  const { account, endpoint, key, pool } = yield* Emulator.make({
    dataDirectory: options.dataDirectory,
    allowedDirectories: options.allowedDirectories,
    ...(options.allowedHosts === undefined ? {} : { allowedHosts: options.allowedHosts }),
    ...(options.slots === undefined ? {} : { slotsPerNode: options.slots })
  })
  const services = yield* Layer.build(
    BatchClient.layer({ endpoint, account, key: Redacted.make(key) })
  )
  return { name: "emulator", endpoint, account, pool, isLoopback: true, services }
})

/**
 * The emulator of `openSimulated`, before it is there.
 *
 * @category values
 */
export const simulated: BackendFacts = {
  name: "emulator",
  endpoint: "http://127.0.0.1:1",
  account: "batchwave",
  pool: "batchwave",
  isLoopback: true
}

/**
 * Starts an emulator inside this process that runs nothing and has no socket; its tasks go as the
 * scenario says, in the time of the caller's clock. Nothing of it outlives the scope.
 *
 * @category constructors
 */
export const openSimulated: (
  options: Pick<EmbeddedOptions, "slots">,
  scenario: Scenario
) => Effect.Effect<Backend, EmulatorError | Credential.ClientConfigError, Scope.Scope> = Effect.fn(
  "Backend.openSimulated"
)(function*({ slots }, scenario) {
  const SimulatedService = yield* Effect.promise(() => import("../virtual/SimulatedService.ts"))
  const { account, pool } = simulated
  const { endpoint, services } = yield* SimulatedService.make({
    account,
    pool,
    scenario,
    ...(slots === undefined ? {} : { slotsPerNode: slots })
  })
  return { ...simulated, endpoint, services }
})

/** Time for the first request to an account, with every attempt, and with signing in before it. */
const probeMsMax = { key: 4_000, token: 20_000 }

/**
 * Opens an account and makes sure that it answers and accepts the key or token, with one read that
 * changes nothing. Fails with `ClientConfigError` when there is no key and `@azure/identity` is not
 * installed.
 *
 * @category constructors
 */
export const openAccount: (
  settings: AccountSettings
) => Effect.Effect<Backend, BatchFailure | Credential.ClientConfigError, Scope.Scope> = Effect.fn(
  "Backend.openAccount"
)(function*(settings) {
  const { account, endpoint, key } = settings
  const proof = key === undefined ? { credential: yield* Credential.defaultAzure() } : { key }
  const services = yield* Layer.build(BatchClient.layer({ endpoint, account, ...proof }))
  const jobs = Context.get(services, JobOperations)
  yield* jobs.list({
    maxResults: 1,
    select: ["id"],
    deadlineMs: key === undefined ? probeMsMax.token : probeMsMax.key
  }).pipe(
    Stream.take(1),
    Stream.runDrain
  )
  return {
    name: "azure",
    endpoint: shownEndpoint(endpoint),
    account,
    pool: settings.pool,
    isLoopback: isLoopback(endpoint),
    services
  }
})

/**
 * A Batch account inside this process whose tasks go as a scenario says, with the client that leads to
 * it: no socket, no process. In virtual time weeks of it pass at once.
 */
import { BatchClient, type BatchServices, type ClientTuning } from "@batchwave/client/BatchClient"
import type { ClientConfigError } from "@batchwave/client/Credential"
import { Transport, type TransportShape } from "@batchwave/client/Transport"
import type { EmulatorError } from "@batchwave/emulator/EmulatorError"
import * as InProcess from "@batchwave/emulator/InProcess"
import type { Scenario } from "@batchwave/sim/Scenario"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"

/**
 * What the account is like: the options of the emulator but who carries tasks out.
 *
 * @category models
 */
export interface SimulatedServiceOptions extends Omit<InProcess.InProcessOptions, "executor"> {
  /** How runs and nodes go. @default every run takes a millisecond and exits with 0 */
  readonly scenario?: Scenario
  /** Of the client that comes with it. */
  readonly client?: ClientTuning
}

/**
 * A running account and its client.
 *
 * @category models
 */
export interface SimulatedService extends InProcess.InProcess {
  readonly services: Context.Context<BatchServices>
}

/**
 * Starts an account for the life of the scope, in the time of the caller's clock. Fails when an option
 * is wrong.
 *
 * @category constructors
 */
export const make = Effect.fn("SimulatedService.make")(function*(
  { client, scenario = {}, ...options }: SimulatedServiceOptions = {}
): Effect.fn.Return<SimulatedService, EmulatorError | ClientConfigError, Scope.Scope> {
  const emulator = yield* InProcess.make({
    ...options,
    executor: { _tag: "Simulated", scenario }
  })
  const services = yield* Layer.build(clientOf(emulator, emulator.transport, client))
  return { ...emulator, services }
})

/**
 * A client of its own for an account, over a transport that leads there: what another process would
 * have, with no memory of the first one's.
 *
 * @category constructors
 */
export const clientOf = (
  account: Pick<InProcess.InProcess, "endpoint" | "account" | "key">,
  transport: TransportShape,
  tuning: ClientTuning = {}
): Layer.Layer<BatchServices, ClientConfigError> =>
  BatchClient.layerTransport({
    ...tuning,
    endpoint: account.endpoint,
    account: account.account,
    key: Redacted.make(account.key)
  }).pipe(Layer.provide(Layer.succeed(Transport, transport)))

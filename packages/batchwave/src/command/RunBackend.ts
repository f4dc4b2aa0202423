/**
 * Opens the service of a run and says which one it is. What is wrong is said before anything is sent.
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import type { ClientConfigError } from "@batchwave/client/Credential"
import { PoolOperations } from "@batchwave/client/PoolOperations"
import type { Plan } from "@batchwave/core/Plan"
import type { RunHeader } from "@batchwave/engine/RunHeader"
import type { Scenario } from "@batchwave/sim/Scenario"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Backend from "../run/Backend.ts"
import * as BackendChoice from "../run/BackendChoice.ts"
import { describe, type RunDirectory } from "../run/RunDirectory.ts"
import { nodesWithFiles } from "../run/RunSession.ts"
import * as Settings from "../run/Settings.ts"
import * as StoreChoice from "../run/StoreChoice.ts"
import { Screen, type ScreenShape } from "../screen/Screen.ts"
import { listed } from "../screen/Words.ts"
import { type CommandError, unreachable, usage } from "./CommandError.ts"
import type { RunExecutor } from "./RunExecutor.ts"
import type { RunSettings } from "./RunSettings.ts"

/**
 * The pool of a command that needs none.
 *
 * @category constants
 */
export const noPool = ""

/**
 * Decides which service the run works with, from flags and environment, or from what a resumed run
 * was started with.
 *
 * @category operations
 */
export const choose: (
  settings: Pick<RunSettings, "backend" | "pool" | "slots">,
  resumed: RunDirectory | undefined
) => Effect.Effect<BackendChoice.BackendChoice, CommandError> = Effect.fn("RunBackend.choose")(
  function*(settings, resumed) {
    const found = yield* BackendChoice.environment.pipe(
      Effect.mapError((error) => usage(`the environment is wrong: ${error.message}`, error))
    )
    const recorded = resumed === undefined ? undefined : describe(resumed)?.backend
    const asked = Option.getOrUndefined(settings.backend)
    if (recorded !== undefined && asked !== undefined && asked !== recorded) {
      return yield* usage(
        `the run was started with --backend ${recorded} and goes on there; leave --backend out, `
          + "or start a new run"
      )
    }
    const backend = recorded === undefined ? settings.backend : Option.some(recorded)
    const choice = BackendChoice.choose({ backend, pool: settings.pool }, found)
    if (Result.isFailure(choice)) {
      return yield* usage(
        `there is no Batch account to work with:\n${
          choice.failure.map((problem) => `- ${problem}`).join("\n")
        }`
      )
    }
    if (choice.success._tag === "Azure" && Option.isSome(settings.slots)) {
      return yield* usage("--slots sets up the embedded emulator; the slots of a pool are its own")
    }
    return choice.success
  }
)

/**
 * Decides where the run keeps its files, from flag and environment, or from what a resumed run was
 * started with.
 *
 * @category operations
 */
export const chooseStore: (
  settings: Pick<RunSettings, "store">,
  choice: BackendChoice.BackendChoice,
  resumed: RunDirectory | undefined
) => Effect.Effect<StoreChoice.StoreChoice, CommandError> = Effect.fn("RunBackend.chooseStore")(
  function*(settings, choice, resumed) {
    const found = yield* StoreChoice.environment.pipe(
      Effect.mapError((error) => usage(`the environment is wrong: ${error.message}`, error))
    )
    const chosen = StoreChoice.choose({
      given: settings.store,
      found,
      isLocal: choice._tag === "Emulator" || BackendChoice.isLoopback(choice.settings.endpoint),
      recorded: resumed === undefined ? undefined : describe(resumed)
    })
    return Result.isFailure(chosen) ? yield* usage(chosen.failure) : chosen.success
  }
)

/**
 * Opens the emulator that simulates, and says so. To be called in virtual time.
 *
 * @category operations
 */
export const openSimulated: (
  executor: RunExecutor,
  options: Pick<Backend.EmbeddedOptions, "slots">,
  scenario: Scenario
) => Effect.Effect<Backend.Backend, CommandError, Scope.Scope | Screen> = Effect.fn(
  "RunBackend.openSimulated"
)(function*(executor, options, scenario) {
  const screen = yield* Screen
  const backend = yield* Backend.openSimulated(options, scenario).pipe(
    Effect.mapError((error) => usage(error.message, error))
  )
  const isTrace = executor._tag === "Simulated" && !executor.isAsked
  yield* screen.say(
    "backend: emulator, simulated in virtual time: no command is run"
      + (isTrace ? "; a recorded workflow is run for real by --executor process" : "")
  )
  return backend
})

/**
 * Opens the service.
 *
 * @category operations
 */
export const open: (
  choice: BackendChoice.BackendChoice,
  options: Backend.EmbeddedOptions
) => Effect.Effect<Backend.Backend, CommandError, Scope.Scope | Screen> = Effect.fn(
  "RunBackend.open"
)(function*(choice, options) {
  const screen = yield* Screen
  if (choice._tag === "Emulator") {
    const backend = yield* Backend.openEmbedded(options).pipe(
      Effect.mapError((error) => usage(error.message, error))
    )
    yield* screen.say(`backend: emulator, embedded, at ${backend.endpoint}`)
    return backend
  }
  const { account, endpoint, key, pool } = choice.settings
  const shown = BackendChoice.shownEndpoint(endpoint)
  const used = pool === noPool ? "" : `, pool ${pool}`
  const proof = key === undefined ? ", by Microsoft Entra ID" : ""
  yield* screen.say(`backend: azure at ${shown}, account ${account}${proof}${used}`)
  yield* tellIgnored(screen)
  const backend = yield* Backend.openAccount(choice.settings).pipe(
    Effect.mapError((error) =>
      error._tag === "ClientConfigError"
        ? settingsProblem(error)
        : probeProblem(error, choice.settings)
    )
  )
  if (pool !== noPool) yield* tellMissingPool(backend, screen)
  return backend
})

/** Of two names for one thing the second is passed over, which surprises when they differ. */
const tellIgnored = Effect.fnUntraced(function*({ say }: ScreenShape) {
  const environment = yield* Settings.environment
  for (const { ignored, origin, value } of Settings.resolve(environment, undefined)) {
    for (const variable of ignored) {
      if (origin._tag !== "Environment" || environment[variable] === value) continue
      yield* say(
        `warning: ${origin.variable} counts; ${variable} is set too and says something else`
      )
    }
  }
})

/** A job may name a pool that comes later, so this is no refusal; without a word it looks like a hang. */
const tellMissingPool = (
  { account, pool, services }: Backend.Backend,
  { say }: ScreenShape
): Effect.Effect<void> =>
  Context.get(services, PoolOperations).get(pool, { select: ["id"] }).pipe(
    Effect.asVoid,
    Effect.catchTag("NotFound", () =>
      say(
        `warning: account ${account} has no pool ${pool}; the tasks wait until there is one (check `
          + "--pool and AZURE_BATCH_POOL)"
      )),
    // Whatever else is wrong is said by the first request that matters.
    Effect.ignore
  )

const settingsProblem = (error: ClientConfigError): CommandError =>
  error.problems.some((problem) => problem.startsWith("credential:"))
    ? usage(
      "AZURE_BATCH_ACCESS_KEY is not set, and to sign in with Microsoft Entra ID the package "
        + "@azure/identity is needed; set the key, or install the package beside batchwave: npm install "
        + "@azure/identity",
      error
    )
    : usage(`the settings of the account are wrong: ${error.problems.join(" ")}`, error)

const probeProblem = (
  error: BatchFailure,
  { account, endpoint: given, key }: BackendChoice.AccountSettings
): CommandError => {
  const endpoint = BackendChoice.shownEndpoint(given)
  switch (error._tag) {
    case "AuthenticationRejected":
    case "Forbidden":
      if (key === undefined) {
        return unreachable(
          `signing in to account "${account}" at ${endpoint} with Microsoft Entra ID did not succeed; sign in `
            + "(az login), or check AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET and the role on the "
            + `account, or set AZURE_BATCH_ACCESS_KEY\n${error.message}`,
          error
        )
      }
      return unreachable(
        `the service at ${endpoint} did not accept the key of account "${account}"; check `
          + `AZURE_BATCH_ACCESS_KEY, AZURE_BATCH_ACCOUNT and the clock of this machine\n${error.message}`,
        error
      )
    default:
      return unreachable(
        `cannot work with the service at ${endpoint}; check AZURE_BATCH_ENDPOINT, and that the `
          + `service is running and can be reached from here\n${error.message}`,
        error
      )
  }
}

/**
 * Refuses what a service elsewhere cannot do yet, and a resumed run whose service is another one.
 *
 * @category operations
 */
export const check = (
  choice: BackendChoice.BackendChoice,
  plan: Plan,
  recorded: RunHeader | undefined,
  store: StoreChoice.StoreChoice
): Effect.Effect<void, CommandError> => {
  if (choice._tag === "Emulator") return Effect.void
  const { endpoint } = choice.settings
  const shown = BackendChoice.shownEndpoint(endpoint)
  const areBothLocal = BackendChoice.isLoopback(endpoint)
    && recorded !== undefined && BackendChoice.isLoopback(recorded.endpoint)
  if (recorded !== undefined && recorded.endpoint !== shown && !areBothLocal) {
    return usage(
      `run ${recorded.runId} was started at ${recorded.endpoint}, but AZURE_BATCH_ENDPOINT is `
        + `${shown}; set it back to resume the run`
    )
  }
  const names = nodesWithFiles(plan)
  const isReachable = store._tag === "Blobs" || BackendChoice.isLoopback(endpoint)
  if (names.length === 0 || isReachable) return Effect.void
  return usage(
    `the pipeline hands files over (${
      listed(names, 3)
    }), and ${shown} cannot reach this machine's; `
      + `give a blob container for them, by --store or ${Settings.storeVariable}`
  )
}

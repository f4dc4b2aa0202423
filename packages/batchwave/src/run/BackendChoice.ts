/**
 * Which service a run works with, decided from flags and environment before anything is opened.
 *
 * K1 The embedded emulator is the default; an account is used only when a flag or the environment
 *    names one.
 * K2 Everything that is missing for an account is named at once.
 * K3 A key that is given is used; without one, who runs the command signs in with Microsoft Entra ID.
 */
import * as Config from "effect/Config"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { BackendName } from "./RunDirectory.ts"

/**
 * The pool of an emulator that runs as a process of its own.
 *
 * @category constants
 */
export const loopbackPoolDefault = "batchwave"

/**
 * An account and a pool of it.
 *
 * @category models
 */
export interface AccountSettings {
  readonly endpoint: string
  readonly account: string
  /** @default signing in with Microsoft Entra ID, by `@azure/identity` */
  readonly key?: Redacted.Redacted
  readonly pool: string
}

/**
 * The service a run works with.
 *
 * @category models
 */
export type BackendChoice =
  | { readonly _tag: "Emulator" }
  | { readonly _tag: "Azure"; readonly settings: AccountSettings }

/**
 * What the environment says about an account. Of two names for one thing the first wins.
 *
 * @category models
 */
export interface AccountEnvironment {
  /** Which service is meant when no flag says so. */
  readonly backend: Option.Option<BackendName>
  readonly endpoint: Option.Option<string>
  readonly account: Option.Option<string>
  readonly key: Option.Option<Redacted.Redacted>
  readonly pool: Option.Option<string>
}

const either = <A>(
  first: Config.Config<A>,
  second: Config.Config<A>
): Config.Config<Option.Option<A>> =>
  Config.map(
    Config.all([Config.option(first), Config.option(second)]),
    ([one, other]) => Option.orElse(one, () => other)
  )

/**
 * Reads the environment.
 *
 * @category constructors
 */
export const environment: Config.Config<AccountEnvironment> = Config.all({
  backend: Config.option(Config.Literals(["emulator", "azure"], "BATCHWAVE_BACKEND")),
  endpoint: Config.option(Config.NonEmptyString("AZURE_BATCH_ENDPOINT")),
  account: either(
    Config.NonEmptyString("AZURE_BATCH_ACCOUNT"),
    Config.NonEmptyString("AZURE_BATCH_ACCOUNT_NAME")
  ),
  key: either(
    Config.Redacted("AZURE_BATCH_ACCESS_KEY"),
    Config.Redacted("AZURE_BATCH_ACCOUNT_KEY")
  ),
  pool: Config.option(Config.NonEmptyString("AZURE_BATCH_POOL"))
})

/**
 * What the flags say.
 *
 * @category models
 */
export interface BackendFlags {
  readonly backend: Option.Option<BackendName>
  readonly pool: Option.Option<string>
}

/**
 * Decides. Fails with one sentence for everything that is missing.
 *
 * @category operations
 */
export const choose = (
  flags: BackendFlags,
  found: AccountEnvironment
): Result.Result<BackendChoice, ReadonlyArray<string>> => {
  const named = Option.getOrElse(
    Option.orElse(flags.backend, () => found.backend),
    (): BackendName => Option.isSome(found.endpoint) ? "azure" : "emulator"
  )
  if (named === "emulator") return Result.succeed({ _tag: "Emulator" })
  const isLoopbackEndpoint = Option.exists(found.endpoint, isLoopback)
  const pool = flags.pool.pipe(
    Option.orElse(() => found.pool),
    Option.orElse(() => isLoopbackEndpoint ? Option.some(loopbackPoolDefault) : Option.none())
  )
  const { account, endpoint, key } = found
  if (Option.isSome(endpoint) && Option.isSome(account) && Option.isSome(pool)) {
    return Result.succeed({
      _tag: "Azure",
      settings: {
        endpoint: endpoint.value,
        account: account.value,
        ...(Option.isSome(key) ? { key: key.value } : {}),
        pool: pool.value
      }
    })
  }
  return Result.fail([
    ...(Option.isNone(endpoint)
      ? [
        "set AZURE_BATCH_ENDPOINT to the account's URL, https://<account>.<region>.batch.azure.com"
      ]
      : []),
    ...(Option.isNone(account) ? ["set AZURE_BATCH_ACCOUNT to the account's name"] : []),
    ...(Option.isNone(key) ?
      [
        "set AZURE_BATCH_ACCESS_KEY to one of the account's keys, or leave it out and sign in with "
        + "Microsoft Entra ID (needs @azure/identity)"
      ]
      : []),
    ...(Option.isNone(pool) ? ["set AZURE_BATCH_POOL, or give --pool, to the id of a pool"] : [])
  ])
}

/**
 * Whether a URL leads to this machine only.
 *
 * @category guards
 */
export const isLoopback = (endpoint: string): boolean => {
  if (!URL.canParse(endpoint)) return false
  const { hostname } = new URL(endpoint)
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

/**
 * A URL without what may be secret in it: credentials and query.
 *
 * @category rendering
 */
export const shownEndpoint = (endpoint: string): string => {
  if (!URL.canParse(endpoint)) return "an endpoint that is no URL"
  const { origin, pathname } = new URL(endpoint)
  return pathname === "/" ? origin : `${origin}${pathname}`
}

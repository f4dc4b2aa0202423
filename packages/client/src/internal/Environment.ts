/**
 * The account that the environment names, and which names of it counted.
 *
 * `effect/Config` brings file systems and paths along, so only who asks the environment loads it.
 */
import type * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { type AccountCredential, sharedKey } from "../Credential.ts"

/** What the environment says. */
export interface EnvironmentSettings {
  readonly endpoint: string
  /** Absent when a default Azure credential stands in for the key and no account is named. */
  readonly account?: string
  /** Absent when the default Azure credential is to be used. */
  readonly key?: AccountCredential
  /** The variables that counted, as a list for people. */
  readonly origins: string
}

interface Named<A> {
  readonly name: string
  readonly value: A
}

/** Reads the environment. Fails with the missing key when neither a key nor an identity is there. */
export const settings: Effect.Effect<EnvironmentSettings, Config.ConfigError> = Effect.suspend(() =>
  Effect.flatMap(Effect.promise(() => import("effect/Config")), settingsOf)
)

type ConfigModule = typeof Config

/** What is asked of the environment. */
const settingsOf = (Config: ConfigModule): Config.Config<EnvironmentSettings> => {
  /** A setting under several names, the first one present winning. */
  const firstOf = <A>(
    read: (name: string) => Config.Config<A>,
    names: readonly [string, ...ReadonlyArray<string>]
  ): Config.Config<Named<A>> => {
    const [name, ...others] = names
    const [next, ...rest] = others
    const first = Config.map(read(name), (value) => ({ name, value }))
    return next === undefined ? first : Config.flatMap(
      Config.option(first),
      Option.match({
        onNone: () => firstOf(read, [next, ...rest]),
        onSome: (found) => Config.succeed(found)
      })
    )
  }

  const text = (name: string): Config.Config<string> => Config.NonEmptyString(name)

  const account = firstOf(text, ["AZURE_BATCH_ACCOUNT", "AZURE_BATCH_ACCOUNT_NAME"])

  const key = firstOf(
    (name) => Config.Redacted(name),
    ["AZURE_BATCH_ACCESS_KEY", "AZURE_BATCH_ACCOUNT_KEY"]
  )

  const identity = firstOf(text, [
    "AZURE_CLIENT_ID",
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_FEDERATED_TOKEN_FILE"
  ])

  const endpointName = "AZURE_BATCH_ENDPOINT"

  const withKey = (
    endpoint: string,
    { name, value }: Named<Redacted.Redacted>
  ): Config.Config<EnvironmentSettings> =>
    Config.map(account, (account) => ({
      endpoint,
      account: account.value,
      key: sharedKey(value),
      origins: `${endpointName}, ${account.name} and ${name}`
    }))

  const withIdentity = (
    endpoint: string,
    { name }: Named<string>
  ): Config.Config<EnvironmentSettings> =>
    Config.map(Config.option(account), (account) => ({
      endpoint,
      ...(Option.isSome(account) ? { account: account.value.value } : {}),
      origins: `${endpointName}${
        Option.isSome(account) ? `, ${account.value.name}` : ""
      } and ${name} without a key: the default Azure credential`
    }))

  return Config.flatMap(
    Config.all({
      endpoint: text(endpointName),
      key: Config.option(key),
      identity: Config.option(identity)
    }),
    ({ endpoint, identity, key: found }) =>
      Option.isSome(found)
        ? withKey(endpoint, found.value)
        : Option.isSome(identity)
        ? withIdentity(endpoint, identity.value)
        : Config.flatMap(key, (given) => withKey(endpoint, given))
  )
}

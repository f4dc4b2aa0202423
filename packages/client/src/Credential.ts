/**
 * Where the account is and how we prove to be allowed in, checked before the first request.
 *
 * Guarantees: every problem is reported at once; no message contains the key or any part of it;
 * plain http is accepted for the loopback interface only.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { createSecretKey, type KeyObject } from "node:crypto"
import { type CredentialProblem, unavailable } from "./internal/CredentialCache.ts"
import { type AccessToken, scopeDefault, type TokenProvider } from "./TokenAuth.ts"

/** How to prove to be allowed in. Made by `sharedKey`, `token`, `fromTokenCredential`, `defaultAzure`. */
export type AccountCredential =
  | {
    readonly _tag: "SharedKey"
    readonly key: Redacted.Redacted | Effect.Effect<Redacted.Redacted, Error>
  }
  | { readonly _tag: "Token"; readonly provider: TokenProvider }

/** What a caller states about the account: where it is, and a key or another credential. */
export interface CredentialOptions {
  /** The account's URL, for example `https://account.region.batch.azure.com`; a trailing slash is fine. */
  readonly endpoint: string
  /** The account's name. @default with a token, the first label of the endpoint's host */
  readonly account?: string
  /** The account's key, base64; short for `credential: Credential.sharedKey(key)`. */
  readonly key?: Redacted.Redacted
  /** How to prove to be allowed in, when it is not a fixed key. */
  readonly credential?: AccountCredential
}

/** A checked credential. A fixed key is opaque: it can sign, but not be shown. */
export interface Credential {
  /** Scheme, host and port. */
  readonly origin: string
  /** Path before `/jobs`, empty or beginning with a slash and not ending with one. */
  readonly basePath: string
  readonly account: string
  readonly identity: Identity
}

/** What proves identity, checked as far as that is possible without asking a provider. */
export type Identity =
  | { readonly _tag: "Key"; readonly key: KeyObject }
  | {
    readonly _tag: "KeyProvider"
    readonly getKey: Effect.Effect<Redacted.Redacted, Error>
  }
  | { readonly _tag: "Token"; readonly provider: TokenProvider }

/** The client cannot be made from these settings. */
export class ClientConfigError
  extends Schema.TaggedError<ClientConfigError>()("ClientConfigError", {
    /** All problems in one text. */
    message: Schema.String,
    /** The problems, each naming the setting, what is wrong and what to do. */
    problems: Schema.Array(Schema.String)
  })
{}

/**
 * The account's key, or an effect that reads it: it runs before the first request and again, once per
 * call, when the service does not accept the key, so that a rotated key needs no restart.
 */
export const sharedKey = (
  key: Redacted.Redacted | Effect.Effect<Redacted.Redacted, Error>
): AccountCredential => ({ _tag: "SharedKey", key })

/** Bearer tokens from any provider; see `TokenAuth` for when it is asked. */
export const token = (provider: TokenProvider): AccountCredential => ({ _tag: "Token", provider })

/** The part of `TokenCredential` of `@azure/core-auth` that is used. */
export interface TokenCredentialLike {
  readonly getToken: (
    scope: string,
    options?: { readonly abortSignal?: AbortSignal }
  ) => Promise<
    { readonly token: string; readonly expiresOnTimestamp: number } | null
  >
}

/**
 * Bearer tokens from a `TokenCredential` of `@azure/core-auth` or `@azure/identity`. `scope` is another
 * one in national clouds. @default "https://batch.core.windows.net/.default"
 */
export const fromTokenCredential = (
  credential: TokenCredentialLike,
  scope: string = scopeDefault
): AccountCredential =>
  token({
    getToken: Effect.flatMap(
      Effect.tryPromise({
        try: (abortSignal) => credential.getToken(scope, { abortSignal }),
        catch: (cause) => unavailable(cause)
      }),
      (given): Effect.Effect<AccessToken, CredentialProblem> =>
        typeof given?.token === "string"
          ? Effect.succeed({
            token: Redacted.make(given.token),
            expiresAtMs: given.expiresOnTimestamp
          })
          : Effect.fail(unavailable(undefined))
    )
  })

/** Options of `defaultAzure`. */
export interface DefaultAzureOptions {
  /** Scope of the tokens. @default "https://batch.core.windows.net/.default" */
  readonly scope?: string
  /** Loads the package. @default `import("@azure/identity")` */
  readonly load?: () => Promise<unknown>
}

/**
 * The `DefaultAzureCredential` of `@azure/identity`, an optional peer that is loaded here: environment,
 * workload and managed identity, signed-in command lines. Fails with `ClientConfigError` when the
 * package is not installed.
 */
export const defaultAzure = (
  options: DefaultAzureOptions = {}
): Effect.Effect<AccountCredential, ClientConfigError> =>
  Effect.tryPromise({
    try: options.load ?? (() => import(azureIdentity)),
    catch: () => configError([`credential: the package ${azureIdentity} cannot be loaded; ${hint}`])
  }).pipe(Effect.flatMap((loaded) => {
    const made = Result.try((): unknown => instanceOf(loaded, "DefaultAzureCredential"))
    return Result.isSuccess(made) && isTokenCredential(made.success)
      ? Effect.succeed(fromTokenCredential(made.success, options.scope))
      : Effect.fail(
        configError([`credential: ${azureIdentity} has no usable DefaultAzureCredential; ${hint}`])
      )
  }))

const azureIdentity: string = "@azure/identity"
const hint = "install version 4 or later beside this package, or give a key or a token provider."

const instanceOf = (module: unknown, name: string): unknown => {
  const constructor: unknown = typeof module === "object" && module !== null
    ? Reflect.get(module, name)
    : undefined
  return typeof constructor === "function" ? Reflect.construct(constructor, []) : undefined
}

const isTokenCredential = (value: unknown): value is TokenCredentialLike =>
  typeof value === "object" && value !== null && "getToken" in value
  && typeof value.getToken === "function"

/** The error of settings with these problems. */
export const configError = (problems: ReadonlyArray<string>): ClientConfigError =>
  new ClientConfigError({
    message: `The client settings are wrong. ${problems.join(" ")}`,
    problems
  })

/** Checks what a caller states; fails with every problem at once. */
export const make = (options: CredentialOptions): Result.Result<Credential, ClientConfigError> => {
  const problems: Array<string> = []
  const url = endpointOf(options.endpoint, problems)
  const account = accountOf(options, url)
  if (!/^[A-Za-z0-9]+$/.test(account)) {
    problems.push("account: must be the account's name, letters and digits only.")
  }
  const identity = identityOf(options, problems)
  if (url === undefined || identity === undefined || problems.length > 0) {
    return Result.fail(configError(problems))
  }
  return Result.succeed({
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ""),
    account,
    identity
  })
}

const accountOf = ({ account, credential }: CredentialOptions, url: URL | undefined): string =>
  account ?? (credential?._tag === "Token" ? url?.hostname.split(/[.:]/)[0] ?? "" : "")

const identityOf = (
  { credential, key }: CredentialOptions,
  problems: Array<string>
): Identity | undefined => {
  if (credential !== undefined && key !== undefined) {
    problems.push("key: must not be given together with credential; give one of them.")
    return undefined
  }
  if (credential?._tag === "Token") return credential
  const given = credential?.key ?? key
  if (given === undefined) {
    problems.push("key: is missing; give the account's access key or another credential.")
    return undefined
  }
  if (Effect.isEffect(given)) return { _tag: "KeyProvider", getKey: given }
  if (!Redacted.isRedacted(given)) {
    problems.push("key: must be Redacted; wrap the access key in Redacted.make.")
    return undefined
  }
  const made = keyOf(given, problems)
  return made === undefined ? undefined : { _tag: "Key", key: made }
}

/** Makes a key that can sign but not be shown; says what is wrong with one that is no base64. */
export const keyOf = (
  key: Redacted.Redacted,
  problems: Array<string>
): KeyObject | undefined => {
  const bytes = keyBytesOf(Redacted.value(key), problems)
  if (bytes === undefined) return undefined
  const made = createSecretKey(bytes)
  bytes.fill(0)
  return made
}

/** True for names and addresses of the loopback interface. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || host === "[::1]"
  || /^127(\.\d{1,3}){3}$/.test(host)

const endpointOf = (endpoint: string, problems: Array<string>): URL | undefined => {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:")) {
    problems.push("endpoint: must be a URL such as https://account.region.batch.azure.com.")
    return undefined
  }
  if (url.username !== "" || url.password !== "") {
    problems.push("endpoint: must not contain a user name or password.")
  }
  if (url.search !== "" || url.hash !== "") {
    problems.push("endpoint: must not contain a query or a fragment.")
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    problems.push(
      `endpoint: plain http is allowed for the loopback interface only; use https for ${url.hostname}.`
    )
  }
  return url
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const keyBytesOf = (key: string, problems: Array<string>): Buffer | undefined => {
  const trimmed = key.trim()
  if (trimmed !== "" && base64.test(trimmed)) return Buffer.from(trimmed, "base64")
  problems.push(
    trimmed === ""
      ? "key: is empty; give the account's access key."
      : "key: is not base64; copy the whole access key of the account (its value is not shown here)."
  )
  return undefined
}

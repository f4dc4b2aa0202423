/**
 * Where the account is and how we prove to be allowed in, checked before the first request.
 *
 * Guarantees: every problem is reported at once; no message contains the key or any part of it;
 * plain http is accepted for the loopback interface only.
 */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { createSecretKey, type KeyObject } from "node:crypto"

/** What a caller states about the account. */
export interface CredentialOptions {
  /** The account's URL, for example `https://account.region.batch.azure.com`; a trailing slash is fine. */
  readonly endpoint: string
  /** The account's name. */
  readonly account: string
  /** The account's key, base64. */
  readonly key: Redacted.Redacted
}

/** A checked credential. The key is opaque: it can sign, but not be shown. */
export interface Credential {
  /** Scheme, host and port. */
  readonly origin: string
  /** Path before `/jobs`, empty or beginning with a slash and not ending with one. */
  readonly basePath: string
  readonly account: string
  readonly key: KeyObject
}

/** The client cannot be made from these settings. */
export class ClientConfigError
  extends Schema.TaggedError<ClientConfigError>()("ClientConfigError", {
    /** All problems in one text. */
    message: Schema.String,
    /** The problems, each naming the setting, what is wrong and what to do. */
    problems: Schema.Array(Schema.String)
  })
{}

/** Checks what a caller states; fails with every problem at once. */
export const make = (options: CredentialOptions): Result.Result<Credential, ClientConfigError> => {
  const problems: Array<string> = []
  const url = endpointOf(options.endpoint, problems)
  if (!/^[A-Za-z0-9]+$/.test(options.account)) {
    problems.push("account: must be the account's name, letters and digits only.")
  }
  const bytes = keyBytesOf(Redacted.value(options.key), problems)
  if (url === undefined || bytes === undefined || problems.length > 0) {
    return Result.fail(
      new ClientConfigError({
        message: `The client settings are wrong. ${problems.join(" ")}`,
        problems
      })
    )
  }
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return Result.succeed({
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ""),
    account: options.account,
    key
  })
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

/**
 * Proves identity with bearer tokens of Microsoft Entra ID, or of any provider.
 *
 * Guarantees: a token is asked for once for all attempts and again before it expires; a status 401
 * makes it be renewed once per call, whatever its life; the token stands in one header only.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as AuthAdvice from "./internal/AuthAdvice.ts"
import type { CredentialCache } from "./internal/CredentialCache.ts"
import * as RequestStamp from "./internal/RequestStamp.ts"
import type { Signer } from "./internal/Signer.ts"

/** The scope of tokens for the Batch service in the public cloud. */
export const scopeDefault = "https://batch.core.windows.net/.default"

/** A token and when it ends. */
export interface AccessToken {
  readonly token: Redacted.Redacted
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number
}

/** Gives tokens; asked again whenever the last one is about to expire or was refused. */
export interface TokenProvider {
  /** Gives a token. May fail with any error: only the error's name is shown. */
  readonly getToken: Effect.Effect<AccessToken, Error>
}

/** What a signer is made of. */
export interface TokenAuthOptions {
  readonly tokens: CredentialCache<Redacted.Redacted>
  /** The first 24 characters (with the last dash) of a GUID, for request ids. */
  readonly idPrefix: string
}

/** Makes a signer. */
export const make = ({ idPrefix, tokens }: TokenAuthOptions): Signer => {
  const stamp = RequestStamp.make(idPrefix)
  return {
    ready: tokens.ready,
    generation: tokens.generation,
    sign: (call, nowMs) => {
      const stamped = stamp(call, nowMs)
      const token = tokens.value()
      if (token !== undefined) {
        stamped.headers["authorization"] = `Bearer ${Redacted.value(token)}`
      }
      return stamped
    },
    remedy: ({ generation, reply, tried }) => {
      if (reply.status !== 401 || tried.has("credential")) return undefined
      tried.add("credential")
      return Effect.map(tokens.renew(generation), (renewal) => renewal !== "failed")
    },
    advice: (reply, code) =>
      AuthAdvice.isUnrecognised(reply, code)
        ? AuthAdvice.tokenAdvice
        : reply.status === 403 && code !== "AccountIsDisabled"
        ? AuthAdvice.roleAdvice
        : ""
  }
}

/**
 * Makes the signer of a credential, with the cache of what a provider gives.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Credential, keyOf } from "../Credential.ts"
import * as SharedKeyAuth from "../SharedKeyAuth.ts"
import * as TokenAuth from "../TokenAuth.ts"
import * as CredentialCache from "./CredentialCache.ts"
import type { Signer } from "./Signer.ts"

/**
 * Makes a signer. `idPrefix` is the first 24 characters of a GUID; `timeoutMs` is the longest time a
 * provider may take.
 */
export const make = (
  { account, identity }: Credential,
  idPrefix: string,
  timeoutMs: number
): Signer => {
  switch (identity._tag) {
    case "Key":
      return SharedKeyAuth.make({ account, idPrefix, key: identity.key })
    case "KeyProvider":
      return SharedKeyAuth.make({
        account,
        idPrefix,
        key: CredentialCache.make({
          timeoutMs,
          isSame: (left, right) => left.equals(right),
          provide: Effect.flatMap(Effect.mapError(identity.getKey, asProblem), (given) => {
            const key = keyOf(given, [])
            return key === undefined
              ? Effect.fail(problem("the key provider gave a key that is not base64."))
              : Effect.succeed({ value: key, expiresAtMs: Number.POSITIVE_INFINITY })
          })
        })
      })
    case "Token":
      return TokenAuth.make({
        idPrefix,
        tokens: CredentialCache.make({
          timeoutMs,
          isSame: (left, right) => Redacted.value(left) === Redacted.value(right),
          provide: Effect.flatMap(
            Effect.mapError(identity.provider.getToken, asProblem),
            ({ expiresAtMs, token }) =>
              /^[\x21-\x7e]+$/.test(Redacted.value(token))
                ? Effect.succeed({ value: token, expiresAtMs })
                : Effect.fail(problem("the token provider gave something that is no token."))
          )
        })
      })
  }
}

const problem = (message: string): CredentialCache.CredentialProblem =>
  new CredentialCache.CredentialProblem({ code: "CredentialUnavailable", message })

const asProblem = (error: Error): CredentialCache.CredentialProblem =>
  error instanceof CredentialCache.CredentialProblem ? error : CredentialCache.unavailable(error)

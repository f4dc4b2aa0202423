/**
 * The ways to name an account and to prove to be allowed in.
 */
import { BatchClient } from "@batchwave/client/BatchClient"
import * as Credential from "@batchwave/client/Credential"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"

const endpoint = "https://myaccount.westeurope.batch.azure.com"

/** With the account's key. */
export const withKey = (key: Redacted.Redacted) =>
  BatchClient.layer({ endpoint, account: "myaccount", key })

/** With Microsoft Entra ID; needs the package `@azure/identity`. */
export const withEntra = Layer.unwrap(
  Effect.map(Credential.defaultAzure(), (credential) => BatchClient.layer({ endpoint, credential }))
)

/** With any `TokenCredential` of `@azure/identity`. */
export const withTokens = (tokens: Credential.TokenCredentialLike) =>
  BatchClient.layer({ endpoint, credential: Credential.fromTokenCredential(tokens) })

/** From the environment, with other bounds than the defaults. */
export const tuned = BatchClient.layerConfig({
  connections: 16,
  attemptsMax: 5,
  deadlineMs: 60_000,
  watch: { intervalMsMin: 5000 }
})

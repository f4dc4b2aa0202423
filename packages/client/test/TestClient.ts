/**
 * A client of a scripted service with waits short enough for tests, and patience for a busy machine.
 */
import type * as Effect from "effect/Effect"
import * as EffectModule from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { BatchClient, type BatchClientOptions, type BatchServices } from "../src/BatchClient.ts"
import type { ClientConfigError } from "../src/Credential.ts"
import type { ScriptedServer } from "./ScriptedServer.ts"

/** A key that must never be seen. */
export const keyText = Buffer.from("CANARY-key-that-must-never-be-shown-0123456789").toString(
  "base64"
)

/** Settings of a client with short waits between attempts, and long ones for replies. */
export const settings = (
  server: Pick<ScriptedServer, "url">,
  tuning: Partial<BatchClientOptions> = {}
): BatchClientOptions => ({
  endpoint: server.url,
  account: "batchwave",
  key: Redacted.make(keyText),
  attemptsMax: 5,
  attemptTimeoutMs: 20_000,
  deadlineMs: 50_000,
  backoffMsMin: 4,
  backoffMsMax: 16,
  ...tuning
})

/** Runs an effect with a client of the service. */
export const withClient = (
  server: Pick<ScriptedServer, "url">,
  tuning: Partial<BatchClientOptions> = {}
) =>
<A, E>(
  effect: Effect.Effect<A, E, BatchServices>
): Effect.Effect<A, E | ClientConfigError> =>
  EffectModule.provide(effect, BatchClient.layer(settings(server, tuning)))

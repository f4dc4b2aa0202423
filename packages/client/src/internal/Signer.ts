/**
 * Proves the identity of each attempt, whatever the kind of credential.
 */
import type * as Effect from "effect/Effect"
import type { ConditionalOptions } from "../RequestOptions.ts"
import type { TransportReply } from "../TransportMessage.ts"
import type { Call } from "./Call.ts"
import type { CredentialProblem } from "./CredentialCache.ts"

/** A signed attempt. */
export interface SignedHeaders {
  /** Every header of the attempt, names in lower case. */
  readonly headers: Record<string, string>
  readonly clientRequestId: string
}

/** A refusal of the identity, and what was already done about it during the call. */
export interface Refusal {
  readonly reply: TransportReply
  readonly options: ConditionalOptions | undefined
  /** The local wall clock. */
  readonly nowMs: number
  /** Which credential was used, as `generation` answered when the attempt was signed. */
  readonly generation: number
  /** Remedies already tried. */
  readonly tried: Set<"clock" | "credential">
}

/** Proves the identity of attempts. */
export interface Signer {
  /** Makes sure there is something to sign with; absent when there always is. */
  readonly ready: (() => Effect.Effect<void, CredentialProblem>) | undefined
  /** Grows whenever what is signed with changes. */
  readonly generation: () => number
  /** Dates and signs an attempt of a call; `nowMs` is the local wall clock. */
  readonly sign: (call: Call<unknown>, nowMs: number) => SignedHeaders
  /**
   * What can be done about a status 401 or 403: an effect that answers whether another attempt makes
   * sense, or `undefined` for nothing. Each remedy is tried once per call.
   */
  readonly remedy: (refusal: Refusal) => Effect.Effect<boolean> | undefined
  /** Why the identity was refused and what to do, for a person; empty when the service says it all. */
  readonly advice: (reply: TransportReply, code: string | undefined, nowMs: number) => string
}

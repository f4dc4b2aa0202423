/**
 * Signs requests with the account's key, each attempt afresh.
 *
 * Guarantees: the key never leaves its opaque handle; what is signed is what is sent, byte for byte;
 * the time signed follows the service's clock once a refusal has shown that ours is off.
 *
 * @source authenticate-requests-to-the-azure-batch-service; 15 minutes of tolerance
 */
import * as SharedKey from "@batchwave/wire/SharedKey"
import type * as Clock from "effect/Clock"
import * as Result from "effect/Result"
import { createHmac } from "node:crypto"
import type { Credential } from "./Credential.ts"
import type { Call } from "./internal/Call.ts"
import { formatHttpDate, parseHttpDate } from "./internal/HttpDate.ts"
import type { ConditionalOptions } from "./RequestOptions.ts"
import type { TransportFailure } from "./TransportFailure.ts"
import type { TransportReply } from "./TransportMessage.ts"

/** A signed attempt. */
export interface SignedHeaders {
  /** Every header of the attempt, names in lower case. */
  readonly headers: Record<string, string>
  readonly clientRequestId: string
}

/** Signs attempts. */
export interface Signer {
  /** Dates and signs an attempt of a call; `nowMs` is the local wall clock. */
  readonly sign: (call: Call<unknown>, nowMs: number) => SignedHeaders
  /**
   * Follows the service's clock when a refusal of the signature shows that ours is off by more than
   * `skewMsMin`. Answers the new offset in milliseconds, or `undefined` when that is not the cause.
   */
  readonly followClock: (
    outcome: Result.Result<TransportReply, TransportFailure>,
    clock: Clock.Clock
  ) => number | undefined
}

/** Smallest difference of clocks that is taken as the cause of a refused signature, in milliseconds. */
export const skewMsMin = 5 * 60_000

/**
 * Makes a signer. `idPrefix` is the first 24 characters (with the last dash) of a GUID; request ids
 * are made of it and a counter, so that they are unique without drawing random bits per request.
 */
export const make = (credential: Credential, idPrefix: string): Signer => {
  let count = 0
  let offsetMs = 0
  let dateAtSecond = Number.NaN
  let date = ""
  const dateOf = (atMs: number): string => {
    const second = Math.floor(atMs / 1000)
    if (second !== dateAtSecond) {
      dateAtSecond = second
      date = formatHttpDate(atMs)
    }
    return date
  }
  let lastTarget = ""
  let lastPath = ""
  const pathOf = (target: string): string => {
    if (target !== lastTarget) {
      lastPath = SharedKey.canonicalResource("", target).slice(1)
      lastTarget = target
    }
    return lastPath
  }
  return {
    sign: (call, nowMs) => {
      const clientRequestId = call.options?.clientRequestId
        ?? idPrefix + (++count).toString(16).padStart(12, "0")
      return {
        clientRequestId,
        headers: signedHeaders(credential, call, dateOf(nowMs + offsetMs), clientRequestId, pathOf)
      }
    },
    followClock: (outcome, clock) => {
      if (Result.isFailure(outcome) || outcome.success.status !== 403) return undefined
      const serverMs = parseHttpDate(outcome.success.headers.date ?? "")
      if (serverMs === undefined) return undefined
      const aheadMs = serverMs - (clock.currentTimeMillisUnsafe() + offsetMs)
      if (Math.abs(aheadMs) <= skewMsMin) return undefined
      offsetMs += aheadMs
      return offsetMs
    }
  }
}

/** The type of every JSON body we send. */
const jsonType = "application/json; odata=minimalmetadata; charset=utf-8"

const noOptions: ConditionalOptions = {}

/** Answers the canonical path and query of a target; calls of one kind repeat the same target. */
type PathOf = (target: string) => string

const signedHeaders = (
  credential: Credential,
  call: Call<unknown>,
  date: string,
  clientRequestId: string,
  pathOf: PathOf
): Record<string, string> => {
  const options = call.options ?? noOptions
  const headers: Record<string, string> = {
    accept: "application/json",
    "ocp-date": date,
    "client-request-id": clientRequestId
  }
  if (options.returnClientRequestId === true) headers["return-client-request-id"] = "true"
  if (call.body !== undefined) headers["content-type"] = jsonType
  const length = contentLength(call)
  if (length !== undefined) headers["content-length"] = length
  if (call.range !== undefined) headers["ocp-range"] = call.range
  addConditions(headers, options)
  const text = SharedKey.stringToSign({
    account: credential.account,
    method: call.method,
    target: "",
    headers
  }) + pathOf(call.target)
  const signature = createHmac("sha256", credential.key).update(text, "utf8").digest("base64")
  headers["authorization"] = SharedKey.authorizationOf(credential.account, signature)
  return headers
}

/** Length as the transport sends it: writes have one even without a body, reads and deletes do not. */
const contentLength = (call: Call<unknown>): string | undefined =>
  call.body !== undefined
    ? String(call.body.length)
    : call.method === "POST" || call.method === "PUT" || call.method === "PATCH"
    ? "0"
    : undefined

const addConditions = (headers: Record<string, string>, options: ConditionalOptions): void => {
  if (options.ifMatch !== undefined) headers["if-match"] = options.ifMatch
  if (options.ifNoneMatch !== undefined) headers["if-none-match"] = options.ifNoneMatch
  if (options.ifModifiedSince !== undefined) {
    headers["if-modified-since"] = options.ifModifiedSince
  }
  if (options.ifUnmodifiedSince !== undefined) {
    headers["if-unmodified-since"] = options.ifUnmodifiedSince
  }
}

/**
 * Verifies the shared key signature or the bearer token of a request. Every failure has the same
 * code; its detail says what the server looked at, as the service does.
 *
 * A bad signature answers 403, a token that is unknown or has expired 401: the first was recorded, the
 * second is our choice.
 *
 * @source Authenticate requests to the Azure Batch service
 * @internal
 */
import * as Limits from "@batchwave/wire/Limits"
import * as Rfc1123 from "@batchwave/wire/Rfc1123"
import * as SharedKey from "@batchwave/wire/SharedKey"
import { Buffer } from "node:buffer"
import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto"
import type * as AccessToken from "../AccessToken.ts"
import * as ErrorReply from "../ErrorReply.ts"
import type { Exchange, Reply } from "../Exchange.ts"

/** Whose requests are taken. */
export interface Credential {
  readonly account: string
  readonly key: KeyObject
  readonly isToken: AccessToken.Check
  /** The status of a token that is unknown or has expired. */
  readonly unknownTokenStatus: number
}

/** Checks the signature, the account and the age of a request. */
export const check = (
  occasion: ErrorReply.Occasion,
  credential: Credential,
  method: string,
  target: string,
  headers: Exchange["headers"]
): Reply | undefined => {
  const token = bearerForm.exec(headers["authorization"] ?? "")?.[1]
  if (token !== undefined) {
    return credential.isToken(token, occasion.nowMs)
      ? undefined
      : unknownToken(occasion, credential.unknownTokenStatus)
  }
  const detail = problem(occasion.nowMs, credential, method, target, headers)
  return detail === undefined
    ? undefined
    : ErrorReply.make(occasion, "AuthenticationFailed", [["AuthenticationErrorDetail", detail]])
}

const bearerForm = /^Bearer +([\x21-\x7e]+) *$/i

/** The reply to a token that opens nothing. */
export const unknownToken = (occasion: ErrorReply.Occasion, status: number): Reply => {
  const reply = ErrorReply.makeOpen(occasion, status, {
    code: "AuthenticationFailed",
    message: ErrorReply.textOf("AuthenticationFailed"),
    values: [["AuthenticationErrorDetail", "The access token is unknown or has expired."]]
  })
  return status === 401
    ? { ...reply, headers: { ...reply.headers, "WWW-Authenticate": "Bearer" } }
    : reply
}

const problem = (
  nowMs: number,
  credential: Credential,
  method: string,
  target: string,
  headers: Exchange["headers"]
): string | undefined => {
  const { authorization } = headers
  if (authorization === undefined) return "The Authorization header is missing."
  const given = SharedKey.parseAuthorization(authorization)
  if (given === undefined) {
    return "The Authorization header must read SharedKey, a blank, the account, a colon and a signature in base64, or Bearer, a blank and a token."
  }
  if (given.account.toLowerCase() !== credential.account) {
    return "The account in the Authorization header is not the account of this endpoint."
  }
  const text = SharedKey.stringToSign({ account: given.account, method, target, headers })
  if (!isSignature(given.signature, credential.key, text)) {
    const other = withOtherEmptyLength(given.account, method, target, headers)
    if (other === undefined || !isSignature(given.signature, credential.key, other)) {
      return `The MAC signature found in the HTTP request '${given.signature}' is not the same as any computed signature. Server used following string to sign: '${text}'.`
    }
  }
  return dateProblem(nowMs, headers)
}

/** A signature is compared in constant time, so nobody learns it byte by byte. */
const isSignature = (signature: string, key: KeyObject, text: string): boolean => {
  const given = Buffer.from(signature, "base64")
  const expected = createHmac("sha256", key).update(text, "utf8").digest()
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** Clients sign the length of no body as `0` or as nothing, whatever they send. */
const withOtherEmptyLength = (
  account: string,
  method: string,
  target: string,
  headers: Exchange["headers"]
): string | undefined => {
  const length = headers["content-length"]
  if (length !== undefined && length !== "0") return undefined
  const swapped = { ...headers, "content-length": length === undefined ? "0" : undefined }
  return SharedKey.stringToSign({ account, method, target, headers: swapped })
}

const dateProblem = (nowMs: number, headers: Exchange["headers"]): string | undefined => {
  const text = headers["ocp-date"] ?? headers["date"]
  if (text === undefined) return "The request has neither an ocp-date nor a Date header."
  const atMs = Rfc1123.dateToEpochMs(text)
  if (atMs === undefined) return `The request date '${text}' is not an RFC 1123 date.`
  return Math.abs(nowMs - atMs) <= Limits.clockSkewMsMax
    ? undefined
    : `The request date '${text}' is more than 15 minutes from the server's time '${
      Rfc1123.dateOfEpochMs(nowMs)
    }'.`
}

/**
 * The access tokens an emulator takes in place of a signature: a test issuer, not an identity service.
 */
import type { Buffer } from "node:buffer"
import { createHash, timingSafeEqual } from "node:crypto"

/**
 * A token and the time from which it is refused.
 *
 * @category models
 */
export interface AccessToken {
  readonly token: string
  /** Milliseconds since 1970. @default never */
  readonly expiresAtMs?: number
}

/**
 * Tells whether a token is good at a time.
 *
 * @category models
 */
export type Check = (token: string, nowMs: number) => boolean

/**
 * Tokens by a list, or by a function that tells the good ones.
 *
 * @category models
 */
export type Issuer = ReadonlyArray<AccessToken> | Check

/**
 * Makes the check of an issuer. Tokens of a list are compared in constant time.
 *
 * @category operations
 */
export const checkOf = (issuer: Issuer): Check => {
  if (typeof issuer === "function") return issuer
  const known = issuer.map(({ expiresAtMs = Infinity, token }) => ({
    digest: digestOf(token),
    expiresAtMs
  }))
  return (token, nowMs) => {
    const digest = digestOf(token)
    return known.some((each) => timingSafeEqual(each.digest, digest) && nowMs < each.expiresAtMs)
  }
}

const digestOf = (token: string): Buffer => createHash("sha256").update(token, "utf8").digest()

/**
 * Signs requests with the account's key, each attempt afresh.
 *
 * Guarantees: the key stays in opaque handles, its own and those of the hash states made of it; what is
 * signed is what is sent, byte for byte; the time signed follows the service's clock once a refusal has
 * shown that ours is off; a key that comes from a provider is asked for again, once per call, when the
 * service does not accept it.
 *
 * @source authenticate-requests-to-the-azure-batch-service; 15 minutes of tolerance
 */
import * as SharedKey from "@batchwave/wire/SharedKey"
import * as Effect from "effect/Effect"
import type { KeyObject } from "node:crypto"
import * as AuthAdvice from "./internal/AuthAdvice.ts"
import type { Call } from "./internal/Call.ts"
import type { CredentialCache } from "./internal/CredentialCache.ts"
import * as KeyedHash from "./internal/KeyedHash.ts"
import * as RequestStamp from "./internal/RequestStamp.ts"
import type { Refusal, Signer } from "./internal/Signer.ts"

/** Smallest difference of clocks that is taken as the cause of a refused signature, in milliseconds. */
export const skewMsMin = AuthAdvice.skewMsMin

/** What a signer is made of. */
export interface SharedKeyOptions {
  readonly account: string
  /** The key itself, or where it comes from. */
  readonly key: KeyObject | CredentialCache<KeyObject>
  /** The first 24 characters (with the last dash) of a GUID, for request ids. */
  readonly idPrefix: string
}

/** Makes a signer. */
export const make = ({ account, idPrefix, key }: SharedKeyOptions): Signer => {
  const stamp = RequestStamp.make(idPrefix)
  const pathOf = makePathOf()
  const hashOf = makeHashOf()
  const cache = "renew" in key ? key : undefined
  const fixed = "renew" in key ? undefined : key
  let offsetMs = 0
  const followClock = ({ nowMs, options, reply }: Refusal): boolean => {
    const aheadMs = AuthAdvice.aheadMsOf(reply, nowMs + offsetMs)
    if (aheadMs === undefined || Math.abs(aheadMs) <= skewMsMin) return false
    if (options?.ocpDate !== undefined) return false
    offsetMs += aheadMs
    return true
  }
  return {
    ready: cache?.ready,
    generation: () => cache?.generation() ?? 0,
    sign: (call, nowMs) => {
      const stamped = stamp(call, nowMs + offsetMs)
      const signing = fixed ?? cache?.value()
      if (signing === undefined) return stamped
      const text = SharedKey.stringToSign({
        account,
        method: call.method,
        target: "",
        headers: stamped.headers
      }) + pathOf(call)
      stamped.headers["authorization"] = SharedKey.authorizationOf(account, hashOf(signing)(text))
      return stamped
    },
    remedy: (refusal) => {
      if (refusal.reply.status !== 403 && refusal.reply.status !== 401) return undefined
      if (!refusal.tried.has("clock") && followClock(refusal)) {
        refusal.tried.add("clock")
        return Effect.succeed(true)
      }
      if (cache === undefined || refusal.tried.has("credential")) return undefined
      refusal.tried.add("credential")
      return Effect.map(cache.renew(refusal.generation), (renewal) => renewal === "changed")
    },
    advice: (reply, code, nowMs) => {
      if (!AuthAdvice.isUnrecognised(reply, code)) {
        return code === "InsufficientAccountPermissions" ? AuthAdvice.roleAdvice : ""
      }
      const aheadMs = AuthAdvice.aheadMsOf(reply, nowMs)
      const isSkewed = aheadMs !== undefined && Math.abs(aheadMs) > skewMsMin
      const isFollowed = isSkewed && Math.abs(aheadMs - offsetMs) <= skewMsMin
      return isSkewed && !isFollowed
        ? AuthAdvice.clockAdvice(aheadMs)
        : AuthAdvice.keyAdvice(account)
    }
  }
}

/** Answers the canonical path and query of a target; calls of one kind often repeat the same target. */
const makePathOf = () => {
  const last = new Map<string, { readonly target: string; readonly path: string }>()
  return ({ operation, target }: Call<unknown>): string => {
    const known = last.get(operation)
    if (known?.target === target) return known.path
    const path = SharedKey.canonicalResource("", target).slice(1)
    last.set(operation, { target, path })
    return path
  }
}

/** Answers the keyed hash of a key, made anew when the key changes. */
const makeHashOf = () => {
  let lastKey: KeyObject | undefined
  let lastHash: KeyedHash.KeyedHash | undefined
  return (key: KeyObject): KeyedHash.KeyedHash => {
    if (key !== lastKey || lastHash === undefined) lastHash = KeyedHash.make(key)
    lastKey = key
    return lastHash
  }
}

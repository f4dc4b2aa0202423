/**
 * Says why an identity was refused, in words that tell what to do: the clock, the key or the role.
 */
import type { TransportReply } from "../TransportMessage.ts"
import { parseHttpDate } from "./HttpDate.ts"

/** Smallest difference of clocks that is taken as the cause of a refusal, in milliseconds. */
export const skewMsMin = 5 * 60_000

/** How much the service's clock is ahead of a local time; `undefined` when the reply has no date. */
export const aheadMsOf = (reply: TransportReply, nowMs: number): number | undefined => {
  const serverMs = parseHttpDate(reply.headers.date ?? "")
  return serverMs === undefined ? undefined : serverMs - nowMs
}

/** Names a difference of clocks. */
export const clockAdvice = (aheadMs: number): string =>
  `the local clock is ${Math.round(Math.abs(aheadMs) / 60_000)} minutes ${
    aheadMs > 0 ? "behind" : "ahead of"
  } the service's, which accepts 15; set it right.`

/** Names a wrong key. */
export const keyAdvice = (account: string): string =>
  `the key is not a current access key of the account "${account}"; copy it anew, it may have been regenerated.`

/** Names a token that is not accepted. */
export const tokenAdvice =
  "the token is not accepted, even after it was renewed; check its tenant and audience, and that the account allows Entra identities."

/** Names a missing role. */
export const roleAdvice =
  "the identity has no role that allows this; assign it one on the account, such as Azure Batch Data Contributor."

/** True when a refusal says that the identity was not recognised, rather than that it may not. */
export const isUnrecognised = (reply: TransportReply, code: string | undefined): boolean =>
  reply.status === 401 || code === "AuthenticationFailed" || code === "InvalidAuthenticationInfo"

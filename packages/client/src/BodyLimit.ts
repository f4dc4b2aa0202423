/**
 * The largest request body the service was seen to accept, learnt from its refusals.
 *
 * B1 A refusal lowers the limit to the one the service states, or else to half of what was refused.
 * B2 After `acceptedMin` accepted bodies near the limit it grows by an eighth, up to the configured
 *    limit: one heavy region of tasks does not slow the rest for ever.
 */

/** What has been learnt; nothing at first. */
export interface BodyLimit {
  /** Largest body to send, in bytes; absent while nothing was refused. */
  readonly learntBytes?: number
  /** Accepted bodies near the limit since it last changed. */
  readonly accepted: number
}

/** Nothing learnt yet. */
export const initial: BodyLimit = { accepted: 0 }

/** Accepted bodies near the limit after which it grows. */
export const acceptedMin = 32

/** Smallest limit that is ever learnt, in bytes; below it single tasks are tried anyway. */
export const learntBytesMin = 1024

/** The limit to pack by, in bytes. */
export const bytesOf = (limit: BodyLimit, configuredBytes: number): number =>
  Math.min(configuredBytes, limit.learntBytes ?? configuredBytes)

/** Learns from a refusal of a body; `statedBytes` is the limit the service named, if it did. */
export const refused = (
  limit: BodyLimit,
  bodyBytes: number,
  statedBytes: number | undefined
): BodyLimit => {
  const isUsable = statedBytes !== undefined && statedBytes > 0 && statedBytes < bodyBytes
  const bytes = isUsable ? statedBytes : Math.floor(bodyBytes / 2)
  const learntBytes = Math.max(learntBytesMin, Math.min(bytes, limit.learntBytes ?? bytes))
  return { learntBytes, accepted: 0 }
}

/** Learns from an accepted body. */
export const accepted = (
  limit: BodyLimit,
  bodyBytes: number,
  configuredBytes: number
): BodyLimit => {
  if (limit.learntBytes === undefined || bodyBytes * 2 < limit.learntBytes) return limit
  if (limit.accepted + 1 < acceptedMin) return { ...limit, accepted: limit.accepted + 1 }
  const grownBytes = limit.learntBytes + Math.max(learntBytesMin, limit.learntBytes >> 3)
  return grownBytes >= configuredBytes ? initial : { learntBytes: grownBytes, accepted: 0 }
}

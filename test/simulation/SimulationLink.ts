/**
 * A link that treats requests badly until it heals: it loses, delays, repeats, refuses and garbles, each
 * as likely as its seed has drawn for this run. Every fault it commits is counted.
 */
import * as Random from "@batchwave/core/Random"
import type { Fate, Link, ListingFate, RequestKind } from "@batchwave/lab/Link"

/** What a link can do to a request. */
export const wireFaults = [
  "lostRequest",
  "lostReply",
  "slowRequest",
  "slowReply",
  "lateReply",
  "repeated",
  "refusedUnacted",
  "refusedActed",
  "retryAfter",
  "itemFailed",
  "itemsReordered",
  "pageShort",
  "pageEmpty",
  "listingLags",
  "listingOmits"
] as const

export type WireFault = typeof wireFaults[number]

export interface FaultyLink {
  readonly link: Link
  readonly fired: Map<WireFault, number>
  /** The most tasks a request was about. */
  readonly sizes: { max: number }
}

/** The longest that a request can be on its way to the service, a repetition included. */
export const requestMsMax = 60_000

/** How long listings may lag: within the overlap of polls, as the service is taken to be. */
export const lagMsMax = 8_000

/** Makes a link that is faulty until `healMs`. */
export const make = (seed: number, healMs: number): FaultyLink => {
  const random = Random.make(seed ^ 0x11a5)
  const latencyMs = 2 + Random.nextInt(random, 400)
  const rates = new Map<WireFault, number>()
  for (const fault of wireFaults) {
    const isPresent = Random.nextInt(random, 3) === 0
    rates.set(fault, isPresent ? 0.3 * Random.nextUnit(random) ** 2 : 0)
  }
  const fired = new Map<WireFault, number>()
  const sizes = { max: 0 }
  const strikes = (fault: WireFault): boolean => {
    const rate = rates.get(fault) ?? 0
    if (rate === 0 || Random.nextUnit(random) >= rate) return false
    fired.set(fault, (fired.get(fault) ?? 0) + 1)
    return true
  }
  const half = (): number => Math.ceil(latencyMs * (0.5 + Random.nextUnit(random)))
  const fateOf = (kind: RequestKind, size: number, nowMs: number): Fate => {
    sizes.max = Math.max(sizes.max, size)
    const plain: Fate = { requestMs: half(), replyMs: half() }
    if (nowMs >= healMs) return plain
    const late = (longestMs: number): number => Math.ceil(longestMs * Random.nextUnit(random))
    if (strikes("lostRequest")) return { ...plain, requestMs: Infinity }
    return {
      requestMs: kind !== "reactivateTask" && strikes("slowRequest")
        ? late(25_000)
        : plain.requestMs,
      replyMs: strikes("lostReply")
        ? Infinity
        : strikes("lateReply")
        ? 30_000 + late(20_000)
        : strikes("slowReply")
        ? late(25_000)
        : plain.replyMs,
      ...(kind !== "reactivateTask" && strikes("repeated") ? { repeatsAfterMs: late(500) } : {}),
      ...(strikes("refusedUnacted")
        ? { trouble: { isActed: false, ...retryAfter(strikes, late) } }
        : strikes("refusedActed")
        ? { trouble: { isActed: true, ...retryAfter(strikes, late) } }
        : {}),
      ...(kind === "addTasks" ? itemsOf(strikes, random) : {}),
      ...(kind === "listTasks" ? { listing: listingOf(strikes, random) } : {})
    }
  }
  return { link: { fateOf }, fired, sizes }
}

type Strikes = (fault: WireFault) => boolean

const retryAfter = (strikes: Strikes, late: (longestMs: number) => number) =>
  strikes("retryAfter") ? { retryAfterMs: late(20_000) } : {}

const itemsOf = (strikes: Strikes, random: Random.Random): Partial<Fate> => {
  const isFailing = strikes("itemFailed")
  const place = Random.nextInt(random, 3)
  return {
    ...(isFailing ? { failsItem: (at: number) => at % 3 === place } : {}),
    ...(strikes("itemsReordered")
      ? {
        itemOrder: (count: number) =>
          Random.shuffle(random, Array.from({ length: count }, (_, at) => at))
      }
      : {})
  }
}

const listingOf = (strikes: Strikes, random: Random.Random): ListingFate => {
  const isOmitting = strikes("listingOmits")
  const place = Random.nextInt(random, 4)
  return {
    ...(strikes("pageEmpty")
      ? { tasksMax: 0 }
      : strikes("pageShort")
      ? { tasksMax: 1 + Random.nextInt(random, 5) }
      : {}),
    ...(strikes("listingLags") ? { lagMs: 1 + Random.nextInt(random, lagMsMax) } : {}),
    ...(isOmitting ? { omits: (task: { readonly index: number }) => task.index % 4 === place } : {})
  }
}

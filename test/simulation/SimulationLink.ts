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
  "lateRequest",
  "slowReply",
  "lateReply",
  "repeated",
  "repeatedLate",
  "outage",
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
export const requestMsMax = 105_000

/** Of these, the longest until the first time, and from then to a repetition. */
const lateMsMax = 60_000
const repeatedMsMax = 45_000

/** How long listings may lag: within the overlap of polls, as the service is taken to be. */
export const lagMsMax = 8_000

/** Makes a link that is faulty until `healMs`; one in `blindOf` has a time of blindness. */
export const make = (seed: number, healMs: number, blindOf: number): FaultyLink => {
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
  const outage = outageOf(random, healMs)
  const blind = blindSpotOf(random, healMs, blindOf)
  const half = (): number => Math.ceil(latencyMs * (0.5 + Random.nextUnit(random)))
  const fateOf = (kind: RequestKind, size: number, nowMs: number): Fate => {
    sizes.max = Math.max(sizes.max, size)
    const plain: Fate = { requestMs: half(), replyMs: half() }
    if (nowMs >= healMs) return plain
    if (nowMs >= outage.fromMs && nowMs < outage.untilMs) {
      fired.set("outage", (fired.get("outage") ?? 0) + 1)
      return { ...plain, requestMs: Infinity }
    }
    const late = (longestMs: number): number => Math.ceil(longestMs * Random.nextUnit(random))
    if (strikes("lostRequest")) return { ...plain, requestMs: Infinity }
    return {
      requestMs: strikes("slowRequest")
        ? late(25_000)
        : strikes("lateRequest")
        ? lateMsMax / 2 + late(lateMsMax / 2)
        : plain.requestMs,
      replyMs: strikes("lostReply")
        ? Infinity
        : strikes("lateReply")
        ? 30_000 + late(20_000)
        : strikes("slowReply")
        ? late(25_000)
        : plain.replyMs,
      ...(strikes("repeated")
        ? { repeatsAfterMs: late(500) }
        : strikes("repeatedLate")
        ? { repeatsAfterMs: late(repeatedMsMax) }
        : {}),
      ...(strikes("refusedUnacted")
        ? { trouble: { isActed: false, ...retryAfter(strikes, late) } }
        : strikes("refusedActed")
        ? { trouble: { isActed: true, ...retryAfter(strikes, late) } }
        : {}),
      ...(kind === "addTasks" ? itemsOf(strikes, random) : {}),
      ...(kind === "listTasks" ? { listing: listingOf(strikes, random, blind, nowMs) } : {})
    }
  }
  return { link: { fateOf }, fired, sizes }
}

/** A time in which no request arrives. */
const outageOf = (
  random: Random.Random,
  healMs: number
): { readonly fromMs: number; readonly untilMs: number } => {
  const fromMs = Random.nextInt(random, healMs)
  const forMs = Random.nextInt(random, 12) === 0 ? 1_000 + Random.nextInt(random, 200_000) : 0
  return { fromMs, untilMs: fromMs + forMs }
}

/** A time in which no listing has every fourth task. */
interface BlindSpot {
  readonly fromMs: number
  readonly untilMs: number
  readonly place: number
}

const blindSpotOf = (random: Random.Random, healMs: number, blindOf: number): BlindSpot => {
  const fromMs = Random.nextInt(random, Math.min(healMs, 40_000))
  const forMs = Random.nextInt(random, blindOf) === 0 ? 1_000 + Random.nextInt(random, 90_000) : 0
  return { fromMs, untilMs: fromMs + forMs, place: Random.nextInt(random, 4) }
}

type Strikes = (fault: WireFault) => boolean

const retryAfter = (strikes: Strikes, late: (longestMs: number) => number) =>
  strikes("retryAfter") ? { retryAfterMs: late(20_000) } : {}

const itemsOf = (strikes: Strikes, random: Random.Random): Partial<Fate> => {
  const isFailing = strikes("itemFailed")
  const place = Random.nextInt(random, 3)
  return {
    ...(isFailing ? { failsItem: (at: number) => at % 3 === place } : {}),
    ...((isFailing && Random.nextInt(random, 2) === 0) || strikes("itemsReordered")
      ? {
        itemOrder: (count: number) =>
          Random.shuffle(random, Array.from({ length: count }, (_, at) => at))
      }
      : {})
  }
}

const listingOf = (
  strikes: Strikes,
  random: Random.Random,
  blind: BlindSpot,
  nowMs: number
): ListingFate => {
  const isBlind = nowMs >= blind.fromMs && nowMs < blind.untilMs
  const isOmitting = strikes("listingOmits") || isBlind
  const drawn = Random.nextInt(random, 4)
  const place = isBlind ? blind.place : drawn
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

/**
 * The link of a comparison, in front of both: to the laboratory it is its link, to the engine it is what
 * lies between its client and the account. Both ask the same rule what becomes of a request. Requests
 * that the laboratory does not make in any form are let through: those about the pool, and the look at
 * the job before something is changed after a long silence.
 *
 * It notes how long refused requests were without an answer, from which follows by how much refusals may
 * have put the two apart.
 */
import type { TransportShape } from "@batchwave/client/Transport"
import type { TransportReply, TransportRequest } from "@batchwave/client/TransportMessage"
import * as Random from "@batchwave/core/Random"
import type { Fate, Link, RequestKind } from "@batchwave/lab/Link"
import type { Sent } from "@batchwave/lab/VirtualDriver"
import * as Throttle from "@batchwave/wire/Throttle"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** A time in which the service refuses some requests. */
export interface Refusal {
  readonly fromMs: number
  readonly untilMs: number
  /** At each millisecond it refuses all of one kind or none of it. */
  readonly share: number
  readonly status: number
  readonly retryAfterMs?: number
  readonly kinds: ReadonlyArray<Group>
}

/** Kinds of requests that belong together: what one of the two asks in one, the other may in two. */
export const groups = ["job", "adds", "listings", "tasks", "outputs"] as const

export type Group = typeof groups[number]

const groupOf = (kind: RequestKind): Group => {
  switch (kind) {
    case "addJob":
    case "endJob":
      return "job"
    case "addTasks":
      return "adds"
    case "listTasks":
      return "listings"
    case "readOutputs":
      return "outputs"
    default:
      return "tasks"
  }
}

/** A number from 0 to below 1 that follows from others. */
export const lotOf = (seed: number, ...parts: ReadonlyArray<number>): number => {
  let mixed = seed | 0
  for (const part of parts) mixed = Math.imul(mixed ^ part, 0x9e3779b1) ^ (mixed >>> 15)
  return Random.nextUnit(Random.make(mixed))
}

/** A link on which requests take no time, and what is refused follows from its kind and the time. */
export const ofRefusals = (refusals: ReadonlyArray<Refusal>, seed: number): Link => ({
  fateOf: (kind, _size, nowMs) => {
    const group = groupOf(kind)
    const lot = lotOf(seed, groups.indexOf(group), nowMs)
    const found = refusals.find(({ fromMs, kinds, share, untilMs }) =>
      fromMs <= nowMs && nowMs < untilMs && lot < share && kinds.includes(group)
    )
    if (found === undefined) return plain
    const { retryAfterMs, status } = found
    return {
      ...plain,
      trouble: {
        isActed: false,
        status,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs })
      }
    }
  }
})

const plain: Fate = { requestMs: 0, replyMs: 0 }

/** When refused requests waited for their next attempt. */
export interface Record {
  readonly spans: Array<{ readonly fromMs: number; readonly untilMs: number }>
  /** By request: when it was refused and not attempted since. */
  readonly open: Map<string, number>
  refused: number
}

export const emptyRecord = (): Record => ({ spans: [], open: new Map(), refused: 0 })

const noteAttempt = (record: Record, key: string, nowMs: number, isRefused: boolean): void => {
  const fromMs = record.open.get(key)
  if (fromMs !== undefined) record.spans.push({ fromMs, untilMs: nowMs })
  record.open.delete(key)
  if (!isRefused) return
  record.refused++
  record.open.set(key, nowMs)
  record.spans.push({ fromMs: nowMs, untilMs: nowMs + Throttle.quietMsMin })
}

/** In how much time, altogether, some request was refused, or the client was careful after that. */
export const troubleMs = ({ spans }: Record): number => {
  let sumMs = 0
  let coveredMs = -Infinity
  for (const { fromMs, untilMs } of spans.toSorted((left, right) => left.fromMs - right.fromMs)) {
    sumMs += Math.max(0, untilMs - Math.max(fromMs, coveredMs))
    coveredMs = Math.max(coveredMs, untilMs)
  }
  return sumMs
}

/** Notes what the laboratory sends. */
export const noteSent = (record: Record) => ({ atMs, fate, request }: Sent): void => {
  const subject = request._tag === "AddTasks"
    ? request.tasks[0]
    : "task" in request
    ? request.task
    : undefined
  const key = `${request._tag} ${subject?.node} ${subject?.submission}`
  noteAttempt(record, key, atMs, fate.trouble !== undefined)
}

/** How the engine asks whether the job still bears its claim, and nothing else. */
const claimAsked = "$select=id%2Cmetadata&"

/** What an engine's request is, as a request of the laboratory; nothing where it makes none. */
const kindOf = ({ method, path }: TransportRequest): RequestKind | undefined => {
  const [place = "", query = ""] = path.split("?")
  const [, of, , what = "", task, more = ""] = place.split("/")
  if (of === "pools" || query.startsWith(claimAsked)) return undefined
  if (what === "addtaskcollection") return "addTasks"
  if (what === "" && method !== "GET") return "addJob"
  if (what === "terminate") return "endJob"
  if (what !== "tasks" || task === undefined) return "listTasks"
  if (more === "reactivate") return "reactivateTask"
  if (more === "terminate") return "terminateTask"
  return more === "" ? "getTask" : "readOutputs"
}

const keyOf = (kind: RequestKind, { body, method, path }: TransportRequest): string =>
  kind === "listTasks"
    ? `${method} listing`
    : `${method} ${path} ${body === undefined ? "" : Buffer.from(body).toString("base64")}`

/** The same transport with the link before it. Times count from `startMs`. */
export const before = (
  transport: TransportShape,
  link: Link,
  record: Record,
  startMs: number
): TransportShape => ({
  send: Effect.fnUntraced(function*(request) {
    const nowMs = (yield* Clock.currentTimeMillis) - startMs
    const kind = kindOf(request)
    if (kind === undefined) return yield* transport.send(request)
    const { replyMs, requestMs, trouble } = link.fateOf(kind, 1, nowMs)
    noteAttempt(record, keyOf(kind, request), nowMs, trouble !== undefined)
    if (requestMs > 0) yield* Effect.sleep(requestMs)
    const reply = trouble === undefined
      ? yield* transport.send(request)
      : refusalOf(trouble)
    if (replyMs > 0) yield* Effect.sleep(replyMs)
    return reply
  })
})

const codes: { readonly [status: number]: string } = {
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServerBusy"
}

const refusalOf = ({ retryAfterMs, status = 503 }: Fate["trouble"] & object): TransportReply => ({
  status,
  headers: {
    "content-type": "application/json",
    ...(retryAfterMs === undefined ? {} : { "retry-after-ms": `${retryAfterMs}` })
  },
  body: Buffer.from(JSON.stringify({
    code: codes[status] ?? "InternalError",
    message: { lang: "en-US", value: "Not now." }
  }))
})

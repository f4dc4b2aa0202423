/**
 * How long it takes from an end that is seen to the child that is posted: from the last byte of the
 * page that shows the end to the first of the request that adds the child, as the HTTP client itself
 * tells them. Each child counts by itself, and is known by its id in the request.
 */
import * as Plan from "@batchwave/core/Plan"
import type { RunEvent, TaskReference } from "@batchwave/core/RunEvent"
import * as Workflow from "@batchwave/core/Workflow"
import * as RunConfig from "@batchwave/engine/RunConfig"
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import * as StackRun from "./StackRun.ts"

/** What one child took. */
export interface Hop {
  readonly ms: number
  /** The part of it in which the journal was written. */
  readonly journalMs: number
}

/** What is planned because of one page. */
interface Reaction {
  readonly pageAt: number
  readonly journalMs: number
  readonly nodes: ReadonlyArray<number>
}

/** A request as it leaves, not looked into before the run is over. */
interface Posted {
  readonly atMs: number
  readonly body: Buffer
}

/** Polls are far enough apart that the next one is not due within a hop. */
const pollMsMin = 10

/** Along a chain of so many nodes, where nothing else is under way. */
export const alongChain = async (count: number): Promise<ReadonlyArray<Hop>> => {
  const watch = open()
  const plan = planOf(count, (index) => index - 1)
  await StackRun.runOnce({ plan, mode: "eager", pollMsMin, ...watch.trial })
  return watch.close()
}

/** How long before the first of many tasks ends, which is about the time that adding them takes. */
const firstEndMs = 15_000

/** Of a hundred tasks, how many end in a second. */
const endsPerSecond = 1

/**
 * Of so many children, while so many tasks are in the service: of those one in a hundred ends each
 * second and is followed by its child, which runs as long. Children count once all the tasks are in
 * the service, and the run is left when there are enough.
 */
export const amongMany = async (
  count: number,
  inFlight: number
): Promise<ReadonlyArray<Hop>> => {
  const left = Promise.withResolvers<void>()
  const watch = open(inFlight, (planned) => {
    if (planned >= count) left.resolve()
  })
  const lastEndMs = firstEndMs + 100_000 / endsPerSecond
  await StackRun.runOnce({
    plan: planOf(2 * inFlight, (index) => index - inFlight),
    mode: "eager",
    pollMsMin,
    pollOverlapMs: RunConfig.forEmulator.pollOverlapMs,
    emulatorArguments: ["spread", String(inFlight), String(firstEndMs), String(lastEndMs)],
    until: left.promise,
    ...watch.trial
  })
  return watch.close()
}

/** Nodes, each after the one that `parentOf` tells, if that is one. */
const planOf = (count: number, parentOf: (index: number) => number): Plan.Plan => {
  const nodes = Array.from({ length: count }, (_, index) => {
    const parent = parentOf(index)
    return parent < 0
      ? Workflow.node(`n${index}`, "true")
      : Workflow.node(`n${index}`, "true", { after: [`n${parent}`] })
  })
  const planned = Plan.make(Workflow.make("bench", nodes))
  if (planned._tag === "Invalid") throw new Error("the benchmark's own graph is invalid")
  return planned.plan
}

/**
 * Watches a run, from when the service is known to have taken the first `inFlight` nodes; `onPlanned` is
 * told how many children have been planned since. The first tenth of the hops is left out of what
 * `close` answers.
 */
const open = (inFlight = 0, onPlanned: (count: number) => void = () => {}) => {
  const reactions: Array<Reaction> = []
  const requests: Array<Posted> = []
  const taken = new Set<number>()
  const take = ({ node }: TaskReference): void => {
    if (node < inFlight) taken.add(node)
  }
  let planned = 0
  let pageAt = 0
  let journalMs = 0
  const onTrailers = (message: unknown) => {
    if (requestOf(message)?.method !== "GET") return
    pageAt = performance.now()
    journalMs = 0
  }
  const onSend = (message: unknown) => {
    const atMs = performance.now()
    const request = requestOf(message)
    if (request?.method !== "POST" || !Buffer.isBuffer(request.body)) return
    requests.push({ atMs, body: Buffer.from(request.body) })
  }
  const onEvents = (events: ReadonlyArray<RunEvent>) => {
    const isAnswer = events.some(({ _tag }) => _tag === "TaskEnded")
    for (const event of events) {
      if (event._tag === "TaskStarted") take(event.task)
      if (event._tag === "TasksAccepted") event.tasks.forEach(take)
      if (event._tag !== "SubmissionPlanned" || !isAnswer || taken.size < inFlight) continue
      reactions.push({ pageAt, journalMs, nodes: event.tasks.map(({ node }) => node) })
      planned += event.tasks.length
    }
    onPlanned(planned)
  }
  const onAppend = (ms: number) => {
    journalMs += ms
  }
  subscribe("undici:request:trailers", onTrailers)
  subscribe("undici:client:sendHeaders", onSend)
  return {
    trial: { onEvents, onAppend },
    close: (): ReadonlyArray<Hop> => {
      unsubscribe("undici:request:trailers", onTrailers)
      unsubscribe("undici:client:sendHeaders", onSend)
      const hops = hopsOf(reactions, requests)
      return hops.slice(Math.floor(hops.length / 10))
    }
  }
}

const hopsOf = (
  reactions: ReadonlyArray<Reaction>,
  requests: ReadonlyArray<Posted>
): ReadonlyArray<Hop> => {
  const postedAt = new Map<string, number>()
  for (const { atMs, body } of requests) {
    for (const [, id] of body.toString().matchAll(/"displayName":"(n\d+)"/g)) {
      if (id !== undefined && !postedAt.has(id)) postedAt.set(id, atMs)
    }
  }
  return reactions.flatMap(({ journalMs, nodes, pageAt }) =>
    nodes.flatMap((node) => {
      const atMs = postedAt.get(`n${node}`)
      return atMs === undefined ? [] : [{ ms: atMs - pageAt, journalMs }]
    })
  )
}

const requestOf = (
  message: unknown
): { readonly method?: unknown; readonly body?: unknown } | undefined =>
  typeof message === "object" && message !== null && "request" in message
    && typeof message.request === "object" && message.request !== null
    ? message.request
    : undefined

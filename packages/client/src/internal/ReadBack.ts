/**
 * Reads tasks back by id after a write whose reply was lost, in as few requests as the length of a
 * URL allows.
 */
import { decodeTask, decodeTaskPage } from "@batchwave/wire/Decode"
import * as QueryString from "@batchwave/wire/QueryString"
import type { CloudTask, TaskAddParameter } from "@batchwave/wire/Task"
import { TasksApi } from "@batchwave/wire/TasksApi"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { BatchFailure } from "../BatchFailure.ts"
import type { RequestOptions } from "../RequestOptions.ts"
import { selectOf } from "../TaskFingerprint.ts"
import * as TaskPages from "../TaskPages.ts"
import type { TransportReply } from "../TransportMessage.ts"
import type { ExchangeShape } from "./Exchange.ts"
import { callOf, queryOf, readJson } from "./Request.ts"

/** The tasks found, by lower-case id; an id that is missing does not exist. */
export type FoundTasks = ReadonlyMap<string, CloudTask>

/** Longest encoded filter of one listing, in characters; servers bound the whole request line. */
const filterCharactersMax = 8000

/** Single reads in flight when a listing did not show a task, and so many at most instead of one more. */
const readsMax = 4

/**
 * Reads the tasks with the ids of `sent`, with the properties needed to compare them. With `wasListed`
 * a listing did not show them a moment ago: a few are then read one by one at once.
 */
export const readTasks = Effect.fnUntraced(function*(
  exchange: ExchangeShape,
  jobId: string,
  sent: ReadonlyArray<TaskAddParameter>,
  wasListed: boolean
): Effect.fn.Return<FoundTasks, BatchFailure> {
  const found = new Map<string, CloudTask>()
  const note = (task: CloudTask): void => {
    if (task.id !== undefined) found.set(task.id.toLowerCase(), task)
  }
  if (sent.length > (wasListed ? readsMax : 1)) {
    yield* Effect.forEach(filtersOf(sent), (filter) => listInto(exchange, jobId, filter, note), {
      discard: true
    })
  }
  const missing = sent.filter((task) => !found.has(task.id.toLowerCase()))
  yield* Effect.forEach(
    missing,
    (task) =>
      getOrNone(exchange, jobId, task).pipe(
        Effect.map((task) => task === undefined ? undefined : note(task))
      ),
    { concurrency: readsMax, discard: true }
  )
  return found
})

/** Reads one task with the properties needed to compare it; `undefined` when there is none. */
export const getOrNone = (
  exchange: ExchangeShape,
  jobId: string,
  sent: TaskAddParameter
): Effect.Effect<CloudTask | undefined, BatchFailure> =>
  exchange.send(callOf<CloudTask | undefined>(
    exchange,
    TasksApi.get,
    { jobId, taskId: sent.id },
    { query: queryOf({ select: withId(selectOf(sent)) }), decode: readJson(decodeTask) }
  )).pipe(Effect.catchTag("NotFound", () => Effect.succeed(undefined)))

/** What one look at the listing shows. */
export interface Listed {
  readonly found: FoundTasks
  readonly reply: TransportReply
}

/** Attempts of one look; what it does not show is found out by sending. */
const lookAttemptsMax = 2

/** Lists the tasks with the ids of `sent`, first pages only; `undefined` for no tasks at all. */
export const lookAt = Effect.fnUntraced(function*(
  exchange: ExchangeShape,
  jobId: string,
  sent: ReadonlyArray<TaskAddParameter>,
  deadlineMs: number
): Effect.fn.Return<Listed | undefined, BatchFailure> {
  const found = new Map<string, CloudTask>()
  let last: TransportReply | undefined
  for (const filter of filtersOf(sent)) {
    const { reply, value } = yield* exchange.deliver({
      ...listingOf(exchange, jobId, filter, { deadlineMs }),
      attemptsMax: lookAttemptsMax
    })
    last = reply
    for (const task of value.value ?? []) {
      if (task.id !== undefined) found.set(task.id.toLowerCase(), task)
    }
  }
  return last === undefined || found.size === 0 ? undefined : { found, reply: last }
})

const listingOf = (
  exchange: ExchangeShape,
  jobId: string,
  filter: Filter,
  options?: RequestOptions
) =>
  callOf(exchange, TasksApi.list, { jobId }, {
    query: queryOf({ filter: filter.text, select: Array.from(filter.select) }),
    options,
    decode: readJson(decodeTaskPage)
  })

/** Lists into `note`; a service that does not accept the filter makes the single reads do the work. */
const listInto = (
  exchange: ExchangeShape,
  jobId: string,
  filter: Filter,
  note: (task: CloudTask) => void
): Effect.Effect<void, BatchFailure> =>
  Stream.runForEachArray(
    TaskPages.items(exchange, listingOf(exchange, jobId, filter)),
    (tasks) => Effect.sync(() => tasks.forEach(note))
  ).pipe(Effect.catchTag("InvalidRequest", () => Effect.void))

interface Filter {
  text: string
  readonly select: Set<string>
}

const filtersOf = (sent: ReadonlyArray<TaskAddParameter>): ReadonlyArray<Filter> => {
  const filters: Array<Filter> = []
  let encodedCharacters = Number.POSITIVE_INFINITY
  for (const task of sent) {
    const term = `id eq '${task.id.replace(/'/g, "''")}'`
    const encodedTerm = QueryString.encode(` or ${term}`)
    const last = filters.at(-1)
    if (last === undefined || encodedCharacters + encodedTerm.length > filterCharactersMax) {
      filters.push({ text: term, select: new Set(withId(selectOf(task))) })
      encodedCharacters = encodedTerm.length
    } else {
      last.text += ` or ${term}`
      selectOf(task).forEach((name) => last.select.add(name))
      encodedCharacters += encodedTerm.length
    }
  }
  return filters
}

const withId = (select: ReadonlyArray<string>): ReadonlyArray<string> =>
  select.includes("id") ? select : ["id", ...select]

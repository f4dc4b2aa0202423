/**
 * Reads the reply to an `add_collection` request: settles every task whose result is final and tells
 * which ones are open.
 */
import { statusOf } from "@batchwave/wire/ErrorCode"
import * as Result from "effect/Result"
import type { BatchFailure } from "../BatchFailure.ts"
import type { TaskChunk } from "../TaskChunk.ts"
import type { TransportReply } from "../TransportMessage.ts"
import * as AddedScan from "./AddedScan.ts"
import * as Account from "./CollectionAccount.ts"
import { ofServiceError } from "./FailureOf.ts"
import { isRecord, parseJson } from "./Json.ts"
import type { FoundTasks } from "./ReadBack.ts"
import { notJson } from "./Request.ts"
import * as ServiceError from "./ServiceError.ts"

/** What a reply left open; positions are positions in the chunk. */
export interface CollectionReply {
  /** Tasks to send again: the service failed on them, or the reply does not mention them. */
  readonly again: ReadonlyArray<number>
  /** Tasks whose id is taken, to be compared with what has it. */
  readonly taken: ReadonlyArray<number>
  /** The service's own failure on tasks to send again, by index of the task. */
  readonly errors: ReadonlyMap<number, BatchFailure>
  /** Ids of results that belong to no task of the chunk, as the reply spells them. */
  readonly strangers: ReadonlyArray<string>
}

/** How to take a reply. */
export interface MatchOptions {
  /** Whether a taken id is to be compared rather than refused. */
  readonly compareExisting: boolean
  /** Attempts that led to this reply. */
  readonly attempts: number
}

/** What a reply says: all tasks of the chunk added, or a list of results to be matched. */
export type ReplyBody =
  | { readonly _tag: "AllAdded"; readonly eTags: AddedScan.ETagList }
  | { readonly _tag: "Results"; readonly results: ReadonlyArray<unknown> }

/** What ends a request: its reply, or tasks of it that a listing showed when the reply was lost. */
export type CollectionBody = ReplyBody | { readonly _tag: "Listed"; readonly found: FoundTasks }

/**
 * Reads a reply to a chunk as far as the list of results; each result is checked when it is matched.
 */
export const readCollection = (
  account: Account.CollectionAccount,
  chunk: TaskChunk
) =>
(reply: TransportReply): Result.Result<ReplyBody, string> => {
  const { indexes } = chunk
  const eTags = AddedScan.eTagsOfAllAdded(
    reply.body,
    indexes.length,
    (position) => Account.idAt(account, indexes[position] ?? -1)
  )
  if (eTags !== undefined) return Result.succeed({ _tag: "AllAdded", eTags })
  const json = parseJson(reply.body)
  if (Result.isFailure(json)) return Result.fail(notJson(reply))
  const value = isRecord(json.success) ? json.success["value"] : undefined
  return Array.isArray(value)
    ? Result.succeed({ _tag: "Results", results: value })
    : Result.fail("it has no list of results.")
}

const nothingOpen: CollectionReply = { again: [], taken: [], errors: new Map(), strangers: [] }

/** Settles the tasks of a chunk by a reply; see `CollectionReply` for what stays open. */
export const settleByReply = (
  account: Account.CollectionAccount,
  chunk: TaskChunk,
  body: ReplyBody,
  options: MatchOptions
): CollectionReply => {
  if (body._tag === "Results") return matchReply(account, chunk, body.results, options)
  Account.settleAdded(account, chunk.indexes, body.eTags)
  return nothingOpen
}

const unanswered = 0
const answered = 1

/** Settles the tasks of a chunk by a list of results. */
const matchReply = (
  account: Account.CollectionAccount,
  chunk: TaskChunk,
  results: ReadonlyArray<unknown>,
  options: MatchOptions
): CollectionReply => {
  const open: Open = { again: [], taken: [], errors: new Map(), strangers: [] }
  const marks = new Uint8Array(chunk.indexes.length)
  let positions: ReadonlyMap<string, number> | undefined
  let left = marks.length
  for (let place = 0; place < results.length; place++) {
    const result = results[place]
    if (!isRecord(result)) continue
    const taskId = result["taskId"]
    if (typeof taskId !== "string") continue
    const guess = chunk.indexes[place]
    const position = guess !== undefined && Account.idAt(account, guess) === taskId
      ? place
      : (positions ??= positionsOf(account, chunk)).get(taskId.toLowerCase())
    if (position === undefined) open.strangers.push(taskId)
    if (position === undefined || marks[position] !== unanswered) continue
    marks[position] = answered
    left--
    take(account, chunk.indexes[position] ?? -1, position, result, options, open)
  }
  if (left === 0) return open
  marks.forEach((mark, position) => {
    if (mark === unanswered) open.again.push(position)
  })
  return open
}

interface Open {
  readonly again: Array<number>
  readonly taken: Array<number>
  readonly errors: Map<number, BatchFailure>
  readonly strangers: Array<string>
}

const take = (
  account: Account.CollectionAccount,
  index: number,
  position: number,
  result: Readonly<Record<string, unknown>>,
  options: MatchOptions,
  open: Open
): void => {
  const { status, eTag } = result
  const taskId = Account.idAt(account, index)
  if (status === "Success" || lowered(status) === "success") {
    const outcome = Account.addedOutcome(taskId, typeof eTag === "string" ? eTag : "")
    return Account.settle(account, index, outcome)
  }
  const kind = lowered(status)
  const document = ServiceError.fromDocument(result["error"])
  if (kind === "clienterror" && document.code === "TaskExists" && options.compareExisting) {
    open.taken.push(position)
    return
  }
  const error = ofServiceError(
    {
      operation: "Task_AddCollection",
      jobId: account.jobId,
      taskId,
      attempts: options.attempts,
      ambiguous: kind !== "clienterror"
    },
    (document.code === undefined ? undefined : statusOf(document.code))
      ?? (kind === "clienterror" ? 400 : 500),
    document
  )
  if (kind === "clienterror") Account.settle(account, index, { _tag: "Refused", taskId, error })
  else {
    open.again.push(position)
    if (kind === "servererror") open.errors.set(index, error)
  }
}

const lowered = (status: unknown): string => typeof status === "string" ? status.toLowerCase() : ""

const positionsOf = (
  account: Account.CollectionAccount,
  chunk: TaskChunk
): ReadonlyMap<string, number> =>
  new Map(
    chunk.indexes.map((index, position) => [Account.idAt(account, index).toLowerCase(), position])
  )

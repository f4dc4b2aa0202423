/**
 * Adds any number of tasks through `add_collection` requests and accounts for every one of them.
 *
 * K1 Each task is sent once, except when a reply left it unknown or asked for it again.
 * K2 Results are matched by id without case, never by position; an id missing from a reply is unknown
 *    and is sent again under the same id.
 * K3 After an ambiguous send, or when asked to adopt, a taken id is read back and compared: the same
 *    task is already there, another one is refused with `IdConflict`. After a reply that was lost or
 *    cut the tasks are looked for before anything is sent again, and only what is missing is.
 * K4 A refused body is halved, down to one task, which is then refused as `TaskTooLarge`.
 * K5 Requests per chunk, waits and chunks in flight are all bounded.
 * K6 A call that is interrupted still accounts for every task, through `onInterrupt`: what was settled
 *    stays, what was on the way is unknown, what was not sent is refused as `NotSent`.
 *
 * Requests that are plainly accepted run in rows, one effect for all of them; no effect runs per task.
 *
 * @source Task_AddCollection 2024-02-01.19.0
 */
import type { TaskAddParameter } from "@batchwave/wire/Task"
import { TasksApi } from "@batchwave/wire/TasksApi"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { BatchFailure } from "./BatchFailure.ts"
import * as BodyLimit from "./BodyLimit.ts"
import type { CreateTasksError } from "./CreateTasksError.ts"
import * as Ahead from "./internal/Ahead.ts"
import { type BodyBuffers, makeBodyBuffers } from "./internal/BodyBuffers.ts"
import type { Call, Delivered } from "./internal/Call.ts"
import * as Account from "./internal/CollectionAccount.ts"
import * as Adoption from "./internal/CollectionAdoption.ts"
import * as CollectionOptions from "./internal/CollectionOptions.ts"
import { neverAnswered, tooLarge } from "./internal/CollectionRefusal.ts"
import {
  type CollectionBody,
  type CollectionReply,
  readCollection,
  settleByReply
} from "./internal/CollectionReply.ts"
import * as CollectionStrangers from "./internal/CollectionStrangers.ts"
import type { ExchangeShape } from "./internal/Exchange.ts"
import { readerOf } from "./internal/OnBehalf.ts"
import { callOf } from "./internal/Request.ts"
import type { RetryPlan } from "./internal/RetryPlan.ts"
import * as TaskText from "./internal/TaskText.ts"
import * as TaskChunk from "./TaskChunk.ts"
import type { AddCollectionOptions } from "./TaskOperations.ts"
import type { TaskCollectionResult } from "./TaskOutcome.ts"

/**
 * What outlives one call: the learnt limit of a body, what tasks had in common so far, and the memory
 * that bodies were written into.
 */
export interface CollectionMemory {
  limit: BodyLimit.BodyLimit
  readonly text: TaskText.TaskText
  readonly buffers: BodyBuffers
}

/** A memory of nothing. */
export const emptyMemory = (): CollectionMemory => ({
  limit: BodyLimit.initial,
  text: TaskText.make(),
  buffers: makeBodyBuffers()
})

/** Adds the tasks; see `TaskOperations.addCollection`. */
export const addAll = Effect.fnUntraced(function*<E = never, R = never>(
  exchange: ExchangeShape,
  memory: CollectionMemory,
  jobId: string,
  input: Iterable<TaskAddParameter> | Stream.Stream<TaskAddParameter, E, R>,
  options: AddCollectionOptions & { readonly bodyBytesMax: number }
): Effect.fn.Return<TaskCollectionResult, BatchFailure | CreateTasksError | E, R> {
  const tasks: ReadonlyArray<TaskAddParameter> = Stream.isStream(input)
    ? yield* Stream.runCollect(input)
    : Array.isArray(input)
    ? input
    : Array.from(input)
  const refusal = CollectionOptions.refusalOf(jobId, options) ?? Account.refusalOf(jobId, tasks)
  if (refusal !== undefined) return yield* Effect.fail(refusal)
  const account = Account.make(jobId, tasks)
  const workers = CollectionOptions.workersOf(options)
  const packer = TaskChunk.makePacker({
    tasks,
    preparedMax: workers,
    tasksMax: CollectionOptions.tasksMaxOf(options),
    bodyBytesMax: options.bodyBytesMax,
    text: memory.text,
    buffers: memory.buffers,
    onTooLarge: (index, bodyBytes) =>
      Account.settle(account, index, tooLarge(account, index, bodyBytes, options.bodyBytesMax))
  })
  const limit = () => limitOf(memory, options)
  const ahead = Ahead.make(() => {
    if (account.stop === undefined && packer.canPrepare()) packer.prepare(limit())
    return account.stop === undefined && packer.canPrepare()
  })
  const call: Call<CollectionBody> = {
    ...callOf(exchange, TasksApi.addCollection, { jobId }, { options, decode: unread }),
    onSent: ahead.wake
  }
  const reader = readerOf(exchange, options)
  const run: Run = { exchange, reader, memory, account, options, call, packer, desks: new Set() }
  const work = packer.prepareWhole(limit())
    ? sendChunks(run)
    : Effect.raceFirst(
      Effect.forEach(Array.from({ length: workers }), () => sendChunks(run), {
        concurrency: "unbounded",
        discard: true
      }),
      ahead.run
    )
  yield* Effect.onInterrupt(work, () => tellKnown(run))
  return yield* Account.close(account)
})

/** The most bytes that a body may have by now. */
const limitOf = (
  { limit }: CollectionMemory,
  { bodyBytesMax }: { readonly bodyBytesMax: number }
): number => BodyLimit.bytesOf(limit, bodyBytesMax)

/**
 * Sends chunks until there are none left: the work of one worker. It stands here, and not where it is
 * begun, because a generator function that is made anew for each call keeps all that it sees until
 * everything is collected: V8 makes a map for it that is old from the beginning.
 */
const sendChunks = Effect.fnUntraced(function*(run: Run) {
  const { account, exchange, memory, options, packer } = run
  const desk: Desk = { stack: [], current: undefined }
  run.desks.add(desk)
  const next = (): Call<CollectionBody> | undefined => {
    const chunk = account.stop === undefined ? packer.next(limitOf(memory, options)) : undefined
    desk.current = chunk && { chunk, ambiguous: false, round: 0, look: { isTaken: false } }
    return desk.current && callFor(run, desk.current)
  }
  const done = (delivered: Delivered<CollectionBody>) => settleWhole(run, desk, delivered)
  for (let sent = yield* exchange.row({ next, done }); sent !== undefined;) {
    yield* settleChunk(run, desk, sent)
    sent = yield* exchange.row({ next, done })
  }
})

/** Stands in for the reader that each request has of its own. */
const unread = (): Result.Result<CollectionBody, string> => Result.fail("it was not read.")

/** Tells an interrupted caller what became of every task. */
const tellKnown = ({ account, desks, options }: Run): Effect.Effect<void> => {
  if (options.onInterrupt === undefined) return Effect.void
  for (const { current, stack } of desks) {
    const uncertain = stack.filter((piece) => piece.ambiguous)
    if (current !== undefined) uncertain.push(current)
    for (const { chunk } of uncertain) {
      for (const index of chunk.indexes) Account.settleInterrupted(account, index)
    }
  }
  return options.onInterrupt(Account.known(account))
}

/** What the steps of one call share. */
interface Run {
  readonly exchange: ExchangeShape
  /** What reads back on behalf of the requests. */
  readonly reader: ExchangeShape
  readonly memory: CollectionMemory
  readonly account: Account.CollectionAccount
  readonly options: AddCollectionOptions & { readonly bodyBytesMax: number }
  /** The call of every request, still without its body. */
  readonly call: Call<CollectionBody>
  readonly packer: TaskChunk.Packer
  /** What each worker has at hand, for the account of an interrupted call. */
  readonly desks: Set<Desk>
}

/** A chunk in work: the piece on the way, if any, and the pieces that wait. */
interface Desk {
  readonly stack: Array<Piece>
  current: Piece | undefined
}

/** Tasks to send together, and what earlier sends left. */
interface Piece {
  readonly chunk: TaskChunk.TaskChunk
  /** Whether an earlier send of these tasks may have been acted on. */
  readonly ambiguous: boolean
  /** Earlier replies that asked for these tasks again. */
  readonly round: number
  /** Whether the listing was looked at while this piece was on the way. */
  readonly look: Adoption.Look
  /** The retries that such replies have left. */
  readonly plan?: RetryPlan
  /** Time to wait before sending, in milliseconds. */
  readonly pauseMs?: number
}

const callFor = (run: Run, { chunk, look }: Piece): Call<CollectionBody> => ({
  ...run.call,
  body: chunk.body,
  decode: readCollection(run.account, chunk),
  lookBack: Adoption.lookFirst(run.reader, run.account, chunk, look)
})

/** Settles the piece on the way when every task of it was added; answers whether that was so. */
const settleWhole = (run: Run, desk: Desk, delivered: Delivered<CollectionBody>): boolean => {
  const { current } = desk
  const { attempts, value } = delivered
  if (current === undefined || value._tag !== "AllAdded") return false
  noteAccepted(run, attempts, current.chunk.body.length)
  settle(run, current, delivered)
  if (attempts === 1) run.packer.giveBack(current.chunk)
  tellProgress(run)
  desk.current = undefined
  return true
}

/** Settles the piece on the way by what sending it brings, and then every piece that this leaves. */
const settleChunk = Effect.fnUntraced(function*(
  run: Run,
  desk: Desk,
  first: Effect.Effect<Delivered<CollectionBody>, BatchFailure>
) {
  const { stack } = desk
  let sending: typeof first | undefined = first
  for (let piece = desk.current; piece !== undefined; piece = stack.pop()) {
    desk.current = piece
    if (sending === undefined && run.account.stop !== undefined) {
      leave(run, piece)
      continue
    }
    if (piece.pauseMs !== undefined) yield* Effect.sleep(piece.pauseMs)
    const bodyBytes = piece.chunk.body.length
    const sent = yield* Effect.result(sending ?? run.exchange.deliver(callFor(run, piece)))
    sending = undefined
    if (Result.isFailure(sent)) noteFailure(run, piece, sent.failure, bodyBytes, stack)
    else if (settleWhole(run, desk, sent.success)) continue
    else {
      noteAccepted(run, sent.success.attempts, bodyBytes)
      const reply = settle(run, piece, sent.success)
      if (reply.strangers.length > 0) {
        yield* CollectionStrangers.log(run.account.jobId, reply.strangers)
      }
      const again = reply.taken.length === 0 ? reply.again : reply.again.concat(
        yield* Adoption.adopt(run.reader, run.account, piece.chunk, reply.taken, piece.look)
      )
      if (again.length > 0) yield* sendAgain(run, piece, { ...reply, again }, stack)
    }
    tellProgress(run)
  }
  desk.current = undefined
})

const tellProgress = ({ account, options }: Run): void =>
  options.onProgress?.({
    settled: account.settled,
    total: account.tasks.length,
    requests: account.requests
  })

/** Settles what a reply, or a look at the listing, tells about a piece. */
const settle = (
  { account, options }: Run,
  { ambiguous, chunk }: Piece,
  delivered: Delivered<CollectionBody>
): CollectionReply => {
  const { value } = delivered
  if (value._tag === "Listed") return Adoption.settleListed(account, chunk, value.found)
  return settleByReply(account, chunk, value, {
    compareExisting: ambiguous || delivered.ambiguous || options.ifExists === "adopt",
    attempts: delivered.attempts
  })
}

const noteAccepted = (run: Run, attempts: number, bodyBytes: number): void => {
  run.account.requests += attempts
  run.account.exhaustedInARow = 0
  run.memory.limit = BodyLimit.accepted(run.memory.limit, bodyBytes, run.options.bodyBytesMax)
}

/** Queues the tasks a reply left open, or gives up on them when the retries of the operation are used up. */
const sendAgain = Effect.fnUntraced(function*(
  run: Run,
  piece: Piece,
  reply: CollectionReply,
  stack: Array<Piece>
) {
  const chunk = TaskChunk.pick(
    run.account.tasks,
    reply.again.map((position) => piece.chunk.indexes[position] ?? -1)
  )
  const round = piece.round + 1
  const errorOf = (index: number): BatchFailure =>
    reply.errors.get(index)
      ?? neverAnswered(run.account.jobId, Account.idAt(run.account, index), round)
  const plan = piece.plan ?? run.exchange.planOf(TasksApi.addCollection.operationId)
  const pauseMs = yield* plan.pauseMs(round, undefined, errorOf(chunk.indexes[0] ?? -1))
  if (pauseMs !== undefined) {
    stack.push({ chunk, ambiguous: true, round, plan, pauseMs, look: { isTaken: false } })
    return
  }
  for (const index of chunk.indexes) {
    const taskId = Account.idAt(run.account, index)
    Account.settle(run.account, index, { _tag: "Unknown", taskId, error: errorOf(index) })
  }
})

/** Failures that would meet every other request as well. */
const stopping: ReadonlySet<BatchFailure["_tag"]> = new Set([
  "AuthenticationRejected",
  "Forbidden",
  "NotFound",
  "Conflict"
])

const noteFailure = (
  run: Run,
  piece: Piece,
  failure: BatchFailure,
  bodyBytes: number,
  stack: Array<Piece>
): void => {
  const { account } = run
  account.requests += failure.attempts
  if (failure._tag === "BodyTooLarge") return halve(run, piece, failure, bodyBytes, stack)
  account.causes.push(failure)
  if (failure.retryable) account.exhaustedInARow++
  const isDown = account.exhaustedInARow >= CollectionOptions.exhaustedMaxOf(run.options)
  if (stopping.has(failure._tag) || isDown || isUnreachable(failure)) account.stop ??= failure
  const _tag = failure.ambiguous || piece.ambiguous ? "Unknown" : "Refused"
  for (const index of piece.chunk.indexes) {
    Account.settle(account, index, { _tag, taskId: Account.idAt(account, index), error: failure })
  }
}

const isUnreachable = (failure: BatchFailure): boolean =>
  failure._tag === "Unreachable" && !failure.ambiguous

const halve = (
  run: Run,
  piece: Piece,
  failure: BatchFailure,
  bodyBytes: number,
  stack: Array<Piece>
): void => {
  const stated = Number(failure.details?.find((detail) => detail.key === "MaxLimit")?.value)
  const limitBytes = Number.isFinite(stated) ? stated : undefined
  const only = piece.chunk.indexes[0] ?? -1
  if (piece.chunk.indexes.length === 1) {
    const outcome = tooLarge(run.account, only, bodyBytes, limitBytes ?? bodyBytes - 1, failure)
    return Account.settle(run.account, only, outcome)
  }
  run.memory.limit = BodyLimit.refused(run.memory.limit, bodyBytes, limitBytes)
  const [first, second] = TaskChunk.split(run.account.tasks, piece.chunk)
  stack.push(
    { ...piece, chunk: second, look: { isTaken: false } },
    { ...piece, chunk: first, look: { isTaken: false } }
  )
}

/** Settles a piece that is not sent any more because the call stops. */
const leave = (run: Run, piece: Piece): void => {
  const error = run.account.stop
  if (error === undefined || !piece.ambiguous) return
  for (const index of piece.chunk.indexes) {
    const taskId = Account.idAt(run.account, index)
    Account.settle(run.account, index, { _tag: "Unknown", taskId, error })
  }
}

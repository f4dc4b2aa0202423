/**
 * The account of one `addCollection` call: what became of each task so far, and why requests failed.
 *
 * A1 An outcome is written at most once per task; a task without one was never sent or is in flight.
 * A2 At the end every task has an outcome.
 */
import type { TaskAddParameter } from "@batchwave/wire/Task"
import * as Effect from "effect/Effect"
import { type BatchFailure, Unreachable } from "../BatchFailure.ts"
import { CreateTasksError } from "../CreateTasksError.ts"
import { countOutcomes, type TaskCollectionResult, type TaskOutcome } from "../TaskOutcome.ts"
import * as AddedScan from "./AddedScan.ts"
import { messageOf, ofRefusal } from "./FailureOf.ts"
import { areDistinct } from "./IdIndex.ts"

/** Tasks that were all added, with their entity tags. */
interface AddedChunk {
  /** Index of the first task. */
  readonly start: number
  readonly count: number
  /** The indexes; absent when each is one more than the one before. */
  readonly indexes?: ReadonlyArray<number>
  readonly eTags: AddedScan.ETagList
}

/** The account of one call. */
export interface CollectionAccount {
  readonly jobId: string
  readonly tasks: ReadonlyArray<TaskAddParameter>
  /** Holes stand for tasks without an outcome yet, or of `added`; empty while there is none. */
  readonly outcomes: Array<TaskOutcome>
  /** Chunks in which every task was added, whose outcomes are not made yet. */
  readonly added: Array<AddedChunk>
  readonly causes: Array<BatchFailure>
  settled: number
  requests: number
  /** Requests in a row that used up their attempts. */
  exhaustedInARow: number
  /** Set when nothing more is to be sent, with the reason. */
  stop: BatchFailure | undefined
}

/** An account with nothing settled. */
export const make = (
  jobId: string,
  tasks: ReadonlyArray<TaskAddParameter>
): CollectionAccount => ({
  jobId,
  tasks,
  outcomes: [],
  added: [],
  causes: [],
  settled: 0,
  requests: 0,
  exhaustedInARow: 0,
  stop: undefined
})

/** The outcomes, made as long as the tasks when the first is written: mostly there are none to write. */
const roomFor = ({ outcomes, tasks }: CollectionAccount): Array<TaskOutcome> => {
  outcomes.length = tasks.length
  return outcomes
}

/** Writes the outcome of one task. */
export const settle = (account: CollectionAccount, index: number, outcome: TaskOutcome): void => {
  const outcomes = roomFor(account)
  if (outcomes[index] !== undefined) return
  outcomes[index] = outcome
  account.settled++
}

/**
 * Writes that every task of a chunk was added; none of them may have an outcome. `indexes` ascend.
 */
export const settleAdded = (
  account: CollectionAccount,
  indexes: ReadonlyArray<number>,
  eTags: AddedScan.ETagList
): void => {
  const start = indexes[0] ?? 0
  const count = indexes.length
  const isRow = indexes[count - 1] === start + count - 1
  account.added.push({ start, count, eTags, ...(isRow ? {} : { indexes }) })
  account.settled += count
}

/** The outcome of a task that was added. */
export const addedOutcome = (taskId: string, eTag: string): TaskOutcome =>
  eTag === "" ? { _tag: "Added", taskId } : { _tag: "Added", taskId, eTag }

/** Makes the outcomes that are not made yet. */
const allOutcomes = (account: CollectionAccount): ReadonlyArray<TaskOutcome> => {
  const outcomes = roomFor(account)
  for (const { count, eTags, indexes, start } of account.added.splice(0)) {
    for (let position = 0; position < count; position++) {
      const index = indexes?.[position] ?? start + position
      outcomes[index] = addedOutcome(
        idAt(account, index),
        AddedScan.eTagAt(eTags, position)
      )
    }
  }
  return outcomes
}

/** The id of the task at an index, as the caller spelt it. */
export const idAt = (account: CollectionAccount, index: number): string =>
  account.tasks[index]?.id ?? ""

/**
 * Refuses input that cannot be sent: a task without an id, or two tasks with the same id, compared
 * without case. Names every such pair by both indexes (up to a bound); O(n).
 */
export const refusalOf = (
  jobId: string,
  tasks: ReadonlyArray<TaskAddParameter>
): BatchFailure | undefined => {
  if (areDistinct(tasks)) return undefined
  const facts = { operation: "Task_AddCollection", jobId, attempts: 0, ambiguous: false }
  const problems = problemsOf(tasks)
  const shown = problems.slice(0, problemsMax).join("; ")
  const more = problems.length > problemsMax ? `; and ${problems.length - problemsMax} more` : ""
  return ofRefusal(
    facts,
    "DuplicateTaskId",
    `nothing was sent, because ${shown}${more}. Give every task an id of its own; ids that differ only in case are the same.`
  )
}

const hasId = (task: TaskAddParameter | null | undefined): task is TaskAddParameter =>
  typeof task?.id === "string" && task.id !== ""

/** Problems named in one message. */
const problemsMax = 20

const problemsOf = (tasks: ReadonlyArray<TaskAddParameter>): ReadonlyArray<string> => {
  const firstIndex = new Map<string, number>()
  const problems: Array<string> = []
  Array.from(tasks).forEach((task, index) => {
    if (!hasId(task)) {
      problems.push(`the task at index ${index} has no id`)
      return
    }
    const lowered = task.id.toLowerCase()
    const first = firstIndex.get(lowered)
    if (first === undefined) firstIndex.set(lowered, index)
    else problems.push(`the tasks at indexes ${first} and ${index} share the id "${task.id}"`)
  })
  return problems
}

/** Settles a task whose request was interrupted: it may or may not be there. */
export const settleInterrupted = (account: CollectionAccount, index: number): void => {
  const taskId = idAt(account, index)
  const facts = {
    operation: "Task_AddCollection",
    jobId: account.jobId,
    taskId,
    attempts: 1,
    ambiguous: true
  }
  const error = new Unreachable({
    ...facts,
    code: "Interrupted",
    retryable: true,
    message: messageOf(facts, "the call was interrupted before a reply told what became of it.")
  })
  settle(account, index, { _tag: "Unknown", taskId, error })
}

/** What is known of an account that is not finished; what was never sent is refused as `NotSent`. */
export const known = (account: CollectionAccount): TaskCollectionResult => {
  const outcomes = allOutcomes(account)
  if (account.settled < outcomes.length) refuseUnsent(account)
  const { requests } = account
  return { outcomes, counts: countOutcomes(outcomes), requests }
}

/** Ends the account: a result, or the failure that says what is known. */
export const close = (
  account: CollectionAccount
): Effect.Effect<TaskCollectionResult, BatchFailure | CreateTasksError> => {
  if (isAllAdded(account)) return Effect.succeed(new AllAdded(account))
  const { stop } = account
  const outcomes = allOutcomes(account)
  if (account.settled < outcomes.length) refuseUnsent(account)
  const counts = countOutcomes(outcomes)
  const cause = account.causes[0]
  if (cause === undefined && counts.unknown === 0) {
    return Effect.succeed({ outcomes, counts, requests: account.requests })
  }
  if (cause !== undefined && counts.added + counts.alreadyThere + counts.unknown === 0) {
    return Effect.fail(stop ?? cause)
  }
  const hintsMs = account.causes.flatMap(({ retryAfterMs }) => retryAfterMs ?? [])
  return Effect.fail(
    new CreateTasksError({
      operation: "Task_AddCollection",
      jobId: account.jobId,
      retryable: stop?.retryable ?? account.causes.every(({ retryable }) => retryable),
      ...(hintsMs.length === 0
        ? {}
        : { retryAfterMs: hintsMs.reduce((left, right) => Math.max(left, right)) }),
      outcomes,
      counts,
      requests: account.requests,
      causes: account.causes,
      message: `Task_AddCollection on job "${account.jobId}": of ${outcomes.length} tasks `
        + `${counts.added} were added, ${counts.alreadyThere} were already there, `
        + `${counts.refused} were refused and ${counts.unknown} are unknown; `
        + `call again with the same tasks and ifExists "adopt" to settle the rest`
        + (cause === undefined ? "." : `. First cause: ${cause.message}`)
    })
  )
}

const isAllAdded = ({ added, causes, tasks }: CollectionAccount): boolean =>
  causes.length === 0
  && added.reduce((sum, { count }) => sum + count, 0) === tasks.length

/**
 * A result whose outcomes are made when they are first read: most callers need the counts only. All of
 * them share one getter: for a getter made anew with each, V8 makes a map that is old from the beginning,
 * and keeps the account until everything is collected.
 */
class AllAdded implements TaskCollectionResult {
  static readonly #outcomes: PropertyDescriptor & ThisType<AllAdded> = {
    enumerable: true,
    get() {
      return allOutcomes(this.#account)
    }
  }

  declare readonly outcomes: ReadonlyArray<TaskOutcome>
  readonly counts: TaskCollectionResult["counts"]
  readonly requests: number
  readonly #account: CollectionAccount

  constructor(account: CollectionAccount) {
    this.counts = { added: account.tasks.length, alreadyThere: 0, refused: 0, unknown: 0 }
    this.requests = account.requests
    this.#account = account
    Object.defineProperty(this, "outcomes", AllAdded.#outcomes)
  }
}

/** Refuses every task that was never sent. */
const refuseUnsent = (account: CollectionAccount): void => {
  const error = account.stop ?? ofRefusal(
    { operation: "Task_AddCollection", jobId: account.jobId, attempts: 0, ambiguous: false },
    "NotSent",
    "the task was not sent."
  )
  account.tasks.forEach((task, index) => {
    settle(account, index, { _tag: "Refused", taskId: task.id, error })
  })
}

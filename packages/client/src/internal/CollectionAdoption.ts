/**
 * Settles tasks whose id is taken by comparing them with what has the id.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { TaskChunk } from "../TaskChunk.ts"
import { differencesOf } from "../TaskFingerprint.ts"
import type { Doubt, Finding } from "./Call.ts"
import * as Account from "./CollectionAccount.ts"
import type { CollectionBody, CollectionReply } from "./CollectionReply.ts"
import { counted, type ExchangeShape } from "./Exchange.ts"
import { idConflict } from "./FailureOf.ts"
import * as ReadBack from "./ReadBack.ts"

/**
 * Settles the tasks of a chunk that were found. Answers the positions of the others.
 */
const settleFound = (
  account: Account.CollectionAccount,
  chunk: TaskChunk,
  positions: ReadonlyArray<number>,
  found: ReadBack.FoundTasks
): ReadonlyArray<number> =>
  positions.filter((position) => {
    const index = chunk.indexes[position] ?? -1
    const sent = account.tasks[index]
    const task = found.get(Account.idAt(account, index).toLowerCase())
    if (sent === undefined || task === undefined) return true
    const differences = differencesOf(sent, task)
    Account.settle(
      account,
      index,
      differences.length === 0
        ? { _tag: "AlreadyThere", taskId: sent.id }
        : {
          _tag: "Refused",
          taskId: sent.id,
          error: idConflict(
            "Task_AddCollection",
            { jobId: account.jobId, taskId: sent.id },
            differences
          )
        }
    )
    return false
  })

/** Settles the tasks of a chunk that a listing showed; the others are to be sent again. */
export const settleListed = (
  account: Account.CollectionAccount,
  chunk: TaskChunk,
  found: ReadBack.FoundTasks
): CollectionReply => ({
  again: settleFound(account, chunk, Array.from(chunk.indexes.keys()), found),
  taken: [],
  errors: new Map(),
  strangers: []
})

/** Whether the listing was looked at after the reply to a chunk was lost. */
export interface Look {
  isTaken: boolean
}

/**
 * Looks at the listing, once for each chunk, when the reply to it was lost or cut: mostly the tasks
 * are there, and one small request saves sending them all again. The tasks it does not show are sent
 * again, which settles whatever a listing may show late. A request that timed out may still be on its
 * way, and one refused with 429 or 5xx was mostly not acted on: these are sent again at once.
 */
export const lookFirst = (
  exchange: ExchangeShape,
  account: Account.CollectionAccount,
  chunk: TaskChunk,
  look: Look
) =>
({ failure, leftMs }: Doubt): Effect.Effect<Finding<CollectionBody>> => {
  const isLost = failure._tag === "Unreachable" || failure._tag === "ResponseInvalid"
  if (!isLost || look.isTaken) return sendAgain
  look.isTaken = true
  const sent = chunk.indexes.flatMap((index) => account.tasks[index] ?? [])
  return Effect.match(
    ReadBack.lookAt(counting(exchange, account), account.jobId, sent, leftMs / 2),
    {
      onFailure: () => lookedInVain,
      onSuccess: (listed) =>
        listed === undefined
          ? lookedInVain
          : {
            _tag: "Reached",
            value: { _tag: "Listed", found: listed.found },
            reply: listed.reply
          }
    }
  )
}

const lookedInVain = { _tag: "SendAgain", hasLooked: true } as const

const sendAgain = Effect.succeed({ _tag: "SendAgain", hasLooked: false } as const)

const counting = (exchange: ExchangeShape, account: Account.CollectionAccount): ExchangeShape =>
  counted(exchange, (attempts) => {
    account.requests += attempts
  })

/**
 * Reads the tasks at the positions of a chunk and settles them: the same task is already there,
 * another one is a conflict, and an unreadable one is unknown. Answers the positions of tasks that
 * turned out not to exist, to be sent again.
 */
export const adopt = Effect.fnUntraced(function*(
  exchange: ExchangeShape,
  account: Account.CollectionAccount,
  chunk: TaskChunk,
  positions: ReadonlyArray<number>,
  look: Look
): Effect.fn.Return<ReadonlyArray<number>> {
  const sent = positions.flatMap((position) => {
    const index = chunk.indexes[position] ?? -1
    const task = account.tasks[index]
    return task === undefined ? [] : [{ index, task }]
  })
  const read = yield* Effect.result(
    ReadBack.readTasks(
      counting(exchange, account),
      account.jobId,
      sent.map(({ task }) => task),
      look.isTaken
    )
  )
  if (Result.isFailure(read)) {
    account.causes.push(read.failure)
    for (const { index, task } of sent) {
      Account.settle(account, index, { _tag: "Unknown", taskId: task.id, error: read.failure })
    }
    return []
  }
  return settleFound(account, chunk, positions, read.success)
})

/**
 * Settles tasks whose id is taken by comparing them with what has the id.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { TaskChunk } from "../TaskChunk.ts"
import { differencesOf } from "../TaskFingerprint.ts"
import * as Account from "./CollectionAccount.ts"
import { counted, type ExchangeShape } from "./Exchange.ts"
import { idConflict } from "./FailureOf.ts"
import * as ReadBack from "./ReadBack.ts"

/**
 * Reads the tasks at the positions of a chunk and settles them: the same task is already there,
 * another one is a conflict, and an unreadable one is unknown. Answers the positions of tasks that
 * turned out not to exist, to be sent again.
 */
export const adopt = Effect.fnUntraced(function*(
  exchange: ExchangeShape,
  account: Account.CollectionAccount,
  chunk: TaskChunk,
  positions: ReadonlyArray<number>
): Effect.fn.Return<ReadonlyArray<number>> {
  const sent = positions.flatMap((position) => {
    const index = chunk.indexes[position] ?? -1
    const task = account.tasks[index]
    return task === undefined ? [] : [{ position, index, task }]
  })
  const reading = counted(exchange, (attempts) => {
    account.requests += attempts
  })
  const read = yield* Effect.result(
    ReadBack.readTasks(reading, account.jobId, sent.map(({ task }) => task))
  )
  if (Result.isFailure(read)) {
    account.causes.push(read.failure)
    for (const { index, task } of sent) {
      Account.settle(account, index, { _tag: "Unknown", taskId: task.id, error: read.failure })
    }
    return []
  }
  const gone: Array<number> = []
  for (const { position, index, task } of sent) {
    const found = read.success.get(task.id.toLowerCase())
    if (found === undefined) {
      gone.push(position)
      continue
    }
    const differences = differencesOf(task, found)
    Account.settle(
      account,
      index,
      differences.length === 0
        ? { _tag: "AlreadyThere", taskId: task.id }
        : {
          _tag: "Refused",
          taskId: task.id,
          error: idConflict("Task_AddCollection", account.jobId, task.id, differences)
        }
    )
  }
  return gone
})

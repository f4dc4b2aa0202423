/**
 * `File_DeleteFromTask` and `File_DeleteFromComputeNode`: removes a file, or a directory when it is
 * empty or all below it is to go too.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import { rm, rmdir } from "node:fs/promises"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Exchange, Reply as ReplyValue } from "../../Exchange.ts"
import { attempt } from "../../executor/FileFault.ts"
import * as Reply from "../../Reply.ts"
import * as Subject from "../../Subject.ts"
import * as Recursion from "./internal/Recursion.ts"
import * as StoredFiles from "./internal/StoredFiles.ts"

/** Handles the operation. */
export const handle = Effect.fnUntraced(function*(
  exchange: Exchange
): Effect.fn.Return<ReplyValue> {
  const isRecursive = Recursion.read(exchange)
  if (typeof isRecursive === "object") return isRecursive
  const file = yield* StoredFiles.findFile(exchange)
  if (Subject.isReply(file)) return file
  const { path, stats } = file
  const isPlainDirectory = stats.isDirectory() && !isRecursive
  return yield* attempt(
    path,
    () => isPlainDirectory ? rmdir(path) : rm(path, { recursive: isRecursive })
  ).pipe(
    Effect.as(Reply.empty(exchange)),
    Effect.catch(({ errno }) =>
      Effect.succeed(
        errno === "ENOENT"
          ? ErrorReply.make(exchange, "FileNotFound")
          : ErrorReply.make(exchange, "OperationInvalidForCurrentState", [["Reason", errno]])
      )
    )
  )
})

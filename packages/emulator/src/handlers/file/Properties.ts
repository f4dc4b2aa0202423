/**
 * `File_GetPropertiesFromTask` and `File_GetPropertiesFromComputeNode`: describes a file or directory in headers alone.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import type { Exchange, Reply } from "../../Exchange.ts"
import * as Conditions from "../../middleware/Conditions.ts"
import * as Subject from "../../Subject.ts"
import * as FileHeaders from "./internal/FileHeaders.ts"
import * as StoredFiles from "./internal/StoredFiles.ts"

/** Handles the operation. */
export const handle = Effect.fnUntraced(function*(
  exchange: Exchange
): Effect.fn.Return<Reply> {
  const file = yield* StoredFiles.findFile(exchange)
  if (Subject.isReply(file)) return file
  const stopped = Conditions.check(exchange, { modifiedAtMs: file.stats.mtimeMs })
  if (stopped !== undefined) return stopped
  const bytesCount = file.stats.isFile() ? file.stats.size : 0
  return { status: exchange.operation.success, headers: FileHeaders.make(file, bytesCount) }
})

/**
 * `File_GetFromTask` and `File_GetFromComputeNode`: sends a file or the part of it that `ocp-range` names; both answer 200.
 *
 * @internal
 */
import * as RequestHeaders from "@batchwave/wire/RequestHeaders"
import * as Effect from "effect/Effect"
import { constants } from "node:fs"
import { open } from "node:fs/promises"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Exchange, Reply } from "../../Exchange.ts"
import { attempt } from "../../executor/FileFault.ts"
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
  if (!file.stats.isFile()) return ErrorReply.make(exchange, "FileNotFound")
  const stopped = Conditions.check(exchange, { modifiedAtMs: file.stats.mtimeMs })
  if (stopped !== undefined) return stopped
  const part = partOf(exchange, file.stats.size)
  if (Subject.isReply(part)) return part
  const opened = yield* Effect.option(
    attempt(
      file.path,
      () => open(file.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    )
  )
  if (opened._tag === "None") return ErrorReply.make(exchange, "FileNotFound")
  return {
    status: exchange.operation.success,
    headers: FileHeaders.make(file, part.bytesCount),
    body: { handle: opened.value, ...part }
  }
})

const partOf = (
  exchange: Exchange,
  fileBytes: number
): { readonly firstByte: number; readonly bytesCount: number } | Reply => {
  const text = exchange.headers["ocp-range"] ?? exchange.headers["range"]
  if (text === undefined) return { firstByte: 0, bytesCount: fileBytes }
  const range = RequestHeaders.parseRange(text)
  if (range === undefined || range.firstByte >= fileBytes) {
    return ErrorReply.make(exchange, "InvalidRange", [
      ["HeaderName", "ocp-range"],
      ["HeaderValue", text]
    ])
  }
  const lastByte = Math.min(range.lastByte ?? Infinity, fileBytes - 1)
  return { firstByte: range.firstByte, bytesCount: lastByte - range.firstByte + 1 }
}

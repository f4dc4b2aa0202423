/**
 * `File_ListFromTask`: lists the files of a task, page by page, in the order of names.
 *
 * @internal
 */
import type { NodeFile } from "@batchwave/wire/NodeFile"
import * as ODataMatch from "@batchwave/wire/ODataMatch"
import { fileProperties } from "@batchwave/wire/ODataProperties"
import * as Effect from "effect/Effect"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Exchange, Reply as ReplyValue } from "../../Exchange.ts"
import * as FilterQuery from "../../odata/FilterQuery.ts"
import * as Paging from "../../odata/Paging.ts"
import * as Reply from "../../Reply.ts"
import * as Subject from "../../Subject.ts"
import * as FileHeaders from "./internal/FileHeaders.ts"
import * as TaskFiles from "./internal/TaskFiles.ts"

/** Handles the operation. */
export const handle = Effect.fnUntraced(function*(
  exchange: Exchange
): Effect.fn.Return<ReplyValue> {
  const recursive = (exchange.query.get("recursive") ?? "false").toLowerCase()
  if (recursive !== "true" && recursive !== "false") {
    const reason = "The value must be true or false"
    return ErrorReply.ofQuery(
      exchange,
      "InvalidQueryParameterValue",
      "recursive",
      recursive,
      reason
    )
  }
  const paging = Paging.read(exchange)
  if (Subject.isReply(paging)) return paging
  const query = FilterQuery.read(exchange, fileProperties)
  if (Subject.isReply(query)) return query
  const root = yield* TaskFiles.findRoot(exchange)
  if (Subject.isReply(root)) return root
  const { filter } = query
  const after = paging.after ?? ""
  const all = yield* TaskFiles.list(root, recursive === "true")
  const entries = all.filter(({ name }) =>
    name > after && (filter === undefined || ODataMatch.matches(filter, () => name))
  )
  const page = entries.slice(0, paging.itemsMax)
  const last = page.at(-1)
  const next = entries.length > page.length && last !== undefined
    ? Paging.nextLink(exchange, last.name)
    : undefined
  return Reply.list(
    exchange,
    "files",
    page.map((entry) => JSON.stringify(itemOf(root, entry)).slice(1, -1)),
    next
  )
})

const itemOf = (root: TaskFiles.TaskRoot, { name, stats }: TaskFiles.Entry): NodeFile => ({
  name,
  url: TaskFiles.urlOf(root, name),
  isDirectory: stats.isDirectory(),
  ...(stats.isDirectory() ? {} : { properties: FileHeaders.propertiesOf(stats) })
})

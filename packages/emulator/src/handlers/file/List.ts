/**
 * `File_ListFromTask` and `File_ListFromComputeNode`: lists the files of a task or a node, page by page, in the order of names.
 *
 * @internal
 */
import type { NodeFile } from "@batchwave/wire/NodeFile"
import * as ODataMatch from "@batchwave/wire/ODataMatch"
import { fileProperties } from "@batchwave/wire/ODataProperties"
import * as Effect from "effect/Effect"
import type { Exchange, Reply as ReplyValue } from "../../Exchange.ts"
import * as FilterQuery from "../../odata/FilterQuery.ts"
import * as Paging from "../../odata/Paging.ts"
import * as Reply from "../../Reply.ts"
import * as Subject from "../../Subject.ts"
import * as FileHeaders from "./internal/FileHeaders.ts"
import * as Recursion from "./internal/Recursion.ts"
import * as StoredFiles from "./internal/StoredFiles.ts"

/** Handles the operation. */
export const handle = Effect.fnUntraced(function*(
  exchange: Exchange
): Effect.fn.Return<ReplyValue> {
  const isRecursive = Recursion.read(exchange)
  if (typeof isRecursive === "object") return isRecursive
  const paging = Paging.read(exchange)
  if (Subject.isReply(paging)) return paging
  const query = FilterQuery.read(exchange, fileProperties)
  if (Subject.isReply(query)) return query
  const root = yield* StoredFiles.findRoot(exchange)
  if (Subject.isReply(root)) return root
  const { filter } = query
  const after = paging.after ?? ""
  const all = yield* StoredFiles.list(root, isRecursive)
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
    page.map((entry) => textOf(itemOf(root, entry), exchange.state.settings.int64Form)),
    next
  )
})

/** An item as JSON without the braces. */
const textOf = (item: NodeFile, int64Form: "number" | "text"): string =>
  JSON.stringify(
    item,
    int64Form === "number"
      ? undefined
      : (name: string, value: unknown) => name === "contentLength" ? String(value) : value
  ).slice(1, -1)

const itemOf = (root: StoredFiles.FileRoot, { name, stats }: StoredFiles.Entry): NodeFile => ({
  name,
  url: StoredFiles.urlOf(root, name),
  isDirectory: stats.isDirectory(),
  ...(stats.isDirectory() ? {} : { properties: FileHeaders.propertiesOf(stats) })
})

/**
 * The replies of success.
 *
 * @internal
 */
import * as Rfc1123 from "@batchwave/wire/Rfc1123"
import type { Exchange, Reply } from "./Exchange.ts"
import * as ReplyBody from "./ReplyBody.ts"
import type { WriteMark } from "./State.ts"

/** The content type of every JSON body, without a blank after the semicolon as the service has it. */
export const jsonContentType = "application/json;odata=minimalmetadata"

/** The headers that tell the version of a resource. */
export const markHeaders = (mark: WriteMark): Record<string, string> => ({
  ETag: mark.eTag,
  "Last-Modified": Rfc1123.dateOfEpochMs(mark.modifiedAtMs)
})

/** The operation's success with a JSON text. */
export const json = (
  exchange: Exchange,
  body: ReplyBody.ReplyBody,
  headers: Readonly<Record<string, string>> = {}
): Reply => ({
  status: exchange.operation.success,
  headers: { ...headers, "Content-Type": jsonContentType },
  body
})

/** The operation's success with no body at all. */
export const empty = (
  exchange: Exchange,
  headers: Readonly<Record<string, string>> = {}
): Reply => ({ status: exchange.operation.success, headers })

/** The annotation that begins a JSON body: what it describes. */
export const metadata = (exchange: Exchange, fragment: string): string =>
  `"odata.metadata":${JSON.stringify(`${exchange.base}/$metadata#${fragment}`)}`

/** A JSON body of a list from the JSON texts of its items, objects without their braces. */
export const list = (
  exchange: Exchange,
  fragment: string,
  items: ReadonlyArray<string>,
  nextLink?: string
): Reply => {
  const next = nextLink === undefined ? "" : `,"odata.nextLink":${JSON.stringify(nextLink)}`
  const head = `{${metadata(exchange, fragment)},"value":[`
  const [first] = items
  if (first === undefined) return json(exchange, `${head}]${next}}`)
  // Head and tail go with the first and the last item, so that a long text is put together once.
  const pieces = items.slice()
  pieces[0] = `${head}{${first}`
  pieces.push(`${pieces.pop() ?? ""}}]${next}}`)
  return json(exchange, ReplyBody.join(pieces, "},{"))
}

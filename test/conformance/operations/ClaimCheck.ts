/**
 * Holds a service to a claim: makes the situation, sends the request, and looks at all of the reply.
 */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as RawBatch from "../../../packages/emulator/test/RawBatch.ts"
import type { Claim, ClaimRequest, Members } from "./Claim.ts"
import * as OperationWorld from "./OperationWorld.ts"
import * as Usual from "./Usual.ts"

/** Checks a claim. */
export const check = Effect.fnUntraced(function*(world: OperationWorld.World, claim: Claim) {
  const names = yield* OperationWorld.make(world, claim)
  const usual = Usual.callOf(claim.operation)
  const eTag = yield* tagOf(world.raw, claim, OperationWorld.named(usual.path, names))
  const sent = OperationWorld.named(claim.request ?? {}, names, eTag)
  const path = pathOf(OperationWorld.named(usual.path, names), sent, names)
  const ask = askOf(sent, "body" in sent ? sent.body : OperationWorld.named(usual.body, names))
  const answer = yield* RawBatch.call(world.raw, usual.method, path, ask)
  checkReply(claim, usual, answer, names, world.raw.endpoint)
  if (claim.afterwards === undefined) return
  const { body, path: later, query, status = 200 } = OperationWorld.named(claim.afterwards, names)
  const seen = yield* RawBatch.call(world.raw, "GET", later, query === undefined ? {} : { query })
  assert.strictEqual(seen.status, status, `afterwards: ${seen.text}`)
  if (body !== undefined) checkMembers(seen.json, body)
})

/** The entity tag of what the request is about, if it is asked for. */
const tagOf = (
  raw: RawBatch.Raw,
  { request }: Claim,
  path: string
): Effect.Effect<string> => {
  if (!JSON.stringify(request ?? {}).includes("$eTag")) return Effect.succeed("")
  const resource = path.replace(/\/(?:terminate|reactivate|disable|enable|resize)$/, "")
  return Effect.map(RawBatch.call(raw, "GET", resource), ({ headers }) => headers.etag ?? "")
}

const pathOf = (
  usual: string,
  { path = usual, replacing }: ClaimRequest,
  names: OperationWorld.Names
): string => {
  if (replacing === undefined) return path
  const [part, by] = OperationWorld.named(replacing, names)
  return path.replace(part, by)
}

const minuteMs = 60_000

const askOf = (
  { authority, headers, isChunked, query, rawBody, version }: ClaimRequest,
  body: unknown
): RawBatch.Ask => ({
  ...(rawBody === undefined ? { body } : { rawBody }),
  ...(query === undefined ? {} : { query }),
  ...(headers === undefined ? {} : { headers }),
  ...(isChunked === true ? { isChunked } : {}),
  ...(version === undefined ? {} : { version: version === "" ? undefined : version }),
  ...(authority === "unsigned" ? { isUnsigned: true } : {}),
  ...(authority === "wrongKey" ? { key: Buffer.from("another key").toString("base64") } : {}),
  ...(authority === "old" ? { date: new Date(Date.now() - 16 * minuteMs) } : {})
})

const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/
const httpDate = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/
const jsonType = "application/json;odata=minimalmetadata"

const checkReply = (
  claim: Claim,
  usual: Usual.UsualCall,
  answer: RawBatch.Answer,
  names: OperationWorld.Names,
  endpoint: string
): void => {
  const { reply } = claim
  assert.strictEqual(answer.status, reply.status, answer.text.slice(0, 1000))
  checkEveryReply(answer)
  const isEcho = reply.headers?.["client-request-id"] !== undefined
  if (!isEcho) assert.isUndefined(answer.headers["client-request-id"])
  for (const [name, value] of Object.entries(OperationWorld.named(reply.headers ?? {}, names))) {
    checkText(answer.headers[name]?.toString() ?? "", value, name)
  }
  if (reply.code !== undefined) {
    return usual.method === "HEAD" ? checkBodiless(answer) : checkError(claim, answer, endpoint)
  }
  if (answer.status === 304) return checkBodiless(answer)
  checkSuccess(claim, usual, answer, names, endpoint)
}

/** What every reply of the service has. */
const checkEveryReply = ({ headers }: RawBatch.Answer): void => {
  assert.match(headers["request-id"]?.toString() ?? "", guid)
  assert.strictEqual(headers["dataserviceversion"], "3.0")
  assert.strictEqual(headers["server"], "Microsoft-HTTPAPI/2.0")
  assert.strictEqual(headers["strict-transport-security"], "max-age=31536000; includeSubDomains")
  assert.strictEqual(headers["x-content-type-options"], "nosniff")
  assert.match(headers.date ?? "", httpDate)
}

const checkBodiless = ({ text }: RawBatch.Answer): void => assert.strictEqual(text, "")

const checkError = (
  { reply: { code, values } }: Claim,
  { headers, json, reason }: RawBatch.Answer,
  endpoint: string
): void => {
  assert.strictEqual(json["code"], code, JSON.stringify(json))
  assert.strictEqual(headers["content-type"], jsonType)
  assert.strictEqual(
    json["odata.metadata"],
    `${endpoint}/$metadata#Microsoft.Azure.Batch.Protocol.Entities.Container.errors/@Element`
  )
  const [sentence, requestId, time, ...more] = String(memberAt(json, "message.value")).split("\n")
  assert.strictEqual(memberAt(json, "message.lang"), "en-US")
  assert.strictEqual(requestId, `RequestId:${headers["request-id"]?.toString()}`)
  assert.match(time ?? "", /^Time:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?Z$/)
  assert.lengthOf(more, 0)
  assert.strictEqual(reason, sentence)
  const told = json["values"]
  const pairs: ReadonlyArray<{ readonly key: string; readonly value: string }> = Array.isArray(told)
    ? told
    : []
  if (values === undefined) return
  assert.deepStrictEqual(
    [...new Set(pairs.map(({ key }) => key))],
    Object.keys(values),
    JSON.stringify(pairs)
  )
  for (const { key, value } of pairs) checkText(value, values[key] ?? "", key)
}

const checkSuccess = (
  { reply: { body, text } }: Claim,
  usual: Usual.UsualCall,
  answer: RawBatch.Answer,
  names: OperationWorld.Names,
  endpoint: string
): void => {
  const { headers } = answer
  for (const name of ["etag", "last-modified", "dataserviceid", "location"]) {
    assert.strictEqual(headers[name] !== undefined, usual.headers.includes(name), name)
  }
  if (headers.etag !== undefined) assert.match(headers.etag, /^0x[0-9A-F]{15}$/)
  if (headers["last-modified"] !== undefined) assert.match(headers["last-modified"], httpDate)
  const named = `${endpoint}${OperationWorld.named(usual.names ?? "", names)}`
  for (const name of ["dataserviceid", "location"]) {
    if (headers[name] !== undefined) assert.strictEqual(headers[name], named, name)
  }
  switch (usual.carries) {
    case "nothing":
      checkBodiless(answer)
      break
    case "JSON":
      assert.strictEqual(headers["content-type"], jsonType)
      break
    case "a file":
      assert.strictEqual(headers["content-type"], "application/octet-stream")
      assert.strictEqual(headers["content-length"], String(Buffer.byteLength(answer.text)))
      break
    default:
      usual.carries satisfies never
  }
  if (text !== undefined) assert.strictEqual(answer.text, text)
  if (body === undefined) return
  checkMembers(answer.json, OperationWorld.named(body, names))
  const eTag = answer.json["eTag"]
  if (eTag !== undefined && headers.etag !== undefined) assert.strictEqual(eTag, headers.etag)
}

const checkText = (text: string, expected: string, name: string): void => {
  if (expected === "*") assert.notStrictEqual(text, "", name)
  else assert.strictEqual(text, expected, name)
}

const checkMembers = (document: object, members: Members): void => {
  for (const [path, expected] of Object.entries(members)) {
    const seen = memberAt(document, path)
    if (expected === null) assert.isUndefined(seen, path)
    else if (expected === "*") assert.isDefined(seen, `${path} of ${JSON.stringify(document)}`)
    else assert.deepStrictEqual(seen, expected, path)
  }
}

const memberAt = (document: object, path: string): unknown => {
  if (path in document) return Reflect.get(document, path)
  return path.split(".").reduce<unknown>((value, name) => Object(value)[name], document)
}

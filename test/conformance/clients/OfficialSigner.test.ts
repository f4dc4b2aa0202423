/**
 * Our signature beside that of the official JavaScript client, for random requests. Query values are
 * never empty: the two official signers differ on those, and no client of ours sends any.
 */
import { authorizationOf, stringToSign } from "@batchwave/wire/SharedKey"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { createHmac } from "node:crypto"
import { createRequire } from "node:module"

interface OfficialRequest {
  readonly headers: { readonly get: (name: string) => string | undefined }
}

interface Official {
  readonly BatchSharedKeyCredentials: new(account: string, key: string) => {
    readonly signRequest: (request: unknown) => Promise<OfficialRequest>
  }
}

interface MsRest {
  readonly WebResource: new(
    url: string,
    method: string,
    body: string | undefined,
    query: undefined,
    headers: Readonly<Record<string, string>>
  ) => unknown
}

const load = createRequire(import.meta.url)
const { BatchSharedKeyCredentials }: Official = load("@azure/batch")
const { WebResource }: MsRest = load("@azure/ms-rest-js")

const account = "myaccount"
const key = Buffer.from(Array.from({ length: 64 }, (_, index) => index)).toString("base64")

const word = fc.string({
  unit: fc.constantFrom("a", "b", "X", "Z", "0", "9", "-", "_"),
  minLength: 1,
  maxLength: 12
})
const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 })

const requests = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"),
  path: fc.array(word, { minLength: 1, maxLength: 5 }),
  query: fc.dictionary(
    fc.constantFrom("$filter", "$select", "$expand", "maxresults", "timeout", "recursive"),
    text,
    { maxKeys: 5 }
  ),
  body: fc.option(text, { nil: undefined }),
  range: fc.option(fc.constantFrom("bytes=0-9", "bytes=5-"), { nil: undefined }),
  ifMatch: fc.option(fc.constantFrom("*", "0x8DD042A212281A5"), { nil: undefined })
})

type Request = typeof requests extends fc.Arbitrary<infer A> ? A : never

const targetOf = ({ path, query }: Request): string => {
  const pairs = Object.entries({ ...query, "api-version": "2024-02-01.19.0" })
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `/${path.join("/")}?${pairs.join("&")}`
}

const headersOf = ({ body, ifMatch, method, range }: Request): Record<string, string> => ({
  "ocp-date": "Tue, 29 Jul 2014 21:49:13 GMT",
  ...(body === undefined || method === "GET" || method === "HEAD"
    ? {}
    : {
      "content-type": "application/json; odata=minimalmetadata; charset=utf-8",
      "content-length": String(Buffer.byteLength(body))
    }),
  ...(range === undefined ? {} : { "ocp-range": range }),
  ...(ifMatch === undefined ? {} : { "if-match": ifMatch })
})

const officially = async (request: Request): Promise<string | undefined> => {
  const headers = headersOf(request)
  const body = "content-length" in headers ? request.body : undefined
  const url = `https://${account}.westeurope.batch.azure.com${targetOf(request)}`
  const resource = new WebResource(url, request.method, body, undefined, headers)
  const signed = await new BatchSharedKeyCredentials(account, key).signRequest(resource)
  return signed.headers.get("authorization")
}

const ours = (request: Request): string => {
  const headers = headersOf(request)
  // It signs the length 0 of a POST without a body, and none for the other methods.
  const isEmptyPost = request.method === "POST" && !("content-length" in headers)
  const toSign = stringToSign({
    account,
    method: request.method,
    target: targetOf(request),
    headers: isEmptyPost ? { ...headers, "content-length": "0" } : headers
  })
  const hmac = createHmac("sha256", Buffer.from(key, "base64")).update(toSign, "utf8")
  return authorizationOf(account, hmac.digest("base64"))
}

describe("the signature", () => {
  it("is the official JavaScript client's, for random requests", async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        assert.strictEqual(ours(request), await officially(request))
      }),
      { numRuns: 1_000 }
    )
  })
})

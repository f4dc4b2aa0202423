/**
 * Random requests to sign, and our signature of them.
 */
import { authorizationOf, stringToSign } from "@batchwave/wire/SharedKey"
import * as fc from "fast-check"
import { createHmac } from "node:crypto"

/** The account that signs. */
export const account = "myaccount"
/** Its key, in base64. */
export const key = Buffer.from(Array.from({ length: 64 }, (_, index) => index)).toString("base64")

const word = fc.string({
  unit: fc.constantFrom("a", "b", "X", "Z", "0", "9", "-", "_"),
  minLength: 1,
  maxLength: 12
})
const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 })

/** Random requests. Query values are never empty: the two official signers differ on those. */
export const requests = fc.record({
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

/** One random request. */
export type Request = typeof requests extends fc.Arbitrary<infer A> ? A : never

/** The path and query, as sent. */
export const targetOf = ({ path, query }: Request): string => {
  const pairs = Object.entries({ ...query, "api-version": "2024-02-01.19.0" })
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `/${path.join("/")}?${pairs.join("&")}`
}

/** The headers that matter to a signature, as sent. */
export const headersOf = ({ body, ifMatch, method, range }: Request): Record<string, string> => ({
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

/** Our Authorization header for a request with these headers. */
export const sign = (request: Request, headers: Record<string, string>): string => {
  const toSign = stringToSign({
    account,
    method: request.method,
    target: targetOf(request),
    headers
  })
  const hmac = createHmac("sha256", Buffer.from(key, "base64")).update(toSign, "utf8")
  return authorizationOf(account, hmac.digest("base64"))
}

/**
 * The text a shared key signs, against vectors of the official Python signer and, for random requests,
 * against the rules of the service written down a second time.
 */
import * as OperationPath from "@batchwave/wire/OperationPath"
import * as QueryString from "@batchwave/wire/QueryString"
import * as SharedKey from "@batchwave/wire/SharedKey"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { createHmac } from "node:crypto"

const account = "myaccount"
const key = Buffer.from(Uint8Array.from({ length: 64 }, (_, index) => index))
const date = "Tue, 29 Jul 2014 21:49:13 GMT"
const version = "api-version=2024-02-01.19.0"

const signatureOf = (
  method: string,
  target: string,
  headers: Readonly<Record<string, string>> = {}
): string =>
  createHmac("sha256", key).update(
    SharedKey.stringToSign({ account, method, target, headers: { "ocp-date": date, ...headers } }),
    "utf8"
  ).digest("base64")

describe("SharedKey", () => {
  it("signs a listing of jobs", () => {
    assert.strictEqual(
      signatureOf("GET", `/jobs?${version}&timeout=20`),
      "ElLJjGP3morsPuxt+bzsKZvY/H5gEJe4SFepBho3hU0="
    )
  })

  it("signs the decoded values of a filter and a selection", () => {
    assert.strictEqual(
      signatureOf(
        "GET",
        `/jobs/j1/tasks?$filter=state%20eq%20%27completed%27&$select=id%2Cstate&maxresults=10&${version}`
      ),
      "uyzDYWAsRGCmNELX4MU/npRkdsYI4ay8fxP/32CcB7I="
    )
  })

  it("signs the content type and length of a body as they are sent", () => {
    assert.strictEqual(
      signatureOf("POST", `/jobs/j1/tasks?${version}`, {
        "content-type": "application/json; odata=minimalmetadata; charset=utf-8",
        "content-length": "42"
      }),
      "6yFxkpurLqIn2c2R4CkE26mp46vmPsXerKJqDeoGIGw="
    )
  })

  it("signs a length of zero and a condition without quotes", () => {
    assert.strictEqual(
      signatureOf("POST", `/jobs/j1/tasks/t1/terminate?${version}`, {
        "content-length": "0",
        "if-match": "0x8DD042A212281A5"
      }),
      "SqZuJDwMkq9LY1Pu30qdcjsqULHyMKNKnaZuuutI+II="
    )
  })

  it("signs the encoded path of a file and the ocp-range", () => {
    assert.strictEqual(
      signatureOf("GET", `/jobs/j1/tasks/t1/files/wd%2Fout.txt?${version}`, {
        "ocp-range": "bytes=0-9"
      }),
      "qx8HlM03eoLHpc5Qe/gJChCl2NkrztR9rWTAXSMyhUc="
    )
  })

  it("writes twelve lines, the ocp headers and the resource without a newline at the end", () => {
    assert.strictEqual(
      SharedKey.stringToSign({
        account,
        method: "post",
        target: `/jobs/j1/tasks/t1/terminate?${version}`,
        headers: {
          "content-length": "0",
          "if-match": "0x8DD042A212281A5",
          "ocp-date": date,
          date: "not signed",
          "client-request-id": "not signed"
        }
      }),
      "POST\n\n\n0\n\n\n\n\n0x8DD042A212281A5\n\n\n\nocp-date:Tue, 29 Jul 2014 21:49:13 GMT\n" +
        "/myaccount/jobs/j1/tasks/t1/terminate\napi-version:2024-02-01.19.0"
    )
  })

  it("signs the plain date when there is no ocp-date", () => {
    assert.strictEqual(
      SharedKey.stringToSign({ account, method: "GET", target: "/jobs", headers: { date } }),
      `GET\n\n\n\n\n\n${date}\n\n\n\n\n\n/myaccount/jobs`
    )
  })

  it("sorts parameters by byte, takes the first of repeated ones and drops empty ones", () => {
    assert.strictEqual(
      SharedKey.canonicalResource(account, "/jobs?b=2&$select=id&A=1&b=3&c=&d"),
      "/myaccount/jobs\n$select:id\na:1\nb:2"
    )
  })

  it("takes an authorization header apart again", () => {
    assert.deepStrictEqual(
      SharedKey.parseAuthorization(SharedKey.authorizationOf(account, "ab+/cd==")),
      { account, signature: "ab+/cd==" }
    )
  })

  it("takes no authorization of another scheme or form", () => {
    assert.isUndefined(SharedKey.parseAuthorization("Bearer abc"))
    assert.isUndefined(SharedKey.parseAuthorization("SharedKey myaccount"))
    assert.isUndefined(SharedKey.parseAuthorization("SharedKey my account:ab=="))
  })
})

/** A request before it is put on the wire. */
interface Draft {
  readonly method: string
  readonly segments: ReadonlyArray<string>
  readonly query: ReadonlyArray<QueryString.QueryParameter>
  readonly headers: Readonly<Record<string, string>>
}

const fixedLines = [
  "content-encoding",
  "content-language",
  "content-length",
  "content-md5",
  "content-type",
  "date",
  "if-modified-since",
  "if-match",
  "if-none-match",
  "if-unmodified-since",
  "range"
] as const

const visible = fc.string({ minLength: 1, maxLength: 20 }).map((value) => value.trim()).filter(
  (value) => value !== ""
)

const otherHeaders = ["ocp-range", "ocp-a", "ocp-b-c", "ocp-b", "client-request-id", "accept"]

const headers: fc.Arbitrary<Record<string, string>> = fc.record(
  Object.fromEntries([...fixedLines, ...otherHeaders, "ocp-date"].map((name) => [name, visible])),
  { requiredKeys: ["ocp-date"] }
)

const drafts: fc.Arbitrary<Draft> = fc.record({
  method: fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
  segments: fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }), {
    minLength: 1,
    maxLength: 5
  }),
  query: fc.uniqueArray(
    fc.tuple(
      fc.constantFrom("$filter", "$select", "$expand", "api-version", "maxresults", "Timeout"),
      fc.string({ unit: "grapheme", maxLength: 12 })
    ),
    { selector: ([name]) => name }
  ),
  headers
})

const pathOf = (segments: ReadonlyArray<string>): string =>
  segments.map((_, index) => `/{s${index}}`).join("")

const expanded = ({ segments }: Draft): string =>
  OperationPath.expand(
    pathOf(segments),
    Object.fromEntries(segments.map((value, index) => [`s${index}`, value]))
  )

const textOf = (draft: Draft): string => {
  const query = QueryString.print(draft.query)
  return SharedKey.stringToSign({
    account,
    method: draft.method,
    target: `${expanded(draft)}${query === "" ? "" : `?${query}`}`,
    headers: draft.headers
  })
}

const inOrder = (left: string, right: string): number => left < right ? -1 : 1

/** The same text from the parts of the request, before anything was encoded into a target. */
const expectedTextOf = (draft: Draft): string =>
  [
    draft.method,
    ...fixedLines.map((name) => name === "date" ? "" : draft.headers[name] ?? ""),
    ...Object.entries(draft.headers).filter(([name]) => name.startsWith("ocp-")).map((
      [name, value]
    ) => `${name}:${value}`).toSorted((left, right) =>
      inOrder(left.split(":")[0] ?? "", right.split(":")[0] ?? "")
    ),
    `/${account}${expanded(draft)}`,
    ...draft.query.filter(([, value]) => value !== "").map(([name, value]) =>
      [name.toLowerCase(), value] as const
    ).toSorted(([left], [right]) => inOrder(left, right)).map(([name, value]) => `${name}:${value}`)
  ].join("\n")

const signed = new Set<string>([
  ...fixedLines,
  "ocp-range",
  "ocp-a",
  "ocp-b-c",
  "ocp-b",
  "ocp-date"
])

describe("SharedKey of random requests", () => {
  it("signs what the rules of the service say", () => {
    fc.assert(
      fc.property(drafts, (draft) => {
        assert.strictEqual(textOf(draft), expectedTextOf(draft))
      }),
      { numRuns: 1000 }
    )
  })

  it("signs the same whatever the order of headers and parameters and the case of the method", () => {
    fc.assert(fc.property(drafts, (draft) => {
      const other = {
        ...draft,
        method: draft.method.toLowerCase(),
        query: draft.query.toReversed(),
        headers: Object.fromEntries(Object.entries(draft.headers).toReversed())
      }
      assert.strictEqual(textOf(other), textOf(draft))
    }))
  })

  it("signs another text when any signed part is another", () => {
    fc.assert(fc.property(drafts, fc.nat(), (draft, at) => {
      const text = textOf(draft)
      assert.notStrictEqual(textOf({ ...draft, segments: [...draft.segments, "x"] }), text)
      assert.notStrictEqual(textOf({ ...draft, query: [...draft.query, ["recursive", "1"]] }), text)
      const entries = Object.entries(draft.headers)
      const [name = "", value = ""] = entries[at % entries.length] ?? []
      const changed = textOf({ ...draft, headers: { ...draft.headers, [name]: `${value}x` } })
      assert.strictEqual(changed !== text, signed.has(name) && name !== "date")
    }))
  })

  it("takes the authorization of any account and signature apart again", () => {
    fc.assert(fc.property(
      fc.stringMatching(/^[a-z0-9]{3,24}$/),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (name, bytes) => {
        const signature = Buffer.from(bytes).toString("base64")
        assert.deepStrictEqual(
          SharedKey.parseAuthorization(SharedKey.authorizationOf(name, signature)),
          { account: name, signature }
        )
      }
    ))
  })
})

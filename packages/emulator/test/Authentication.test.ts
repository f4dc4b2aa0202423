import * as AccessToken from "@batchwave/emulator/AccessToken"
import * as Authentication from "@batchwave/emulator/middleware/Authentication"
import { assert, describe, it } from "@effect/vitest"
import { createSecretKey } from "node:crypto"

const date = "Tue, 29 Jul 2014 21:49:13 GMT"
const dateMs = Date.parse(date)
const version = "api-version=2024-02-01.19.0"

const credential = {
  account: "myaccount",
  key: createSecretKey(Buffer.from(Array.from({ length: 64 }, (_, byte) => byte))),
  unknownTokenStatus: 401,
  isToken: AccessToken.checkOf([{ token: "good" }, { token: "old", expiresAtMs: dateMs }])
}

/**
 * Requests with the signatures the official Python client makes for them.
 *
 * @source azure-batch for Python, SharedKey signer
 */
const vectors = [
  {
    method: "GET",
    target: `/jobs?${version}&timeout=20`,
    headers: {},
    signature: "ElLJjGP3morsPuxt+bzsKZvY/H5gEJe4SFepBho3hU0="
  },
  {
    method: "GET",
    target:
      `/jobs/j1/tasks?$filter=state%20eq%20%27completed%27&$select=id%2Cstate&maxresults=10&${version}`,
    headers: {},
    signature: "uyzDYWAsRGCmNELX4MU/npRkdsYI4ay8fxP/32CcB7I="
  },
  {
    method: "POST",
    target: `/jobs/j1/tasks?${version}`,
    headers: {
      "content-type": "application/json; odata=minimalmetadata; charset=utf-8",
      "content-length": "42"
    },
    signature: "6yFxkpurLqIn2c2R4CkE26mp46vmPsXerKJqDeoGIGw="
  },
  {
    method: "POST",
    target: `/jobs/j1/tasks/t1/terminate?${version}`,
    headers: { "content-length": "0", "if-match": "0x8DD042A212281A5" },
    signature: "SqZuJDwMkq9LY1Pu30qdcjsqULHyMKNKnaZuuutI+II="
  },
  {
    method: "GET",
    target: `/jobs/j1/tasks/t1/files/wd%2Fout.txt?${version}`,
    headers: { "ocp-range": "bytes=0-9" },
    signature: "qx8HlM03eoLHpc5Qe/gJChCl2NkrztR9rWTAXSMyhUc="
  }
] as const

const check = (
  { headers, method, target }: (typeof vectors)[number],
  signature: string,
  nowMs = dateMs
) =>
  Authentication.check(
    { base: "http://127.0.0.1:1", requestId: "r", nowMs },
    credential,
    method,
    target,
    { ...headers, "ocp-date": date, authorization: `SharedKey myaccount:${signature}` }
  )

describe("Authentication.check", () => {
  it("takes the signatures of the official client", () => {
    for (const vector of vectors) {
      assert.isUndefined(check(vector, vector.signature), vector.target)
    }
  })

  it("takes an empty body whose length was signed but not sent, and the other way round", () => {
    const [, , , terminate] = vectors
    const headers = { "if-match": terminate.headers["if-match"] }
    const unsent = { ...terminate, headers }
    assert.isUndefined(
      Authentication.check(
        { base: "", requestId: "r", nowMs: dateMs },
        credential,
        unsent.method,
        unsent.target,
        {
          ...headers,
          "ocp-date": date,
          authorization: `SharedKey myaccount:${terminate.signature}`
        }
      )
    )
  })

  it("refuses each of them with any one bit of the signature changed", () => {
    for (const vector of vectors) {
      const bytes = Buffer.from(vector.signature, "base64")
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const forged = Buffer.from(bytes)
        forged[bit >> 3]! ^= 1 << (bit & 7)
        assert.strictEqual(check(vector, forged.toString("base64"))?.status, 403)
      }
    }
  })

  it("refuses a replay 15 minutes and a second later", () => {
    const [first] = vectors
    assert.isUndefined(check(first, first.signature, dateMs + 900_000))
    assert.strictEqual(check(first, first.signature, dateMs + 901_000)?.status, 403)
  })

  const bear = (authorization: string, nowMs: number) =>
    Authentication.check({ base: "", requestId: "r", nowMs }, credential, "GET", "/jobs", {
      authorization
    })?.status

  it("takes a token until it expires and answers 401 to others, whatever the date of the request", () => {
    assert.isUndefined(bear("Bearer good", dateMs))
    assert.isUndefined(bear("bearer good", dateMs + 1e12))
    assert.isUndefined(bear("Bearer old", dateMs - 1))
    assert.strictEqual(bear("Bearer old", dateMs), 401)
    assert.strictEqual(bear("Bearer goo", dateMs), 401)
    assert.strictEqual(bear("Bearer Good", dateMs), 401)
    assert.strictEqual(bear("Bearer ", dateMs), 403)
  })
})

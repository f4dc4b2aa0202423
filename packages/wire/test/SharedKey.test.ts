/**
 * The text a shared key signs, against vectors of the official Python signer.
 */
import * as SharedKey from "@batchwave/wire/SharedKey"
import { assert, describe, it } from "@effect/vitest"
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

/**
 * Our signature beside that of the official JavaScript client, for random requests.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { createRequire } from "node:module"
import {
  account,
  headersOf,
  key,
  type Request,
  requests,
  sign,
  targetOf
} from "./SignedRequests.ts"

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
  return sign(request, isEmptyPost ? { ...headers, "content-length": "0" } : headers)
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

/**
 * Signatures against the five published vectors, made by the signer that signs every request.
 */
import { FilesApi } from "@batchwave/wire/FilesApi"
import { JobsApi } from "@batchwave/wire/JobsApi"
import { TasksApi } from "@batchwave/wire/TasksApi"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createSecretKey } from "node:crypto"
import type { Call } from "../src/internal/Call.ts"
import { formatHttpDate } from "../src/internal/HttpDate.ts"
import { type KnownOperation, readNothing } from "../src/internal/Request.ts"
import * as RequestTarget from "../src/internal/RequestTarget.ts"
import type { Refusal } from "../src/internal/Signer.ts"
import * as SharedKeyAuth from "../src/SharedKeyAuth.ts"

const makeSigner = () =>
  SharedKeyAuth.make({
    account: "myaccount",
    idPrefix: "01234567-89ab-4cde-8f01-",
    key: createSecretKey(Buffer.from(Array.from({ length: 64 }, (_, index) => index)))
  })

const atMs = Date.UTC(2014, 6, 29, 21, 49, 13)

const call = (
  operation: KnownOperation,
  values: Readonly<Record<string, string>>,
  query: ReadonlyArray<readonly [string, string]>,
  more: Partial<Call<void>> = {}
): Call<void> => ({
  operation: operation.operationId,
  method: operation.method,
  success: operation.success,
  target: RequestTarget.make("", operation.path, values, query),
  decode: readNothing,
  ...more
})

const task = { jobId: "j1", taskId: "t1" }

const vectors: ReadonlyArray<readonly [string, Call<void>, string]> = [
  [
    "a listing of jobs",
    call(JobsApi.list, {}, [["timeout", "20"]]),
    "ElLJjGP3morsPuxt+bzsKZvY/H5gEJe4SFepBho3hU0="
  ],
  [
    "a filtered listing of tasks",
    call(TasksApi.list, { jobId: "j1" }, [
      ["$filter", "state eq 'completed'"],
      ["$select", "id,state"],
      ["maxresults", "10"]
    ]),
    "uyzDYWAsRGCmNELX4MU/npRkdsYI4ay8fxP/32CcB7I="
  ],
  [
    "an addition with a body of 42 bytes",
    call(TasksApi.add, { jobId: "j1" }, [], { body: Buffer.alloc(42, 0x20) }),
    "6yFxkpurLqIn2c2R4CkE26mp46vmPsXerKJqDeoGIGw="
  ],
  [
    "a conditional terminate without a body",
    call(TasksApi.terminate, task, [], { options: { ifMatch: "0x8DD042A212281A5" } }),
    "SqZuJDwMkq9LY1Pu30qdcjsqULHyMKNKnaZuuutI+II="
  ],
  [
    "a range of a file",
    call(FilesApi.get, { ...task, filePath: "wd/out.txt" }, [], { range: "bytes=0-9" }),
    "qx8HlM03eoLHpc5Qe/gJChCl2NkrztR9rWTAXSMyhUc="
  ]
]

describe("SharedKeyAuth", () => {
  for (const [name, request, signature] of vectors) {
    it(`signs ${name} as published`, () => {
      const { headers } = makeSigner().sign(request, atMs)
      assert.strictEqual(headers["authorization"], `SharedKey myaccount:${signature}`)
      assert.strictEqual(headers["ocp-date"], "Tue, 29 Jul 2014 21:49:13 GMT")
    })
  }

  it("gives every attempt its own request id, a GUID, unless the caller chose one", () => {
    const signer = makeSigner()
    const request = call(TasksApi.get, task, [])
    const ids = [1, 2, 3].map(() => signer.sign(request, atMs).clientRequestId)
    assert.strictEqual(new Set(ids).size, 3)
    for (const id of ids) assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    const chosen = { ...request, options: { clientRequestId: "mine" } }
    assert.strictEqual(signer.sign(chosen, atMs).clientRequestId, "mine")
  })

  it.effect("follows the service's clock after a refusal more than five minutes apart, once", () =>
    Effect.gen(function*() {
      const signer = makeSigner()
      const refuse = (aheadMs: number, more: Partial<Refusal> = {}, status = 403) =>
        signer.remedy({
          reply: {
            status,
            headers: { date: formatHttpDate(atMs + aheadMs) },
            body: Buffer.alloc(0)
          },
          options: undefined,
          nowMs: atMs,
          generation: 0,
          tried: new Set(),
          ...more
        }) ?? Effect.succeed(false)
      const limitMs = SharedKeyAuth.skewMsMin
      assert.isFalse(yield* refuse(limitMs))
      assert.isFalse(yield* refuse(2 * limitMs, {}, 409))
      assert.isFalse(yield* refuse(2 * limitMs, { tried: new Set(["clock"]) }))
      assert.isFalse(yield* refuse(2 * limitMs, { options: { ocpDate: formatHttpDate(atMs) } }))
      assert.isTrue(yield* refuse(limitMs + 1000))
      const { headers } = signer.sign(call(TasksApi.get, task, []), atMs)
      assert.strictEqual(headers["ocp-date"], formatHttpDate(atMs + limitMs + 1000))
    }))
})

/**
 * No secret is shown, whatever fails and however the failure is rendered.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { inspect } from "node:util"
import { BatchClient } from "../src/BatchClient.ts"
import * as Credential from "../src/Credential.ts"
import { cleanText } from "../src/internal/CleanText.ts"
import { TaskOperations } from "../src/TaskOperations.ts"
import {
  hang,
  inOrder,
  refuse,
  reply,
  reset,
  serve,
  type Step,
  text,
  truncated
} from "./ScriptedServer.ts"
import { keyText, settings, withClient } from "./TestClient.ts"

const canary = "CANARY"

const url = `https://user:${canary}@store.example/a?sv=1&sig=${canary}`

const task = {
  id: "t1",
  commandLine: `curl "${url}"`,
  environmentSettings: [{ name: "TOKEN", value: canary }],
  resourceFiles: [{ httpUrl: url, filePath: "a" }]
}

const steps: ReadonlyArray<readonly [string, Step]> = [
  [
    "an error that quotes a signed URL",
    refuse(400, "InvalidPropertyValue", `Bad ${url}`, {}, [
      { key: "PropertyValue", value: url }
    ])
  ],
  [
    "a forbidden reply",
    refuse(403, "AuthenticationFailed", "", {}, [
      { key: "AuthenticationErrorDetail", value: `expected sig=${canary}` }
    ])
  ],
  ["HTML that quotes the request", text(502, `<a href='${url}'>`)],
  ["text that is no document", text(400, `token=${canary}`)],
  ["a reset", reset],
  ["silence", hang],
  ["half a reply", truncated(`{"value":["${canary}`)],
  ["a reply of another shape", reply(200, { id: [canary], value: canary })],
  ["a redirect", reply(307, undefined, { location: url })],
  ["a foreign task", refuse(409, "TaskExists", `Taken: ${url}`)],
  ["a body too large", refuse(413, "RequestBodyTooLarge", url)]
]

const renderings = (value: unknown): string =>
  [
    String(value),
    JSON.stringify(value),
    inspect(value, { depth: 12, showHidden: true }),
    Cause.pretty(Cause.fail(value)),
    value instanceof Error ? value.stack ?? "" : ""
  ].join("\n")

describe("Secrets", () => {
  for (const [name, step] of steps) {
    it.live(`stay hidden after ${name}`, () =>
      Effect.gen(function*() {
        const server = yield* serve(inOrder(step))
        const client = withClient(server, { attemptsMax: 2, attemptTimeoutMs: 60 })
        const shown = yield* client(Effect.gen(function*() {
          const tasks = yield* TaskOperations
          const results = [
            yield* Effect.result(tasks.add("j1", task)),
            yield* Effect.result(tasks.addCollection("j1", [task])),
            yield* Effect.result(tasks.get("j1", "t1"))
          ]
          return renderings(tasks) + results.flatMap((result) =>
            result._tag === "Failure" ? [renderings(result), renderings(result.failure)] : []
          ).join("\n")
        }))
        assert.notInclude(shown, canary)
        assert.notInclude(shown, keyText)
        assert.notInclude(shown, "SharedKey ")
      }))
  }

  const texts: ReadonlyArray<readonly [string, string]> = [
    ["DefaultEndpointsProtocol=https;AccountName=a;AccountKey=CANARY==;X=1", "AccountKey=…;X=1"],
    ["SharedAccessSignature=sv=1&sig=CANARY", "sig=…"],
    ["x?sv=1%26sig%3DCANARY%26se%3D1", "x?sv=1%26sig%3D…%26se%3D1"],
    ["password=CANARY", "password=…"],
    ["client_secret=CANARY&x=1", "client_secret=…&x=1"],
    ["{\"access_token\":\"CANARY\",\"x\":1}", "{\"access_token\":\"…\",\"x\":1}"],
    ["The MAC signature found in the HTTP request 'CANARY=' is not", "request '…' is not"],
    ["x-forwarded: Bearer CANARY1.abc", "x-forwarded: Bearer …"],
    ["SharedKey batchwave:CANARY=", "SharedKey …"],
    ["eyJ0eXAiOiJKV1Qi.CANARY.CANARY is expired", "… is expired"]
  ]
  for (const [quoted, expected] of texts) {
    it(`are cut out of ${quoted}`, () => {
      assert.notInclude(cleanText(quoted), canary)
      assert.include(cleanText(quoted), expected)
    })
  }

  it("leaves prose about them as it is", () => {
    for (
      const prose of [
        "The Bearer token is missing.",
        "SharedKey authentication is not allowed.",
        "The key 'Reason' is unknown",
        "Use Bearer, not Basic."
      ]
    ) assert.strictEqual(cleanText(prose), prose)
  })

  it.live("stay hidden when a gateway quotes the header that proves identity", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => (response, { headers }) => {
        response.writeHead(400, { "content-type": "text/plain" })
        response.end(`no route for Authorization: ${headers.authorization}`)
      })
      const get = Effect.flatMap(TaskOperations, (tasks) => Effect.flip(tasks.get("j1", "t1")))
      const byKey = renderings(yield* withClient(server)(get))
      const signature = String(server.received[0]?.headers.authorization).split(":")[1] ?? ""
      assert.isAbove(signature.length, 40)
      assert.notInclude(byKey, signature)
      const credential = Credential.fromTokenCredential({
        getToken: () =>
          Promise.resolve({ token: "CANARY-0a.b", expiresOnTimestamp: Date.now() + 3_600_000 })
      })
      const { endpoint } = settings(server)
      const byToken = yield* Effect.provide(get, BatchClient.layer({ endpoint, credential }))
      assert.include(server.received[1]?.headers.authorization, canary)
      assert.notInclude(renderings(byToken), canary)
    }))

  it("are cut out of texts together with the query they stand in", () => {
    assert.strictEqual(
      cleanText(`see ${url} and sig=${canary}&x=1`),
      "see https://store.example/a?… and sig=…&x=1"
    )
    assert.isAtMost(cleanText("x".repeat(100_000)).length, 2001)
  })
})

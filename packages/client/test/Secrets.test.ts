/**
 * No secret is shown, whatever fails and however the failure is rendered.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { inspect } from "node:util"
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
import { keyText, withClient } from "./TestClient.ts"

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

  it("are cut out of texts together with the query they stand in", () => {
    assert.strictEqual(
      cleanText(`see ${url} and sig=${canary}&x=1`),
      "see https://store.example/a?… and sig=…&x=1"
    )
    assert.isAtMost(cleanText("x".repeat(100_000)).length, 2001)
  })
})

/**
 * Listings: every page is followed, none twice, and only on our own host.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { TaskOperations } from "../src/TaskOperations.ts"
import { type Received, refuse, reply, serve, type Step } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

const originOf = (request: Received): string => `http://${request.headers.host ?? ""}`

const page = (ids: ReadonlyArray<string>, next?: string): Step => (response, request) =>
  reply(200, {
    "odata.metadata": `${originOf(request)}/$metadata#tasks`,
    value: ids.map((id) => ({ id, state: "active" })),
    ...(next === undefined ? {} : { "odata.nextLink": next.replace("HOST", originOf(request)) })
  })(response, request)

const link = (token: number): string =>
  `HOST/jobs/j1/tasks?api-version=2024-02-01.19.0&$filter=state%20eq%20%27active%27&$skiptoken=WA%2B${token}`

const ids = Effect.flatMap(
  TaskOperations,
  (tasks) =>
    tasks.list("j1", { filter: "state eq 'active'", maxResults: 2 }).pipe(
      Stream.map((task) => task.id),
      Stream.runCollect
    )
)

describe("TaskPages", () => {
  it.live("follows links through short and empty pages to the end", () =>
    Effect.gen(function*() {
      const pages = [page(["a", "b"], link(1)), page([], link(2)), page([], link(3)), page(["c"])]
      const server = yield* serve((index) => pages[index] ?? refuse(500, "TooFar"))
      const found = yield* withClient(server)(ids)
      assert.deepStrictEqual(Array.from(found), ["a", "b", "c"])
      assert.deepStrictEqual(
        server.received.map(({ url }) => url),
        [
          "/jobs/j1/tasks?$filter=state%20eq%20%27active%27&maxresults=2&api-version=2024-02-01.19.0",
          ...[1, 2, 3].map((token) => link(token).slice("HOST".length))
        ]
      )
    }))

  it.live("hands out pages as they are, empty ones too", () =>
    Effect.gen(function*() {
      const pages = [page(["a"], link(1)), page([], link(2)), page(["b", "c"])]
      const server = yield* serve((index) => pages[index] ?? refuse(500, "TooFar"))
      const sizes = yield* withClient(server)(Effect.flatMap(TaskOperations, (tasks) =>
        tasks.listPages("j1").pipe(
          Stream.map((tasks) => tasks.length),
          Stream.runCollect
        )))
      assert.deepStrictEqual(Array.from(sizes), [1, 0, 2])
    }))

  it.live("repeats a page that failed without repeating its tasks", () =>
    Effect.gen(function*() {
      const pages = [page(["a"], link(1)), refuse(503, "ServerBusy"), page(["b"])]
      const server = yield* serve((index) => pages[index] ?? refuse(500, "TooFar"))
      assert.deepStrictEqual(Array.from(yield* withClient(server)(ids)), ["a", "b"])
    }))

  const bad: ReadonlyArray<readonly [string, ReadonlyArray<Step>, string, number]> = [
    [
      "lead back to an earlier page",
      [page(["a"], link(1)), page(["b"], link(2)), page([], link(1))],
      "NextLinkLoop",
      3
    ],
    ["lead to themselves", [page(["a"], link(1)), page([], link(1))], "NextLinkLoop", 2],
    ["lead to another host", [page(["a"], "http://example.com/jobs")], "NextLinkForeign", 1],
    ["lead to another port", [page(["a"], "http://127.0.0.1:1/jobs")], "NextLinkForeign", 1]
  ]
  for (const [name, pages, code, requests] of bad) {
    it.live(`stops at links that ${name}`, () =>
      Effect.gen(function*() {
        const server = yield* serve((index) => pages[index] ?? refuse(500, "TooFar"))
        const failure = yield* Effect.flip(withClient(server)(ids))
        assert.strictEqual(failure._tag, "ResponseInvalid")
        if (failure._tag === "ResponseInvalid") assert.strictEqual(failure.code, code)
        assert.lengthOf(server.received, requests)
      }))
  }

  it.live("follows pagesMax pages and fails at one more", () =>
    Effect.gen(function*() {
      const walk = (pagesMax: number) =>
        Effect.gen(function*() {
          const server = yield* serve((index) =>
            page([`t${index}`], index < 2 ? link(index + 1) : undefined)
          )
          return yield* withClient(server)(
            Effect.flatMap(
              TaskOperations,
              (tasks) => tasks.list("j1", { pagesMax }).pipe(Stream.runCollect)
            )
          )
        })
      assert.lengthOf(yield* walk(3), 3)
      for (const pagesMax of [2, NaN]) {
        const failure = yield* Effect.flip(walk(pagesMax))
        assert.strictEqual(failure._tag === "ResponseInvalid" ? failure.code : "", "PagesOverBound")
      }
    }))

  it.live("walks the whole listing each time the stream is run", () =>
    Effect.gen(function*() {
      const server = yield* serve((index) => index % 2 === 0 ? page(["a"], link(1)) : page(["b"]))
      yield* withClient(server)(Effect.gen(function*() {
        const tasks = yield* TaskOperations
        const listing = tasks.list("j1")
        assert.lengthOf(yield* Stream.runCollect(listing), 2)
        assert.lengthOf(yield* Stream.runCollect(listing), 2)
      }))
    }))

  const expired = refuse(400, "InvalidQueryParameterValue", "The token has expired.")

  it.live("starts anew when a link has expired and hands out nothing twice", () =>
    Effect.gen(function*() {
      const pages = [
        page(["a", "b"], link(1)),
        expired,
        page(["b", "c"], link(1)),
        page(["a", "d"])
      ]
      const server = yield* serve((index) => pages[index] ?? refuse(500, "TooFar"))
      assert.deepStrictEqual(Array.from(yield* withClient(server)(ids)), ["a", "b", "c", "d"])
      assert.lengthOf(server.received, 4)
    }))

  it.live("starts anew three times and fails at the fourth, and at once when the first page is refused", () =>
    Effect.gen(function*() {
      const server = yield* serve((index) => index % 2 === 0 ? page(["a"], link(1)) : expired)
      const failure = yield* Effect.flip(withClient(server)(ids))
      assert.strictEqual(failure._tag, "InvalidRequest")
      assert.lengthOf(server.received, 8)
      const refused = yield* serve(() => expired)
      yield* Effect.flip(withClient(refused)(ids))
      assert.lengthOf(refused.received, 1)
    }))

  it.live("does not start anew a listing whose items have no key", () =>
    Effect.gen(function*() {
      const server = yield* serve((index) =>
        index === 0
          ? (response, request) =>
            reply(200, {
              value: [{ state: "active" }],
              "odata.nextLink": link(1).replace("HOST", originOf(request))
            })(response, request)
          : expired
      )
      yield* Effect.flip(withClient(server)(ids))
      assert.lengthOf(server.received, 2)
    }))
})

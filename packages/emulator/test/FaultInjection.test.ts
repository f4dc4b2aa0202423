import type { FaultPlan, FaultRule } from "@batchwave/emulator/FaultPlan"
import type { FaultReport } from "@batchwave/emulator/FaultReport"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Http from "node:http"
import * as JumpingClock from "../../wire/test/JumpingClock.ts"
import * as RawBatch from "./RawBatch.ts"

const { call, codeOf, expect, tryCall } = RawBatch

/** An emulator with a job and a task that stays active, and these rules in force. */
const startWith = (rules: ReadonlyArray<FaultRule>, server: FaultPlan["server"] = {}) =>
  Effect.gen(function*() {
    const raw = yield* RawBatch.start()
    yield* RawBatch.addJob(raw, "j1")
    yield* RawBatch.addTask(raw, "j1", "t1", "true", { requiredSlots: 200 })
    yield* Effect.orDie(raw.control.putFaults({ rules, server }))
    return raw
  })

/** Longer than any stall of the machine: the tests jump over it. */
const longMs = 60_000

const getTask = (raw: RawBatch.Raw, id = "t1") => tryCall(raw, "GET", `/jobs/j1/tasks/${id}`)

const addTasks = (raw: RawBatch.Raw, ids: ReadonlyArray<string>) =>
  tryCall(raw, "POST", "/jobs/j1/addtaskcollection", {
    body: { value: ids.map((id) => ({ id, commandLine: "true", requiredSlots: 200 })) }
  })

const resultsOf = (answer: RawBatch.Answer): Array<string> => {
  const { value } = answer.json
  return Array.isArray(value)
    ? value.map((item) => `${item.taskId} ${item.status}${item.error ? ` ${item.error.code}` : ""}`)
    : []
}

/** The ids that the job holds, told past all faults. */
const idsHeld = (raw: RawBatch.Raw) =>
  Effect.gen(function*() {
    yield* raw.control.clearFaults
    const { json } = yield* call(raw, "GET", "/jobs/j1/tasks")
    return Array.isArray(json["value"]) ? json["value"].map((task) => String(task.id)) : []
  })

const dateOf = (atMs: number): Date => new Date(atMs)

const isBroken = (answer: Effect.Effect<RawBatch.Answer, Error>) =>
  Effect.map(Effect.exit(answer), Exit.isFailure)

describe("Status", () => {
  it.live("answers in place of the operation, with Retry-After in every form", () =>
    Effect.gen(function*() {
      const status = { _tag: "Status", status: 429 } as const
      const raw = yield* startWith([
        { when: { nth: 1 }, fault: status },
        { when: { nth: 2 }, fault: { ...status, retryAfter: { seconds: 3 } } },
        { when: { nth: 3 }, fault: { ...status, retryAfter: { dateInMs: 60_000 } } },
        { when: { nth: 4 }, fault: { ...status, retryAfter: { milliseconds: 250 } } },
        { when: { nth: 5 }, fault: { ...status, retryAfter: { text: "soon" } } }
      ])
      const answers = yield* Effect.replicateEffect(getTask(raw), 5)
      assert.deepStrictEqual(answers.map(codeOf), Array(5).fill("429 TooManyRequests"))
      const [none, seconds, date, milliseconds, text] = answers.map((answer) => answer.headers)
      assert.isUndefined(none?.["retry-after"])
      assert.strictEqual(seconds?.["retry-after"], "3")
      const inMs = Date.parse(date?.["retry-after"] ?? "") - (yield* Clock.currentTimeMillis)
      assert.isTrue(inMs > 50_000 && inMs < 61_000)
      assert.strictEqual(milliseconds?.["retry-after-ms"], "250")
      assert.strictEqual(text?.["retry-after"], "soon")
      assert.strictEqual((yield* getTask(raw)).status, 200)
    }))

  it.live("may act all the same, send a gateway's page, or nothing at all", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([
        {
          when: { nth: 1 },
          fault: { _tag: "Status", status: 500, code: "OperationTimedOut", acts: true }
        },
        { when: { nth: 2 }, fault: { _tag: "Status", status: 502, body: "Html" } },
        { when: { nth: 3 }, fault: { _tag: "Status", status: 503, body: "Empty" } }
      ])
      const acted = yield* addTasks(raw, ["a"])
      assert.strictEqual(codeOf(acted), "500 OperationTimedOut")
      const page = yield* addTasks(raw, ["b"])
      assert.strictEqual(page.status, 502)
      assert.match(page.text, /^<html>/)
      const empty = yield* addTasks(raw, ["c"])
      assert.deepStrictEqual([empty.status, empty.text], [503, ""])
      assert.deepStrictEqual(yield* idsHeld(raw), ["t1", "a"])
    }))

  it.live("strikes only the operations, jobs and tasks that it names", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([{
        when: { operations: ["task_get", "Task_Add*"], jobs: "J*", tasks: "bad-*" },
        fault: { _tag: "Status", status: 503 }
      }])
      assert.strictEqual((yield* addTasks(raw, ["good", "bad-1"])).status, 503)
      assert.strictEqual((yield* addTasks(raw, ["good"])).status, 200)
      assert.strictEqual((yield* getTask(raw, "bad-1")).status, 503)
      assert.strictEqual((yield* getTask(raw, "good")).status, 200)
      assert.strictEqual((yield* call(raw, "DELETE", "/jobs/j1/tasks/bad-1")).status, 404)
    }))
})

describe("connections", () => {
  it.live("dropped before acting leave nothing, dropped after leave the work", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([
        { when: { nth: 1 }, fault: { _tag: "Drop" } },
        { when: { nth: 2 }, fault: { _tag: "Drop", acts: true, isReset: true } }
      ])
      assert.isTrue(yield* isBroken(addTasks(raw, ["a"])))
      assert.isTrue(yield* isBroken(addTasks(raw, ["b"])))
      assert.deepStrictEqual(yield* idsHeld(raw), ["t1", "b"])
    }))

  it.live("stalled are never answered", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([{ fault: { _tag: "Stall", acts: true } }])
      const adding = yield* Effect.forkChild(addTasks(raw, ["a"]))
      while ((yield* raw.control.faults).requestsCount < 1) yield* Effect.sleep(5)
      yield* Effect.sleep(300)
      assert.isUndefined(adding.pollUnsafe())
      const { latest } = yield* raw.control.requests
      assert.isUndefined(latest.at(-1)?.status)
      assert.deepStrictEqual(latest.at(-1)?.faults, ["rule-1"])
      yield* Fiber.interrupt(adding)
      assert.deepStrictEqual(yield* idsHeld(raw), ["t1", "a"])
    }))

  it.live("are broken off in the middle of a body, or the shorter body looks complete", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([
        { when: { nth: 1 }, fault: { _tag: "CutBody", bytes: 20 } },
        { when: { nth: 2 }, fault: { _tag: "CutBody", bytes: 20, isLengthKept: false } },
        { when: { nth: 3 }, fault: { _tag: "CutBody", bytes: 0 } }
      ])
      assert.isTrue(yield* isBroken(addTasks(raw, ["a"])))
      const short = yield* addTasks(raw, ["b"])
      assert.strictEqual(short.status, 200)
      assert.strictEqual(short.text, `{"odata.metadata":"h`)
      assert.isTrue(yield* isBroken(getTask(raw)))
      assert.deepStrictEqual(yield* idsHeld(raw), ["t1", "a", "b"])
    }))

  it.live("that idle are closed without warning, and not before", () =>
    JumpingClock.run(Effect.fnUntraced(function*(clock) {
      const raw = yield* startWith([], { idleCloseMs: longMs })
      const agent = yield* Effect.acquireRelease(
        Effect.sync(() => new Http.Agent({ keepAlive: true, maxSockets: 1 })),
        (agent) => Effect.sync(() => agent.destroy())
      )
      yield* tryCall(raw, "GET", "/jobs", { agent })
      yield* tryCall(raw, "GET", "/jobs", { agent })
      const closed = Effect.map(raw.control.faults, (report) => report.server.idleClosedCount)
      yield* clock.jump(longMs / 2)
      assert.strictEqual(yield* closed, 0)
      while ((yield* closed) === 0) {
        yield* clock.jump(longMs / 2)
        yield* Effect.sleep(10)
      }
      assert.strictEqual(yield* closed, 1)
    })))
})

describe("Delay", () => {
  it.live("holds the operation back, or only its reply", () =>
    JumpingClock.run(Effect.fnUntraced(function*(clock) {
      const operations = ["Task_AddCollection"] as const
      const raw = yield* startWith([
        {
          when: { operations, tasks: "acted" },
          fault: { _tag: "Delay", delayMs: longMs, acts: true }
        },
        { when: { operations, tasks: "held" }, fault: { _tag: "Delay", delayMs: longMs } }
      ])
      const judged = Effect.map(raw.control.faults, ({ requestsCount }) => requestsCount)
      const acted = yield* Effect.forkChild(addTasks(raw, ["acted"]))
      while ((yield* judged) < 1) yield* Effect.sleep(5)
      assert.strictEqual((yield* getTask(raw, "acted")).status, 200)
      yield* clock.jump(longMs / 2)
      assert.strictEqual((yield* getTask(raw, "acted")).status, 200)
      assert.isUndefined(acted.pollUnsafe())
      yield* clock.jump(longMs / 2)
      assert.strictEqual((yield* Fiber.join(acted)).status, 200)
      const held = yield* Effect.forkChild(addTasks(raw, ["held"]))
      while ((yield* judged) < 4) yield* Effect.sleep(5)
      yield* clock.jump(longMs / 2)
      assert.strictEqual((yield* getTask(raw, "held")).status, 404)
      assert.isUndefined(held.pollUnsafe())
      yield* clock.jump(longMs / 2)
      assert.strictEqual((yield* Fiber.join(held)).status, 200)
      assert.strictEqual((yield* getTask(raw, "held")).status, 200)
    })))
})

describe("Redirect", () => {
  it.live("points to the same path and query elsewhere and does not act", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([
        { fault: { _tag: "Redirect", origin: "http://elsewhere.invalid" } }
      ])
      const answer = yield* addTasks(raw, ["a"])
      assert.strictEqual(answer.status, 307)
      assert.strictEqual(
        answer.headers.location,
        `http://elsewhere.invalid/jobs/j1/addtaskcollection?api-version=${RawBatch.apiVersion}`
      )
      assert.deepStrictEqual(yield* idsHeld(raw), ["t1"])
    }))
})

describe("BodyLimit", () => {
  it.live("refuses what is larger, by a byte, and tells the limit", () =>
    Effect.gen(function*() {
      const body = JSON.stringify({ id: "a", commandLine: "true", requiredSlots: 200 })
      const raw = yield* startWith([
        { fault: { _tag: "BodyLimit", bodyBytesMax: body.length } }
      ])
      const post = (rawBody: string) => tryCall(raw, "POST", "/jobs/j1/tasks", { rawBody })
      const over = yield* post(`${body} `)
      assert.strictEqual(codeOf(over), "413 RequestBodyTooLarge")
      assert.include(over.text, `"value":"${body.length}"`)
      assert.strictEqual((yield* post(body)).status, 201)
    }))
})

describe("Collection", () => {
  it.live("bends the results of the tasks it names and adds the others", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([{
        fault: {
          _tag: "Collection",
          order: "Input",
          extra: 1,
          items: [
            { tasks: "busy", effect: "ServerError" },
            { tasks: "liar", effect: "ServerError", acts: true },
            { tasks: "bad", effect: "ClientError", code: "InvalidPropertyValue" },
            { tasks: "lost", effect: "Missing" },
            { tasks: "never", effect: "Missing", acts: false },
            { tasks: "twice", effect: "Duplicated" }
          ]
        }
      }])
      const ids = ["a", "busy", "liar", "bad", "lost", "never", "twice", "z"]
      assert.deepStrictEqual(resultsOf(yield* addTasks(raw, ids)), [
        "a Success",
        "busy ServerError InternalError",
        "liar ServerError InternalError",
        "bad ClientError InvalidPropertyValue",
        "twice Success",
        "twice Success",
        "z Success",
        "extra-1 ClientError InvalidPropertyValue"
      ])
      assert.deepStrictEqual(yield* idsHeld(raw), ["t1", "a", "liar", "lost", "twice", "z"])
    }))

  it.live("tells the results in reverse", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([{ fault: { _tag: "Collection", order: "Reversed" } }])
      assert.deepStrictEqual(resultsOf(yield* addTasks(raw, ["a", "t1", "b"])), [
        "b Success",
        "t1 ClientError TaskExists",
        "a Success"
      ])
    }))
})

describe("Page", () => {
  /** Follows links for as long as they lead to the emulator, 20 pages at most. */
  const walk = (raw: RawBatch.Raw) =>
    Effect.gen(function*() {
      const pages: Array<ReadonlyArray<string>> = []
      const links: Array<string> = []
      let target: string | undefined = `/jobs/j1/tasks?api-version=${RawBatch.apiVersion}`
      while (target !== undefined && pages.length < 20) {
        const { json } = yield* RawBatch.expect(200, RawBatch.callTarget(raw, "GET", target))
        const { "odata.nextLink": next, value } = json
        pages.push(Array.isArray(value) ? value.map((task) => String(task.id)) : [])
        target = undefined
        if (typeof next !== "string") continue
        links.push(next)
        const url = new URL(next)
        if (url.origin === raw.endpoint) target = url.pathname + url.search
      }
      return { pages, links }
    })
  const listing = { operations: ["Task_List"] as const }

  it.live("makes short and empty pages whose links lead on to every task", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([])
      yield* addTasks(raw, ["a", "b", "c"])
      yield* Effect.orDie(raw.control.putFaults({
        rules: [
          { when: { ...listing, everyNth: 2 }, fault: { _tag: "Page", itemsMax: 0 } },
          { when: listing, fault: { _tag: "Page", itemsMax: 1 } }
        ]
      }))
      const { links, pages } = yield* walk(raw)
      assert.deepStrictEqual(pages, [["t1"], [], ["a"], [], ["b"], [], ["c"]])
      assert.strictEqual(new Set(links).size, links.length)
    }))

  it.live("loops: a page links to itself, the first one too", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([{ fault: { _tag: "Page", itemsMax: 1, nextLink: "Looping" } }])
      const { links, pages } = yield* walk(raw)
      assert.deepStrictEqual(pages, Array.from({ length: 20 }, () => ["t1"]))
      assert.strictEqual(new Set(links).size, 1)
    }))

  it.live("leads to a foreign host", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([{ fault: { _tag: "Page", nextLink: "Foreign" } }])
      const { links } = yield* walk(raw)
      assert.match(links[0] ?? "", /^http:\/\/foreign\.invalid\/jobs\/j1\/tasks\?.*skiptoken/)
    }))

  it.live("shifts while it is paged: tasks told twice, or left out", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([])
      yield* addTasks(raw, ["a", "b", "c", "d"])
      const put = (fault: object) =>
        expect(
          200,
          call(raw, "PUT", "/_batchwave/faults", {
            version: undefined,
            body: { rules: [{ when: listing, fault: { _tag: "Page", itemsMax: 3, ...fault } }] }
          })
        )
      yield* put({ repeats: 1 })
      const [first = [], ...rest] = (yield* walk(raw)).pages
      assert.strictEqual(first.length, 3)
      assert.deepStrictEqual(rest[0]?.[0], first[2])
      assert.deepStrictEqual(
        new Set([...first, ...rest.flat()]),
        new Set(["t1", "a", "b", "c", "d"])
      )
      yield* put({ repeats: 1000 })
      assert.strictEqual((yield* walk(raw)).pages.length, 3)
      yield* put({ skips: 1 })
      const short = (yield* walk(raw)).pages
      assert.deepStrictEqual(short.map((page) => page.length), [3, 1])
    }))

  it.live("has links that expire, but not before they are followed", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([
        { when: { nth: 1 }, fault: { _tag: "ExpiredLink" } },
        { fault: { _tag: "Page", itemsMax: 1 } }
      ])
      yield* addTasks(raw, ["a"])
      const first = yield* call(raw, "GET", "/jobs/j1/tasks")
      const { pathname, search } = new URL(String(first.json["odata.nextLink"]))
      const second = RawBatch.callTarget(raw, "GET", pathname + search)
      assert.strictEqual(codeOf(yield* second), "400 InvalidQueryParameterValue")
      assert.strictEqual((yield* second).status, 200)
    }))
})

describe("the server's clock", () => {
  it.live("that is off shows in the Date header and refuses requests by its own time", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([], { dateOffsetMs: 16 * 60_000 })
      const refused = yield* call(raw, "GET", "/jobs")
      assert.strictEqual(codeOf(refused), "403 AuthenticationFailed")
      const serverMs = Date.parse(refused.headers.date ?? "")
      const aheadMs = serverMs - (yield* Clock.currentTimeMillis)
      assert.isTrue(Math.abs(aheadMs - 16 * 60_000) < 5000)
      const corrected = yield* call(raw, "GET", "/jobs", { date: dateOf(serverMs) })
      assert.strictEqual(corrected.status, 200)
      assert.strictEqual((yield* raw.control.faults).server.skewedCount, 2)
      const own = yield* call(raw, "DELETE", "/_BATCHWAVE/faults", { version: undefined })
      assert.strictEqual(own.status, 204)
      assert.strictEqual((yield* call(raw, "GET", "/jobs")).status, 200)
    }))
})

describe("/_batchwave", () => {
  const path = "/_batchwave/faults"
  const plan: FaultPlan = {
    seed: 5,
    rules: [{ name: "busy", when: { countMax: 1 }, fault: { _tag: "Status", status: 503 } }]
  }
  const own = { version: undefined } as const

  it.live("puts, tells and ends a plan, untouched by its faults", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      const put = yield* call(raw, "PUT", path, { ...own, body: plan })
      assert.strictEqual(put.status, 200)
      assert.deepStrictEqual(put.json["plan"], plan)
      assert.strictEqual((yield* call(raw, "GET", "/jobs")).status, 503)
      assert.strictEqual((yield* call(raw, "GET", "/jobs")).status, 200)
      const told: FaultReport = JSON.parse((yield* call(raw, "GET", path, own)).text)
      assert.strictEqual(told.requestsCount, 2)
      assert.strictEqual(told.rules[0]?.name, "busy")
      assert.strictEqual(told.rules[0]?.matchedCount, 2)
      assert.strictEqual(told.rules[0]?.firedCount, 1)
      assert.strictEqual((yield* call(raw, "DELETE", path, own)).status, 204)
      assert.isNull((yield* call(raw, "GET", path, own)).json["plan"])
    }))

  it.live("refuses a wrong plan with every problem and keeps the one in force", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start({ faults: plan })
      const wrong = { rules: [{ fault: { _tag: "Explode" } }, { when: { operations: ["Nope"] } }] }
      const refused = yield* call(raw, "PUT", path, { ...own, body: wrong })
      assert.strictEqual(codeOf(refused), "400 InvalidRequestBody")
      assert.include(refused.text, "faults.rules.0.fault")
      assert.include(refused.text, "faults.rules.1.fault")
      assert.deepStrictEqual((yield* raw.control.faults).plan, plan)
    }))

  it.live("is closed to the unsigned and to foreign hosts", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      for (const target of [path, "/_batchwave/requests"]) {
        const unsigned = yield* call(raw, "GET", target, { ...own, isUnsigned: true })
        assert.strictEqual(unsigned.status, 403)
        const foreign = yield* call(raw, "GET", target, {
          ...own,
          headers: { Host: "evil.example" }
        })
        assert.strictEqual(codeOf(foreign), "400 InvalidHeaderValue")
      }
      assert.strictEqual((yield* call(raw, "GET", "/_batchwave/else", own)).status, 404)
      assert.strictEqual((yield* call(raw, "POST", path, own)).status, 405)
    }))

  it.live("counts requests by operation and status, and tells the latest", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* call(raw, "GET", "/jobs/none")
      yield* call(raw, "GET", "/jobs/j1", { headers: { "client-request-id": "mine" } })
      yield* call(raw, "GET", "/jobs", { isUnsigned: true })
      const { json } = yield* call(raw, "GET", "/_batchwave/requests", own)
      assert.strictEqual(json["count"], 4)
      assert.deepStrictEqual(json["operations"], {
        Job_Add: { count: 1, statuses: { 201: 1 } },
        Job_Get: { count: 2, statuses: { 200: 1, 404: 1 } },
        refused: { count: 1, statuses: { 403: 1 } }
      })
      const { latest } = yield* raw.control.requests
      assert.deepStrictEqual(latest.map(({ sequence, status }) => [sequence, status]), [
        [1, 201],
        [2, 404],
        [3, 200],
        [4, 403]
      ])
      assert.strictEqual(latest[2]?.clientRequestId, "mine")
      assert.strictEqual(latest[2]?.operationId, "Job_Get")
    }))

  it.live("refuses to start with a wrong plan", () =>
    Effect.gen(function*() {
      const rules = [{ when: { operations: ["Nope"] as const }, fault: { _tag: "Stall" as const } }]
      const exit = yield* Effect.exit(RawBatch.start({ faults: { rules } }))
      assert.strictEqual(exit._tag, "Failure")
    }))
})

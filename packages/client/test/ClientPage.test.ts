/**
 * The page about the client: its code is the code of the examples, which run, and its tables name
 * every error and every option.
 */
import { defaultPolicy } from "@batchwave/wire/Resilience"
import { defaultRetryBudget } from "@batchwave/wire/RetryBudget"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readdirSync, readFileSync } from "node:fs"
import * as BatchFailure from "../src/BatchFailure.ts"
import { concurrencyDefault } from "../src/internal/CollectionOptions.ts"
import { timeoutMsDefault } from "../src/internal/Waiter.ts"
import { retryRules } from "../src/RetryRule.ts"
import { pagesMaxDefault } from "../src/TaskPages.ts"
import { defaultWatchPolicy } from "../src/WatchPolicy.ts"
import { addTasks } from "./examples/AddTasks.ts"
import * as Connect from "./examples/Connect.ts"
import { addOrExplain, terminateIfThere } from "./examples/HandleErrors.ts"
import { allowRetries, deleteUnlessWritten, failedTasks } from "./examples/ReadAndChange.ts"
import { countBytes, follow, waitForBoth } from "./examples/WaitAndRead.ts"
import * as FakeService from "./FakeService.ts"
import { inOrder, refuse, reply, serve, type Step } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8")

const page = read("../../../docs/client.md")

const examples = readdirSync(new URL("./examples", import.meta.url)).map((name) =>
  read(`./examples/${name}`)
)

const blocks = Array.from(page.matchAll(/```ts\n([\s\S]*?)```/g), (match) => match[1] ?? "")

/** Names of the options declared in a source file. */
const optionsOf = (path: string): ReadonlyArray<string> =>
  Array.from(read(path).matchAll(/@default[\s\S]*?readonly (\w+)\??:/g), (match) => match[1] ?? "")

/** The cells of a row of the page that is about an option, more than one row if it says so. */
const rowsAbout = (option: string): ReadonlyArray<ReadonlyArray<string>> =>
  page.split("\n").filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter(([, name = ""]) => name.split(/[ ,…]+/).includes(`\`${option}\``))

/** Options of a source file whose default is a number, with the number. */
const numbersOf = (path: string): ReadonlyArray<readonly [string, string]> =>
  Array.from(
    read(path).matchAll(/@default (\d[\d.]*)(?=\s*\*\/|\n|, one day)[^@]*?readonly (\w+)\??:/g),
    (match) => [match[2] ?? "", match[1] ?? ""] as const
  )

const filesOfOptions = [
  "../../wire/src/Resilience",
  "../../wire/src/RetryBudget",
  "../src/RequestOptions",
  "../src/TaskOperations",
  "../src/FileOperations",
  "../src/BatchClient",
  "../src/Transport",
  "../src/WatchPolicy",
  "../src/TaskWait",
  "../src/TaskTail",
  "../src/JobOperations"
]

describe("the page about the client", () => {
  it("shows the examples whole, imports and all, and no other code", () => {
    assert.lengthOf(examples, 5)
    const shown = examples.map((example) => blocks.filter((block) => example.includes(block)))
    assert.sameMembers(shown.flat(), blocks)
    assert.deepStrictEqual(
      shown.map((parts) => parts.join("\n")),
      examples.map((example) => example.slice(example.indexOf("*/\n") + "*/\n".length))
    )
  })

  it("explains every error", () => {
    const tags = BatchFailure.BatchFailure.members.map((member) => member.identifier)
    const others = ["CreateTasksError", "UpdateContended", "WatchTimedOut", "TasksMissing"]
    for (const tag of [...tags, ...others, "ClientConfigError"]) {
      assert.include(page, `| \`${tag}\``)
    }
  })

  it("explains every option that has a default", () => {
    for (const file of filesOfOptions) {
      for (const option of optionsOf(`${file}.ts`)) {
        assert.include(page, `\`${option}\``, `${file}.ts`)
      }
    }
  })

  it("tells the defaults that the options tell, and those that hold", () => {
    const told = filesOfOptions.flatMap((file) => numbersOf(`${file}.ts`))
    const held = Object.entries({
      ...defaultPolicy,
      ...defaultRetryBudget,
      ...defaultWatchPolicy,
      concurrency: concurrencyDefault,
      pagesMax: pagesMaxDefault,
      timeoutMs: timeoutMsDefault
    })
    assert.isAtLeast(told.length, 25)
    for (const [option, value] of [...told, ...held]) {
      const cells = rowsAbout(option).flatMap((row) => row.flatMap((cell) => cell.split(", ")))
      assert.include(cells, String(value), `${option} has the default ${value}`)
    }
    for (const [option, value] of held) {
      const values = told.flatMap(([name, text]) => name === option ? [Number(text)] : [])
      assert.include(values, value, `the docstring of ${option}`)
    }
  })

  it("names every operation of the service that the client has", () => {
    for (const operation of Object.keys(retryRules)) assert.include(page, `\`${operation}\``)
  })
})

describe("the examples", () => {
  it.live("add 10,000 tasks in 100 requests, and once more without adding any", () =>
    Effect.gen(function*() {
      const service = FakeService.make()
      const server = yield* serve(service.script)
      const first = yield* withClient(server)(addTasks)
      assert.strictEqual(first, "10000 added, 0 there before, in 100 requests")
      assert.strictEqual(service.tasks.size, 10_000)
      const again = yield* withClient(server)(addTasks)
      assert.match(again, /^0 added, 10000 there before, in \d+ requests$/)
      assert.strictEqual(service.tasks.size, 10_000)
    }))

  it.live("explain what was not added and end what can be ended", () =>
    Effect.gen(function*() {
      const service = FakeService.make()
      const server = yield* serve(service.script)
      const task = { id: "a", commandLine: "x" }
      yield* withClient(server)(addOrExplain("job-1", [task]))
      const other = { id: "a", commandLine: "y" }
      assert.deepStrictEqual(
        yield* withClient(server)(addOrExplain("job-1", [other, { id: "b", commandLine: "x" }])),
        ["a: TaskExists"]
      )
      const ending = yield* serve(inOrder(
        reply(204),
        refuse(404, "TaskNotFound"),
        refuse(409, "TaskCompleted")
      ))
      const ends = yield* withClient(ending)(
        Effect.replicateEffect(terminateIfThere("job-1", "a"), 3)
      )
      assert.deepStrictEqual(ends, ["terminated", "gone", "over"])
    }))

  it.live("wait, follow and count", () =>
    Effect.gen(function*() {
      const startTime = "2024-01-01T00:00:00Z"
      const task = (id: string, result: string) => ({
        id,
        state: "completed",
        stateTransitionTime: startTime,
        executionInfo: { startTime, result, retryCount: 0, requeueCount: 0 }
      })
      const file: Step = (response, { method }) => {
        response.writeHead(200, { "content-length": "8" })
        response.end(method === "HEAD" ? undefined : "one\ntwo\n")
      }
      const server = yield* serve((_, { url }) => {
        if (url.includes("/files/")) return file
        return url.includes("/tasks/t0")
          ? reply(200, task("t0", "success"))
          : reply(200, { value: [task("t0", "success"), task("t1", "failure")] })
      })
      const lines: Array<string> = []
      yield* withClient(server)(Effect.gen(function*() {
        assert.deepStrictEqual(yield* waitForBoth, ["t1"])
        yield* follow((line) => lines.push(line))
        assert.strictEqual(yield* countBytes, 8)
      }))
      assert.deepStrictEqual(lines, ["one", "two"])
    }))

  it.live("list the failed, change one constraint and delete under a condition", () =>
    Effect.gen(function*() {
      const task = { id: "t0", eTag: "0x1", constraints: { maxTaskRetryCount: 0 } }
      const executionInfo = { exitCode: 7, retryCount: 0, requeueCount: 0 }
      const server = yield* serve(inOrder(
        reply(200, { value: [{ id: "t9", executionInfo }] }),
        reply(200, task),
        reply(200),
        reply(200, task, { etag: "0x2" }),
        reply(200)
      ))
      yield* withClient(server)(Effect.gen(function*() {
        assert.deepStrictEqual(yield* failedTasks, ["t9: exit code 7"])
        assert.strictEqual((yield* allowRetries).maxTaskRetryCount, 3)
        yield* deleteUnlessWritten
      }))
      assert.deepStrictEqual(
        server.received.map(({ headers }) => headers["if-match"]),
        [undefined, undefined, "0x1", undefined, "0x2"]
      )
    }))

  it("make layers and nothing else", () => {
    assert.sameMembers(Object.keys(Connect), ["withKey", "withEntra", "withTokens", "tuned"])
  })
})

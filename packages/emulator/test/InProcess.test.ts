/**
 * The same requests, signed the same way at the same moment, over sockets and in process.
 */
import { Transport, type TransportShape } from "@batchwave/client/Transport"
import type { TransportReply, TransportRequest } from "@batchwave/client/TransportMessage"
import * as Emulator from "@batchwave/emulator/Emulator"
import type { EmulatorOptions } from "@batchwave/emulator/EmulatorOptions"
import type { FaultPlan } from "@batchwave/emulator/FaultPlan"
import * as InProcess from "@batchwave/emulator/InProcess"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { Buffer } from "node:buffer"
import { createHmac } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

const atMs = 1_900_000_000_000

/** Tells one time for ever, and sleeps in the real one. */
const frozen = Clock.clockWith((real) =>
  Effect.succeed<Clock.Clock>({
    sleep: (duration) => real.sleep(duration),
    currentTimeMillisUnsafe: () => atMs,
    currentTimeMillis: Effect.succeed(atMs),
    currentTimeNanosUnsafe: () => BigInt(atMs) * 1_000_000n,
    currentTimeNanos: Effect.succeed(BigInt(atMs) * 1_000_000n),
    monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: real.monotonicTimeNanos
  })
)

interface Ask {
  readonly method: string
  readonly path: string
  readonly body?: string
  readonly headers?: Record<string, string>
  readonly isUnsigned?: boolean
}

const version = "api-version=2024-02-01.19.0"
const json = "application/json; odata=minimalmetadata"

const stalled = "/pools/batchwave/nodes"

/** How long a reply is waited for: of the faulty service one never comes, the others take their time. */
const timeoutMsOf = ({ path }: Ask, isFaulty: boolean): number =>
  isFaulty && path.startsWith(stalled) ? 300 : 30_000

const requestOf = (
  account: string,
  key: string,
  ask: Ask,
  isFaulty: boolean
): TransportRequest => {
  const body = ask.body === undefined ? undefined : Buffer.from(ask.body, "utf8")
  const writes = ask.method !== "GET" && ask.method !== "HEAD" && ask.method !== "DELETE"
  const headers: Record<string, string> = {
    accept: "application/json",
    "ocp-date": new Date(atMs).toUTCString(),
    ...(body === undefined ? {} : { "content-type": json }),
    ...(writes ? { "content-length": String(body?.length ?? 0) } : {}),
    ...ask.headers
  }
  const own = Object.keys(headers).filter((name) => name.startsWith("ocp-")).toSorted()
    .map((name) => `${name}:${headers[name]}\n`).join("")
  const [path = "", search = ""] = ask.path.split("?")
  const query = [...new URLSearchParams(search)].map(([name, value]) => `\n${name}:${value}`)
    .toSorted().join("")
  const text = [
    ask.method,
    "",
    "",
    headers["content-length"] ?? "",
    "",
    headers["content-type"] ?? "",
    "",
    "",
    headers["if-match"] ?? "",
    headers["if-none-match"] ?? "",
    "",
    ""
  ].join("\n") + `\n${own}/${account}${path}${query}`
  const mac = createHmac("sha256", Buffer.from(key, "base64")).update(text).digest("base64")
  return {
    method: ask.method,
    path: ask.path,
    headers: ask.isUnsigned === true
      ? headers
      : { ...headers, authorization: `SharedKey ${account}:${mac}` },
    ...(body === undefined ? {} : { body }),
    timeoutMs: timeoutMsOf(ask, isFaulty)
  }
}

const get = (path: string, more: Partial<Ask> = {}): Ask => ({
  method: "GET",
  path: `${path}${path.includes("?") ? "&" : "?"}${version}`,
  ...more
})

const post = (path: string, body?: object, more: Partial<Ask> = {}): Ask => ({
  method: "POST",
  path: `${path}?${version}`,
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  ...more
})

const tasks = Array.from({ length: 7 }, (_, index) => ({
  id: `task-${index}`,
  commandLine: `/bin/true ${index} ä`
}))

const conversation: ReadonlyArray<Ask> = [
  post("/jobs", { id: "j", poolInfo: { poolId: "batchwave" } }),
  post("/jobs", { id: "j", poolInfo: { poolId: "batchwave" } }),
  post("/jobs", { id: "k", poolInfo: { poolId: "nowhere" } }),
  get("/jobs/j", { headers: { "client-request-id": "mine", "return-client-request-id": "true" } }),
  get("/jobs/j", { isUnsigned: true }),
  { method: "GET", path: "/jobs/j" },
  { method: "GET", path: "/jobs/j?api-version=1999-01-01.1.0" },
  get("/nothing"),
  { method: "PUT", path: `/jobs/j/tasks?${version}`, body: "{}" },
  get("/jobs/j/tasks?maxresults=0"),
  post("/jobs/j/addtaskcollection", { value: tasks }),
  post("/jobs/j/addtaskcollection", { value: tasks.slice(0, 2) }),
  { method: "POST", path: `/jobs/j/tasks?${version}`, body: "{\"id\":" },
  { method: "POST", path: `/jobs/j/tasks?${version}`, body: " ".repeat(1_048_577) },
  get("/jobs/j/tasks?maxresults=3"),
  get("/jobs/j/tasks?%24filter=state+eq+%27completed%27&%24select=id,state"),
  get("/jobs/j/tasks/task-1", { headers: { "if-none-match": "*" } }),
  post("/jobs/j/tasks/task-1/terminate"),
  get("/jobs/j/tasks/task-1"),
  post("/jobs/j/tasks/task-1/reactivate"),
  get("/jobs/j/taskcounts"),
  get("/jobs/j/tasks/task-1/files/stdout.txt"),
  { method: "HEAD", path: `/jobs/j/tasks/task-1/files/stdout.txt?${version}` },
  { method: "HEAD", path: `/pools/batchwave?${version}` },
  get(stalled),
  { method: "DELETE", path: `/jobs/j/tasks/task-2?${version}` },
  get("/jobs/j/tasks/task-2"),
  post("/jobs/j/terminate"),
  get("/_batchwave/requests")
]

/** What of a reply is its sender's own; the connection is not. */
const shown = ({ body, headers, status }: TransportReply) => {
  const { connection, "keep-alive": keepAlive, "transfer-encoding": coding, ...own } = headers
  return { status, headers: own, body: body.toString("latin1") }
}

const hold = (transport: TransportShape, account: string, key: string, isFaulty: boolean) =>
  Effect.forEach(conversation, (ask) =>
    transport.send(requestOf(account, key, ask, isFaulty)).pipe(
      Effect.map((reply): unknown => shown(reply)),
      Effect.catch(({ reason, sent }) => Effect.succeed({ reason, sent }))
    ))

const inFrozenTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(frozen, (clock) =>
    Effect.scoped(effect).pipe(
      Effect.provideService(Clock.Clock, clock),
      Random.withSeed(1)
    ))

const directory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "batchwave-in-process-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const optionsOf = (dataDirectory: string, faults: FaultPlan | undefined): EmulatorOptions => ({
  dataDirectory,
  slotsPerNode: 4,
  executor: {
    _tag: "Simulated",
    scenario: { tasks: [{ duration: { _tag: "Fixed", value: 1e9 }, stdout: "out {task}\n" }] }
  },
  ...(faults === undefined ? {} : { faults })
})

const bothWays = Effect.fnUntraced(function*(faults?: FaultPlan) {
  const overSockets = yield* inFrozenTime(Effect.gen(function*() {
    const emulator = yield* Emulator.make(optionsOf(yield* directory, faults))
    const context = yield* Layer.build(Transport.layer({ origin: emulator.endpoint }))
    const replies = yield* hold(
      yield* Effect.provideContext(Transport, context),
      emulator.account,
      emulator.key,
      faults !== undefined
    )
    return { replies, port: Number(new URL(emulator.endpoint).port) }
  }))
  const inProcess = yield* inFrozenTime(Effect.gen(function*() {
    const { port } = overSockets
    const options = { ...optionsOf(yield* directory, faults), port }
    const { account, key, transport } = yield* InProcess.make(options)
    return yield* hold(transport, account, key, faults !== undefined)
  }))
  return { overSockets: overSockets.replies, inProcess }
})

describe("InProcess", () => {
  it.live("answers byte for byte and header for header what the server answers", () =>
    Effect.gen(function*() {
      const { inProcess, overSockets } = yield* bothWays()
      assert.strictEqual(overSockets.length, conversation.length)
      overSockets.forEach((reply, index) => assert.deepStrictEqual(inProcess[index], reply))
    }))

  it.live("lets the faults of connections be seen as over sockets", () =>
    Effect.gen(function*() {
      const faults: FaultPlan = {
        rules: [
          { when: { operations: ["Job_Get"] }, fault: { _tag: "Drop" } },
          { when: { operations: ["Task_AddCollection"] }, fault: { _tag: "Drop", acts: true } },
          { when: { operations: ["Task_List"] }, fault: { _tag: "CutBody", bytes: 20 } },
          {
            when: { operations: ["Job_GetTaskCounts"] },
            fault: { _tag: "CutBody", bytes: 5, isLengthKept: false }
          },
          { when: { operations: ["Task_Get"] }, fault: { _tag: "BadGzip", form: "Cut" } },
          { when: { operations: ["ComputeNode_List"] }, fault: { _tag: "Stall" } },
          { when: { operations: ["Task_Terminate"] }, fault: { _tag: "Status", status: 503 } },
          { when: { operations: ["Pool_Exists"] }, fault: { _tag: "Drop", isReset: true } }
        ]
      }
      const { inProcess, overSockets } = yield* bothWays(faults)
      overSockets.forEach((reply, index) => assert.deepStrictEqual(inProcess[index], reply))
    }))
})

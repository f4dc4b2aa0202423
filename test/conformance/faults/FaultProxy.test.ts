/**
 * The proxy before a server that answers every chunk with the same ten bytes.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Buffer } from "node:buffer"
import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import * as FaultProxy from "./FaultProxy.ts"

const answer = "0123456789"

interface Rig {
  readonly proxy: FaultProxy.FaultProxy
  /** What the server got, chunk by chunk. */
  readonly got: Array<string>
}

const rig = Effect.gen(function*() {
  const got: Array<string> = []
  const sockets = new Set<Socket>()
  const server = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createServer((socket) => {
        sockets.add(socket)
        socket.on("error", () => undefined)
        socket.on("data", (chunk) => {
          got.push(chunk.toString())
          socket.write(answer)
        })
      })
      server.listen(0, "127.0.0.1")
      await once(server, "listening")
      return server
    }),
    (server) =>
      Effect.sync(() => {
        for (const socket of sockets) socket.destroy()
        server.close()
      })
  )
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const proxy = yield* FaultProxy.make({ target: { host: "127.0.0.1", port } })
  return { proxy, got } satisfies Rig
})

const withRig = (use: (rig: Rig) => Promise<void>) =>
  Effect.scoped(Effect.flatMap(rig, (rig) => Effect.promise(() => use(rig))))

interface Caller {
  readonly socket: Socket
  readonly chunks: Array<string>
  /** How the connection ended: `end`, or the code of an error. */
  readonly ending: Promise<string>
}

const call = (port: number): Caller => {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true })
  const chunks: Array<string> = []
  socket.on("data", (chunk) => chunks.push(chunk.toString()))
  const ending = new Promise<string>((resolve) => {
    socket.once("end", () => resolve("end"))
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
  return { socket, chunks, ending }
}

const ask = async (caller: Caller, question = "GET /a\r\n", bytes = answer.length) => {
  const had = caller.chunks.join("").length
  caller.socket.write(question)
  while (caller.chunks.join("").length < had + bytes) await once(caller.socket, "data")
}

const until = async (isSo: () => boolean) => {
  while (!isSo()) await sleep(1)
}

describe("FaultProxy", () => {
  it.live("carries both ways, unchanged, and counts", () =>
    withRig(async ({ got, proxy }) => {
      const caller = call(proxy.port)
      await ask(caller)
      await ask(caller)
      assert.strictEqual(caller.chunks.join(""), answer + answer)
      assert.deepStrictEqual(got, ["GET /a\r\n", "GET /a\r\n"])
      assert.deepInclude(proxy.counts(), { connections: 1, open: 1, openMax: 1, exchanges: 2 })
    }))

  it.live("delays a reply", () =>
    withRig(async ({ proxy }) => {
      proxy.next({ _tag: "Latency", delayMs: 60, jitterMs: 20 })
      const caller = call(proxy.port)
      const startedAt = performance.now()
      await ask(caller)
      assert.isAtLeast(performance.now() - startedAt, 59)
    }))

  it.live("slices a reply", () =>
    withRig(async ({ proxy }) => {
      proxy.next({ _tag: "Slice", bytes: 3, intervalMs: 15 })
      const caller = call(proxy.port)
      const startedAt = performance.now()
      await ask(caller)
      assert.isAtLeast(performance.now() - startedAt, 44)
      assert.strictEqual(caller.chunks.join(""), answer)
      // Slices that arrived while this process stood still are read as one.
      assert.isAbove(caller.chunks.length, 1)
      for (const chunk of caller.chunks.slice(0, -1)) assert.strictEqual(chunk.length % 3, 0)
    }))

  it.live("stalls one exchange and not the next connection", () =>
    withRig(async ({ got, proxy }) => {
      proxy.next({ _tag: "Stall" })
      const stalled = call(proxy.port)
      stalled.socket.write("GET /a\r\n")
      await until(() => got.length === 1)
      await ask(call(proxy.port))
      assert.lengthOf(got, 2)
      assert.deepStrictEqual(stalled.chunks, [])
    }))

  it.live("resets after so many bytes of the request or of the reply", () =>
    withRig(async ({ got, proxy }) => {
      proxy.next({ _tag: "Reset", direction: "upstream", afterBytes: 4 })
      const first = call(proxy.port)
      first.socket.write("GET /a\r\n")
      assert.strictEqual(await first.ending, "ECONNRESET")
      assert.notInclude(got, "GET /a\r\n")
      proxy.next({ _tag: "Reset", direction: "downstream", afterBytes: 0 })
      const second = call(proxy.port)
      second.socket.write("GET /b\r\n")
      assert.strictEqual(await second.ending, "ECONNRESET")
      assert.include(got, "GET /b\r\n")
      assert.deepStrictEqual([first.chunks, second.chunks], [[], []])
    }))

  it.live("cuts a reply and closes in an orderly way", () =>
    withRig(async ({ proxy }) => {
      proxy.next({ _tag: "Cut", afterBytes: 4 })
      const caller = call(proxy.port)
      caller.socket.write("GET /a\r\n")
      assert.strictEqual(await caller.ending, "end")
      assert.strictEqual(caller.chunks.join(""), "0123")
    }))

  it.live("substitutes the reply to the request that was meant", () =>
    withRig(async ({ got, proxy }) => {
      proxy.next({ _tag: "Substitute", reply: Buffer.from("other") }, 1, /^GET \/b/)
      const caller = call(proxy.port)
      await ask(caller)
      assert.strictEqual(proxy.counts().planned, 1)
      caller.socket.write("GET /b\r\n")
      assert.strictEqual(await caller.ending, "end")
      assert.strictEqual(caller.chunks.join(""), `${answer}other`)
      assert.lengthOf(got, 2)
      assert.strictEqual(proxy.counts().planned, 0)
    }))

  it.live("holds everything in a black hole until it passes", () =>
    withRig(async ({ got, proxy }) => {
      const old = call(proxy.port)
      await ask(old)
      proxy.blackHole()
      const young = call(proxy.port)
      const answers = Promise.all([ask(old), ask(young)])
      await sleep(60)
      assert.lengthOf(got, 1)
      proxy.pass()
      await answers
      assert.lengthOf(got, 3)
    }))

  it.live("refuses connections until it accepts them again, on the same port", () =>
    withRig(async ({ proxy }) => {
      const old = call(proxy.port)
      await ask(old)
      await Effect.runPromise(proxy.refuse)
      assert.strictEqual(await old.ending, "end")
      assert.strictEqual(await call(proxy.port).ending, "ECONNREFUSED")
      await Effect.runPromise(proxy.accept)
      await ask(call(proxy.port))
    }))

  it.live("closes the idle connections only", () =>
    withRig(async ({ proxy }) => {
      const idle = call(proxy.port)
      await ask(idle)
      proxy.next({ _tag: "Stall" })
      const busy = call(proxy.port)
      busy.socket.write("GET /a\r\n")
      await until(() => proxy.counts().exchanges === 2)
      assert.strictEqual(proxy.closeIdle(), 1)
      assert.strictEqual(await idle.ending, "end")
      assert.strictEqual(proxy.counts().open, 1)
    }))

  it.live("ends with its scope, connections and all", () =>
    Effect.gen(function*() {
      const { caller, port } = yield* Effect.scoped(
        Effect.flatMap(rig, ({ proxy }) =>
          Effect.promise(async () => {
            const caller = call(proxy.port)
            await ask(caller)
            return { caller, port: proxy.port }
          }))
      )
      assert.strictEqual(yield* Effect.promise(() => caller.ending), "end")
      assert.strictEqual(yield* Effect.promise(() => call(port).ending), "ECONNREFUSED")
    }))
})

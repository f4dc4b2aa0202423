/**
 * Replies that are not the service's: pages of gateways, redirects, and bodies without measure: rows
 * 11, 16 and 17.
 */
import * as Effect from "effect/Effect"
import { Buffer } from "node:buffer"
import { createServer } from "node:net"
import * as FaultProxy from "./FaultProxy.ts"
import * as FaultWorld from "./FaultWorld.ts"
import { addTasks, ending, failureOf, type Trial } from "./Trial.ts"

const { breakOne, jobId } = FaultWorld

/** A page of a gateway, longer than is shown, with a signature in it. */
const page = `<html><body>${"gateway ".repeat(500)}?sig=c2VjcmV0</body></html>`

const gateways: ReadonlyArray<Trial> = [
  ...[502, 503].map((status): Trial => ({
    row: 11,
    claim: `a page of a gateway with status ${status} is retried like any ${status}`,
    outcome: "100 Added",
    requests: { Task_AddCollection: 2 },
    held: "t0 to t99, each once",
    run: (world) =>
      Effect.andThen(
        breakOne(world, "Task_AddCollection", { _tag: "Status", status, body: "Html" }),
        addTasks(world, 100)
      )
  })),
  {
    row: 11,
    claim: "a 407 of a proxy is final; its page is told in a short excerpt without signatures",
    outcome: "InvalidRequest 407, not retryable, short, without signature",
    requests: { Task_Get: 1 },
    held: "no task",
    run: (world) =>
      Effect.gen(function*() {
        const reply = FaultProxy.replyOf(407, { "Content-Type": "text/html" }, page)
        world.proxy.set({ _tag: "Substitute", reply })
        const failure = yield* failureOf(world.client.tasks.get(jobId, "t0"))
        const text = JSON.stringify(failure)
        const size = failure.message.length < 320 ? "short" : `${failure.message.length} long`
        const secret = text.includes("c2VjcmV0") ? "with" : "without"
        const again = failure.retryable ? "retryable" : "not retryable"
        return `${failure._tag} ${failure.status}, ${again}, ${size}, ${secret} signature`
      })
  }
]

/** Counts who knocks at another port. */
const stranger = Effect.acquireRelease(
  Effect.callback<{ readonly origin: string; readonly close: () => void; visits: number }>(
    (resume) => {
      const visited = { origin: "", visits: 0, close: () => server.close() }
      const server = createServer((socket) => {
        visited.visits++
        socket.destroy()
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed(Object.assign(visited, { origin: `http://127.0.0.1:${port}` })))
      })
    }
  ),
  ({ close }) => Effect.sync(close)
)

const redirected = (
  operation: string,
  call: (world: FaultWorld.FaultWorld) => Effect.Effect<unknown, unknown>
): Trial => ({
  row: 16,
  claim: `a redirect of ${operation} to another host is not followed`,
  outcome: "ResponseInvalid RedirectRefused, 0 visits",
  requests: { [operation]: 1 },
  held: "no task",
  run: (world) =>
    Effect.gen(function*() {
      const other = yield* stranger
      yield* breakOne(world, operation, { _tag: "Redirect", origin: other.origin }, {})
      const told = yield* ending(call(world))
      return `${told}, ${other.visits} visits`
    })
})

const tooLong = (claim: string, reply: Buffer): Trial => ({
  row: 17,
  claim,
  tuning: { replyBytesMax: 65_536 },
  outcome: "ResponseInvalid, not retryable, after 1 attempt",
  requests: { Task_Get: 1 },
  held: "no task",
  run: (world) =>
    Effect.gen(function*() {
      world.proxy.set({ _tag: "Substitute", reply })
      const failure = yield* failureOf(world.client.tasks.get(jobId, "t0"))
      const again = failure.retryable ? "retryable" : "not retryable"
      return `${failure._tag}, ${again}, after ${failure.attempts} attempt`
    })
})

const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`

/** The trials of this file. */
export const trials: ReadonlyArray<Trial> = [
  ...gateways,
  redirected("Task_Get", ({ client }) => client.tasks.get(jobId, "t0")),
  redirected("Task_Add", ({ client }) => client.tasks.add(jobId, FaultWorld.waitingTask("t0"))),
  tooLong(
    "a reply that announces 200 MB is refused before it is read",
    FaultProxy.replyOf(200, { "Content-Length": "200000000" }, "{")
  ),
  tooLong(
    "a reply without a length is cut off at the bound",
    Buffer.from(
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(16)}0\r\n\r\n`
    )
  )
]

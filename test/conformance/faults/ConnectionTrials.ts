/**
 * Connections that cannot be made, break, stall or crawl: rows 1 to 3, 7, 8 and 12 to 15.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { createServer, type Server } from "node:tls"
import * as FaultWorld from "./FaultWorld.ts"
import * as SelfSigned from "./SelfSigned.ts"
import { addTasks, ending, failureOf, tellFailure, type Trial } from "./Trial.ts"

const { jobId } = FaultWorld

/** Short attempts, for trials in which attempts run out of time. */
const shortAttempts = { attemptTimeoutMs: 600 } as const

const getTask = ({ client }: FaultWorld.FaultWorld) => client.tasks.get(jobId, "t0")

const addT0 = ({ client }: FaultWorld.FaultWorld) =>
  ending(client.tasks.add(jobId, FaultWorld.waitingTask("t0")))

const holdT0 = ({ direct }: FaultWorld.FaultWorld) =>
  direct.tasks.add(jobId, FaultWorld.waitingTask("t0"))

const refused: ReadonlyArray<Trial> = [
  {
    row: 1,
    claim: "a refused connection is tried again until no attempt is left, and names the host",
    tuning: { attemptsMax: 4 },
    outcome: "Unreachable after 4 attempts, not ambiguous, names 127.0.0.1",
    requests: {},
    held: "no task",
    run: (world) =>
      Effect.gen(function*() {
        yield* world.proxy.refuse
        const failure = yield* failureOf(
          world.client.tasks.add(jobId, FaultWorld.waitingTask("t0"))
        )
        const names = failure.message.includes("127.0.0.1") ? "names" : "does not name"
        const doubt = failure.ambiguous ? "ambiguous" : "not ambiguous"
        const text = JSON.stringify(failure)
        if (text.includes(world.key)) return "shows the key"
        return `${failure._tag} after ${failure.attempts} attempts, ${doubt}, ${names} 127.0.0.1`
      })
  },
  {
    row: 1,
    claim: "a name that does not resolve is unreachable, and the failure says which name",
    tuning: { attemptsMax: 2 },
    outcome: "Unreachable after 2 attempts, names the host",
    requests: {},
    held: "no task",
    run: (world) =>
      Effect.gen(function*() {
        yield* world.proxy.refuse
        const endpoint = world.endpoint.replace("127.0.0.1", "nowhere.localhost")
        const lost = yield* FaultWorld.connect({ ...world, endpoint }, { attemptsMax: 2 })
        const failure = yield* failureOf(lost.tasks.get(jobId, "t0"))
        // A resolver that follows RFC 6761 answers with loopback, where nobody listens.
        const isNamed = /ENOTFOUND nowhere\.localhost|ECONNREFUSED/.test(failure.message)
        const names = isNamed ? "names" : "does not name"
        return `${failure._tag} after ${failure.attempts} attempts, ${names} the host`
      })
  },
  {
    row: 1,
    claim: "a service that comes up within the deadline gets the request once",
    tuning: { attemptsMax: 40, backoffMsMax: 60 },
    outcome: "done",
    requests: { Task_Add: 1 },
    held: "t0, once",
    run: (world) =>
      Effect.gen(function*() {
        yield* world.proxy.refuse
        const adding = yield* Effect.forkChild(addT0(world))
        yield* Effect.sleep(200)
        yield* world.proxy.accept
        return yield* Fiber.join(adding)
      })
  }
]

const broken: ReadonlyArray<Trial> = [
  {
    row: 2,
    claim: "after a reset before any byte reached the service, the tasks are sent again",
    outcome: "100 Added",
    requests: { Task_AddCollection: 1, Task_List: [0, 1] },
    held: "t0 to t99, each once",
    run: (world) => {
      world.proxy.next({ _tag: "Reset", direction: "upstream", afterBytes: 0 })
      return addTasks(world, 100)
    }
  },
  {
    row: 2,
    claim: "after a reset in the middle of the request, the tasks are sent again",
    outcome: "100 Added",
    requests: { Task_AddCollection: [1, 2], Task_List: [0, 1] },
    held: "t0 to t99, each once",
    run: (world) => {
      world.proxy.next({ _tag: "Reset", direction: "upstream", afterBytes: 900 })
      return addTasks(world, 100)
    }
  },
  {
    row: 3,
    claim: "a reset before the reply is read back and adopted",
    outcome: "100 AlreadyThere",
    requests: { Task_AddCollection: [1, 2], Task_List: 1 },
    held: "t0 to t99, each once",
    run: (world) => {
      world.proxy.next({ _tag: "Reset", direction: "downstream", afterBytes: 0 })
      return addTasks(world, 100)
    }
  },
  {
    row: 3,
    claim: "the same for one task, which is read alone",
    outcome: "done",
    requests: { Task_Add: [1, 2], Task_Get: 1 },
    held: "t0, once",
    run: (world) => {
      world.proxy.next({ _tag: "Reset", direction: "downstream", afterBytes: 0 })
      return addT0(world)
    }
  }
]

const slow: ReadonlyArray<Trial> = [
  {
    row: 7,
    claim: "a reply that never begins ends the attempt and closes its socket",
    tuning: shortAttempts,
    outcome: "10 AlreadyThere, 1 connection closed",
    requests: { Task_AddCollection: [1, 2], Task_List: 1 },
    held: "t0 to t9, each once",
    run: (world) => {
      world.proxy.next({ _tag: "Stall" })
      return Effect.map(addTasks(world, 10), (told) => {
        const { connections, open } = world.proxy.counts()
        return `${told}, ${connections - open} connection closed`
      })
    }
  },
  {
    row: 7,
    claim: "a service that takes requests and never answers ends as timed out, by the deadline",
    tuning: { ...shortAttempts, deadlineMs: 1500, attemptsMax: 10 },
    outcome: "DeadlineExceeded within 3 s",
    requests: { Task_Get: [2, 4] },
    held: "no task",
    run: (world) =>
      Effect.gen(function*() {
        yield* FaultWorld.breakOne(world, "Task_Get", { _tag: "Stall" }, {})
        const [lasted, told] = yield* Effect.timed(ending(getTask(world)))
        return `${told} ${Duration.toMillis(lasted) < 3000 ? "within" : "not within"} 3 s`
      })
  },
  {
    row: 8,
    claim: "a reply that comes byte by byte ends the attempt, and the next one succeeds",
    tuning: shortAttempts,
    outcome: "done",
    requests: { Task_Get: 2 },
    held: "t0, once",
    prepare: holdT0,
    run: (world) => {
      world.proxy.next({ _tag: "Slice", bytes: 1, intervalMs: 20 })
      return ending(getTask(world))
    }
  },
  {
    row: 8,
    claim: "a reply that always comes byte by byte is a timeout, not a hang",
    tuning: { ...shortAttempts, attemptsMax: 2 },
    outcome: "AttemptTimedOut",
    requests: { Task_Get: 2 },
    held: "t0, once",
    prepare: holdT0,
    run: (world) => {
      world.proxy.set({ _tag: "Slice", bytes: 1, intervalMs: 20 })
      return ending(getTask(world))
    }
  },
  {
    row: 13,
    claim: "latency above the attempt's time does not pile up: 4 connections, retries in budget",
    tuning: {
      attemptTimeoutMs: 300,
      connections: 4,
      deadlineMs: 15_000,
      attemptsMax: 30,
      retryBudget: { burst: 10, ratio: 0.2, perSecondMin: 20 }
    },
    outcome: "24 done, at most 4 connections, retries in budget",
    requests: { Task_Get: [24, 200] },
    held: "t0, once",
    prepare: holdT0,
    run: (world) =>
      Effect.gen(function*() {
        world.proxy.set({ _tag: "Latency", delayMs: 100, jitterMs: 300 })
        const { exchanges } = world.proxy.counts()
        const [lasted, ends] = yield* Effect.timed(
          Effect.forEach(Array.from({ length: 24 }), () => ending(getTask(world)), {
            concurrency: "unbounded"
          })
        )
        const done = ends.filter((end) => end === "done").length
        const counts = world.proxy.counts()
        const retriesMax = 10 + 24 * 0.2 + Duration.toMillis(lasted) / 50
        const isBounded = counts.exchanges - exchanges - 24 <= retriesMax
        const most = counts.openMax <= 4 ? "at most 4" : String(counts.openMax)
        return `${done} done, ${most} connections, retries ${isBounded ? "in" : "over"} budget`
      })
  }
]

const interrupted: ReadonlyArray<Trial> = [
  {
    row: 12,
    claim: "a kept connection that the service closed is replaced without the caller seeing it",
    outcome: "6 done, 6 connections closed",
    requests: { Task_Add: 6 },
    held: "t0 to t5, each once",
    run: ({ client, proxy }) =>
      Effect.gen(function*() {
        let done = 0
        let closed = 0
        for (const task of FaultWorld.waitingTasks(6)) {
          yield* client.tasks.add(jobId, task)
          done++
          closed += proxy.closeIdle()
        }
        return `${done} done, ${closed} connections closed`
      })
  },
  {
    row: 12,
    claim: "a service that closes idle connections within milliseconds loses no task",
    outcome: "30 done, some connections closed",
    requests: { Task_Add: [30, 45], Task_Get: [0, 15] },
    held: "t0 to t29, each once",
    run: (world) =>
      Effect.gen(function*() {
        yield* FaultWorld.breakServer(world, { idleCloseMs: 3 })
        let done = 0
        for (const task of FaultWorld.waitingTasks(30)) {
          yield* world.client.tasks.add(jobId, task)
          done++
          yield* Effect.sleep(done % 7)
        }
        const { server } = yield* world.control.faults
        return `${done} done, ${server.idleClosedCount > 0 ? "some" : "no"} connections closed`
      })
  },
  {
    row: 14,
    claim: "a black hole is waited out, and requests that arrive late because of it do no harm",
    tuning: { ...shortAttempts, attemptsMax: 50, backoffMsMax: 100 },
    outcome: "300 there, within 3 s of the end",
    requests: { Task_AddCollection: [3, 60], Task_List: [0, 3] },
    held: "t0 to t299, each once",
    run: (world) =>
      Effect.gen(function*() {
        world.proxy.blackHole()
        const tasks = FaultWorld.waitingTasks(300)
        const adding = yield* Effect.forkChild(world.client.tasks.addCollection(jobId, tasks))
        yield* Effect.sleep(1500)
        world.proxy.pass()
        const [lasted, { counts }] = yield* Effect.timed(Fiber.join(adding))
        const inTime = Duration.toMillis(lasted) < 3000 ? "within" : "not within"
        return `${counts.added + counts.alreadyThere} there, ${inTime} 3 s of the end`
      })
  }
]

const tls: ReadonlyArray<Trial> = [
  {
    row: 15,
    claim: "a certificate that nobody vouches for ends the call at once",
    outcome: "Unreachable after 1 attempt, not retryable, DEPTH_ZERO_SELF_SIGNED_CERT",
    requests: {},
    held: "no task",
    run: (world) =>
      Effect.gen(function*() {
        const port = yield* listenTls
        return yield* knockTls(world, port)
      })
  },
  {
    row: 15,
    claim: "a service that does not speak TLS ends the call at once",
    outcome: "Unreachable after 1 attempt, not retryable, ERR_SSL_WRONG_VERSION_NUMBER",
    requests: {},
    held: "no task",
    run: (world) => knockTls(world, world.proxy.port)
  }
]

const knockTls = (world: FaultWorld.FaultWorld, port: number) =>
  Effect.gen(function*() {
    const place = { ...world, endpoint: `https://127.0.0.1:${port}` }
    const { tasks } = yield* FaultWorld.connect(place)
    const failure = yield* failureOf(tasks.add(jobId, FaultWorld.waitingTask("t0")))
    const { cause } = failure
    const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : ""
    const again = failure.retryable ? "retryable" : "not retryable"
    return `${tellFailure(failure)} after ${failure.attempts} attempt, ${again}, ${String(code)}`
  })

const listenTls = Effect.map(
  Effect.acquireRelease(
    Effect.callback<Server>((resume) => {
      const server = createServer(SelfSigned.make("127.0.0.1"))
      server.on("tlsClientError", () => undefined)
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close())
  ),
  (server) => {
    const address = server.address()
    return typeof address === "object" && address !== null ? address.port : 0
  }
)

/** The trials of this file. */
export const trials: ReadonlyArray<Trial> = [...refused, ...broken, ...slow, ...interrupted, ...tls]

/**
 * Every task operation through every toxic: once, after which the call must succeed, and without end,
 * after which it must fail with what it met, in its time.
 */
import { isBatchFailure } from "@batchwave/client/BatchFailure"
import { ofConstraints } from "@batchwave/client/ConstraintsReplacement"
import { CreateTasksError } from "@batchwave/client/CreateTasksError"
import type { TaskAddParameter } from "@batchwave/wire/Task"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as SteadyClock from "../SteadyClock.ts"
import type * as FaultProxy from "./FaultProxy.ts"
import * as FaultWorld from "./FaultWorld.ts"
import { ending } from "./Trial.ts"

const { jobId } = FaultWorld

/** One operation on a task that no other operation touches. */
export interface ToxicOperation {
  readonly name: string
  /** The request line of its first request. */
  readonly requestLine: RegExp
  /** Whether it changes something, so that a reply that is missing leaves a doubt. */
  readonly isWrite: boolean
  readonly call: (tasks: FaultWorld.Operations["tasks"]) => Effect.Effect<unknown, unknown>
}

const reads: ReadonlySet<string> = new Set(["get", "list", "listSubtasks"])

const operation = (
  name: string,
  requestLine: RegExp,
  call: ToxicOperation["call"]
): ToxicOperation => ({
  name,
  requestLine,
  isWrite: !reads.has(name),
  call
})

const collection: ReadonlyArray<TaskAddParameter> = Array.from(
  { length: 20 },
  (_, index) => FaultWorld.waitingTask(`c${index}`)
)

/** The nine operations. */
export const operations: ReadonlyArray<ToxicOperation> = [
  operation(
    "add",
    /^POST \/jobs\/job\/tasks\?/,
    (tasks) => tasks.add(jobId, FaultWorld.waitingTask("added"))
  ),
  operation(
    "addCollection",
    /\/addtaskcollection\?/,
    (tasks) => tasks.addCollection(jobId, collection)
  ),
  operation("delete", /^DELETE .*\/deleted\?/, (tasks) => tasks.delete(jobId, "deleted")),
  operation("get", /^GET .*\/read\?/, (tasks) => tasks.get(jobId, "read")),
  operation(
    "list",
    /^GET \/jobs\/job\/tasks\?/,
    (tasks) => Stream.runCollect(tasks.list(jobId, { select: ["id"] }))
  ),
  operation("listSubtasks", /\/read\/subtasksinfo\?/, (tasks) => tasks.listSubtasks(jobId, "read")),
  operation("reactivate", /\/failed\/reactivate\?/, (tasks) => tasks.reactivate(jobId, "failed")),
  operation("terminate", /\/ended\/terminate\?/, (tasks) => tasks.terminate(jobId, "ended")),
  operation(
    "update",
    /^PUT .*\/changed\?/,
    (tasks) => tasks.update(jobId, "changed", ofConstraints({ maxTaskRetryCount: 3 }))
  )
]

/** One toxic. */
export interface ToxicCase {
  readonly name: string
  readonly words: string
  /** How operations may end while it lasts. */
  readonly allowed: ReadonlyArray<string>
  /** Whether the service may have acted, as far as the client can tell. */
  readonly isAmbiguous: boolean
  /** For single exchanges, or the switches of the whole proxy. */
  readonly toxic: FaultProxy.Toxic | "BlackHole" | "Refuse"
}

const late = ["AttemptTimedOut", "DeadlineExceeded"]
const broken = ["Unreachable", "DeadlineExceeded"]

/** The toxics. */
export const toxics: ReadonlyArray<ToxicCase> = [
  {
    name: "latency",
    words: "replies are 50 to 150 ms late",
    allowed: ["done"],
    isAmbiguous: false,
    toxic: { _tag: "Latency", delayMs: 50, jitterMs: 100 }
  },
  {
    name: "slices",
    words: "replies come in slices of 512 bytes, one each 5 ms",
    allowed: ["done"],
    isAmbiguous: false,
    toxic: { _tag: "Slice", bytes: 512, intervalMs: 5 }
  },
  {
    name: "crawl",
    words: "replies come byte by byte, 20 a second",
    allowed: late,
    isAmbiguous: true,
    toxic: { _tag: "Slice", bytes: 1, intervalMs: 50 }
  },
  {
    name: "stall",
    words: "replies never begin",
    allowed: late,
    isAmbiguous: true,
    toxic: { _tag: "Stall" }
  },
  {
    name: "reset of requests",
    words: "connections are reset after 200 bytes of the request",
    allowed: broken,
    isAmbiguous: true,
    toxic: { _tag: "Reset", direction: "upstream", afterBytes: 200 }
  },
  {
    name: "reset of replies",
    words: "connections are reset before the reply",
    allowed: broken,
    isAmbiguous: true,
    toxic: { _tag: "Reset", direction: "downstream", afterBytes: 0 }
  },
  {
    name: "cut",
    words: "connections close after 100 bytes of the reply",
    allowed: broken,
    isAmbiguous: true,
    toxic: { _tag: "Cut", afterBytes: 100 }
  },
  {
    name: "black hole",
    words: "nothing passes in either direction",
    allowed: late,
    isAmbiguous: true,
    toxic: "BlackHole"
  },
  {
    name: "refusal",
    words: "no connection is accepted",
    allowed: broken,
    isAmbiguous: false,
    toxic: "Refuse"
  }
]

/** Time of a call whose toxic lasts, in milliseconds: short only where time is what runs out. */
export const deadlineMsOf = ({ allowed }: ToxicCase): number => allowed === late ? 2000 : 10_000

/** What a busy machine may add, in milliseconds. */
export const slackMs = 1500

/** How one operation ended, and after how long. */
export interface ToxicEnd {
  readonly name: string
  readonly end: string
  /** Whether the caller is told that the service may have acted. */
  readonly isDoubted: boolean
  readonly elapsedMs: number
}

const prepared = ["deleted", "read", "ended", "changed"].map((id) => FaultWorld.waitingTask(id))

const start = Effect.fnUntraced(function*(tuning: FaultWorld.Tuning) {
  const world = yield* FaultWorld.make({ connections: operations.length * 2, ...tuning })
  const failed = { id: "failed", commandLine: "/bin/sh -c 'exit 1'" }
  yield* world.direct.tasks.addCollection(jobId, [...prepared, failed])
  yield* FaultWorld.completed(world, "failed")
  return world
})

const callAll = ({ client }: FaultWorld.FaultWorld) =>
  Effect.forEach(operations, ({ call, name }) => {
    let isDoubted = false
    const noted = Effect.tapError(call(client.tasks), (failure) =>
      Effect.sync(() => {
        isDoubted = isDoubtedBy(failure)
      }))
    return Effect.map(
      Effect.timed(ending(noted)),
      ([lasted, end]): ToxicEnd => ({ name, end, isDoubted, elapsedMs: Duration.toMillis(lasted) })
    )
  }, { concurrency: "unbounded" })

const isDoubtedBy = (failure: unknown): boolean =>
  failure instanceof CreateTasksError
    ? failure.outcomes.every(({ _tag }) => _tag === "Unknown")
    : isBatchFailure(failure) && failure.ambiguous

/** Runs all operations at once while a toxic lasts. */
export const endure = Effect.fnUntraced(
  function*(toxicCase: ToxicCase) {
    const { toxic } = toxicCase
    const deadlineMs = deadlineMsOf(toxicCase)
    const world = yield* start({
      attemptTimeoutMs: deadlineMs * 0.45,
      deadlineMs,
      attemptsMax: 3
    })
    if (toxic === "BlackHole") world.proxy.blackHole()
    else if (toxic === "Refuse") yield* world.proxy.refuse
    else world.proxy.set(toxic)
    return yield* callAll(world)
  },
  Effect.scoped,
  SteadyClock.provide
)

/** Runs all operations at once, the first request of each through a toxic; answers what is held too. */
export const recover = Effect.fnUntraced(
  function*({ toxic }: ToxicCase) {
    const world = yield* start({ attemptTimeoutMs: 1000, attemptsMax: 200 })
    if (typeof toxic === "object") {
      for (const { requestLine } of operations) world.proxy.next(toxic, 1, requestLine)
      const ends = yield* callAll(world)
      return { ends, held: yield* FaultWorld.idsHeld(world) }
    }
    if (toxic === "BlackHole") world.proxy.blackHole()
    else yield* world.proxy.refuse
    const lift = toxic === "BlackHole" ? Effect.sync(world.proxy.pass) : world.proxy.accept
    const [ends] = yield* Effect.all([callAll(world), Effect.delay(lift, 300)], {
      concurrency: "unbounded"
    })
    return { ends, held: yield* FaultWorld.idsHeld(world) }
  },
  Effect.scoped,
  SteadyClock.provide
)

/** The ids that are held when every operation had its effect once. */
export const idsInTheEnd: ReadonlyArray<string> = [
  "added",
  ...collection.map(({ id }) => id),
  "changed",
  "ended",
  "failed",
  "read"
]

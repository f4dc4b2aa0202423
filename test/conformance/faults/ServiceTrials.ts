/**
 * A service that throttles, fails, refuses parts or tells half: rows 18 to 20 and 23 to 29.
 */
import type { Fault, RetryAfter } from "@batchwave/emulator/Fault"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as FaultWorld from "./FaultWorld.ts"
import { addTasks, ending, tell, type Trial } from "./Trial.ts"

const { breakOne, jobId } = FaultWorld

const addOne = ({ client }: FaultWorld.FaultWorld) =>
  ending(client.tasks.add(jobId, FaultWorld.waitingTask("t0")))

/** A busy machine may be so much later than the wait asked for, in milliseconds. */
const slackMs = 1500

/** A 429 that asks for a wait, of which so many milliseconds are to be kept. */
const throttled = (
  words: string,
  retryAfter: RetryAfter | undefined,
  leastMs: number,
  mostMs: number
): Trial => ({
  row: 18,
  claim: `429 with ${words}: the next attempt comes after ${leastMs} to ${mostMs} ms`,
  outcome: "done, waited as told",
  requests: { Task_Add: 2 },
  held: "t0, once",
  run: (world) =>
    Effect.gen(function*() {
      const fault: Fault = retryAfter === undefined
        ? { _tag: "Status", status: 429 }
        : { _tag: "Status", status: 429, retryAfter }
      yield* breakOne(world, "Task_Add", fault)
      const told = yield* addOne(world)
      const { latest } = yield* world.control.requests
      const [first = Number.NaN, second = Number.NaN] = latest
        .filter(({ operationId }) => operationId === "Task_Add").map(({ time }) => Date.parse(time))
      const waitedMs = second - first
      const isKept = waitedMs >= leastMs && waitedMs <= mostMs + slackMs
      return `${told}, waited ${isKept ? "as told" : `${waitedMs} ms`}`
    })
})

const { backoffMsMax: ownMs, retryAfterMsMax: capMs } = FaultWorld.quickTuning

const throttling: ReadonlyArray<Trial> = [
  throttled("Retry-After: 1", { seconds: 1 }, capMs, capMs + 100),
  throttled("a date in 5 s", { dateInMs: 5000 }, capMs, capMs + 100),
  throttled("retry-after-ms: 150", { milliseconds: 150 }, 150, 200),
  throttled("no hint", undefined, 0, ownMs),
  throttled("Retry-After: 0", { seconds: 0 }, 0, ownMs),
  throttled("Retry-After: -5", { seconds: -5 }, 0, ownMs),
  throttled("Retry-After: soon", { text: "soon" }, 0, ownMs),
  throttled("a wait of 10 years", { seconds: 315_360_000 }, capMs, capMs + 100)
]

/** The most requests for 200 collections; 30 % of failures make 286 on average. */
const burstRequestsMax = 300

const failing: ReadonlyArray<Trial> = [
  {
    row: 19,
    claim:
      "503 ServerBusy for 30 % of 200 collections: all are added, with at most 1.5 times the requests",
    tuning: { retryBudget: { perSecondMin: 100 }, attemptsMax: 20 },
    outcome: "2000 Added",
    requests: { Task_AddCollection: [200, burstRequestsMax] },
    held: "t0 to t1999, each once",
    run: (world) =>
      Effect.gen(function*() {
        yield* world.control.putFaults({
          seed: 7,
          rules: [{
            when: { probability: 0.3 },
            fault: { _tag: "Status", status: 503, code: "ServerBusy" }
          }]
        })
        return yield* addTasks(world, 2000, { tasksPerRequestMax: 10, concurrency: 16 })
      })
  },
  {
    row: 20,
    claim: "one chunk that always fails is given up after its attempts; the others are added",
    tuning: { attemptsMax: 4 },
    outcome: "CreateTasksError: 100 Unknown (ServerFailed InternalError), 200 Added",
    requests: { Task_AddCollection: 6, Task_List: [0, 1], Task_Get: [0, 100] },
    held: "t0, t1, t2, t3, t4, and 195 more",
    look: (world) =>
      Effect.map(
        FaultWorld.idsHeld(world),
        (ids) => `${ids.slice(0, 5).join(", ")}, and ${ids.length - 5} more`
      ),
    run: (world) =>
      Effect.andThen(
        breakOne(world, "Task_AddCollection", { _tag: "Status", status: 500 }, { tasks: "t150" }),
        addTasks(world, 300)
      )
  }
]

const asText = (world: FaultWorld.FaultWorld) =>
  Effect.map(world.control.requests, ({ latest }) => {
    const sizes = latest.filter(({ operationId }) => operationId === "Task_AddCollection")
      .map(({ bodyBytes }) => bodyBytes)
    const [first = 0, second = 0] = sizes
    return second * 10 < first
      ? "the second request short"
      : `requests of ${sizes.join(", ")} bytes`
  })

const collection = (
  row: number,
  claim: string,
  fault: Omit<Extract<Fault, { readonly _tag: "Collection" }>, "_tag">,
  rest: Pick<Trial, "outcome" | "requests"> & Partial<Trial>
): Trial => ({
  row,
  claim,
  held: "t0 to t99, each once",
  run: (world) =>
    Effect.andThen(
      breakOne(world, "Task_AddCollection", { _tag: "Collection", ...fault }),
      addTasks(world, 100)
    ),
  ...rest
})

const partial: ReadonlyArray<Trial> = [
  collection(23, "serverError on three of 100: only those are sent again", {
    items: [{ tasks: "t1?", effect: "ServerError" }]
  }, {
    outcome: "100 Added, the second request short",
    requests: { Task_AddCollection: 2 },
    run: (world) =>
      Effect.gen(function*() {
        const fault: Fault = {
          _tag: "Collection",
          items: ["t7", "t31", "t99"].map((tasks) => ({ tasks, effect: "ServerError" }))
        }
        yield* breakOne(world, "Task_AddCollection", fault)
        const told = yield* addTasks(world, 100)
        return `${told}, ${yield* asText(world)}`
      })
  }),
  collection(23, "serverError on tasks that were added all the same: they are read back", {
    items: [{ tasks: "t1?", effect: "ServerError", acts: true }]
  }, {
    outcome: "10 AlreadyThere, 90 Added",
    requests: { Task_AddCollection: [1, 2], Task_List: 1 }
  }),
  collection(24, "clientError on one task refuses that one alone", {
    items: [{ tasks: "t99", effect: "ClientError" }]
  }, {
    outcome: "1 Refused (InvalidRequest InvalidPropertyValue), 99 Added",
    requests: { Task_AddCollection: 1 },
    held: "t0 to t98, each once"
  }),
  collection(25, "results in reverse are matched by id", { order: "Reversed" }, {
    outcome: "100 Added",
    requests: { Task_AddCollection: 1 }
  }),
  collection(25, "results that are missing are asked for again and read back", {
    items: [{ tasks: "t1?", effect: "Missing" }]
  }, {
    outcome: "10 AlreadyThere, 90 Added",
    requests: { Task_AddCollection: [1, 2], Task_List: 1 }
  }),
  collection(25, "results that are missing for tasks that were not added get them added", {
    items: [{ tasks: "t1?", effect: "Missing", acts: false }]
  }, {
    outcome: "100 Added",
    requests: { Task_AddCollection: 2 }
  }),
  collection(25, "results that come twice count once", {
    items: [{ tasks: "t1?", effect: "Duplicated" }]
  }, {
    outcome: "100 Added",
    requests: { Task_AddCollection: 1 }
  }),
  collection(25, "results of tasks that nobody sent change nothing and are logged", { extra: 2 }, {
    outcome: "100 Added, logged",
    requests: { Task_AddCollection: 1 },
    run: (world) =>
      Effect.gen(function*() {
        const lines: Array<string> = []
        const logger = Logger.make(({ message }) => {
          lines.push(JSON.stringify(message))
        })
        yield* breakOne(world, "Task_AddCollection", { _tag: "Collection", extra: 2 })
        const told = yield* addTasks(world, 100).pipe(
          Effect.provide(Logger.layer([logger])),
          Effect.provideService(References.MinimumLogLevel, "Trace")
        )
        return `${told}, ${lines.some((line) => line.includes("extra-1")) ? "" : "not "}logged`
      })
  })
]

/** Bytes of a body of 60 of the tasks that are added here, roughly. */
const sixtyTasksBytes = 60 * 55

const limits: ReadonlyArray<Trial> = [
  {
    row: 26,
    claim: "413 at about 60 tasks: the body is split, and no task is lost or out of order",
    outcome: "1000 Added in order",
    requests: { Task_AddCollection: [17, 32] },
    held: "t0 to t999, each once",
    run: (world) =>
      Effect.gen(function*() {
        const fault: Fault = { _tag: "BodyLimit", bodyBytesMax: sixtyTasksBytes }
        yield* breakOne(world, "Task_AddCollection", fault, {})
        const result = yield* world.client.tasks.addCollection(
          jobId,
          FaultWorld.waitingTasks(1000)
        )
        const isOrdered = result.outcomes.every(({ taskId }, index) => taskId === `t${index}`)
        return `${tell(result)} ${isOrdered ? "in" : "out of"} order`
      })
  },
  {
    row: 27,
    claim: "a task over the limit is refused before it is sent; the rest goes",
    tuning: { bodyBytesMax: 20_000 },
    outcome: "1 Refused (TaskTooLarge RequestBodyTooLarge), 99 Added",
    requests: { Task_AddCollection: 1 },
    held: "t0 to t98, each once",
    run: ({ client }) =>
      ending(
        client.tasks.addCollection(jobId, [
          ...FaultWorld.waitingTasks(99),
          FaultWorld.waitingTask("t99", { displayName: "x".repeat(30_000) })
        ]),
        tell
      )
  }
]

const holdT0 = (commandLine: string) => ({ direct }: FaultWorld.FaultWorld) =>
  direct.tasks.add(jobId, FaultWorld.waitingTask("t0", { commandLine }))

const commandOf = ({ direct }: FaultWorld.FaultWorld) =>
  Effect.map(direct.tasks.get(jobId, "t0"), ({ commandLine }) => `t0, which is ${commandLine}`)

const taken: ReadonlyArray<Trial> = [
  {
    row: 28,
    claim: "the same tasks added again are adopted when that is asked for",
    outcome: "10 AlreadyThere, 90 Added",
    requests: { Task_AddCollection: 1, Task_List: 1 },
    held: "t0 to t99, each once",
    prepare: ({ direct }) => direct.tasks.addCollection(jobId, FaultWorld.waitingTasks(10)),
    run: (world) => addTasks(world, 100, { ifExists: "adopt" })
  },
  {
    row: 28,
    claim: "a taken id is refused when adoption is not asked for and no reply was lost",
    outcome: "10 Refused (Conflict TaskExists), 90 Added",
    requests: { Task_AddCollection: 1 },
    held: "t0 to t99, each once",
    prepare: ({ direct }) => direct.tasks.addCollection(jobId, FaultWorld.waitingTasks(10)),
    run: (world) => addTasks(world, 100)
  },
  {
    row: 29,
    claim: "a foreign task under one of our ids is a conflict and is left alone",
    outcome: "1 Refused (IdConflict TaskExists), 9 AlreadyThere",
    requests: { Task_AddCollection: [1, 2], Task_List: 1 },
    held: "t0, which is false",
    prepare: holdT0("false"),
    look: commandOf,
    run: (world) =>
      Effect.andThen(
        breakOne(world, "Task_AddCollection", { _tag: "Drop", acts: true }),
        addTasks(world, 10)
      )
  },
  {
    row: 29,
    claim: "the same for one task",
    outcome: "IdConflict TaskExists",
    requests: { Task_Add: [1, 2], Task_Get: 1 },
    held: "t0, which is false",
    prepare: holdT0("false"),
    look: commandOf,
    run: (world) =>
      Effect.andThen(breakOne(world, "Task_Add", { _tag: "Drop", acts: true }), addOne(world))
  }
]

/** The trials of this file. */
export const trials: ReadonlyArray<Trial> = [
  ...throttling,
  ...failing,
  ...partial,
  ...limits,
  ...taken
]

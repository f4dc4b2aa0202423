/**
 * Reads that lag behind, pages that change, end or lead astray, and values that nobody knows: rows 30
 * to 34, 47 and 51.
 */
import type { Fault } from "@batchwave/emulator/Fault"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as FaultProxy from "./FaultProxy.ts"
import * as FaultWorld from "./FaultWorld.ts"
import { addTasks, ending, tellFailure, type Trial } from "./Trial.ts"

const { breakOne, jobId } = FaultWorld

const listed = /^GET \/jobs\/job\/tasks\?/
const got = /^GET \/jobs\/job\/tasks\/t0\?/

/** A reply with this JSON in place of the real one. */
const instead = (value: unknown): FaultProxy.Toxic => ({
  _tag: "Substitute",
  reply: FaultProxy.replyOf(
    200,
    { "Content-Type": "application/json;odata=minimalmetadata" },
    JSON.stringify(value)
  )
})

/** Loses the first reply to an add, and lets the first reads of single tasks say there is none. */
const lagging = ({ control }: FaultWorld.FaultWorld, add: string) =>
  control.putFaults({
    rules: [
      { when: { operations: [add], nth: 1 }, fault: { _tag: "Drop", acts: true } },
      {
        when: { operations: ["Task_Get"], countMax: 2 },
        fault: { _tag: "Status", status: 404, code: "TaskNotFound" }
      }
    ]
  })

const lags: ReadonlyArray<Trial> = [
  {
    row: 30,
    claim: "a task that reads do not show yet, right after its add, is waited for or added again",
    outcome: "done",
    requests: { Task_Add: [1, 6], Task_Get: [2, 6] },
    held: "t0, once",
    run: (world) =>
      Effect.andThen(
        lagging(world, "Task_Add"),
        ending(world.client.tasks.add(jobId, FaultWorld.waitingTask("t0")))
      )
  },
  {
    row: 30,
    claim: "tasks that neither listings nor reads show yet, right after their add, are adopted",
    outcome: "2 AlreadyThere",
    requests: { Task_AddCollection: [1, 4], Task_List: [0, 3], Task_Get: [2, 6] },
    held: "t0 to t1, each once",
    run: (world) => {
      world.proxy.next(instead({ value: [] }), 1, listed)
      return Effect.andThen(lagging(world, "Task_AddCollection"), addTasks(world, 2))
    }
  },
  {
    row: 31,
    claim: "tasks that a listing does not show are read one by one before a verdict",
    outcome: "3 AlreadyThere",
    requests: { Task_AddCollection: [1, 2], Task_List: 1, Task_Get: 3 },
    held: "t0 to t2, each once",
    run: (world) => {
      world.proxy.next(instead({ value: [] }), 1, listed)
      const lost: Fault = { _tag: "Drop", acts: true }
      return Effect.andThen(breakOne(world, "Task_AddCollection", lost), addTasks(world, 3))
    }
  },
  {
    row: 31,
    claim: "a task that one listing does not show is not missing for whoever waits for it",
    tuning: { watch: { intervalMsMin: 30, intervalMsMax: 60, listingsPerSweep: 2 } },
    outcome: "completed",
    requests: { Task_List: [2, 200], Task_Terminate: 1 },
    held: "t0, once",
    prepare: ({ direct }) => direct.tasks.add(jobId, FaultWorld.waitingTask("t0")),
    run: ({ client, direct, proxy }) =>
      Effect.gen(function*() {
        proxy.next(instead({ value: [] }), 1, listed)
        const waiting = yield* Effect.forkChild(
          ending(
            client.watch.until(jobId, ["t0"], "completed", { timeoutMs: 10_000 }),
            (tasks) => tasks.map(({ state }) => state).join(", ")
          )
        )
        yield* Effect.sleep(200)
        yield* direct.tasks.terminate(jobId, "t0")
        return yield* Fiber.join(waiting)
      })
  }
]

const holdTasks = (count: number) => ({ direct }: FaultWorld.FaultWorld) =>
  direct.tasks.addCollection(jobId, FaultWorld.waitingTasks(count))

/** Lists 25 tasks in pages of ten, and tells how many came and how often. */
const listAll = ({ client }: FaultWorld.FaultWorld) =>
  ending(
    Stream.runCollect(client.tasks.list(jobId, { maxResults: 10 })),
    (tasks) => tellIds(tasks.map(({ id = "" }) => id))
  )

const tellIds = (ids: ReadonlyArray<string>): string => {
  const distinct = new Set(ids).size
  return distinct === ids.length ? `${distinct} tasks, each once` : `${distinct} in ${ids.length}`
}

/** A listing of 25 tasks with one broken page. */
const paged = (
  row: number,
  claim: string,
  fault: Fault,
  rest: Pick<Trial, "outcome" | "requests"> & Partial<Trial>
): Trial => ({
  row,
  claim,
  held: "t0 to t24, each once",
  prepare: holdTasks(25),
  run: (world) => Effect.andThen(breakOne(world, "Task_List", fault, { nth: 2 }), listAll(world)),
  ...rest
})

const pages: ReadonlyArray<Trial> = [
  paged(32, "an empty page with a next link does not end the listing", {
    _tag: "Page",
    itemsMax: 0
  }, { outcome: "25 tasks, each once", requests: { Task_List: 4 } }),
  paged(32, "a next link that leads to the same page is detected", {
    _tag: "Page",
    nextLink: "Looping"
  }, { outcome: "ResponseInvalid NextLinkLoop", requests: { Task_List: 2 } }),
  paged(32, "a next link to another host is refused", {
    _tag: "Page",
    nextLink: "Foreign"
  }, { outcome: "ResponseInvalid NextLinkForeign", requests: { Task_List: 2 } }),
  {
    row: 32,
    claim: "tasks that live throughout a listing come once each while others come and go",
    outcome: "no id twice, all that stayed",
    requests: { Task_List: [3, 4], Task_Delete: 2, Task_Add: 1 },
    held: "t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15, t16, t17, t18, t19, "
      + "t20, t21, t22, t23, t100",
    prepare: holdTasks(25),
    run: ({ client, direct }) =>
      Effect.gen(function*() {
        const ids: Array<string> = []
        let page = 0
        yield* Stream.runForEach(
          client.tasks.listPages(jobId, { maxResults: 10 }),
          Effect.fnUntraced(function*(tasks) {
            ids.push(...tasks.map(({ id = "" }) => id))
            if (page++ > 0) return
            yield* direct.tasks.delete(jobId, "t0")
            yield* direct.tasks.delete(jobId, "t24")
            yield* direct.tasks.add(jobId, FaultWorld.waitingTask("t100"))
          })
        )
        const isDistinct = new Set(ids).size === ids.length
        const stayed = Array.from({ length: 23 }, (_, index) => `t${index + 1}`)
        const isComplete = stayed.every((id) => ids.includes(id))
        return `${isDistinct ? "no id twice" : "an id twice"}, ${
          isComplete ? "all" : "not all"
        } that stayed`
      })
  },
  paged(33, "a next link that has expired restarts the listing, without duplicates", {
    _tag: "ExpiredLink"
  }, {
    outcome: "25 tasks, each once",
    requests: { Task_List: [4, 6] },
    run: (world) =>
      Effect.andThen(
        breakOne(world, "Task_List", { _tag: "ExpiredLink" }, { countMax: 1 }),
        listAll(world)
      )
  }),
  paged(33, "next links that always expire end the listing with a typed failure", {
    _tag: "ExpiredLink"
  }, {
    outcome: "InvalidRequest InvalidQueryParameterValue",
    requests: { Task_List: [2, 60] },
    run: (world) =>
      Effect.andThen(breakOne(world, "Task_List", { _tag: "ExpiredLink" }, {}), listAll(world))
  })
]

/** A change of t0 that listings show only after a later one of t1. */
const lateChange = (claim: string, overlapMs: number, listingsPerSweep: number): Trial => ({
  row: 34,
  claim,
  tuning: { watch: { intervalMsMin: 30, intervalMsMax: 60, overlapMs, listingsPerSweep } },
  outcome: "t0 completed, t1 completed",
  requests: { Task_List: [3, 400], Task_Terminate: 2, Task_Get: 1 },
  held: "t0 to t1, each once",
  prepare: holdTasks(2),
  run: (world) =>
    Effect.gen(function*() {
      const { client, direct, proxy } = world
      yield* FaultWorld.breakServer(world, { dateOffsetMs: -600_000 })
      const waiting = yield* Effect.forkChild(
        ending(
          client.watch.until(jobId, ["t0", "t1"], "completed", { timeoutMs: 10_000 }),
          (tasks) => tasks.map(({ id, state }) => `${id} ${state}`).join(", ")
        )
      )
      yield* Effect.sleep(150)
      proxy.set(instead({ value: [] }))
      yield* Effect.sleep(50)
      yield* direct.tasks.terminate(jobId, "t0")
      yield* Effect.sleep(20)
      yield* direct.tasks.terminate(jobId, "t1")
      proxy.next(instead({ value: [yield* direct.tasks.get(jobId, "t1")] }), 1, listed)
      proxy.set(undefined)
      return yield* Fiber.join(waiting)
    })
})

/** What the service may send in a later version, or by mistake. */
const odd = {
  id: "t0",
  state: "hibernating",
  newThing: { deep: [1, { er: null }] },
  executionInfo: null,
  userIdentity: null,
  requiredSlots: 9_007_199_254_740_991,
  constraints: { maxWallClockTime: "P10675199DT2H48M5.4775807S", retentionTime: null }
}

const oddities: ReadonlyArray<Trial> = [
  {
    row: 47,
    claim: "a conditional read of an unchanged task says so, in one request",
    outcome: "ConditionNotMet with status 304",
    requests: { Task_Get: 2 },
    held: "t0, once",
    prepare: holdTasks(1),
    run: ({ client }) =>
      Effect.gen(function*() {
        const { eTag = "" } = yield* client.tasks.get(jobId, "t0")
        const failure = yield* Effect.flip(client.tasks.get(jobId, "t0", { ifNoneMatch: eTag }))
        return `${tellFailure(failure)} with status ${failure.status}`
      })
  },
  {
    row: 51,
    claim:
      "an unknown state, unknown members, nulls, huge numbers and durations are taken as they are",
    outcome: "hibernating, P10675199DT2H48M5.4775807S, 9007199254740991 slots",
    requests: { Task_Get: 1 },
    held: "t0, once",
    prepare: holdTasks(1),
    run: ({ client, proxy }) => {
      proxy.next(instead(odd), 1, got)
      return ending(
        client.tasks.get(jobId, "t0"),
        ({ constraints, requiredSlots, state }) =>
          `${state}, ${constraints?.maxWallClockTime}, ${requiredSlots} slots`
      )
    }
  },
  {
    row: 51,
    claim: "the same in a listing",
    outcome: "hibernating",
    requests: { Task_List: 1 },
    held: "t0, once",
    prepare: holdTasks(1),
    run: ({ client, proxy }) => {
      proxy.next(instead({ value: [odd], "odata.nextLink": null, more: 1 }), 1, listed)
      return ending(
        Stream.runCollect(client.tasks.list(jobId)),
        (tasks) => tasks.map(({ state }) => state).join(", ")
      )
    }
  },
  {
    row: 51,
    claim: "an unknown status of a result is no verdict: the task is sent again and read back",
    outcome: "1 AlreadyThere",
    requests: { Task_AddCollection: [1, 2], Task_List: [0, 1], Task_Get: [0, 1] },
    held: "t0, once",
    run: (world) => {
      world.proxy.next(instead({ value: [{ status: "deferred", taskId: "t0" }] }))
      return addTasks(world, 1)
    }
  }
]

/** The trials of this file. */
export const trials: ReadonlyArray<Trial> = [
  ...lags,
  ...pages,
  lateChange("a change that appears late is found within the overlap", 5000, 1000),
  lateChange("a change that appears later than the overlap is found by a full listing", 0, 10),
  ...oddities
]

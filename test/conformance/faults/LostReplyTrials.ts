/**
 * The service acted, but its reply was lost, cut or spoilt: rows 4 to 6, 9, 10, 21 and 22.
 */
import { ofConstraints } from "@batchwave/client/ConstraintsReplacement"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import * as TaskUpdate from "@batchwave/client/TaskUpdate"
import type { Fault } from "@batchwave/emulator/Fault"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import * as FaultProxy from "./FaultProxy.ts"
import * as FaultWorld from "./FaultWorld.ts"
import { addTasks, ending, type Trial } from "./Trial.ts"

const { breakOne, jobId } = FaultWorld

const lost: Fault = { _tag: "Drop", acts: true }

/** One collection of 100 whose first reply is spoilt after the service acted. */
const adopted = (row: number, claim: string, fault: Fault): Trial => ({
  row,
  claim,
  outcome: "100 AlreadyThere",
  requests: { Task_AddCollection: [1, 2], Task_List: 1 },
  held: "t0 to t99, each once",
  run: (world) => Effect.andThen(breakOne(world, "Task_AddCollection", fault), addTasks(world, 100))
})

/** The same with a reply that the proxy spoils. */
const adoptedAfter = (row: number, claim: string, toxic: FaultProxy.Toxic): Trial => ({
  ...adopted(row, claim, lost),
  run: (world) => {
    world.proxy.next(toxic)
    return addTasks(world, 100)
  }
})

const json = { "Content-Type": "application/json;odata=minimalmetadata" }

const collections: ReadonlyArray<Trial> = [
  adopted(4, "a collection whose reply is lost is read back and adopted", lost),
  {
    row: 4,
    claim: "one task whose reply is lost is read back and adopted",
    outcome: "done",
    requests: { Task_Add: [1, 2], Task_Get: 1 },
    held: "t0, once",
    run: (world) =>
      Effect.andThen(
        breakOne(world, "Task_Add", lost),
        ending(world.client.tasks.add(jobId, FaultWorld.waitingTask("t0")))
      )
  },
  adopted(9, "a reply that breaks off in the middle of its JSON is read back", {
    _tag: "CutBody",
    bytes: 700
  }),
  adopted(9, "half a reply that claims to be whole is read back", {
    _tag: "CutBody",
    bytes: 700,
    isLengthKept: false
  }),
  adoptedAfter(9, "a connection that closes in the middle of the reply is read back", {
    _tag: "Cut",
    afterBytes: 2000
  }),
  adoptedAfter(10, "a reply that claims to be gzip and is not is read back", {
    _tag: "Substitute",
    reply: FaultProxy.replyOf(200, { ...json, "Content-Encoding": "gzip" }, "\u001f\u008bnonsense")
  }),
  adoptedAfter(10, "a compressed reply that nobody asked for is read back", {
    _tag: "Substitute",
    reply: FaultProxy.replyOf(
      200,
      { ...json, "Content-Encoding": "gzip" },
      gzipSync(JSON.stringify({ value: [] })).subarray(0, 20)
    )
  }),
  adoptedAfter(10, "a reply shorter than its length says is read back", {
    _tag: "Substitute",
    reply: FaultProxy.replyOf(200, { ...json, "Content-Length": "90000" }, "{\"value\":[]}")
  }),
  adopted(21, "a 500 OperationTimedOut after the service acted is read back and adopted", {
    _tag: "Status",
    status: 500,
    code: "OperationTimedOut",
    acts: true
  }),
  adopted(22, "a 429 after the service acted is read back and adopted", {
    _tag: "Status",
    status: 429,
    acts: true
  })
]

/** A task that notes each of its runs in a file and then fails, at once or after so many seconds. */
const failing = ({ direct, directory }: FaultWorld.FaultWorld, secondsAfterFirst: number) => {
  const runs = join(directory, "runs")
  const rest = `[ $(wc -l < '${runs}') -gt 1 ] && sleep ${secondsAfterFirst}`
  const commandLine = `/bin/sh -c "echo run >> '${runs}'; ${rest}; exit 1"`
  return direct.tasks.add(jobId, { id: "t0", commandLine })
}

const lookAtRuns = (world: FaultWorld.FaultWorld) =>
  Effect.gen(function*() {
    yield* FaultWorld.completed(world, "t0")
    const runs = join(world.directory, "runs")
    const count = existsSync(runs) ? readFileSync(runs, "utf8").split("\n").length - 1 : 0
    return `t0, which ran ${count} times`
  })

const failed = (secondsAfterFirst: number) => (world: FaultWorld.FaultWorld) =>
  Effect.andThen(failing(world, secondsAfterFirst), FaultWorld.completed(world, "t0"))

const reactivations: ReadonlyArray<Trial> = [
  {
    row: 5,
    claim: "a reactivation whose reply is lost counts once while the task runs",
    outcome: "done",
    requests: { Task_Reactivate: [1, 2], Task_Get: [0, 2] },
    held: "t0, which ran 2 times",
    prepare: failed(1),
    look: lookAtRuns,
    run: (world) =>
      Effect.andThen(
        breakOne(world, "Task_Reactivate", lost),
        ending(world.client.tasks.reactivate(jobId, "t0"))
      )
  },
  {
    row: 5,
    claim: "a reactivation whose reply is lost counts once even if the task has failed again since",
    outcome: "done",
    requests: { Task_Reactivate: [1, 2], Task_Get: [0, 2] },
    held: "t0, which ran 2 times",
    prepare: failed(0),
    look: lookAtRuns,
    run: (world) =>
      Effect.gen(function*() {
        const when = { nth: 1, operations: ["Task_Reactivate"] } as const
        const late: Fault = { _tag: "Delay", delayMs: 600, acts: true }
        yield* world.control.putFaults({ rules: [{ when, fault: late }, { when, fault: lost }] })
        return yield* ending(world.client.tasks.reactivate(jobId, "t0"))
      })
  }
]

/** A write to `t0`, which waits, whose first reply is lost after the service acted. */
const writeLost = (
  operation: string,
  claim: string,
  write: (world: FaultWorld.FaultWorld) => Effect.Effect<unknown, unknown>,
  rest: Pick<Trial, "requests" | "held"> & Partial<Trial>
): Trial => ({
  row: 6,
  claim,
  outcome: "done",
  prepare: ({ direct }) => direct.tasks.add(jobId, FaultWorld.waitingTask("t0")),
  run: (world) => Effect.andThen(breakOne(world, operation, lost), ending(write(world))),
  ...rest
})

const constraintsOf = ({ direct }: FaultWorld.FaultWorld) =>
  Effect.map(
    direct.tasks.get(jobId, "t0", { select: ["constraints"] }),
    ({ constraints }) => `t0 with ${constraints?.maxTaskRetryCount} retries`
  )

const stateOf = ({ direct }: FaultWorld.FaultWorld) =>
  Effect.map(direct.tasks.get(jobId, "t0", { select: ["state"] }), ({ state }) => `t0, ${state}`)

const jobState = ({ direct }: FaultWorld.FaultWorld) =>
  Effect.map(direct.jobs.get(jobId), ({ priority, state }) => `job ${state}, priority ${priority}`)

const writes: ReadonlyArray<Trial> = [
  writeLost(
    "Task_Delete",
    "a deletion whose reply is lost is done",
    ({ client }) => client.tasks.delete(jobId, "t0"),
    {
      requests: { Task_Delete: 2 },
      held: "no task"
    }
  ),
  writeLost(
    "Task_Terminate",
    "a termination whose reply is lost is done",
    ({ client }) => client.tasks.terminate(jobId, "t0"),
    {
      requests: { Task_Terminate: 2 },
      held: "t0, completed",
      look: stateOf
    }
  ),
  writeLost(
    "Task_Update",
    "an update whose reply is lost is made again, to the same end",
    (world) => world.client.tasks.update(jobId, "t0", ofConstraints({ maxTaskRetryCount: 3 })),
    {
      requests: { Task_Update: 2 },
      held: "t0 with 3 retries",
      look: constraintsOf
    }
  ),
  writeLost(
    "Task_Update",
    "a conditional update whose reply is lost is read back",
    (world) =>
      TaskUpdate.merge(jobId, "t0", { maxTaskRetryCount: 3 }).pipe(
        Effect.provideService(TaskOperations, world.client.tasks)
      ),
    {
      requests: { Task_Update: 2, Task_Get: 2 },
      held: "t0 with 3 retries",
      look: constraintsOf
    }
  ),
  writeLost(
    "Job_Add",
    "a job whose reply is lost is read back and adopted",
    ({ client, pool }) =>
      client.jobs.add({ id: "second", priority: 7, poolInfo: { poolId: pool } }),
    {
      requests: { Job_Add: 2, Job_Get: 1 },
      held: "2 jobs",
      look: ({ direct }) =>
        Effect.map(Stream.runCollect(direct.jobs.list()), (jobs) => `${jobs.length} jobs`)
    }
  ),
  writeLost(
    "Job_Patch",
    "a patch of the job whose reply is lost is made again",
    ({ client }) => client.jobs.patch(jobId, { priority: 9 }),
    {
      requests: { Job_Patch: 2 },
      held: "job active, priority 9",
      look: jobState
    }
  ),
  writeLost(
    "Job_Terminate",
    "a termination of the job whose reply is lost is done",
    ({ client }) => client.jobs.terminate(jobId),
    {
      requests: { Job_Terminate: 2 },
      held: "job completed, priority 0",
      look: jobState
    }
  ),
  writeLost(
    "Job_Disable",
    "a disabling of the job whose reply is lost is done",
    ({ client }) => client.jobs.disable(jobId, "requeue"),
    {
      requests: { Job_Disable: [1, 2], Job_Get: [0, 1] },
      held: "job disabled, priority 0",
      look: jobState
    }
  ),
  writeLost(
    "Job_Enable",
    "an enabling of the job whose reply is lost is done",
    ({ client }) => client.jobs.enable(jobId),
    {
      requests: { Job_Enable: [1, 2], Job_Get: [0, 1] },
      held: "job active, priority 0",
      prepare: ({ direct }) => direct.jobs.disable(jobId, "requeue"),
      look: jobState
    }
  ),
  writeLost(
    "Job_Delete",
    "a deletion of the job whose reply is lost is done",
    ({ client }) => client.jobs.delete(jobId),
    {
      requests: { Job_Delete: 2 },
      held: "0 jobs",
      look: ({ direct }) =>
        Effect.map(Stream.runCollect(direct.jobs.list()), (jobs) => `${jobs.length} jobs`)
    }
  )
]

/** The trials of this file. */
export const trials: ReadonlyArray<Trial> = [...collections, ...reactivations, ...writes]

/**
 * Our client, carrying out steps.
 */
import { BatchClient } from "@batchwave/client/BatchClient"
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import { ofConstraints } from "@batchwave/client/ConstraintsReplacement"
import type { CreateTasksError } from "@batchwave/client/CreateTasksError"
import { FileOperations } from "@batchwave/client/FileOperations"
import { JobOperations } from "@batchwave/client/JobOperations"
import { NodeOperations } from "@batchwave/client/NodeOperations"
import { PoolOperations } from "@batchwave/client/PoolOperations"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import type { TaskCollectionResult } from "@batchwave/client/TaskOutcome"
import * as Decode from "@batchwave/wire/Decode"
import { TaskUpdateParameter } from "@batchwave/wire/Task"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Step, StepOptions } from "./Scenario.ts"
import type { Target } from "./Target.ts"
import type { ItemView, View } from "./View.ts"

/** Carries the steps out, one after another, in the job `jobId`. */
export const run = async (
  target: Target,
  jobId: string,
  steps: ReadonlyArray<Step>
): Promise<ReadonlyArray<View>> => {
  const runtime = ManagedRuntime.make(BatchClient.layer({
    endpoint: target.endpoint,
    account: target.account,
    key: Redacted.make(target.key)
  }))
  try {
    return await runtime.runPromise(Effect.gen(function*() {
      const caller = yield* makeCaller
      const views: Array<View> = []
      for (const step of steps) {
        views.push(yield* viewOf(call(caller, resolve(step, jobId, caller.eTag))))
      }
      return views
    }))
  } finally {
    await runtime.dispose()
  }
}

interface Caller {
  readonly tasks: TaskOperations["Service"]
  readonly jobs: JobOperations["Service"]
  readonly files: FileOperations["Service"]
  readonly pools: PoolOperations["Service"]
  readonly nodes: NodeOperations["Service"]
  eTag: string
}

const makeCaller = Effect.gen(function*() {
  const caller: Caller = {
    tasks: yield* TaskOperations,
    jobs: yield* JobOperations,
    files: yield* FileOperations,
    pools: yield* PoolOperations,
    nodes: yield* NodeOperations,
    eTag: ""
  }
  return caller
})

const resolve = (step: Step, jobId: string, eTag: string): Step => {
  const resolved: Step = JSON.parse(
    JSON.stringify(step).replaceAll("$job", jobId).replaceAll("$eTag", eTag)
  )
  return resolved
}

const viewOf = (
  effect: Effect.Effect<unknown, BatchFailure | CreateTasksError>
): Effect.Effect<View> =>
  Effect.match(effect, {
    onSuccess: (value): View => ({ value: value ?? null }),
    onFailure: (failure): View => ({
      error: failure._tag === "CreateTasksError"
        ? { status: null, code: failure._tag, message: failure.message, values: [] }
        : {
          status: failure.status ?? null,
          code: failure.code ?? null,
          message: failure.message,
          values: failure.details ?? []
        }
    })
  })

const call = (
  caller: Caller,
  step: Step
): Effect.Effect<unknown, BatchFailure | CreateTasksError> => {
  if (step.call.startsWith("job.")) return callJob(caller, step)
  if (step.call.startsWith("file.")) return callFile(caller, step)
  if (step.call.startsWith("pool.")) return callPool(caller, step)
  if (step.call.startsWith("node.")) {
    return Stream.runCollect(caller.nodes.list(Object(step.body).poolId))
  }
  return callTask(caller, step)
}

const callJob = (
  { jobs }: Caller,
  { body, call, jobId = "", options }: Step
): Effect.Effect<unknown, BatchFailure> => {
  const read = readOptions(options)
  switch (call) {
    case "job.add":
      return jobs.add(Result.getOrThrow(Decode.decodeJobAddParameter(body)))
    case "job.get":
      return jobs.get(jobId, read)
    case "job.list":
      return Stream.runCollect(jobs.list(read))
    case "job.patch":
      return jobs.patch(jobId, Result.getOrThrow(Decode.decodeJobPatchParameter(body)))
    case "job.update":
      return jobs.replace(jobId, Result.getOrThrow(Decode.decodeJobUpdateParameter(body)))
    case "job.disable":
      return jobs.disable(jobId, Object(body).disableTasks)
    case "job.enable":
      return jobs.enable(jobId)
    case "job.status":
      return Stream.runCollect(jobs.listPreparationAndReleaseTaskStatus(jobId))
    case "job.terminate":
      return jobs.terminate(jobId, Schema.decodeUnknownSync(TerminateBody)(body))
    case "job.wait":
      return jobs.get(jobId).pipe(
        Effect.repeat({
          until: ({ state }) => state === (Object(body).state ?? "completed"),
          schedule: pause
        })
      )
    case "job.delete":
      return jobs.delete(jobId, conditionsOf(options))
    default:
      return jobs.taskCounts(jobId)
  }
}

const TerminateBody = Schema.Struct({ terminateReason: Schema.String })

const callTask = (
  caller: Caller,
  { body, call, jobId = "", options, taskId = "" }: Step
): Effect.Effect<unknown, BatchFailure | CreateTasksError> => {
  const { tasks } = caller
  const read = readOptions(options)
  const conditions = conditionsOf(options)
  switch (call) {
    case "task.add":
      return tasks.add(jobId, Result.getOrThrow(Decode.decodeTaskAddParameter(body)))
    case "task.addCollection": {
      const items = Array.isArray(body) ? body : []
      return tasks.addCollection(
        jobId,
        items.map((item) => Result.getOrThrow(Decode.decodeTaskAddParameter(item))),
        { concurrency: Math.max(1, options?.threads ?? 0) }
      ).pipe(Effect.map(itemsOf))
    }
    case "task.get":
      return Effect.tap(tasks.get(jobId, taskId, { ...read, ...conditions }), ({ eTag = "" }) => {
        caller.eTag = eTag
        return Effect.void
      })
    case "task.list":
      return Stream.runCollect(tasks.list(jobId, read))
    case "task.update": {
      const { constraints = {} } = Schema.decodeUnknownSync(TaskUpdateParameter)(body)
      return tasks.update(jobId, taskId, ofConstraints(constraints), conditions)
    }
    case "task.delete":
      return tasks.delete(jobId, taskId, conditions)
    case "task.terminate":
      return tasks.terminate(jobId, taskId, conditions)
    case "task.reactivate":
      return tasks.reactivate(jobId, taskId, conditions)
    case "task.listSubtasks":
      return tasks.listSubtasks(jobId, taskId)
    default:
      return tasks.get(jobId, taskId).pipe(
        Effect.repeat({ until: ({ state }) => state === "completed", schedule: pause })
      )
  }
}

const callPool = (
  { pools }: Caller,
  { body, call }: Step
): Effect.Effect<unknown, BatchFailure> => {
  const { poolId, resize } = Object(body)
  switch (call) {
    case "pool.add":
      return pools.add(Result.getOrThrow(Decode.decodePoolAddParameter(body)))
    case "pool.get":
      return pools.get(poolId)
    case "pool.exists":
      return pools.exists(poolId)
    case "pool.resize":
      return pools.resize(poolId, resize)
    default:
      return pools.delete(poolId)
  }
}

const callFile = (
  { files }: Caller,
  { call, jobId = "", options, path = "", taskId = "" }: Step
): Effect.Effect<unknown, BatchFailure> => {
  switch (call) {
    case "file.get": {
      const [start = 0, end = 0] = options?.range ?? []
      return files.getText(
        jobId,
        taskId,
        path,
        options?.range === undefined ? {} : { range: { start, end } }
      )
    }
    case "file.wait":
      return files.getText(jobId, taskId, path).pipe(
        Effect.catchTag(["NotFound", "Conflict"], () => Effect.succeed("")),
        Effect.repeat({ until: (text) => text !== "", schedule: pause })
      )
    case "file.delete":
      return files.delete(jobId, taskId, path, { recursive: options?.recursive ?? false })
    case "file.properties":
      return files.properties(jobId, taskId, path)
    default:
      return Stream.runCollect(
        files.list(jobId, taskId, { recursive: options?.recursive ?? false })
      )
  }
}

/** Waits end when the thing is completed; the emulator ends everything within seconds. */
const pause = Schedule.spaced(20)

const readOptions = (options: StepOptions = {}) => ({
  ...(options.select === undefined ? {} : { select: options.select.split(",") }),
  ...(options.filter === undefined ? {} : { filter: options.filter }),
  ...(options.maxResults === undefined ? {} : { maxResults: options.maxResults })
})

const conditionsOf = (options: StepOptions = {}) => ({
  ...(options.ifMatch === undefined ? {} : { ifMatch: options.ifMatch }),
  ...(options.ifNoneMatch === undefined ? {} : { ifNoneMatch: options.ifNoneMatch }),
  ...(options.ifModifiedSince === undefined ? {} : { ifModifiedSince: options.ifModifiedSince }),
  ...(options.ifUnmodifiedSince === undefined
    ? {}
    : { ifUnmodifiedSince: options.ifUnmodifiedSince })
})

const itemsOf = ({ outcomes }: TaskCollectionResult): ReadonlyArray<ItemView> =>
  outcomes.map((outcome) =>
    outcome._tag === "Added"
      ? { taskId: outcome.taskId, status: "success" }
      : {
        taskId: outcome.taskId,
        status: "clienterror",
        code: "error" in outcome ? outcome.error.code ?? "" : ""
      }
  )

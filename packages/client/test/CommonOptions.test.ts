/**
 * The options that every operation takes, on every operation; the conditions on each that has them;
 * and what of them reading back on behalf of a call takes along.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as JumpingClock from "../../wire/test/JumpingClock.ts"
import type { BatchServices } from "../src/BatchClient.ts"
import { FileOperations } from "../src/FileOperations.ts"
import { JobOperations } from "../src/JobOperations.ts"
import { NodeOperations } from "../src/NodeOperations.ts"
import { PoolOperations } from "../src/PoolOperations.ts"
import type { ConditionalOptions, RequestOptions } from "../src/RequestOptions.ts"
import { type OperationId, retryRules } from "../src/RetryRule.ts"
import { TaskOperations } from "../src/TaskOperations.ts"
import { hang, inOrder, refuse, reply, reset, serve, type Step } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

const date = "Tue, 29 Jul 2014 21:49:13 GMT"
const guid = "0f8fad5b-d9cb-469f-a165-70867728950e"

const common = {
  timeoutSeconds: 17,
  clientRequestId: guid,
  returnClientRequestId: true,
  ocpDate: date,
  customHeaders: { "X-Trace": "a b" }
} satisfies RequestOptions

const conditions = {
  ifMatch: "0x1",
  ifNoneMatch: "0x2",
  ifModifiedSince: date,
  ifUnmodifiedSince: date
} satisfies ConditionalOptions

type Options = ConditionalOptions

type Run = (options: Options) => Effect.Effect<unknown, unknown, BatchServices>

const constraints = { maxTaskRetryCount: 0, maxWallClockTime: undefined, retentionTime: undefined }
const job = { id: "j", poolInfo: { poolId: "p" } }
const all = Stream.runCollect

const tasks =
  (use: (operations: TaskOperations["Service"], options: Options) => ReturnType<Run>): Run =>
  (options) => Effect.flatMap(TaskOperations, (operations) => use(operations, options))
const jobs =
  (use: (operations: JobOperations["Service"], options: Options) => ReturnType<Run>): Run =>
  (options) => Effect.flatMap(JobOperations, (operations) => use(operations, options))
const files =
  (use: (operations: FileOperations["Service"], options: Options) => ReturnType<Run>): Run =>
  (options) => Effect.flatMap(FileOperations, (operations) => use(operations, options))
const pools =
  (use: (operations: PoolOperations["Service"], options: Options) => ReturnType<Run>): Run =>
  (options) => Effect.flatMap(PoolOperations, (operations) => use(operations, options))
const nodes =
  (use: (operations: NodeOperations["Service"], options: Options) => ReturnType<Run>): Run =>
  (options) => Effect.flatMap(NodeOperations, (operations) => use(operations, options))

const runs: Readonly<Record<OperationId, Run>> = {
  Task_Add: tasks((it, options) => it.add("j", { id: "t", commandLine: "x" }, options)),
  Task_AddCollection: tasks((it, options) =>
    it.addCollection("j", [{ id: "t", commandLine: "x" }], options)
  ),
  Task_Get: tasks((it, options) => it.get("j", "t", options)),
  Task_List: tasks((it, options) => all(it.list("j", options))),
  Task_ListSubtasks: tasks((it, options) => it.listSubtasks("j", "t", options)),
  Task_Update: tasks((it, options) => it.update("j", "t", constraints, options)),
  Task_Delete: tasks((it, options) => it.delete("j", "t", options)),
  Task_Terminate: tasks((it, options) => it.terminate("j", "t", options)),
  Task_Reactivate: tasks((it, options) => it.reactivate("j", "t", options)),
  Job_Add: jobs((it, options) => it.add(job, options)),
  Job_Get: jobs((it, options) => it.get("j", options)),
  Job_List: jobs((it, options) => all(it.list(options))),
  Job_Patch: jobs((it, options) => it.patch("j", { priority: 1 }, options)),
  Job_Update: jobs((it, options) => it.replace("j", { poolInfo: job.poolInfo }, options)),
  Job_Disable: jobs((it, options) => it.disable("j", "wait", options)),
  Job_Enable: jobs((it, options) => it.enable("j", options)),
  Job_Terminate: jobs((it, options) => it.terminate("j", options)),
  Job_Delete: jobs((it, options) => it.delete("j", options)),
  Job_GetTaskCounts: jobs((it, options) => it.taskCounts("j", options)),
  Job_ListPreparationAndReleaseTaskStatus: jobs((it, options) =>
    all(it.listPreparationAndReleaseTaskStatus("j", options))
  ),
  File_GetFromTask: files((it, options) => it.get("j", "t", "f", options)),
  File_GetPropertiesFromTask: files((it, options) => it.properties("j", "t", "f", options)),
  File_ListFromTask: files((it, options) => all(it.list("j", "t", options))),
  File_DeleteFromTask: files((it, options) => it.delete("j", "t", "f", options)),
  File_GetFromComputeNode: files((it, options) => it.ofNode.get("p", "n", "f", options)),
  File_GetPropertiesFromComputeNode: files((it, options) =>
    it.ofNode.properties("p", "n", "f", options)
  ),
  File_ListFromComputeNode: files((it, options) => all(it.ofNode.list("p", "n", options))),
  File_DeleteFromComputeNode: files((it, options) => it.ofNode.delete("p", "n", "f", options)),
  Pool_Add: pools((it, options) => it.add({ id: "p", vmSize: "s" }, options)),
  Pool_Get: pools((it, options) => it.get("p", options)),
  Pool_List: pools((it, options) => all(it.list(options))),
  Pool_Exists: pools((it, options) => it.exists("p", options)),
  Pool_Resize: pools((it, options) => it.resize("p", { targetDedicatedNodes: 1 }, options)),
  Pool_Delete: pools((it, options) => it.delete("p", options)),
  ComputeNode_Get: nodes((it, options) => it.get("p", "n", options)),
  ComputeNode_List: nodes((it, options) => all(it.list("p", options)))
}

const isOperation = (name: string): name is OperationId => Object.hasOwn(runs, name)

const operations = Object.keys(retryRules).filter(isOperation)

/** The operations that are not a read of files, which have two of them, but have all conditions. */
const conditional: ReadonlySet<string> = new Set([
  "Task_Get",
  "Task_Update",
  "Task_Delete",
  "Task_Terminate",
  "Task_Reactivate",
  "Job_Get",
  "Job_Patch",
  "Job_Update",
  "Job_Disable",
  "Job_Enable",
  "Job_Terminate",
  "Job_Delete",
  "Pool_Get",
  "Pool_Exists",
  "Pool_Resize",
  "Pool_Delete"
])

describe("the options of every operation", () => {
  it("are tried on every operation there is", () => {
    assert.sameMembers(Object.keys(runs), Object.keys(retryRules))
  })

  for (const name of operations) {
    it.live(`travel with every attempt of ${name}`, () =>
      Effect.gen(function*() {
        // A reactivation looks at its task in between.
        const looked = name === "Task_Reactivate" ? [refuse(404, "TaskNotFound")] : []
        const server = yield* serve(inOrder(
          refuse(503, "ServerBusy"),
          ...looked,
          refuse(400, "InvalidRequestBody")
        ))
        const given = conditional.has(name) ? { ...common, ...conditions } : common
        yield* Effect.result(withClient(server)(runs[name](given)))
        const attempts = server.received.filter((_, index) => looked.length === 0 || index !== 1)
        assert.isAtLeast(attempts.length, 2)
        for (const { headers, url } of attempts) {
          assert.match(url, /[?&]timeout=17(&|$)/)
          assert.deepInclude(headers, {
            "client-request-id": guid,
            "return-client-request-id": "true",
            "ocp-date": date,
            "x-trace": "a b"
          })
          if (!conditional.has(name)) continue
          assert.deepInclude(headers, {
            "if-match": "0x1",
            "if-none-match": "0x2",
            "if-modified-since": date,
            "if-unmodified-since": date
          })
        }
      }))
  }
})

describe("reading back on behalf of a call", () => {
  const options = { customHeaders: { "x-key": "k" }, deadlineMs: 30_000 }
  const lost: ReadonlyArray<readonly [string, Run, ReadonlyArray<Step>]> = [
    ["an add", runs.Task_Add, [reset, refuse(409, "TaskExists")]],
    ["an update", runs.Task_Update, [reset, refuse(412, "ConditionNotMet")]],
    ["a termination", runs.Task_Terminate, [reset, refuse(412, "ConditionNotMet")]],
    ["a reactivation", runs.Task_Reactivate, [reset]],
    ["an add of a collection", runs.Task_AddCollection, [reset]],
    ["an add of a job", runs.Job_Add, [reset, refuse(409, "JobExists")]],
    ["a patch of a job", runs.Job_Patch, [reset, refuse(412, "ConditionNotMet")]],
    ["a disabling of a job", runs.Job_Disable, [
      reset,
      refuse(409, "OperationInvalidForCurrentState")
    ]],
    ["a resize", runs.Pool_Resize, [reset, refuse(409, "PoolBeingResized")]]
  ]

  for (const [name, run, steps] of lost) {
    it.live(`takes the headers of ${name} along and ends with its time`, () =>
      JumpingClock.run(Effect.fnUntraced(function*(clock) {
        const server = yield* serve(inOrder(...steps, hang))
        const running = yield* Effect.forkChild(Effect.result(
          withClient(server, { deadlineMs: 600_000, attemptTimeoutMs: 600_000 })(
            run({ ...common, ...options })
          )
        ))
        yield* server.hasReceived(steps.length + 1)
        yield* clock.jump(options.deadlineMs)
        const result = yield* Fiber.join(running)
        assert.strictEqual(result._tag, "Failure")
        const reads = server.received.filter(({ method }) => method === "GET")
        assert.isNotEmpty(reads)
        for (const { headers } of reads) assert.strictEqual(headers["x-key"], "k")
      })))
  }

  it.live("leaves an update ambiguous that it cannot settle", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(
        reset,
        refuse(412, "ConditionNotMet"),
        refuse(403, "AuthenticationFailed")
      ))
      const update = Effect.flatMap(TaskOperations, (it) => it.update("j", "t", constraints))
      const failure = yield* Effect.flip(withClient(server)(update))
      assert.strictEqual(failure._tag, "ConditionNotMet")
      if (failure._tag === "ConditionNotMet") assert.isTrue(failure.ambiguous)
    }))

  it.live("leaves an add ambiguous that it cannot settle", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(reset, refuse(409, "TaskExists"), reply(200, [])))
      const failure = yield* Effect.flip(
        withClient(server, { attemptsMax: 2 })(
          Effect.flatMap(TaskOperations, (it) => it.add("j", { id: "t", commandLine: "x" }))
        )
      )
      assert.strictEqual(failure._tag, "Conflict")
      if (failure._tag === "Conflict") assert.isTrue(failure.ambiguous)
    }))
})

/**
 * What the decoders tolerate and what they refuse.
 */
import * as Decode from "@batchwave/wire/Decode"
import type * as Decoder from "@batchwave/wire/Decoder"
import * as WireDecodeError from "@batchwave/wire/WireDecodeError"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"

const decoded = <A>(decode: Decoder.Decode<A>, json: string): A =>
  Result.getOrThrow(decode(JSON.parse(json)))

const failureOf = <A>(decode: Decoder.Decode<A>, json: string) => {
  const result = decode(JSON.parse(json))
  return Result.isFailure(result) ? result.failure : assert.fail("it decoded")
}

const freshTask = `{
  "odata.metadata":"https://acct.region.batch.azure.com/$metadata#tasks/@Element",
  "id":"t1","url":"https://acct.region.batch.azure.com/jobs/j1/tasks/t1","eTag":"0x8DD042A2103398C",
  "creationTime":"2024-11-13T21:04:38.789094Z","lastModified":"2024-11-13T21:04:38.7890941Z",
  "state":"active","stateTransitionTime":"2024-11-13T21:04:38.789094Z",
  "commandLine":"cmd /c echo hi",
  "userIdentity":{"autoUser":{"scope":"pool","elevationLevel":"nonadmin"}},
  "constraints":{"maxWallClockTime":"P10675199DT2H48M5.4775807S","retentionTime":"P7D",
    "maxTaskRetryCount":0},
  "requiredSlots":1,
  "executionInfo":{"retryCount":0,"requeueCount":0} }`

describe("Decode", () => {
  it("reads a fresh task as it is, with all seven digits of its times", () => {
    assert.deepStrictEqual(decoded(Decode.decodeTask, freshTask), JSON.parse(freshTask))
  })

  it("reads a task that was ended before it ran: no start, no exit code, an empty node", () => {
    const task = decoded(
      Decode.decodeTask,
      `{"id":"t1","state":"completed","previousState":"active","nodeInfo":{},
        "executionInfo":{"endTime":"2024-11-13T21:04:39Z","result":"failure","retryCount":0,
          "requeueCount":0,"failureInfo":{"category":"UserError","code":"TaskEnded",
            "message":"Task Was Ended by User Request"}}}`
    )
    assert.deepStrictEqual(task.nodeInfo, {})
    assert.deepStrictEqual(task.executionInfo, {
      endTime: "2024-11-13T21:04:39Z",
      result: "failure",
      retryCount: 0,
      requeueCount: 0,
      failureInfo: {
        category: "usererror",
        code: "TaskEnded",
        message: "Task Was Ended by User Request"
      }
    })
  })

  it("reads a selection of members and nothing at all", () => {
    assert.deepStrictEqual(decoded(Decode.decodeTask, `{"id":"t1"}`), { id: "t1" })
    assert.deepStrictEqual(decoded(Decode.decodeTask, "{}"), {})
    assert.deepStrictEqual(decoded(Decode.decodeTaskPage, "{}"), {})
  })

  it("reads an empty page that still has a next link", () => {
    assert.deepStrictEqual(
      decoded(Decode.decodeTaskPage, `{"value":[],"odata.nextLink":"https://x/?$skiptoken=1"}`),
      { value: [], "odata.nextLink": "https://x/?$skiptoken=1" }
    )
  })

  it("spells the outcomes of a collection as the contract does", () => {
    const result = decoded(
      Decode.decodeAddCollectionResult,
      `{"odata.metadata":"https://x/$metadata#taskaddresult","value":[
        {"status":"Success","taskId":"t1","eTag":"0x8D","lastModified":"2024-11-13T21:04:38Z",
          "location":"https://x/jobs/j1/tasks/t1"},
        {"status":"ClientError","taskId":"t2","error":{"code":"TaskExists",
          "message":{"lang":"en-US","value":"The specified task already exists."}}},
        {"status":"serverError","taskId":"t3"},
        {"status":"Postponed","taskId":"t4"}]}`
    )
    assert.deepStrictEqual(result.value?.map(({ status }) => status), [
      "success",
      "clienterror",
      "servererror",
      "Postponed"
    ])
  })

  it("keeps values of enumerations it does not know", () => {
    assert.strictEqual(decoded(Decode.decodeTask, `{"state":"Hibernating"}`).state, "Hibernating")
    assert.strictEqual(decoded(Decode.decodeJob, `{"state":"Completed"}`).state, "completed")
  })

  it("spells known values in camel case where the contract does", () => {
    assert.strictEqual(
      decoded(
        Decode.decodeTaskAddParameter,
        `{"id":"t","commandLine":"c","containerSettings":{"imageName":"i",
          "workingDirectory":"CONTAINERIMAGEDEFAULT"}}`
      ).containerSettings?.workingDirectory,
      "containerImageDefault"
    )
  })

  it("takes null members for absent", () => {
    assert.deepStrictEqual(
      decoded(
        Decode.decodeTask,
        `{"id":"t1","state":null,"executionInfo":{"retryCount":0,"requeueCount":0,"exitCode":null,
          "failureInfo":null},"resourceFiles":[{"httpUrl":"https://x","blobPrefix":null}]}`
      ),
      {
        id: "t1",
        executionInfo: { retryCount: 0, requeueCount: 0 },
        resourceFiles: [{ httpUrl: "https://x" }]
      }
    )
    assert.deepStrictEqual(
      decoded(Decode.decodeError, `{"code":null,"message":null,"values":null}`),
      {}
    )
  })

  it("takes 64-bit numbers as numbers or as strings", () => {
    const page = (length: string) =>
      `{"value":[{"name":"stdout.txt","isDirectory":false,"properties":
        {"lastModified":"2024-11-13T21:04:38Z","contentLength":${length}}}]}`
    for (const length of ["16", "\"16\""]) {
      assert.strictEqual(
        decoded(Decode.decodeFilePage, page(length)).value?.[0]?.properties?.contentLength,
        16
      )
    }
    assert.deepStrictEqual(failureOf(Decode.decodeFilePage, page("\"sixteen\"")).problems, [
      { path: "value.0.properties.contentLength", message: "Expected number" }
    ])
  })

  it("takes a whole number in a string for a 32-bit number, and nothing else", () => {
    for (const slots of ["1", "\"1\"", "\"-1\"", "\"2147483648\""]) {
      assert.strictEqual(
        decoded(Decode.decodeTask, `{"requiredSlots":${slots}}`).requiredSlots,
        Number(slots.replaceAll("\"", ""))
      )
    }
    for (const text of ["", "one", "1.5", "1e3", " 1", "0x1", "+1"]) {
      assert.deepStrictEqual(
        failureOf(Decode.decodeTask, `{"requiredSlots":"${text}"}`).problems,
        [{ path: "requiredSlots", message: "Expected number" }]
      )
    }
  })

  it("tells all problems at once, where they are, and never the values", () => {
    const error = failureOf(
      Decode.decodeTaskPage,
      `{"value":[{"id":5},{"executionInfo":{"retryCount":"secret"}},"secret"]}`
    )
    assert.deepStrictEqual(error.problems, [
      { path: "value.0.id", message: "Expected string" },
      { path: "value.1.executionInfo.retryCount", message: "Expected number" },
      { path: "value.1.executionInfo.requeueCount", message: "Missing key" },
      { path: "value.2", message: "Expected object" }
    ])
    assert.strictEqual(
      error.message,
      "Expected a CloudTaskListResult: value.0.id: Expected string; " +
        "value.1.executionInfo.retryCount: Expected number; " +
        "value.1.executionInfo.requeueCount: Missing key; value.2: Expected object."
    )
    assert.notInclude(JSON.stringify(error), "secret")
  })

  it("names the body itself when it is no object", () => {
    assert.strictEqual(
      failureOf(Decode.decodeError, `"<html>"`).message,
      "Expected a BatchError: the body: Expected object."
    )
  })

  it("carries problems up to the bound and not one further", () => {
    const pageOf = (count: number) =>
      JSON.stringify({ value: Array.from({ length: count }, () => 1) })
    const { problemsMax } = WireDecodeError
    assert.lengthOf(failureOf(Decode.decodeTaskPage, pageOf(problemsMax)).problems, problemsMax)
    assert.lengthOf(failureOf(Decode.decodeTaskPage, pageOf(problemsMax + 1)).problems, problemsMax)
  })

  it("refuses a task to add without its required members", () => {
    assert.deepStrictEqual(failureOf(Decode.decodeTaskAddParameter, "{}").problems, [
      { path: "id", message: "Missing key" },
      { path: "commandLine", message: "Missing key" }
    ])
  })

  it("reads a pool with its states spelled, its tags kept and its null mode absent", () => {
    assert.deepStrictEqual(
      decoded(
        Decode.decodePool,
        `{"id":"p1","state":"Active","allocationState":"Resizing","resourceTags":{"team":"blue"},
          "currentNodeCommunicationMode":null,"identity":{"type":"userassigned"},
          "upgradePolicy":{"mode":"Rolling","rollingUpgradePolicy":{"pauseTimeBetweenBatches":"PT0S"}}}`
      ),
      {
        id: "p1",
        state: "active",
        allocationState: "resizing",
        resourceTags: { team: "blue" },
        identity: { type: "UserAssigned" },
        upgradePolicy: {
          mode: "rolling",
          rollingUpgradePolicy: { pauseTimeBetweenBatches: "PT0S" }
        }
      }
    )
  })

  it("refuses a tag of a pool that is no text", () => {
    assert.deepStrictEqual(
      failureOf(
        Decode.decodePoolAddParameter,
        `{"id":"p1","vmSize":"s","resourceTags":{"team":1,"cost":"low"}}`
      ).problems,
      [{ path: "resourceTags.team", message: "Expected string" }]
    )
  })

  it("reads a page of nodes with the tasks that ran there", () => {
    assert.deepStrictEqual(
      decoded(
        Decode.decodeNodePage,
        `{"value":[{"id":"tvm-1","state":"WaitingForStartTask","schedulingState":"Enabled",
          "recentTasks":[{"jobId":"j1","taskId":"t1","taskState":"Completed"}],
          "startTaskInfo":{"state":"Running","startTime":"2024-11-13T21:04:38Z","retryCount":0}}]}`
      ).value,
      [{
        id: "tvm-1",
        state: "waitingforstarttask",
        schedulingState: "enabled",
        recentTasks: [{ jobId: "j1", taskId: "t1", taskState: "completed" }],
        startTaskInfo: { state: "running", startTime: "2024-11-13T21:04:38Z", retryCount: 0 }
      }]
    )
  })

  it("refuses a job update without its pool and a job disable without its choice", () => {
    assert.deepStrictEqual(failureOf(Decode.decodeJobUpdateParameter, "{}").problems, [
      { path: "poolInfo", message: "Missing key" }
    ])
    assert.deepStrictEqual(failureOf(Decode.decodeJobDisableParameter, "{}").problems, [
      { path: "disableTasks", message: "Missing key" }
    ])
    assert.deepStrictEqual(decoded(Decode.decodeJobDisableParameter, `{"disableTasks":"Wait"}`), {
      disableTasks: "wait"
    })
  })

  it("takes a pool resize without any member", () => {
    assert.deepStrictEqual(decoded(Decode.decodePoolResizeParameter, "{}"), {})
  })

  it("reads how preparation and release tasks went on a node", () => {
    const page = decoded(
      Decode.decodePreparationAndReleaseTaskStatusPage,
      `{"value":[{"poolId":"p1","nodeId":"tvm-1","jobPreparationTaskExecutionInfo":{
        "state":"Completed","startTime":"2024-11-13T21:04:38Z","retryCount":0,"exitCode":0,
        "result":"Success"}}],"odata.nextLink":"https://x/?$skiptoken=1"}`
    )
    assert.deepStrictEqual(page.value?.[0]?.jobPreparationTaskExecutionInfo, {
      state: "completed",
      startTime: "2024-11-13T21:04:38Z",
      retryCount: 0,
      exitCode: 0,
      result: "success"
    })
  })
})

/**
 * Claims about reading tasks: one, many, and the subtasks of one.
 */
import { type Claim, of, refused } from "../Claim.ts"
import { usage } from "./Usage.ts"

/** What every told task has. */
const fresh = {
  "odata.metadata": "*",
  id: "$task",
  url: "*",
  eTag: "*",
  creationTime: "*",
  lastModified: "*",
  stateTransitionTime: "*",
  commandLine: "*",
  requiredSlots: "*",
  "userIdentity.autoUser": { scope: "pool", elevationLevel: "nonadmin" },
  constraints: {
    maxWallClockTime: "P10675199DT2H48M5.4775807S",
    retentionTime: "P7D",
    maxTaskRetryCount: 0
  }
}

const ended = {
  ...fresh,
  state: "completed",
  "executionInfo.endTime": "*",
  "executionInfo.retryCount": 0,
  "executionInfo.requeueCount": 0
}

const node = {
  "nodeInfo.affinityId": "TVM:$node",
  "nodeInfo.nodeId": "$node",
  "nodeInfo.poolId": "$pool",
  "nodeInfo.nodeUrl": "*",
  "nodeInfo.taskRootDirectory": "*",
  "nodeInfo.taskRootDirectoryUrl": "*"
}

/** Claims about `Task_Get`. */
export const get: ReadonlyArray<Claim> = of("Task_Get", [
  {
    when: "statistics are asked for and due",
    given: "a task that failed",
    request: { query: { $expand: "stats" } },
    reply: {
      status: 200,
      body: usage
    },
    evidence: "documented"
  },
  {
    when: "the task was just added",
    given: "a queued task",
    reply: {
      status: 200,
      body: {
        ...fresh,
        state: "active",
        executionInfo: { retryCount: 0, requeueCount: 0 },
        nodeInfo: null,
        previousState: null,
        previousStateTransitionTime: null,
        stats: null
      }
    },
    evidence: "recorded"
  },
  {
    when: "the task is running",
    given: "a running task",
    reply: {
      status: 200,
      body: {
        ...fresh,
        ...node,
        state: "running",
        previousState: "active",
        "executionInfo.startTime": "*",
        "executionInfo.endTime": null,
        "executionInfo.exitCode": null,
        "executionInfo.result": null
      }
    },
    evidence: "documented"
  },
  {
    when: "the task succeeded",
    given: "a task that succeeded",
    reply: {
      status: 200,
      body: {
        ...ended,
        ...node,
        previousState: "running",
        "executionInfo.startTime": "*",
        "executionInfo.exitCode": 0,
        "executionInfo.result": "success",
        "executionInfo.failureInfo": null
      }
    },
    evidence: "recorded"
  },
  {
    when: "the process exited with 3",
    given: "a task that failed",
    reply: {
      status: 200,
      body: {
        ...ended,
        ...node,
        "executionInfo.exitCode": 3,
        "executionInfo.result": "failure",
        "executionInfo.failureInfo": {
          category: "UserError",
          code: "FailureExitCode",
          message: "The task exited with an exit code representing a failure",
          details: [
            { name: "Message", value: "The task process exited with an unexpected exit code" },
            { name: "AdditionalErrorCode", value: "FailureExitCode" }
          ]
        }
      }
    },
    evidence: "recorded"
  },
  {
    when: "the program does not exist",
    given: "a task that could not start",
    reply: {
      status: 200,
      body: {
        ...ended,
        "executionInfo.exitCode": null,
        "executionInfo.result": "failure",
        "executionInfo.failureInfo.category": "UserError",
        "executionInfo.failureInfo.code": "CommandProgramNotFound"
      }
    },
    evidence: "documented"
  },
  {
    when: "the task was ended before it ran",
    given: "a task that was ended",
    reply: {
      status: 200,
      body: {
        ...ended,
        previousState: "active",
        nodeInfo: {},
        "executionInfo.startTime": null,
        "executionInfo.exitCode": null,
        "executionInfo.result": "failure",
        "executionInfo.failureInfo": {
          category: "UserError",
          code: "TaskEnded",
          message: "Task Was Ended by User Request"
        }
      }
    },
    evidence: "recorded"
  },
  {
    when: "the task was ended while it ran",
    given: "a task that was ended while it ran",
    reply: {
      status: 200,
      body: {
        ...ended,
        ...node,
        previousState: "running",
        "executionInfo.startTime": "*",
        "executionInfo.exitCode": 143,
        "executionInfo.failureInfo.code": "TaskEnded"
      }
    },
    evidence: "never"
  },
  {
    when: "the id is written in another case",
    given: "a queued task",
    request: { path: "/jobs/$JOB/tasks/$TASK" },
    reply: { status: 200, body: { id: "$task" } },
    evidence: "documented"
  },
  {
    when: "some members are selected",
    given: "a queued task",
    request: { query: { $select: "id,executionInfo" } },
    reply: {
      status: 200,
      body: { id: "$task", executionInfo: "*", state: null, url: null, eTag: null }
    },
    evidence: "documented"
  },
  {
    when: "a member of a member is selected",
    given: "a queued task",
    request: { query: { $select: "executionInfo/exitCode" } },
    reply: refused(400, "InvalidQueryParameterValue"),
    evidence: "documented"
  },
  {
    when: "the job is being deleted",
    given: "a task in a job being deleted",
    reply: { status: 200, body: { id: "$task" } },
    evidence: "never"
  }
])

const listing = { "odata.metadata": "*" }

const filtered = (filter: string, isFound: boolean, when: string): Omit<Claim, "operation"> => ({
  when,
  given: "a task that failed",
  request: { query: { $filter: filter } },
  reply: { status: 200, body: isFound ? { "value.0.id": "$task" } : { value: [] } },
  evidence: "documented"
})

const badFilter = (filter: string, when: string): Omit<Claim, "operation"> => ({
  when,
  given: "a job",
  request: { query: { $filter: filter } },
  reply: refused(400, "InvalidQueryParameterValue", {
    QueryParameterName: "$filter",
    QueryParameterValue: filter,
    Reason: "*"
  }),
  evidence: "documented"
})

const past = "DateTime'2020-01-01T00:00:00Z'"
const future = "DateTime'2100-01-01T00:00:00Z'"

/** Claims about `Task_List`. */
export const list: ReadonlyArray<Claim> = of("Task_List", [
  {
    when: "there is one task",
    given: "a queued task",
    reply: {
      status: 200,
      body: { ...listing, "value.0.id": "$task", "value.0.state": "active", "odata.nextLink": null }
    },
    evidence: "recorded"
  },
  {
    when: "there are no tasks",
    given: "a job",
    reply: { status: 200, body: { ...listing, value: [], "odata.nextLink": null } },
    evidence: "documented"
  },
  filtered("state eq 'completed'", true, "it is filtered by state"),
  filtered("state eq 'active'", false, "it is filtered by another state"),
  filtered("id eq '$task'", true, "it is filtered by id"),
  badFilter("ID eq 'x'", "a property of the filter is written in another case"),
  filtered("startswith(id,'task')", true, "it is filtered by the beginning of the id"),
  filtered("startswith(id,'other')", false, "no id begins so"),
  filtered(`stateTransitionTime ge ${past}`, true, "it is filtered by the time of the state"),
  filtered(`stateTransitionTime gt ${future}`, false, "no state is so new"),
  filtered(`creationTime lt ${future}`, true, "it is filtered by the time of creation"),
  filtered(`lastModified gt ${past}`, true, "it is filtered by the time of the last write"),
  filtered(`executionInfo/startTime gt ${past}`, true, "it is filtered by the start"),
  filtered(`executionInfo/endTime lt ${past}`, false, "it is filtered by an end that is later"),
  filtered("executionInfo/exitCode ne 0", true, "it is filtered by an exit code that is another"),
  filtered("executionInfo/exitCode eq 3", true, "it is filtered by the exit code"),
  filtered(
    "executionInfo/result eq 'Failure'",
    true,
    "it is filtered by the result, in another case"
  ),
  filtered(
    "state eq 'active' and id eq 'a' or state eq 'completed'",
    true,
    "`and` binds tighter than `or`"
  ),
  filtered(
    "state eq 'active' and (id eq 'a' or state eq 'completed')",
    false,
    "parentheses bind tighter than `and`"
  ),
  badFilter("executionInfo/exitCode eq 'three'", "a number of the filter is a text"),
  badFilter("state gt 'active'", "states are compared by order"),
  badFilter("stateTransitionTime gt DateTime'yesterday'", "a time of the filter is none"),
  badFilter("endswith(id,'1')", "the filter calls a function there is not"),
  badFilter("not (state eq 'active')", "the filter negates"),
  {
    when: "some members are selected",
    given: "a queued task",
    request: { query: { $select: "id,state" } },
    reply: {
      status: 200,
      body: { "value.0": { id: "$task", state: "active" } }
    },
    evidence: "documented"
  },
  {
    when: "a page has fewer items than there are",
    given: "a task in a job being deleted",
    request: { query: { maxresults: "1", $select: "id" } },
    reply: { status: 200, body: { value: [{ id: "$task" }] } },
    evidence: "documented"
  },
  {
    when: "the job is completed and tasks are still active",
    given: "a queued task in a completed job",
    reply: { status: 200, body: { "value.0.state": "active" } },
    evidence: "documented"
  }
])

/** Claims about `Task_ListSubtasks`. */
export const listSubtasks: ReadonlyArray<Claim> = of("Task_ListSubtasks", [
  {
    when: "it is an ordinary task",
    given: "a queued task",
    reply: { status: 200, body: { ...listing, value: [] } },
    evidence: "documented"
  },
  {
    when: "the task has two instances",
    given: "a multi-instance task",
    reply: {
      status: 200,
      body: {
        ...listing,
        "value.0.id": 1,
        "value.0.state": "completed",
        "value.0.exitCode": 0,
        "value.0.result": "success",
        "value.0.nodeInfo.poolId": "$pool",
        "value.0.startTime": "*",
        "value.0.endTime": "*",
        "value.0.stateTransitionTime": "*",
        "value.1": null,
        "odata.nextLink": null
      }
    },
    evidence: "recorded"
  },
  {
    when: "some members are selected",
    given: "a multi-instance task",
    request: { query: { $select: "id,state" } },
    reply: { status: 200, body: { value: [{ id: 1, state: "completed" }] } },
    evidence: "documented"
  }
])

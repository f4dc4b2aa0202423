/**
 * Claims about changing tasks: update, delete, terminate, reactivate.
 */
import { type Claim, of, refused } from "../Claim.ts"

const path = "/jobs/$job/tasks/$task"

const infinite = "P10675199DT2H48M5.4775807S"

/** Claims about `Task_Update`. */
export const update: ReadonlyArray<Claim> = of("Task_Update", [
  {
    when: "one constraint is named: the others return to their defaults",
    given: "a queued task",
    request: { body: { constraints: { maxTaskRetryCount: 4 } } },
    reply: { status: 200 },
    afterwards: {
      path,
      body: {
        constraints: { maxWallClockTime: infinite, retentionTime: "P7D", maxTaskRetryCount: 4 },
        previousState: null
      }
    },
    evidence: "recorded"
  },
  {
    when: "durations have years and months: they are told in days",
    given: "a queued task",
    request: {
      body: { constraints: { maxWallClockTime: "P3Y6M4DT12H30M5S", retentionTime: "PT1H" } }
    },
    reply: { status: 200 },
    afterwards: {
      path,
      body: {
        "constraints.maxWallClockTime": "P1279DT12H30M5S",
        "constraints.retentionTime": "PT1H",
        "constraints.maxTaskRetryCount": 0
      }
    },
    evidence: "recorded"
  },
  {
    when: "no constraints are named",
    given: "a queued task",
    request: { body: {} },
    reply: { status: 200 },
    afterwards: { path, body: { "constraints.maxTaskRetryCount": 0 } },
    evidence: "documented"
  },
  {
    when: "the task is running",
    given: "a running task",
    reply: { status: 200 },
    afterwards: { path, body: { state: "running", "constraints.maxTaskRetryCount": 2 } },
    evidence: "documented"
  },
  {
    when: "the task is completed",
    given: "a task that was ended",
    reply: refused(409, "TaskCompleted"),
    evidence: "never"
  },
  {
    when: "the retry count is -2",
    given: "a queued task",
    request: { body: { constraints: { maxTaskRetryCount: -2 } } },
    reply: refused(400, "InvalidPropertyValue", {
      PropertyName: "maxTaskRetryCount",
      PropertyValue: "-2",
      Reason: "*"
    }),
    afterwards: { path, body: { "constraints.maxTaskRetryCount": 0 } },
    evidence: "never"
  },
  {
    when: "a constraint has the wrong type",
    given: "a queued task",
    request: { body: { constraints: { maxTaskRetryCount: "many" } } },
    reply: refused(400, "InvalidPropertyValue", {
      PropertyName: "constraints.maxTaskRetryCount",
      Reason: "*"
    }),
    evidence: "documented"
  },
  {
    when: "the job is disabled",
    given: "a queued task in a disabled job",
    reply: { status: 200 },
    evidence: "never"
  },
  {
    when: "the job is being deleted",
    given: "a task in a job being deleted",
    reply: refused(409, "JobBeingDeleted"),
    evidence: "documented"
  }
])

const gone = { path, status: 404, body: { code: "TaskNotFound" } }

/** Claims about `Task_Delete`. */
export const remove: ReadonlyArray<Claim> = of("Task_Delete", [
  {
    when: "the task is active",
    given: "a queued task",
    reply: { status: 200 },
    afterwards: gone,
    evidence: "documented"
  },
  {
    when: "the task is running",
    given: "a running task",
    reply: { status: 200 },
    afterwards: gone,
    evidence: "documented"
  },
  {
    when: "the task is completed",
    given: "a task that failed",
    reply: { status: 200 },
    afterwards: gone,
    evidence: "documented"
  },
  {
    when: "the last task goes of a job that ends with its tasks: the job ends",
    given: "a job that ends with its tasks",
    reply: { status: 200 },
    afterwards: {
      path: "/jobs/$job",
      body: { state: "completed", "executionInfo.terminateReason": "AllTasksComplete" }
    },
    evidence: "never"
  },
  {
    when: "the job is disabled",
    given: "a queued task in a disabled job",
    reply: { status: 200 },
    evidence: "never"
  },
  {
    when: "the job is completed",
    given: "a queued task in a completed job",
    reply: { status: 200 },
    evidence: "never"
  },
  {
    when: "the job is being deleted",
    given: "a task in a job being deleted",
    reply: refused(409, "JobBeingDeleted"),
    evidence: "documented"
  }
])

const ended = {
  path,
  body: {
    state: "completed",
    "executionInfo.result": "failure",
    "executionInfo.failureInfo.code": "TaskEnded"
  }
}

/** Claims about `Task_Terminate`. */
export const terminate: ReadonlyArray<Claim> = of("Task_Terminate", [
  {
    when: "the task is active",
    given: "a queued task",
    reply: { status: 204 },
    afterwards: ended,
    evidence: "recorded"
  },
  {
    when: "the task is running",
    given: "a running task",
    reply: { status: 204 },
    afterwards: ended,
    evidence: "documented"
  },
  {
    when: "the task is completed",
    given: "a task that succeeded",
    reply: refused(409, "TaskCompleted"),
    evidence: "reported"
  },
  {
    when: "the job is disabled",
    given: "a queued task in a disabled job",
    reply: { status: 204 },
    afterwards: ended,
    evidence: "never"
  },
  {
    when: "the job is completed and the task is still active",
    given: "a queued task in a completed job",
    reply: { status: 204 },
    afterwards: ended,
    evidence: "never"
  },
  {
    when: "the job is being deleted",
    given: "a task in a job being deleted",
    reply: refused(409, "JobBeingDeleted"),
    evidence: "documented"
  }
])

/** Claims about `Task_Reactivate`. */
export const reactivate: ReadonlyArray<Claim> = of("Task_Reactivate", [
  {
    when: "the task was ended",
    given: "a task that was ended",
    reply: { status: 204 },
    afterwards: {
      path,
      body: {
        state: "active",
        previousState: "completed",
        "executionInfo.retryCount": 0,
        "executionInfo.exitCode": null,
        "executionInfo.result": null,
        "executionInfo.failureInfo": null,
        "executionInfo.endTime": null
      }
    },
    evidence: "documented"
  },
  {
    when: "the task failed",
    given: "a task that failed",
    reply: { status: 204 },
    evidence: "documented"
  },
  {
    when: "the task succeeded",
    given: "a task that succeeded",
    reply: refused(409, "TaskSucceeded"),
    evidence: "documented"
  },
  {
    when: "the task is active",
    given: "a queued task",
    reply: refused(409, "TaskNotCompleted"),
    evidence: "documented"
  },
  {
    when: "the task was reactivated already",
    given: "a task reactivated",
    reply: refused(409, "TaskNotCompleted"),
    evidence: "documented"
  },
  {
    when: "the task is running",
    given: "a running task",
    reply: refused(409, "TaskNotCompleted"),
    evidence: "documented"
  },
  {
    when: "the job is completed",
    given: "a task that failed in a completed job",
    reply: refused(409, "JobCompleted"),
    evidence: "documented"
  },
  {
    when: "the job is being terminated",
    given: "a task that failed in a terminating job",
    reply: refused(409, "JobBeingTerminated"),
    evidence: "documented"
  },
  {
    when: "the job is being deleted",
    given: "a task in a job being deleted",
    reply: refused(409, "JobBeingDeleted"),
    evidence: "documented"
  }
])

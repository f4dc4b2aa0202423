/**
 * Claims about changing jobs: patch, update, delete, disable, enable, terminate.
 */
import { type Claim, of, refused } from "../Claim.ts"

const path = "/jobs/$job"

const wrong = (property: string) =>
  refused(400, "InvalidPropertyValue", { PropertyName: property, PropertyValue: "*", Reason: "*" })

type Open = Omit<Claim, "operation">

/** What every change refuses in a job that is over or going. */
const closed: ReadonlyArray<Open> = [
  {
    when: "the job is being terminated",
    given: "a terminating job",
    reply: refused(409, "JobBeingTerminated"),
    evidence: "documented"
  },
  {
    when: "the job is completed",
    given: "a completed job",
    reply: refused(409, "JobCompleted"),
    evidence: "reported"
  }
]

const going: Open = {
  when: "the job is being deleted",
  given: "a job being deleted",
  reply: refused(409, "JobBeingDeleted"),
  evidence: "documented"
}

/** `pool` is what a change must say of the pool. */
const settings = (pool: object): ReadonlyArray<Open> => [
  ...closed,
  going,
  {
    when: "the priority is -1,001",
    given: "a job",
    request: { body: { priority: -1001, ...pool } },
    reply: wrong("priority"),
    evidence: "documented"
  },
  {
    when: "a job that ends with its tasks shall not any more",
    given: "a job that ends with its tasks",
    request: { body: { onAllTasksComplete: "noaction", ...pool } },
    reply: refused(400, "InvalidPropertyValue"),
    evidence: "documented"
  },
  {
    when: "an enabled job is to move to another pool",
    given: "a job",
    request: { body: { poolInfo: { poolId: "elsewhere" } } },
    reply: refused(409, "OperationInvalidForCurrentState"),
    evidence: "documented"
  },
  {
    when: "a disabled job is to move to another pool",
    given: "a disabled job",
    request: { body: { poolInfo: { poolId: "elsewhere" } } },
    reply: { status: 200 },
    afterwards: { path, body: { "poolInfo.poolId": "elsewhere" } },
    evidence: "documented"
  }
]

/** Claims about `Job_Patch`. */
export const patch: ReadonlyArray<Claim> = of("Job_Patch", [
  {
    when: "one member is named: the others stay",
    given: "a job with dependencies",
    request: { body: { priority: 7 } },
    reply: { status: 200 },
    afterwards: { path, body: { priority: 7, maxParallelTasks: -1, usesTaskDependencies: true } },
    evidence: "recorded"
  },
  {
    when: "one constraint is named: the others return to their defaults",
    given: "a job",
    request: { body: { constraints: { maxWallClockTime: "PT2H" } } },
    reply: { status: 200 },
    afterwards: {
      path,
      body: { constraints: { maxWallClockTime: "PT2H", maxTaskRetryCount: 0 } }
    },
    evidence: "recorded"
  },
  {
    when: "a job without tasks is to end with its tasks",
    given: "a job",
    request: { body: { onAllTasksComplete: "terminatejob" } },
    reply: { status: 200 },
    afterwards: {
      path,
      body: { state: "completed", "executionInfo.terminateReason": "AllTasksComplete" }
    },
    evidence: "documented"
  },
  ...settings({})
])

/** Claims about `Job_Update`. */
export const update: ReadonlyArray<Claim> = of("Job_Update", [
  {
    when: "only the pool is named: all else returns to its default",
    given: "a job",
    request: { body: { poolInfo: { poolId: "$pool" } } },
    reply: { status: 200 },
    afterwards: { path, body: { priority: 0, maxParallelTasks: -1, metadata: null } },
    evidence: "recorded"
  },
  {
    when: "a job that ends with its tasks does not say so again",
    given: "a job that ends with its tasks",
    request: { body: { poolInfo: { poolId: "$pool" } } },
    reply: refused(400, "InvalidPropertyValue"),
    evidence: "documented"
  },
  {
    when: "there is no pool",
    given: "a job",
    request: { body: { priority: 1 } },
    reply: refused(400, "MissingRequiredProperty", { PropertyName: "poolInfo", Reason: "*" }),
    evidence: "documented"
  },
  ...settings({ poolInfo: { poolId: "$pool" } })
])

/** Claims about `Job_Delete`. */
export const remove: ReadonlyArray<Claim> = of("Job_Delete", [
  {
    when: "nothing of the job runs: it is gone",
    given: "a queued task",
    request: { path },
    reply: { status: 202 },
    afterwards: { path, status: 404, body: { code: "JobNotFound" } },
    evidence: "documented"
  },
  {
    when: "the job has a release to run",
    given: "a job whose preparation ran",
    reply: { status: 202 },
    afterwards: { path, body: { state: "deleting" } },
    evidence: "documented"
  },
  {
    when: "the job is completed",
    given: "a completed job",
    reply: { status: 202 },
    evidence: "documented"
  },
  {
    when: "the job is being terminated",
    given: "a terminating job",
    reply: { status: 202 },
    afterwards: { path, body: { state: "deleting" } },
    evidence: "never"
  },
  going
])

const disabling = (how: string): object => ({ disableTasks: how })

/** Claims about `Job_Disable`. */
export const disable: ReadonlyArray<Claim> = of("Job_Disable", [
  {
    when: "a task runs that is to be requeued",
    given: "a running task",
    request: { body: disabling("requeue") },
    reply: { status: 202 },
    afterwards: {
      path: `${path}/tasks/$task`,
      body: { state: "active", "executionInfo.requeueCount": 1 }
    },
    evidence: "documented"
  },
  {
    when: "a task runs that is to be ended",
    given: "a running task",
    request: { body: disabling("terminate") },
    reply: { status: 202 },
    afterwards: {
      path: `${path}/tasks/$task`,
      body: { state: "completed", "executionInfo.failureInfo.code": "TaskEnded" }
    },
    evidence: "documented"
  },
  {
    when: "a task runs that is waited for",
    given: "a running task",
    request: { body: disabling("wait") },
    reply: { status: 202 },
    afterwards: { path, body: { state: "disabling" } },
    evidence: "documented"
  },
  {
    when: "nothing runs",
    given: "a queued task",
    reply: { status: 202 },
    afterwards: { path, body: { state: "disabled" } },
    evidence: "recorded"
  },
  {
    when: "the job is disabled",
    given: "a disabled job",
    reply: { status: 202 },
    afterwards: { path, body: { state: "disabled" } },
    evidence: "documented"
  },
  {
    when: "it is not said what becomes of running tasks",
    given: "a job",
    request: { body: {} },
    reply: refused(400, "MissingRequiredProperty", { PropertyName: "disableTasks", Reason: "*" }),
    evidence: "documented"
  },
  {
    when: "nobody knows what shall become of running tasks",
    given: "a job",
    request: { body: disabling("forget") },
    reply: refused(400, "InvalidPropertyValue", { PropertyName: "disableTasks", Reason: "*" }),
    evidence: "documented"
  },
  ...closed,
  going
])

/** Claims about `Job_Enable`. */
export const enable: ReadonlyArray<Claim> = of("Job_Enable", [
  {
    when: "the job is disabled",
    given: "a disabled job",
    reply: { status: 202 },
    afterwards: { path, body: { state: "active", previousState: "disabled" } },
    evidence: "recorded"
  },
  {
    when: "the job is active",
    given: "a job",
    reply: refused(409, "OperationInvalidForCurrentState"),
    evidence: "never"
  },
  ...closed,
  going
])

/** Claims about `Job_Terminate`. */
export const terminate: ReadonlyArray<Claim> = of("Job_Terminate", [
  {
    when: "no reason is given",
    given: "a job",
    reply: { status: 202 },
    afterwards: { path, body: { "executionInfo.terminateReason": "UserTerminate" } },
    evidence: "recorded"
  },
  {
    when: "a reason is given",
    given: "a job",
    request: { body: { terminateReason: "Enough" } },
    reply: { status: 202 },
    afterwards: { path, body: { "executionInfo.terminateReason": "Enough" } },
    evidence: "documented"
  },
  {
    when: "a task is active: it stays so",
    given: "a queued task",
    reply: { status: 202 },
    afterwards: { path: `${path}/tasks/$task`, body: { state: "active" } },
    evidence: "documented"
  },
  {
    when: "a task runs: it ends",
    given: "a running task",
    reply: { status: 202 },
    afterwards: {
      path: `${path}/tasks/$task`,
      body: { state: "completed", "executionInfo.failureInfo.code": "TaskEnded" }
    },
    evidence: "documented"
  },
  {
    when: "the job is disabled",
    given: "a disabled job",
    reply: { status: 202 },
    afterwards: { path, body: { state: "completed" } },
    evidence: "documented"
  },
  ...closed,
  going
])

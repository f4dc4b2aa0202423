/**
 * Claims about adding and reading jobs.
 */
import { type Claim, of, refused } from "../Claim.ts"
import { usage } from "./Usage.ts"

const job = (more: object): object => ({ id: "$job", poolInfo: { poolId: "$pool" }, ...more })

const wrong = (property: string) =>
  refused(400, "InvalidPropertyValue", { PropertyName: property, PropertyValue: "*", Reason: "*" })

const wrongShape = (code: string, property: string) =>
  refused(400, code, { PropertyName: property, Reason: "*" })

const path = "/jobs/$job"

/** Claims about `Job_Add`. */
export const add: ReadonlyArray<Claim> = of("Job_Add", [
  {
    when: "the id is taken, in another case",
    given: "a job",
    request: { body: { id: "$JOB", poolInfo: { poolId: "$pool" } } },
    reply: refused(409, "JobExists"),
    evidence: "documented"
  },
  {
    when: "the job of that id is being deleted",
    given: "a job being deleted",
    reply: refused(409, "JobBeingDeleted"),
    evidence: "documented"
  },
  {
    when: "the id has a character that is none of an id",
    given: "an account",
    request: { body: job({ id: "a b" }) },
    reply: wrong("id"),
    evidence: "documented"
  },
  {
    when: "there is no id",
    given: "an account",
    request: { body: { poolInfo: { poolId: "$pool" } } },
    reply: wrongShape("MissingRequiredProperty", "id"),
    evidence: "documented"
  },
  {
    when: "there is no pool",
    given: "an account",
    request: { body: { id: "$job" } },
    reply: wrongShape("MissingRequiredProperty", "poolInfo"),
    evidence: "documented"
  },
  {
    when: "the pool does not exist yet",
    given: "an account",
    request: { body: job({ poolInfo: { poolId: "later" } }) },
    reply: { status: 201 },
    evidence: "documented"
  },
  {
    when: "the pool is to be made for the job",
    given: "an account",
    request: {
      body: job({
        poolInfo: {
          autoPoolSpecification: { poolLifetimeOption: "job", pool: { vmSize: "standard_d2s_v3" } }
        }
      })
    },
    reply: wrongShape("UnsupportedProperty", "poolInfo.autoPoolSpecification"),
    evidence: "never"
  },
  {
    when: "the priority is 1,000",
    given: "an account",
    request: { body: job({ priority: 1000 }) },
    reply: { status: 201 },
    evidence: "documented"
  },
  {
    when: "the priority is 1,001",
    given: "an account",
    request: { body: job({ priority: 1001 }) },
    reply: wrong("priority"),
    evidence: "documented"
  },
  {
    when: "no tasks may run at a time",
    given: "an account",
    request: { body: job({ maxParallelTasks: 0 }) },
    reply: wrong("maxParallelTasks"),
    evidence: "documented"
  },
  {
    when: "the job is to end with its tasks and has none",
    given: "an account",
    request: { body: job({ onAllTasksComplete: "terminatejob" }) },
    reply: { status: 201 },
    afterwards: {
      path,
      body: { state: "completed", "executionInfo.terminateReason": "AllTasksComplete" }
    },
    evidence: "documented"
  },
  {
    when: "a release has no preparation",
    given: "an account",
    request: { body: job({ jobReleaseTask: { commandLine: "true" } }) },
    reply: wrong("jobReleaseTask"),
    evidence: "documented"
  },
  {
    when: "the job has a manager, a preparation and a release",
    given: "an account",
    request: {
      body: job({
        poolInfo: { poolId: "later" },
        jobManagerTask: { id: "manager", commandLine: "true" },
        jobPreparationTask: { commandLine: "true" },
        jobReleaseTask: { commandLine: "true" }
      })
    },
    reply: { status: 201 },
    evidence: "example"
  }
])

/** Claims about `Job_Get`. */
export const get: ReadonlyArray<Claim> = of("Job_Get", [
  {
    when: "statistics are asked for and due",
    given: "a task that failed",
    request: { query: { $expand: "stats" } },
    reply: {
      status: 200,
      body: {
        ...usage,
        "stats.numSucceededTasks": 0,
        "stats.numFailedTasks": 1,
        "stats.numTaskRetries": 0
      }
    },
    evidence: "documented"
  },
  {
    when: "the job was just added",
    given: "a job",
    reply: {
      status: 200,
      body: {
        "odata.metadata": "*",
        id: "$job",
        url: "*",
        eTag: "*",
        lastModified: "*",
        creationTime: "*",
        state: "active",
        stateTransitionTime: "*",
        priority: 0,
        maxParallelTasks: -1,
        allowTaskPreemption: false,
        usesTaskDependencies: false,
        onAllTasksComplete: "noaction",
        onTaskFailure: "noaction",
        constraints: {
          maxWallClockTime: "P10675199DT2H48M5.4775807S",
          maxTaskRetryCount: 0
        },
        "poolInfo.poolId": "$pool",
        "executionInfo.startTime": "*",
        "executionInfo.poolId": "$pool",
        "executionInfo.endTime": null
      }
    },
    evidence: "recorded"
  },
  {
    when: "the job is disabled",
    given: "a disabled job",
    reply: { status: 200, body: { state: "disabled", previousState: "active" } },
    evidence: "recorded"
  },
  {
    when: "the job is being terminated: its reason is there",
    given: "a terminating job",
    reply: {
      status: 200,
      body: { state: "terminating", "executionInfo.terminateReason": "UserTerminate" }
    },
    evidence: "recorded"
  },
  {
    when: "the job is completed",
    given: "a completed job",
    reply: {
      status: 200,
      body: {
        state: "completed",
        "executionInfo.endTime": "*",
        "executionInfo.terminateReason": "UserTerminate"
      }
    },
    evidence: "recorded"
  },
  {
    when: "the job is being deleted",
    given: "a job being deleted",
    reply: { status: 200, body: { state: "deleting" } },
    evidence: "documented"
  },
  {
    when: "the id is written in another case",
    given: "a job",
    request: { path: "/jobs/$JOB" },
    reply: { status: 200, body: { id: "$job" } },
    evidence: "documented"
  },
  {
    when: "some members are selected",
    given: "a job",
    request: { query: { $select: "id,poolInfo" } },
    reply: {
      status: 200,
      body: { id: "$job", poolInfo: { poolId: "$pool" }, state: null, eTag: null }
    },
    evidence: "documented"
  },
  {
    when: "the job has a preparation and a release",
    given: "a job with preparation and release",
    reply: {
      status: 200,
      body: {
        "jobPreparationTask.id": "jobpreparation",
        "jobPreparationTask.waitForSuccess": true,
        "jobPreparationTask.rerunOnNodeRebootAfterSuccess": true,
        "jobReleaseTask.id": "jobrelease",
        "jobReleaseTask.maxWallClockTime": "PT15M",
        "jobReleaseTask.retentionTime": "P7D"
      }
    },
    evidence: "documented"
  }
])

const filtered = (filter: string, isFound: boolean, when: string): Omit<Claim, "operation"> => ({
  when,
  given: "a job",
  request: { query: { $filter: `id eq '$job' and ${filter}`, $select: "id" } },
  reply: { status: 200, body: { value: isFound ? [{ id: "$job" }] : [] } },
  evidence: "documented"
})

const past = "DateTime'2020-01-01T00:00:00Z'"

/** Claims about `Job_List`. */
export const list: ReadonlyArray<Claim> = of("Job_List", [
  filtered("state eq 'active'", true, "it is filtered by state"),
  filtered("state eq 'disabled'", false, "it is filtered by another state"),
  filtered(`stateTransitionTime gt ${past}`, true, "it is filtered by the time of the state"),
  filtered(`creationTime lt ${past}`, false, "it is filtered by a time before its creation"),
  filtered(`lastModified gt ${past}`, true, "it is filtered by the time of the last write"),
  filtered(`executionInfo/startTime gt ${past}`, true, "it is filtered by the start"),
  filtered(`executionInfo/endTime gt ${past}`, false, "it is filtered by an end it does not have"),
  filtered("executionInfo/poolId eq '$pool'", true, "it is filtered by the pool"),
  {
    when: "there are more jobs than the page has",
    given: "a job with preparation and release",
    request: { query: { maxresults: "1" } },
    reply: { status: 200, body: { "value.0.id": "*", "value.1": null, "odata.nextLink": "*" } },
    evidence: "documented"
  }
])

/** Claims about `Job_GetTaskCounts`. */
export const taskCounts: ReadonlyArray<Claim> = of("Job_GetTaskCounts", [
  {
    when: "there are no tasks",
    given: "a job",
    reply: {
      status: 200,
      body: {
        "odata.metadata": "*",
        taskCounts: { active: 0, running: 0, completed: 0, succeeded: 0, failed: 0 },
        taskSlotCounts: { active: 0, running: 0, completed: 0, succeeded: 0, failed: 0 }
      }
    },
    evidence: "documented"
  },
  {
    when: "a task waits that requires 64 slots",
    given: "a queued task",
    reply: {
      status: 200,
      body: {
        taskCounts: { active: 1, running: 0, completed: 0, succeeded: 0, failed: 0 },
        taskSlotCounts: { active: 64, running: 0, completed: 0, succeeded: 0, failed: 0 }
      }
    },
    evidence: "documented"
  },
  {
    when: "a task runs",
    given: "a running task",
    reply: { status: 200, body: { "taskCounts.running": 1, "taskSlotCounts.running": 1 } },
    evidence: "documented"
  },
  {
    when: "a task succeeded",
    given: "a task that succeeded",
    reply: {
      status: 200,
      body: { taskCounts: { active: 0, running: 0, completed: 1, succeeded: 1, failed: 0 } }
    },
    evidence: "documented"
  },
  {
    when: "a task failed",
    given: "a task that failed",
    reply: {
      status: 200,
      body: { taskCounts: { active: 0, running: 0, completed: 1, succeeded: 0, failed: 1 } }
    },
    evidence: "documented"
  },
  {
    when: "the job is being deleted",
    given: "a job being deleted",
    reply: { status: 200 },
    evidence: "never"
  }
])

/** Claims about `Job_ListPreparationAndReleaseTaskStatus`. */
export const status: ReadonlyArray<Claim> = of("Job_ListPreparationAndReleaseTaskStatus", [
  {
    when: "the job has no preparation",
    given: "a job",
    reply: refused(409, "JobPreparationTaskNotSpecified"),
    evidence: "documented"
  },
  {
    when: "the preparation ran nowhere",
    given: "a job with preparation and release",
    reply: { status: 200, body: { value: [] } },
    evidence: "documented"
  },
  {
    when: "the preparation ran on a node",
    given: "a job whose preparation ran",
    reply: {
      status: 200,
      body: {
        "value.0.poolId": "$pool",
        "value.0.nodeId": "$node",
        "value.0.nodeUrl": "*",
        "value.0.jobPreparationTaskExecutionInfo.state": "completed",
        "value.0.jobPreparationTaskExecutionInfo.exitCode": 0,
        "value.0.jobPreparationTaskExecutionInfo.result": "success",
        "value.0.jobReleaseTaskExecutionInfo": null
      }
    },
    evidence: "documented"
  },
  {
    when: "the release ran",
    given: "a job whose release ran",
    reply: {
      status: 200,
      body: {
        "value.0.jobReleaseTaskExecutionInfo.state": "completed",
        "value.0.jobReleaseTaskExecutionInfo.startTime": "*",
        "value.0.jobReleaseTaskExecutionInfo.endTime": "*",
        "value.0.jobReleaseTaskExecutionInfo.exitCode": 0
      }
    },
    evidence: "example"
  },
  {
    when: "the release is running",
    given: "a terminating job",
    reply: {
      status: 200,
      body: { "value.0.jobReleaseTaskExecutionInfo.state": "running" }
    },
    evidence: "documented"
  }
])

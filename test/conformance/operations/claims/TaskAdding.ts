/**
 * Claims about adding tasks, one and many.
 */
import { type Claim, of, refused } from "../Claim.ts"
import * as Usual from "../Usual.ts"

const task = (more: object): object => ({ ...Usual.queuedTask, ...more })
const constraints = (value: object): object => task({ constraints: value })
const numbered = (count: number): ReadonlyArray<object> =>
  Array.from({ length: count }, (_, index) => task({ id: `n${index}` }))

/** One member is wrong. */
const wrong = (property: string) =>
  refused(400, "InvalidPropertyValue", { PropertyName: property, PropertyValue: "*", Reason: "*" })

const wrongShape = (code: string, property: string) =>
  refused(400, code, { PropertyName: property, Reason: "*" })

const infinite = "P10675199DT2H48M5.4775807S"

/** Claims about `Task_Add`. */
export const add: ReadonlyArray<Claim> = of("Task_Add", [
  {
    when: "the id has 65 characters",
    given: "a job",
    request: { body: task({ id: "x".repeat(65) }) },
    reply: wrong("id"),
    evidence: "documented"
  },
  {
    when: "the id has a character that is none of an id",
    given: "a job",
    request: { body: task({ id: "a.b" }) },
    reply: wrong("id"),
    evidence: "documented"
  },
  {
    when: "there is no id",
    given: "a job",
    request: { body: { commandLine: "true" } },
    reply: wrongShape("MissingRequiredProperty", "id"),
    evidence: "documented"
  },
  {
    when: "there is no command line",
    given: "a job",
    request: { body: { id: "$task" } },
    reply: wrongShape("MissingRequiredProperty", "commandLine"),
    evidence: "documented"
  },
  {
    when: "the command line is empty",
    given: "a job",
    request: { body: task({ commandLine: "" }) },
    reply: wrongShape("InvalidPropertyValue", "commandLine"),
    evidence: "never"
  },
  {
    when: "a member has the wrong type",
    given: "a job",
    request: { body: task({ requiredSlots: "two" }) },
    reply: wrongShape("InvalidPropertyValue", "requiredSlots"),
    evidence: "documented"
  },
  {
    when: "the display name has 1,024 characters",
    given: "a job",
    request: { body: task({ displayName: "\u00e9".repeat(1024) }) },
    reply: { status: 201 },
    evidence: "documented"
  },
  {
    when: "the display name has 1,025 characters",
    given: "a job",
    request: { body: task({ displayName: "x".repeat(1025) }) },
    reply: wrongShape("InvalidPropertyValue", "displayName"),
    evidence: "documented"
  },
  {
    when: "the task has its documented defaults spelled out",
    given: "a job",
    request: {
      body: task({
        constraints: { maxWallClockTime: infinite, retentionTime: "P7D", maxTaskRetryCount: 0 },
        userIdentity: { autoUser: { scope: "pool", elevationLevel: "nonadmin" } }
      })
    },
    reply: { status: 201 },
    evidence: "recorded"
  },
  {
    when: "the task may be retried for ever",
    given: "a job",
    request: { body: constraints({ maxTaskRetryCount: -1 }) },
    reply: { status: 201 },
    evidence: "documented"
  },
  {
    when: "the retry count is -2",
    given: "a job",
    request: { body: constraints({ maxTaskRetryCount: -2 }) },
    reply: wrong("maxTaskRetryCount"),
    evidence: "never"
  },
  {
    when: "the wall clock is not a duration",
    given: "a job",
    request: { body: constraints({ maxWallClockTime: "one hour" }) },
    reply: wrong("constraints.maxWallClockTime"),
    evidence: "documented"
  },
  {
    when: "no slots are required",
    given: "a job",
    request: { body: task({ requiredSlots: 0 }) },
    reply: wrong("requiredSlots"),
    evidence: "never"
  },
  {
    when: "the id is taken, in another case",
    given: "a queued task",
    request: { body: task({ id: "$TASK" }) },
    reply: refused(409, "TaskExists"),
    evidence: "documented"
  },
  {
    when: "the id is taken",
    given: "a queued task",
    reply: refused(409, "TaskExists"),
    evidence: "documented"
  },
  {
    when: "the job is disabled",
    given: "a disabled job",
    reply: { status: 201 },
    evidence: "reported"
  },
  {
    when: "the job is being terminated",
    given: "a terminating job",
    request: { body: task({ id: "other" }) },
    reply: refused(409, "JobBeingTerminated"),
    evidence: "documented"
  },
  {
    when: "the job is completed",
    given: "a completed job",
    reply: refused(409, "JobCompleted"),
    evidence: "documented"
  },
  {
    when: "the job is being deleted",
    given: "a job being deleted",
    request: { body: task({ id: "other" }) },
    reply: refused(409, "JobBeingDeleted"),
    evidence: "documented"
  },
  {
    when: "the id is that of the job's preparation",
    given: "a job with preparation and release",
    request: { body: task({ id: "JobPreparation" }) },
    reply: refused(409, "TaskIdSameAsJobPreparationTask"),
    evidence: "documented"
  },
  {
    when: "the id is that of the job's release",
    given: "a job with preparation and release",
    request: { body: task({ id: "jobrelease" }) },
    reply: refused(409, "TaskIdSameAsJobReleaseTask"),
    evidence: "documented"
  },
  {
    when: "it depends on tasks and the job has no dependencies",
    given: "a job",
    request: { body: task({ dependsOn: { taskIds: ["a"] } }) },
    reply: refused(400, "TaskDependenciesNotSpecifiedOnJob"),
    evidence: "documented"
  },
  {
    when: "it depends on a task that is not there yet",
    given: "a job with dependencies",
    request: {
      body: task({ dependsOn: { taskIds: ["later"], taskIdRanges: [{ start: 1, end: 9 }] } })
    },
    reply: { status: 201 },
    evidence: "never"
  },
  {
    when: "the ids it depends on have 64,001 characters",
    given: "a job with dependencies",
    request: {
      body: task({
        dependsOn: { taskIds: [...Array.from({ length: 1000 }, () => "x".repeat(64)), "y"] }
      })
    },
    reply: refused(400, "TaskDependencyListTooLong", {
      PropertyName: "dependsOn",
      PropertyValue: "64001",
      Reason: "*"
    }),
    evidence: "documented"
  },
  {
    when: "it depends on more than 10,000 ranges",
    given: "a job with dependencies",
    request: {
      body: task({
        dependsOn: {
          taskIdRanges: Array.from({ length: 10_001 }, (_, start) => ({ start, end: start }))
        }
      })
    },
    reply: refused(400, "TaskDependencyRangesTooLong", {
      PropertyName: "dependsOn",
      PropertyValue: "10001",
      Reason: "*"
    }),
    evidence: "documented"
  },
  {
    when: "a range of ids runs backwards",
    given: "a job with dependencies",
    request: { body: task({ dependsOn: { taskIdRanges: [{ start: 9, end: 1 }] } }) },
    reply: wrong("taskIdRanges"),
    evidence: "never"
  },
  {
    when: "an exit names a job action and the job takes none",
    given: "a job with dependencies",
    request: { body: task({ exitConditions: { default: { jobAction: "terminate" } } }) },
    reply: wrong("jobAction"),
    evidence: "documented"
  },
  {
    when: "an exit names a dependency action and the job has no dependencies",
    given: "a job",
    request: { body: task({ exitConditions: { default: { dependencyAction: "satisfy" } } }) },
    reply: wrong("dependencyAction"),
    evidence: "documented"
  },
  {
    when: "exits name actions the job takes",
    given: "a job that acts on failures",
    request: {
      body: task({
        exitConditions: {
          exitCodeRanges: [{
            start: 2,
            end: 4,
            exitOptions: { jobAction: "disable", dependencyAction: "satisfy" }
          }]
        }
      })
    },
    reply: { status: 201 },
    evidence: "example"
  },
  {
    when: "a multi-instance task requires two slots",
    given: "a job",
    request: {
      body: task({
        requiredSlots: 2,
        multiInstanceSettings: { numberOfInstances: 2, coordinationCommandLine: "true" }
      })
    },
    reply: wrong("requiredSlots"),
    evidence: "documented"
  },
  {
    when: "it is to run in a container",
    given: "a job",
    request: { body: task({ containerSettings: { imageName: "ubuntu" } }) },
    reply: wrongShape("UnsupportedProperty", "containerSettings"),
    evidence: "never"
  },
  {
    when: "a resource file has two sources",
    given: "a job",
    request: {
      body: task({
        resourceFiles: [{
          httpUrl: "http://127.0.0.1/a",
          storageContainerUrl: "http://127.0.0.1/c",
          filePath: "a"
        }]
      })
    },
    reply: wrongShape("InvalidPropertyValue", "resourceFiles"),
    evidence: "documented"
  },
  {
    when: "the resource files have more than 32,768 characters",
    given: "a job",
    request: {
      body: task({
        resourceFiles: Array.from({ length: 40 }, (_, index) => ({
          httpUrl: `http://127.0.0.1/${"x".repeat(1000)}`,
          filePath: `f${index}`
        }))
      })
    },
    reply: wrongShape("InvalidPropertyValue", "resourceFiles"),
    evidence: "reported"
  }
])

const result = { "odata.metadata": "*", "value.0.taskId": "$task" }

/** Claims about `Task_AddCollection`. */
export const addCollection: ReadonlyArray<Claim> = of("Task_AddCollection", [
  {
    when: "the task is new",
    given: "a job",
    reply: {
      status: 200,
      body: {
        ...result,
        "value.0.status": "Success",
        "value.0.eTag": "*",
        "value.0.lastModified": "*",
        "value.0.location": "*",
        "value.0.error": null
      }
    },
    evidence: "recorded"
  },
  {
    when: "the id of the task is taken",
    given: "a queued task",
    reply: {
      status: 200,
      body: {
        ...result,
        "value.0.status": "ClientError",
        "value.0.eTag": null,
        "value.0.location": null,
        "value.0.error.code": "TaskExists",
        "value.0.error.message.lang": "en-US"
      }
    },
    evidence: "recorded"
  },
  {
    when: "the task is wrong",
    given: "a job",
    request: { body: { value: [constraints({ maxTaskRetryCount: -2 })] } },
    reply: {
      status: 200,
      body: {
        ...result,
        "value.0.status": "ClientError",
        "value.0.error.code": "InvalidPropertyValue",
        "value.0.error.values.0.key": "PropertyName"
      }
    },
    evidence: "reported"
  },
  {
    when: "arrays of a task lie more than 64 deep in each other",
    given: "a job",
    request: {
      rawBody: JSON.stringify({
        value: [{ ...task({ environmentSettings: [{ name: "A", depth: "here" }] }) }]
      }).replace(`"here"`, `${"[".repeat(100_000)}${"]".repeat(100_000)}`)
    },
    reply: {
      status: 200,
      body: {
        ...result,
        "value.0.status": "ClientError",
        "value.0.error.code": "InvalidRequestBody"
      }
    },
    evidence: "never"
  },
  {
    when: "the task depends on others and the job has no dependencies",
    given: "a job",
    request: { body: { value: [task({ dependsOn: { taskIds: ["a"] } })] } },
    reply: {
      status: 200,
      body: {
        ...result,
        "value.0.status": "ClientError",
        "value.0.error.code": "UnsupportedProperty"
      }
    },
    evidence: "reported"
  },
  {
    when: "a task has no id",
    given: "a job",
    request: { body: { value: [{ commandLine: "true" }] } },
    reply: wrongShape("MissingRequiredProperty", "id"),
    evidence: "never"
  },
  {
    when: "there are no tasks",
    given: "a job",
    request: { body: { value: [] } },
    reply: { status: 200, body: { value: [] } },
    evidence: "never"
  },
  {
    when: "there is no array",
    given: "a job",
    request: { body: {} },
    reply: wrongShape("MissingRequiredProperty", "value"),
    evidence: "documented"
  },
  {
    when: "there are 100 tasks",
    given: "a job",
    request: { body: { value: numbered(100) } },
    reply: { status: 200, body: { "value.99.status": "Success", "value.100": null } },
    afterwards: {
      path: "/jobs/$job/taskcounts",
      body: { "taskCounts.active": 100, "taskSlotCounts.active": 6400 }
    },
    evidence: "documented"
  },
  {
    when: "there are 101 tasks",
    given: "a job",
    request: { body: { value: numbered(101) } },
    reply: wrongShape("InvalidPropertyValue", "value"),
    afterwards: { path: "/jobs/$job/taskcounts", body: { "taskCounts.active": 0 } },
    evidence: "never"
  },
  {
    when: "an id comes twice",
    given: "a job",
    request: { body: { value: [task({}), task({ displayName: "again" })] } },
    reply: { status: 200, body: { "value.0.taskId": "$task", "value.1.taskId": "$task" } },
    afterwards: { path: "/jobs/$job/tasks/$task", body: { displayName: null } },
    evidence: "never"
  },
  {
    when: "the job is disabled",
    given: "a disabled job",
    reply: { status: 200, body: { "value.0.status": "Success" } },
    evidence: "reported"
  },
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
  },
  {
    when: "the job is being deleted",
    given: "a job being deleted",
    reply: refused(409, "JobBeingDeleted"),
    evidence: "documented"
  },
  {
    when: "the id is that of the job's preparation",
    given: "a job with preparation and release",
    request: { body: { value: [task({ id: "jobpreparation" })] } },
    reply: {
      status: 200,
      body: {
        "value.0.status": "ClientError",
        "value.0.error.code": "TaskIdSameAsJobPreparationTask"
      }
    },
    evidence: "never"
  }
])

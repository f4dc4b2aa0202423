import { JobAddParameter } from "@batchwave/wire/Job"
import { JobManagerTask, JobPreparationTask, JobReleaseTask } from "@batchwave/wire/JobTasks"
import { TaskAddParameter } from "@batchwave/wire/Task"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as RawBatch from "./RawBatch.ts"

const { call, codeOf, expect } = RawBatch

/** What becomes of a member that is given, and what is told when it is not. */
interface Row {
  readonly given: unknown
  /** What is told of it; `refused` for a member that is not taken. */
  readonly told: unknown
  readonly absent?: unknown
}

const infinite = "P10675199DT2H48M5.4775807S"
const user = { autoUser: { scope: "pool", elevationLevel: "nonadmin" } }
const constraints = { maxWallClockTime: infinite, retentionTime: "P7D", maxTaskRetryCount: 0 }
const same = (value: unknown, absent?: unknown): Row => ({ given: value, told: value, absent })
const refused = (value: unknown): Row => ({ given: value, told: "refused" })
const container = { imageName: "ubuntu" }
const resourceFiles = [{ httpUrl: "file:///in", filePath: "in" }]
const outputFiles = [{
  filePattern: "*.txt",
  destination: { container: { containerUrl: "file:///out" } },
  uploadOptions: { uploadCondition: "taskcompletion" }
}]

const programRows = {
  containerSettings: refused(container),
  resourceFiles: same(resourceFiles),
  environmentSettings: same([{ name: "a", value: "b" }]),
  userIdentity: {
    given: { autoUser: { scope: "Task" } },
    told: { autoUser: { scope: "task", elevationLevel: "nonadmin" } },
    absent: user
  }
}

const limitRow: Row = {
  given: { maxWallClockTime: "PT90M", maxTaskRetryCount: 2 },
  told: { maxWallClockTime: "PT1H30M", retentionTime: "P7D", maxTaskRetryCount: 2 },
  absent: constraints
}

const taskRows: Record<keyof typeof TaskAddParameter.fields, Row> = {
  ...programRows,
  id: same("t1", "t1"),
  commandLine: same("true", "true"),
  displayName: same("a name"),
  exitConditions: same({ default: { dependencyAction: "satisfy" } }),
  outputFiles: same(outputFiles),
  affinityInfo: same({ affinityId: "TVM:node-1" }),
  constraints: limitRow,
  requiredSlots: same(200, 1),
  multiInstanceSettings: {
    given: { coordinationCommandLine: "true" },
    told: { coordinationCommandLine: "true", numberOfInstances: 1 }
  },
  dependsOn: same({ taskIds: ["t0"], taskIdRanges: [{ start: 1, end: 2 }] }),
  applicationPackageReferences: same([{ applicationId: "app", version: "1" }]),
  authenticationTokenSettings: same({ access: ["job"] })
}

const preparation = { commandLine: "true" }
const toldPreparation = {
  commandLine: "true",
  id: "jobpreparation",
  constraints,
  waitForSuccess: true,
  rerunOnNodeRebootAfterSuccess: true,
  userIdentity: user
}
const toldRelease = {
  commandLine: "true",
  id: "jobrelease",
  maxWallClockTime: "PT15M",
  retentionTime: "P7D",
  userIdentity: user
}
const toldManager = {
  id: "boss",
  commandLine: "true",
  constraints,
  killJobOnCompletion: true,
  runExclusive: true,
  allowLowPriorityNode: true,
  requiredSlots: 1,
  userIdentity: user
}

const jobRows: Record<keyof typeof JobAddParameter.fields, Row> = {
  id: same("j1", "j1"),
  poolInfo: same({ poolId: "later" }, { poolId: "batchwave" }),
  displayName: same("a name"),
  priority: same(-1000, 0),
  maxParallelTasks: same(3, -1),
  allowTaskPreemption: same(true, false),
  constraints: {
    given: { maxTaskRetryCount: 1 },
    told: { maxWallClockTime: infinite, maxTaskRetryCount: 1 },
    absent: { maxWallClockTime: infinite, maxTaskRetryCount: 0 }
  },
  jobManagerTask: { given: { id: "boss", commandLine: "true" }, told: toldManager },
  jobPreparationTask: { given: preparation, told: toldPreparation },
  jobReleaseTask: { given: { commandLine: "true" }, told: toldRelease },
  commonEnvironmentSettings: same([{ name: "a", value: "b" }]),
  onAllTasksComplete: same("terminatejob", "noaction"),
  onTaskFailure: same("performexitoptionsjobaction", "noaction"),
  metadata: same([{ name: "a", value: "b" }]),
  usesTaskDependencies: same(true, false),
  networkConfiguration: same({ subnetId: "/subscriptions/x" })
}

const preparationRows: Record<keyof typeof JobPreparationTask.fields, Row> = {
  ...programRows,
  id: same("prep", "jobpreparation"),
  commandLine: same("true", "true"),
  constraints: limitRow,
  waitForSuccess: same(false, true),
  rerunOnNodeRebootAfterSuccess: same(false, true)
}

const releaseRows: Record<keyof typeof JobReleaseTask.fields, Row> = {
  ...programRows,
  id: same("clean", "jobrelease"),
  commandLine: same("true", "true"),
  maxWallClockTime: same("PT5M", "PT15M"),
  retentionTime: { given: "PT48H", told: "P2D", absent: "P7D" }
}

const managerRows: Record<keyof typeof JobManagerTask.fields, Row> = {
  ...programRows,
  id: same("boss", "boss"),
  commandLine: same("true", "true"),
  displayName: same("a name"),
  outputFiles: same(outputFiles),
  constraints: limitRow,
  requiredSlots: same(200, 1),
  killJobOnCompletion: same(false, true),
  runExclusive: same(false, true),
  applicationPackageReferences: same([{ applicationId: "app" }]),
  authenticationTokenSettings: same({ access: ["job"] }),
  allowLowPriorityNode: same(false, true)
}

/** Adds each member alone to a bare resource, then reads the resource back. */
const tell = (
  rows: Record<string, Row>,
  add: (name: string, member: object) => Effect.Effect<RawBatch.Answer>,
  read: (name: string) => Effect.Effect<RawBatch.Document>
) =>
  Effect.gen(function*() {
    const found: Record<string, unknown> = {}
    const bare = yield* Effect.andThen(expect(201, add("bare", {})), read("bare"))
    for (const [name, { given }] of Object.entries(rows)) {
      const answer = yield* add(name, { [name]: given })
      found[name] = answer.status === 201
        ? { told: (yield* read(name))[name], absent: bare[name] }
        : { told: codeOf(answer), absent: bare[name] }
    }
    const expected = Object.fromEntries(
      Object.entries(rows).map(([name, { absent, told }]) => [
        name,
        { told: told === "refused" ? "400 UnsupportedProperty" : told, absent }
      ])
    )
    assert.deepStrictEqual(found, expected)
  })

const member = (document: RawBatch.Document, name: string): RawBatch.Document =>
  Object(document[name])

describe("every member a client can set", () => {
  it.live("of a task is told back, or refused by name", () =>
    Effect.gen(function*() {
      assert.sameMembers(Object.keys(taskRows), Object.keys(TaskAddParameter.fields))
      const raw = yield* RawBatch.start({ pool: "batchwave" })
      yield* tell(
        taskRows,
        (name, more) =>
          Effect.andThen(
            RawBatch.addJob(raw, `j-${name}`, {
              usesTaskDependencies: true,
              poolInfo: { poolId: "none" }
            }),
            call(raw, "POST", `/jobs/j-${name}/tasks`, {
              body: { id: "t1", commandLine: "true", ...more }
            })
          ),
        (name) =>
          Effect.map(expect(200, call(raw, "GET", `/jobs/j-${name}/tasks/t1`)), ({ json }) => json)
      )
    }))

  it.live("of a job is told back, or refused by name", () =>
    Effect.gen(function*() {
      assert.sameMembers(Object.keys(jobRows), Object.keys(JobAddParameter.fields))
      const raw = yield* RawBatch.start({ pool: "batchwave" })
      yield* tell(
        jobRows,
        (name, more) =>
          Effect.andThen(
            call(raw, "POST", "/jobs", {
              body: {
                id: "j1",
                poolInfo: { poolId: raw.pool },
                ...(name === "jobReleaseTask" ? { jobPreparationTask: preparation } : {}),
                ...more
              }
            }),
            (answer) => Effect.succeed(answer)
          ),
        () =>
          Effect.gen(function*() {
            const { json } = yield* expect(200, call(raw, "GET", "/jobs/j1"))
            yield* expect(202, call(raw, "DELETE", "/jobs/j1"))
            for (;;) {
              const { status } = yield* call(raw, "GET", "/jobs/j1")
              if (status === 404) return json
              yield* Effect.sleep(5)
            }
          })
      )
    }))

  const special = (
    name: "jobManagerTask" | "jobPreparationTask" | "jobReleaseTask",
    rows: Record<string, Row>,
    bare: object
  ) =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* tell(
        rows,
        (id, more) =>
          call(raw, "POST", "/jobs", {
            body: {
              id,
              poolInfo: { poolId: "none" },
              jobPreparationTask: preparation,
              [name]: { ...bare, ...more }
            }
          }),
        (id) =>
          Effect.map(
            expect(200, call(raw, "GET", `/jobs/${id}`)),
            ({ json }) => member(json, name)
          )
      )
    })

  it.live("of a job preparation is told back, or refused by name", () => {
    assert.sameMembers(Object.keys(preparationRows), Object.keys(JobPreparationTask.fields))
    return special("jobPreparationTask", preparationRows, preparation)
  })

  it.live("of a job release is told back, or refused by name", () => {
    assert.sameMembers(Object.keys(releaseRows), Object.keys(JobReleaseTask.fields))
    return special("jobReleaseTask", releaseRows, { commandLine: "true" })
  })

  it.live("of a job manager is told back, or refused by name", () => {
    assert.sameMembers(Object.keys(managerRows), Object.keys(JobManagerTask.fields))
    return special("jobManagerTask", managerRows, { id: "boss", commandLine: "true" })
  })

  it.live("tells the manager as a task with the same members, and its job's retries", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1", {
        poolInfo: { poolId: "none" },
        constraints: { maxTaskRetryCount: 4 },
        jobManagerTask: { id: "boss", commandLine: "true", displayName: "the boss" }
      })
      const { json } = yield* expect(200, call(raw, "GET", "/jobs/j1/tasks/boss"))
      assert.deepInclude(json, {
        id: "boss",
        commandLine: "true",
        displayName: "the boss",
        state: "active",
        constraints: { ...constraints, maxTaskRetryCount: 4 },
        userIdentity: user,
        requiredSlots: 1
      })
    }))
})

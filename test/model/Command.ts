/**
 * What may happen to an account, as data that can be drawn, shrunk and printed.
 *
 * Ids come in both cases and from a small set, so that things meet. Times of tasks are even and those of
 * jobs odd: the contract does not say which of two things that are due at one instant comes first.
 */
import * as fc from "fast-check"
import type { JobVerb } from "./JobRulebook.ts"
import type {
  DependencyPlan,
  ExitOptions,
  ExitPlan,
  JobChange,
  JobPlan,
  LimitsPlan,
  RunEnd,
  TaskPlan,
  TaskState
} from "./ModelState.ts"
import type { TaskVerb } from "./TaskRulebook.ts"

/** One call of a user. */
export type Call =
  | { readonly verb: "addJob"; readonly job: JobPlan }
  | { readonly verb: "patchJob"; readonly jobId: string; readonly change: JobChange }
  | { readonly verb: "actOnJob"; readonly jobId: string; readonly act: JobVerb }
  | { readonly verb: "addTask"; readonly jobId: string; readonly task: TaskPlan }
  | {
    readonly verb: "addTasks"
    readonly jobId: string
    readonly tasks: ReadonlyArray<TaskPlan>
  }
  | {
    readonly verb: "actOnTask"
    readonly jobId: string
    readonly taskId: string
    readonly act: TaskVerb
  }
  | {
    readonly verb: "updateTask"
    readonly jobId: string
    readonly taskId: string
    readonly limits: LimitsPlan
  }

/** One thing that happens. */
export type Command =
  | Call
  | {
    readonly verb: "listTasks"
    readonly jobId: string
    readonly state: TaskState | undefined
    /** Only tasks whose state is not older than this. */
    readonly ageMs: number | undefined
  }
  | { readonly verb: "endRun"; readonly run: number; readonly end: RunEnd }
  | { readonly verb: "loseNode" | "returnNode"; readonly nodeId: string }
  | { readonly verb: "restart" }
  | { readonly verb: "pass"; readonly ms: number }

/** An account and what happens to it. */
export interface Story {
  readonly fillType: "spread" | "pack"
  readonly seed: number
  /** Of each of the nodes. */
  readonly slotsPerNode: number
  readonly commands: ReadonlyArray<Command>
}

/** The nodes of the account. */
export const nodeIds: ReadonlyArray<string> = ["node-1", "node-2"]

/** One of some values, drawn evenly; a value named twice comes twice as often. */
const oneOf = <const A>(...values: ReadonlyArray<A>): fc.Arbitrary<A> => fc.constantFrom(...values)

const taskIds = ["a", "A", "b", "B", "7", "08", "8"]
const jobId = oneOf("one", "one", "ONE", "two")
const taskId = oneOf(...taskIds)

const evenMs = fc.integer({ min: 1, max: 25 }).map((half) => half * 2)
const oddMs = fc.integer({ min: 40, max: 120 }).map((half) => half * 2 + 1)

/** Any member may be absent. */
const partly = { requiredKeys: [] } satisfies { requiredKeys: [] }

const limits: fc.Arbitrary<LimitsPlan> = fc.record({
  maxWallClockMs: evenMs,
  maxTaskRetryCount: oneOf(0, 1, 2, 2, -1, -1, -2)
}, partly)

const jobLimits: fc.Arbitrary<LimitsPlan> = fc.record({
  maxWallClockMs: oddMs,
  maxTaskRetryCount: oneOf(0, 1, 2, -1)
}, partly)

const exitOptions: fc.Arbitrary<ExitOptions> = fc.record({
  jobAction: oneOf(
    "none",
    "none",
    "disable",
    "terminate"
  ),
  dependencyAction: oneOf("satisfy", "block")
}, partly)

const blockOnly: fc.Arbitrary<ExitOptions> = fc.record({
  dependencyAction: oneOf("satisfy", "block")
})

/** What follows an exit of zero is said in full: its defaults after a failed upload are nowhere stated. */
const entryOf = (code: number, options: fc.Arbitrary<ExitOptions>) =>
  options.map((chosen) => ({
    code,
    exitOptions: code === 0
      ? { dependencyAction: "block" as const, ...chosen }
      : chosen
  }))

const exitPlan = (options: fc.Arbitrary<ExitOptions>): fc.Arbitrary<ExitPlan> =>
  fc.record({
    exitCodes: oneOf(0, 3, 4).chain((code) => entryOf(code, options).map((one) => [one])),
    exitCodeRanges: options.map((chosen) => [{ start: 2, end: 3, exitOptions: chosen }]),
    preProcessingError: options,
    fileUploadError: options,
    default: options
  }, partly)

const dependsOn: fc.Arbitrary<DependencyPlan> = fc.record({
  taskIds: fc.array(taskId, { maxLength: 2 }),
  taskIdRanges: fc.array(
    oneOf({ start: 7, end: 8 }, { start: 8, end: 8 }, { start: 7, end: 7 }),
    { maxLength: 1 }
  )
})

const plain = {
  id: fc.oneof({ weight: 30, arbitrary: taskId }, { weight: 1, arbitrary: oneOf("no id!") }),
  requiredSlots: oneOf(1, 1, 1, 2, 3, 4, 1, 2, 0)
}

const optional = { requiredKeys: ["id", "requiredSlots"] } satisfies {
  requiredKeys: ReadonlyArray<"id" | "requiredSlots">
}

const limitedTask: fc.Arbitrary<TaskPlan> = fc.record({ ...plain, limits }, optional)
const waitingTask: fc.Arbitrary<TaskPlan> = fc.record({ ...plain, dependsOn })
const decidingTask: fc.Arbitrary<TaskPlan> = fc.record({
  ...plain,
  exitConditions: fc.oneof(exitPlan(blockOnly), exitPlan(exitOptions))
})
const anyTask: fc.Arbitrary<TaskPlan> = fc.record(
  { ...plain, limits, dependsOn, exitConditions: exitPlan(exitOptions) },
  optional
)

const onAllTasksComplete = oneOf(
  "noaction",
  "noaction",
  "noaction",
  "terminatejob"
)

const jobOf = (id: fc.Arbitrary<string>): fc.Arbitrary<JobPlan> =>
  fc.record({
    id,
    priority: oneOf(0, 0, 5, -1000, 1000, 1001),
    maxParallelTasks: oneOf(-1, -1, -1, 1, 2, 0),
    usesTaskDependencies: oneOf(true, true, false),
    onAllTasksComplete,
    onTaskFailure: oneOf("noaction", "performexitoptionsjobaction"),
    limits: jobLimits
  })

/** A job that every account takes. */
const goodJob = (id: string): fc.Arbitrary<JobPlan> => jobOf(oneOf(id)).map(madeGood)

const madeGood = (plan: JobPlan): JobPlan => ({
  ...plan,
  priority: Math.min(plan.priority, 1000),
  maxParallelTasks: plan.maxParallelTasks === 0 ? -1 : plan.maxParallelTasks,
  onAllTasksComplete: "noaction"
})

const change: fc.Arbitrary<JobChange> = fc.record({
  priority: oneOf(0, 7, -1001),
  maxParallelTasks: oneOf(-1, 1, 3, 0),
  onAllTasksComplete,
  limits: jobLimits
}, partly)

const jobVerb: fc.Arbitrary<JobVerb> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      verb: oneOf("disable"),
      tasks: oneOf("requeue", "terminate", "wait")
    })
  },
  { weight: 5, arbitrary: oneOf({ verb: "enable" }) },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: oneOf("terminate"),
      reason: oneOf(undefined, "enough")
    })
  },
  { weight: 1, arbitrary: oneOf({ verb: "delete" }) }
)

const exitCode = oneOf(0, 0, 0, 1, 2, 3, 4)

const runEnd: fc.Arbitrary<RunEnd> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: oneOf("exited", "exited", "exited", "exited", "exited", "exited", "uploadFailed"),
      exitCode
    })
  },
  { weight: 1, arbitrary: oneOf({ kind: "setupFailed" }) }
)

const commandOn = (task: fc.Arbitrary<TaskPlan>): fc.Arbitrary<Command> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ verb: oneOf("addTask"), jobId, task }) },
    {
      weight: 2,
      arbitrary: fc.record({
        verb: oneOf("addTasks"),
        jobId,
        tasks: fc.array(task, { maxLength: 5 })
      })
    },
    {
      weight: 9,
      arbitrary: fc.record({
        verb: oneOf("actOnTask"),
        jobId,
        taskId,
        act: oneOf("get", "terminate", "reactivate", "reactivate", "delete")
      })
    },
    {
      weight: 2,
      arbitrary: fc.record({ verb: oneOf("updateTask"), jobId, taskId, limits })
    },
    {
      weight: 5,
      arbitrary: fc.record({
        verb: oneOf("listTasks"),
        jobId,
        state: oneOf(
          undefined,
          "active",
          "running",
          "completed"
        ),
        ageMs: oneOf(undefined, 0, 6, 20, 500)
      })
    },
    {
      weight: 14,
      arbitrary: fc.record({ verb: oneOf("endRun"), run: fc.nat(5), end: runEnd })
    },
    {
      weight: 2,
      arbitrary: fc.record({
        verb: oneOf("loseNode", "returnNode", "returnNode"),
        nodeId: oneOf(...nodeIds)
      })
    },
    { weight: 3, arbitrary: fc.record({ verb: oneOf("pass"), ms: evenMs }) },
    { weight: 1, arbitrary: fc.record({ verb: oneOf("addJob"), job: jobOf(jobId) }) },
    { weight: 2, arbitrary: fc.record({ verb: oneOf("patchJob"), jobId, change }) },
    {
      weight: 3,
      arbitrary: fc.record({ verb: oneOf("actOnJob"), jobId, act: jobVerb })
    }
  )

/** What a story is about: its jobs and its tasks. */
interface Theme {
  readonly jobs: fc.Arbitrary<ReadonlyArray<JobPlan>>
  readonly task: fc.Arbitrary<TaskPlan>
}

const jobWith = (more: Partial<JobPlan>): Theme["jobs"] =>
  goodJob("one").map((job) => [Object.assign(job, more)])

const themes: ReadonlyArray<Theme> = [
  { jobs: jobWith({}), task: fc.oneof(limitedTask, limitedTask, anyTask) },
  { jobs: jobWith({ usesTaskDependencies: true }), task: fc.oneof(waitingTask, fc.record(plain)) },
  {
    jobs: jobWith({ usesTaskDependencies: true, onTaskFailure: "performexitoptionsjobaction" }),
    task: fc.oneof(decidingTask, decidingTask, waitingTask)
  },
  { jobs: fc.tuple(goodJob("one"), goodJob("two")), task: fc.oneof(limitedTask, anyTask) }
]

/** What stories are told to. */
export interface Audience {
  /** Commands after the first jobs. */
  readonly commandsMax: number
  /** Whether it survives the end of its process. */
  readonly outlives: boolean
}

/** Draws stories. */
export const story = (audience: Audience): fc.Arbitrary<Story> =>
  fc.oneof(...themes.map((theme) => storyAbout(theme, audience)))

const restart = oneOf<Command>({ verb: "restart" })

const storyAbout = (
  { jobs, task }: Theme,
  { commandsMax, outlives }: Audience
): fc.Arbitrary<Story> => {
  const command = commandOn(task)
  const any = outlives
    ? fc.oneof({ weight: 30, arbitrary: command }, { weight: 1, arbitrary: restart })
    : command
  return fc.record({
    fillType: oneOf("spread", "pack"),
    seed: fc.nat(1_000_000),
    slotsPerNode: oneOf(1, 2, 3, 3),
    jobs,
    rest: fc.array(any, { maxLength: commandsMax, size: "max" })
  }).map(({ fillType, jobs, rest, seed, slotsPerNode }) => ({
    fillType,
    seed,
    slotsPerNode,
    commands: [...jobs.map((job) => ({ verb: "addJob" as const, job })), ...rest]
  }))
}

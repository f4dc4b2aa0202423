/**
 * The account that claims are checked on, and the making of what each of them needs to be there.
 *
 * Every claim works on names of its own, so that claims do not meet.
 */
import * as Effect from "effect/Effect"
import * as RawBatch from "../../../packages/emulator/test/RawBatch.ts"
import type { Claim, Given } from "./Claim.ts"
import * as Usual from "./Usual.ts"

/** Names for the placeholders of a claim. */
export interface Names {
  readonly job: string
  readonly task: string
  pool: string
  node: string
}

/** A place for claims. */
export interface World {
  readonly raw: RawBatch.Raw
  /** The names of situations that harmless claims share, by operation. */
  readonly shared: Map<string, Names>
  namesCount: number
}

/** Slots of the only node: enough for all that runs at a time. */
const slotsPerNode = 32

/** Nodes that are asked for come at once, or not while the test lasts. */
export const start = (options: { readonly nodesCome: "atOnce" | "later" }) =>
  Effect.map(
    RawBatch.start({
      slotsPerNode,
      graceMs: 3_000,
      poolsMax: 10_000,
      statisticsLagMs: 0,
      activeJobsMax: 10_000,
      allocationMs: options.nodesCome === "atOnce" ? 0 : 86_400_000
    }),
    (raw): World => ({ raw, shared: new Map(), namesCount: 0 })
  )

/** Names nobody has. */
const makeNames = (world: World): Names => {
  const number = ++world.namesCount
  return { job: `job${number}`, task: `task${number}`, pool: world.raw.pool, node: "node-1" }
}

const { addJob, addTask, call, expect } = RawBatch

type Make = (raw: RawBatch.Raw, names: Names) => Effect.Effect<unknown>

const jobWith = (more: object): Make => (raw, { job, pool }) =>
  addJob(raw, job, { poolInfo: { poolId: pool }, ...more })

const then = (...makes: ReadonlyArray<Make>): Make => (raw, names) =>
  Effect.forEach(makes, (make) => make(raw, names), { discard: true })

const plainJob = jobWith({})

const post =
  (path: (names: Names) => string, status: number, body?: object): Make => (raw, names) =>
    expect(status, call(raw, "POST", path(names), body === undefined ? {} : { body }))

const disable = post(({ job }) => `/jobs/${job}/disable`, 202, { disableTasks: "requeue" })
const terminateJob = post(({ job }) => `/jobs/${job}/terminate`, 202)
const terminateTask = post(({ job, task }) => `/jobs/${job}/tasks/${task}/terminate`, 204)
const reactivate = post(({ job, task }) => `/jobs/${job}/tasks/${task}/reactivate`, 204)
const deleteJob: Make = (raw, { job }) => expect(202, call(raw, "DELETE", `/jobs/${job}`))

const queued: Make = (raw, { job, task }) => {
  const { requiredSlots } = Usual.queuedTask
  return addTask(raw, job, task, "true", { requiredSlots })
}

/** Ends when the task is in the state, and its exit code is there if it has one. */
const task = (commandLine: string, state: string, more: object = {}): Make => (raw, names) =>
  Effect.andThen(
    addTask(raw, names.job, names.task, commandLine, more),
    RawBatch.awaitState(raw, names.job, names.task, state)
  )

const failed = task("/bin/sh -c 'exit 3'", "completed")
const running = task("sleep 600", "running")

/** Its release does not end by itself, so that the job ends when that is killed. */
const slowRelease = {
  jobPreparationTask: { commandLine: "true" },
  jobReleaseTask: { commandLine: "sleep 600" }
}
const releasing = jobWith(slowRelease)

const files =
  "/bin/sh -c 'printf 0123456789 > ten.txt; mkdir sub; echo inner > sub/in.txt; echo out; echo err >&2'"

const pool = (nodes: number): Make => (raw, names) => {
  names.pool = `pool-${names.job}`
  const body = {
    ...poolBody(names.pool),
    targetDedicatedNodes: nodes,
    enableInterNodeCommunication: true
  }
  return expect(201, call(raw, "POST", "/pools", { body }))
}

const poolBody = (id: string): object => ({
  id,
  vmSize: "standard_d2s_v3",
  virtualMachineConfiguration: Usual.machine
})

const nodeOfPool: Make = (raw, names) =>
  Effect.map(expect(200, call(raw, "GET", `/pools/${names.pool}/nodes`)), ({ json: { value } }) => {
    names.node = Array.isArray(value) ? String(value[0]?.id) : ""
  })

const makes: Readonly<Record<Given, Make>> = {
  "an account": () => Effect.void,
  "a node": () => Effect.void,
  "a job": plainJob,
  "a job with dependencies": jobWith({ usesTaskDependencies: true }),
  "a job that acts on failures": jobWith({
    usesTaskDependencies: true,
    onTaskFailure: "performexitoptionsjobaction"
  }),
  "a job with preparation and release": jobWith(slowRelease),
  "a job whose preparation ran": then(releasing, task("true", "completed")),
  "a job whose release ran": then(
    jobWith({
      jobPreparationTask: { commandLine: "true" },
      jobReleaseTask: { commandLine: "true" }
    }),
    task("true", "completed"),
    terminateJob,
    (raw, { job }) =>
      call(raw, "GET", `/jobs/${job}`).pipe(
        Effect.repeat({ until: ({ json }) => json["state"] === "completed" })
      )
  ),
  "a job that ends with its tasks": then(
    plainJob,
    queued,
    (raw, { job }) =>
      expect(
        200,
        call(raw, "PATCH", `/jobs/${job}`, { body: { onAllTasksComplete: "terminatejob" } })
      )
  ),
  "a disabled job": then(plainJob, disable),
  "a terminating job": then(releasing, task("true", "completed"), terminateJob),
  "a completed job": then(plainJob, terminateJob),
  "a job being deleted": then(releasing, task("true", "completed"), deleteJob),
  "a queued task": then(plainJob, queued),
  "a running task": then(plainJob, running),
  "a task that succeeded": then(plainJob, task("true", "completed")),
  "a task that failed": then(plainJob, failed),
  "a task that could not start": then(plainJob, task("no-such-program-here", "completed")),
  "a task that was ended": then(plainJob, queued, terminateTask),
  "a task that was ended while it ran": then(
    plainJob,
    running,
    terminateTask,
    (raw, { job, task }) =>
      // The exit code follows the state, when the process is gone.
      expect(200, call(raw, "GET", `/jobs/${job}/tasks/${task}`)).pipe(
        Effect.repeat({ until: ({ text }) => text.includes("exitCode") })
      )
  ),
  "a task reactivated": then(plainJob, queued, terminateTask, reactivate),
  "a task that failed in a completed job": then(plainJob, failed, terminateJob),
  "a task that failed in a terminating job": then(releasing, failed, terminateJob),
  "a queued task in a disabled job": then(plainJob, queued, disable),
  "a queued task in a completed job": then(plainJob, queued, terminateJob),
  "a task in a job being deleted": then(releasing, task("true", "completed"), deleteJob),
  "a multi-instance task": then(pool(2), plainJob, (raw, { job, task }) =>
    Effect.andThen(
      addTask(raw, job, task, "true", {
        multiInstanceSettings: { numberOfInstances: 2, coordinationCommandLine: "true" }
      }),
      RawBatch.awaitState(raw, job, task, "completed")
    )),
  "a task with files": then(plainJob, task(files, "completed")),
  "a task whose files were removed": then(
    plainJob,
    task("true", "completed"),
    (raw, { job, task }) =>
      expect(
        200,
        call(
          raw,
          "DELETE",
          `/pools/${raw.pool}/nodes/node-1/files/workitems/${job}/job-1/${task}`,
          {
            query: { recursive: "true" }
          }
        )
      )
  ),
  "a pool": pool(0),
  "a pool with a node": then(pool(1), nodeOfPool),
  "a pool being resized": pool(1),
  "a pool being deleted": then(
    pool(1),
    plainJob,
    // The process does not mind being asked to end, so that its node stays for a while.
    (raw, { job, task }) =>
      addTask(raw, job, task, "/bin/sh -c 'trap \"\" TERM; echo begun; exec sleep 600'"),
    (raw, { job, task }) =>
      call(raw, "GET", `/jobs/${job}/tasks/${task}/files/stdout.txt`).pipe(
        Effect.repeat({ until: ({ text }) => text === "begun\n" })
      ),
    (raw, names) => expect(202, call(raw, "DELETE", `/pools/${names.pool}`))
  )
}

/** Makes what a claim needs; answers with its names. */
export const make = Effect.fnUntraced(function*(
  world: World,
  claim: Pick<Claim, "given" | "operation" | "isHarmless">
) {
  const { given, isHarmless = false, operation } = claim
  const shared = isHarmless ? world.shared.get(operation) : undefined
  if (shared !== undefined) return shared
  const names = makeNames(world)
  yield* makes[given](world.raw, names)
  if (isHarmless) world.shared.set(operation, names)
  return names
})

/** Puts the names in the places of a text or of all texts of a document. */
export const named = <A>(value: A, names: Names, eTag = ""): A => {
  if (value === undefined) return value
  const text = JSON.stringify(value)
    .replaceAll("$JOB", names.job.toUpperCase())
    .replaceAll("$TASK", names.task.toUpperCase())
    .replaceAll("$job", names.job)
    .replaceAll("$task", names.task)
    .replaceAll("$pool", names.pool)
    .replaceAll("$node", names.node)
    .replaceAll("$eTag", eTag)
  const result: A = JSON.parse(text)
  return result
}

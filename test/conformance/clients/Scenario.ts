/**
 * What every client is asked to do: steps as plain data, so that clients in two languages carry out
 * the same ones.
 *
 * There are two lists. `reads` look at one job that our client prepared and that nothing changes any
 * more, so that two clients must see the very same thing. `writes` are done by each client in a job
 * of its own, so that the jobs must come out alike but for names and times.
 */
import * as Target from "./Target.ts"

/** Options of a step, named as in the contract; a client passes them on in its own way. */
export interface StepOptions {
  readonly select?: string
  readonly filter?: string
  readonly maxResults?: number
  /** `$eTag` stands for the tag of the task the client read last. */
  readonly ifMatch?: string
  readonly ifNoneMatch?: string
  /** RFC 1123 time. */
  readonly ifModifiedSince?: string
  /** RFC 1123 time. */
  readonly ifUnmodifiedSince?: string
  /** First and last byte. */
  readonly range?: readonly [number, number]
  readonly recursive?: boolean
  /** Requests in flight of a collection; 0 is one after another. */
  readonly threads?: number
}

/** One call; `$job` in any text stands for the client's own job. */
export interface Step {
  readonly name: string
  readonly call: Call
  readonly jobId?: string
  readonly taskId?: string
  readonly path?: string
  readonly body?: unknown
  readonly options?: StepOptions
}

/**
 * The calls every client knows; `task.wait` polls until the task is completed, `job.wait` until the job
 * is, or has the state of the body, and `file.wait` until the file is there and not empty. Calls about
 * pools and nodes have the pool in their body.
 */
export type Call =
  | "job.add"
  | "job.get"
  | "job.list"
  | "job.patch"
  | "job.update"
  | "job.disable"
  | "job.enable"
  | "job.status"
  | "job.terminate"
  | "job.wait"
  | "job.delete"
  | "job.taskCounts"
  | "task.add"
  | "task.addCollection"
  | "task.get"
  | "task.list"
  | "task.update"
  | "task.delete"
  | "task.terminate"
  | "task.reactivate"
  | "task.listSubtasks"
  | "task.wait"
  | "file.get"
  | "file.wait"
  | "file.properties"
  | "file.list"
  | "file.delete"
  | "pool.add"
  | "pool.get"
  | "pool.exists"
  | "pool.resize"
  | "pool.delete"
  | "node.list"

/** The job that our client prepares and everybody reads. */
export const sharedJobId = "shared"

/** How many tasks of the shared job wait for ever: more than two full pages. */
export const waitingTasks = 2_500

/** More slots than the emulator's nodes have, so that a task stays active. */
const tooManySlots = 200

/**
 * All slots of the node: such a task runs when every process before it is gone, so that after it
 * nothing moves any more. The exit code of a task that was ended comes a moment after its state.
 */
const everySlot = Target.slots

const past = "Sat, 01 Jan 2000 00:00:00 GMT"
const future = "Fri, 01 Jan 2100 00:00:00 GMT"

const waiting = (prefix: string, count: number): ReadonlyArray<object> =>
  Array.from({ length: count }, (_, index) => ({
    id: `${prefix}${String(index).padStart(4, "0")}`,
    commandLine: `echo ${index}`,
    requiredSlots: tooManySlots
  }))

/** Every writable member of a task that the emulator takes. `directory` is one it may touch. */
const everyMember = (directory: string): object => ({
  id: "Every-Member",
  displayName: "every member, \u00e9\u4e2d\u{1f4a1} \"quoted\"",
  commandLine:
    "/bin/sh -c 'cat input.txt; echo $GREETING >&2; mkdir sub; printf 0123456789 > sub/ten'",
  exitConditions: {
    exitCodes: [{ code: 3, exitOptions: { dependencyAction: "satisfy" } }],
    exitCodeRanges: [{ start: 10, end: 12, exitOptions: { dependencyAction: "block" } }],
    default: { dependencyAction: "block" }
  },
  resourceFiles: [{ httpUrl: `file://${directory}/input.txt`, filePath: "input.txt" }],
  outputFiles: [{
    filePattern: "sub/*",
    destination: { container: { containerUrl: `file://${directory}/out`, path: "$job" } },
    uploadOptions: { uploadCondition: "tasksuccess" }
  }],
  environmentSettings: [{ name: "GREETING", value: "hello & <world>" }],
  constraints: { maxWallClockTime: "PT1H30M", retentionTime: "P1D", maxTaskRetryCount: 2 },
  requiredSlots: 1,
  userIdentity: { autoUser: { scope: "task", elevationLevel: "nonadmin" } }
})

const job = (id: string, poolId: string): object => ({
  id,
  displayName: "conformance",
  priority: 5,
  constraints: { maxWallClockTime: "PT6H", maxTaskRetryCount: 1 },
  poolInfo: { poolId },
  usesTaskDependencies: true,
  metadata: [{ name: "purpose", value: "conformance" }],
  commonEnvironmentSettings: [{ name: "COMMON", value: "1" }]
})

/** What our client does to make the shared job. */
export const preparation = (poolId: string, directory: string): ReadonlyArray<Step> => {
  const jobId = sharedJobId
  const add = (body: object): Step => ({ name: "prepare", call: "task.add", jobId, body })
  const wait = (taskId: string): Step => ({ name: "prepare", call: "task.wait", jobId, taskId })
  return [
    { name: "prepare", call: "job.add", body: job(jobId, poolId) },
    add(everyMember(directory)),
    add({ id: "failed", commandLine: "/bin/sh -c 'exit 3'" }),
    add({ id: "missing-command", commandLine: "no-such-program-here" }),
    add({ id: "ended", commandLine: "sleep 600" }),
    add({
      id: "dependent",
      commandLine: "true",
      dependsOn: { taskIds: ["Every-Member"] },
      requiredSlots: everySlot
    }),
    { name: "prepare", call: "task.terminate", jobId, taskId: "ended" },
    ...["Every-Member", "failed", "missing-command", "ended", "dependent"].map(wait),
    {
      name: "prepare",
      call: "task.addCollection",
      jobId,
      body: waiting("w", waitingTasks),
      options: { threads: 4 }
    }
  ]
}

function inJob(step: Step, jobId: string): Step {
  return { jobId, ...step }
}

const sharedReads: ReadonlyArray<Step> = [
  { name: "reads a job", call: "job.get" },
  { name: "reads a job in part", call: "job.get", options: { select: "id,state,poolInfo" } },
  { name: "lists jobs by filter", call: "job.list", options: { filter: `id eq '${sharedJobId}'` } },
  { name: "counts tasks", call: "job.taskCounts" },
  { name: "reads a task with every member", call: "task.get", taskId: "Every-Member" },
  { name: "reads a failed task", call: "task.get", taskId: "failed" },
  { name: "reads a task that could not start", call: "task.get", taskId: "missing-command" },
  { name: "reads a task that was ended", call: "task.get", taskId: "ended" },
  { name: "reads a task with a dependency", call: "task.get", taskId: "dependent" },
  { name: "reads a task that waits", call: "task.get", taskId: "w0000" },
  {
    name: "reads a task in part",
    call: "task.get",
    taskId: "failed",
    options: { select: "id,state,executionInfo" }
  },
  { name: "reads a task by an id in another case", call: "task.get", taskId: "FAILED" },
  {
    name: "reads a task if it changed since a time",
    call: "task.get",
    taskId: "failed",
    options: { ifModifiedSince: past }
  },
  {
    name: "is told that a task did not change since a time",
    call: "task.get",
    taskId: "failed",
    options: { ifModifiedSince: future }
  },
  {
    name: "is told that a task changed after a time",
    call: "task.get",
    taskId: "failed",
    options: { ifUnmodifiedSince: past }
  },
  {
    name: "is told that a task still has its entity tag",
    call: "task.get",
    taskId: "failed",
    options: { ifNoneMatch: "$eTag" }
  },
  { name: "lists 2,505 tasks over three pages, in order", call: "task.list" },
  {
    name: "lists tasks in part, 700 a page",
    call: "task.list",
    options: { select: "id,state", maxResults: 700 }
  },
  {
    name: "lists tasks by a filter",
    call: "task.list",
    options: { filter: "state eq 'completed' and startswith(id,'f')", maxResults: 1 }
  },
  {
    name: "lists tasks by a filter that matches none",
    call: "task.list",
    options: { filter: "id eq 'nobody'" }
  },
  { name: "lists no subtasks of an ordinary task", call: "task.listSubtasks", taskId: "failed" },
  { name: "reads a file", call: "file.get", taskId: "Every-Member", path: "stdout.txt" },
  { name: "reads a file of UTF-8", call: "file.get", taskId: "Every-Member", path: "stderr.txt" },
  {
    name: "reads a part of a file",
    call: "file.get",
    taskId: "Every-Member",
    path: "wd/sub/ten",
    options: { range: [2, 5] }
  },
  {
    name: "reads the properties of a file",
    call: "file.properties",
    taskId: "Every-Member",
    path: "wd/sub/ten"
  },
  { name: "lists files", call: "file.list", taskId: "Every-Member" },
  {
    name: "lists files of all directories",
    call: "file.list",
    taskId: "Every-Member",
    options: { recursive: true }
  },
  { name: "is told of a missing job", call: "job.get", jobId: "nobody" },
  { name: "is told of a missing task", call: "task.get", taskId: "nobody" },
  { name: "is told of a task in a missing job", call: "task.get", jobId: "nobody", taskId: "a" },
  { name: "is told of subtasks of a missing task", call: "task.listSubtasks", taskId: "nobody" },
  {
    name: "is told of a missing file",
    call: "file.get",
    taskId: "Every-Member",
    path: "wd/nothing"
  },
  { name: "is told of a bad filter", call: "task.list", options: { filter: "state eq" } },
  {
    name: "is told of an unknown member in a filter",
    call: "task.list",
    options: { filter: "colour eq 'red'" }
  },
  {
    name: "is told of an unknown member in a selection",
    call: "task.get",
    taskId: "failed",
    options: { select: "id,colour" }
  }
]

/** What every client reads of the shared job. */
export const reads: ReadonlyArray<Step> = sharedReads.map((step) => inJob(step, sharedJobId))

/** What every client does in a job of its own. */
export const writes = (poolId: string, directory: string): ReadonlyArray<Step> =>
  [
    ...jobBeginnings(poolId),
    ...taskWrites(directory),
    ...taskEndings,
    ...taskRemovals,
    ...jobEndings
  ].map((step) => inJob(step, "$job"))

const jobBeginnings = (poolId: string): ReadonlyArray<Step> => [
  { name: "adds a job", call: "job.add", body: job("$job", poolId) },
  { name: "is refused the same job again", call: "job.add", body: job("$job", poolId) },
  { name: "sees its job", call: "job.get" }
]

const taskWrites = (directory: string): ReadonlyArray<Step> => [
  { name: "adds a task with every member", call: "task.add", body: everyMember(directory) },
  { name: "sees the task completed", call: "task.wait", taskId: "every-member" },
  {
    name: "is refused a task whose id is taken",
    call: "task.add",
    body: { id: "EVERY-MEMBER", commandLine: "true" }
  },
  {
    name: "is refused a task with a bad id",
    call: "task.add",
    body: { id: "bad id!", commandLine: "true" }
  },
  {
    name: "is refused a task with a negative retry count",
    call: "task.add",
    body: { id: "a", commandLine: "true", constraints: { maxTaskRetryCount: -2 } }
  },
  {
    name: "is refused a task in a missing job",
    call: "task.add",
    jobId: "nobody",
    body: { id: "a", commandLine: "true" }
  },
  {
    name: "adds 250 tasks, one request after another",
    call: "task.addCollection",
    body: waiting("a", 250),
    options: { threads: 0 }
  },
  {
    name: "adds 250 tasks, four requests at a time",
    call: "task.addCollection",
    body: waiting("b", 250),
    options: { threads: 4 }
  },
  {
    name: "is told which task of a collection was there",
    call: "task.addCollection",
    body: [{ id: "a0000", commandLine: "other" }, ...waiting("c", 1)]
  },
  {
    name: "is told which task of a collection is refused",
    call: "task.addCollection",
    body: [{ id: "bad id!", commandLine: "true" }]
  },
  {
    name: "is refused a collection in a missing job",
    call: "task.addCollection",
    jobId: "nobody",
    body: waiting("d", 1)
  },
  { name: "sees every task", call: "task.list", options: { maxResults: 100 } },
  { name: "counts its tasks", call: "job.taskCounts" },
  {
    name: "replaces the constraints of a task",
    call: "task.update",
    taskId: "a0000",
    body: { constraints: { maxTaskRetryCount: 4, maxWallClockTime: "PT90S" } }
  },
  { name: "sees the new constraints", call: "task.get", taskId: "a0000" },
  {
    name: "replaces them under the right entity tag",
    call: "task.update",
    taskId: "a0000",
    body: { constraints: { maxTaskRetryCount: 5 } },
    options: { ifMatch: "$eTag" }
  },
  {
    name: "is refused under the old entity tag",
    call: "task.update",
    taskId: "a0000",
    body: { constraints: { maxTaskRetryCount: 6 } },
    options: { ifMatch: "$eTag" }
  },
  {
    name: "is refused when the task changed after a time",
    call: "task.update",
    taskId: "a0000",
    body: { constraints: { maxTaskRetryCount: 6 } },
    options: { ifUnmodifiedSince: past }
  },
  { name: "sees the constraints of the update that held", call: "task.get", taskId: "a0000" },
  {
    name: "is refused to update a missing task",
    call: "task.update",
    taskId: "nobody",
    body: { constraints: { maxTaskRetryCount: 1 } }
  }
]

const taskEndings: ReadonlyArray<Step> = [
  {
    name: "adds a task to end",
    call: "task.add",
    body: { id: "long", commandLine: "/bin/sh -c 'echo begun; exec sleep 600'" }
  },
  { name: "sees it begin", call: "file.wait", taskId: "long", path: "stdout.txt" },
  {
    name: "is refused to end it under a wrong entity tag",
    call: "task.terminate",
    taskId: "long",
    options: { ifMatch: "0x8D0000000000000" }
  },
  { name: "ends it", call: "task.terminate", taskId: "long" },
  { name: "is refused to end it again", call: "task.terminate", taskId: "long" },
  { name: "is refused to end a missing task", call: "task.terminate", taskId: "nobody" },
  {
    name: "adds a task that fails",
    call: "task.add",
    body: { id: "fails", commandLine: "/bin/sh -c 'exit 7'", requiredSlots: everySlot }
  },
  { name: "sees it failed", call: "task.wait", taskId: "fails" },
  { name: "sees the other one ended", call: "task.get", taskId: "long" },
  {
    name: "is refused to reactivate it under a wrong entity tag",
    call: "task.reactivate",
    taskId: "fails",
    options: { ifMatch: "0x8D0000000000000" }
  },
  { name: "reactivates it", call: "task.reactivate", taskId: "fails" },
  { name: "sees it failed again", call: "task.wait", taskId: "fails" },
  {
    name: "is refused to reactivate a task that succeeded",
    call: "task.reactivate",
    taskId: "every-member"
  },
  {
    name: "is refused to reactivate a task that is active",
    call: "task.reactivate",
    taskId: "b0000"
  },
  { name: "is refused to reactivate a missing task", call: "task.reactivate", taskId: "nobody" },
  { name: "lists no subtasks", call: "task.listSubtasks", taskId: "fails" }
]

const taskRemovals: ReadonlyArray<Step> = [
  {
    name: "is refused to delete under a wrong entity tag",
    call: "task.delete",
    taskId: "b0000",
    options: { ifMatch: "0x8D0000000000000" }
  },
  {
    name: "deletes a task that did not change",
    call: "task.delete",
    taskId: "b0000",
    options: { ifUnmodifiedSince: future }
  },
  { name: "sees it gone", call: "task.get", taskId: "b0000" },
  { name: "is refused to delete it again", call: "task.delete", taskId: "b0000" },
  {
    name: "sees the rest by filter and selection",
    call: "task.list",
    options: { filter: "startswith(id,'b')", select: "id,state,requiredSlots", maxResults: 50 }
  }
]

const jobEndings: ReadonlyArray<Step> = [
  {
    name: "patches its job",
    call: "job.patch",
    body: { priority: 9, metadata: [{ name: "purpose", value: "patched" }] }
  },
  { name: "sees the patched job", call: "job.get" },
  { name: "ends its job", call: "job.terminate", body: { terminateReason: "done with it" } },
  { name: "sees it completed", call: "job.wait" },
  { name: "is refused to end it again", call: "job.terminate", body: { terminateReason: "again" } },
  {
    name: "is refused a task in a completed job",
    call: "task.add",
    body: { id: "late", commandLine: "true" }
  },
  { name: "deletes its job", call: "job.delete" },
  { name: "is refused to delete a missing job", call: "job.delete", jobId: "nobody" }
]

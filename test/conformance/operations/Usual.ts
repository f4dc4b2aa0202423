/**
 * The usual request of each operation and the headers of its success.
 */
import type { Given } from "./Claim.ts"

/** The headers of a resource's version. */
const versioned = ["etag", "last-modified"] as const

/** An operation as it is usually called. */
export interface UsualCall {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE"
  readonly path: string
  readonly body?: unknown
  /** Something the usual request succeeds on. */
  readonly given: Given
  readonly success: number
  /** Of `etag`, `last-modified`, `dataserviceid` and `location`, those a success has. */
  readonly headers: ReadonlyArray<string>
  /** What `DataServiceId` and `Location` name, below the endpoint. */
  readonly names?: string
  /** What a success carries. */
  readonly carries: "nothing" | "JSON" | "a file"
}

const job = "/jobs/$job"
const task = `${job}/tasks/$task`
const pool = "/pools/$pool"
const node = `${pool}/nodes/$node`

/** More slots than a node has, so that the task stays active. */
export const queuedTask = { id: "$task", commandLine: "true", requiredSlots: 64 }

/** A machine configuration, which every pool needs. */
export const machine = {
  imageReference: {
    publisher: "canonical",
    offer: "0001-com-ubuntu-server-jammy",
    sku: "22_04-lts"
  },
  nodeAgentSKUId: "batch.node.ubuntu 22.04"
}

const change = {
  success: 202,
  headers: [...versioned, "dataserviceid"],
  carries: "nothing"
} as const

const taskCalls: Readonly<Record<string, UsualCall>> = {
  Task_Add: {
    method: "POST",
    path: `${job}/tasks`,
    body: queuedTask,
    given: "a job",
    success: 201,
    headers: [...versioned, "dataserviceid", "location"],
    names: task,
    carries: "nothing"
  },
  Task_AddCollection: {
    method: "POST",
    path: `${job}/addtaskcollection`,
    body: { value: [queuedTask] },
    given: "a job",
    success: 200,
    headers: [],
    carries: "JSON"
  },
  Task_List: {
    method: "GET",
    path: `${job}/tasks`,
    given: "a queued task",
    success: 200,
    headers: [],
    carries: "JSON"
  },
  Task_Get: {
    method: "GET",
    path: task,
    given: "a queued task",
    success: 200,
    headers: versioned,
    carries: "JSON"
  },
  Task_Update: {
    method: "PUT",
    path: task,
    body: { constraints: { maxTaskRetryCount: 2 } },
    given: "a queued task",
    success: 200,
    headers: [...versioned, "dataserviceid"],
    names: task,
    carries: "nothing"
  },
  Task_Delete: {
    method: "DELETE",
    path: task,
    given: "a queued task",
    success: 200,
    headers: [],
    carries: "nothing"
  },
  Task_Terminate: {
    method: "POST",
    path: `${task}/terminate`,
    given: "a queued task",
    success: 204,
    headers: [...versioned, "dataserviceid"],
    names: `${task}/terminate`,
    carries: "nothing"
  },
  Task_Reactivate: {
    method: "POST",
    path: `${task}/reactivate`,
    given: "a task that was ended",
    success: 204,
    headers: [...versioned, "dataserviceid"],
    names: `${task}/reactivate`,
    carries: "nothing"
  },
  Task_ListSubtasks: {
    method: "GET",
    path: `${task}/subtasksinfo`,
    given: "a queued task",
    success: 200,
    headers: [],
    carries: "JSON"
  }
}

const jobCalls: Readonly<Record<string, UsualCall>> = {
  Job_Add: {
    method: "POST",
    path: "/jobs",
    body: { id: "$job", poolInfo: { poolId: "$pool" } },
    given: "an account",
    success: 201,
    headers: [...versioned, "dataserviceid", "location"],
    // The service names this, whatever the id is.
    names: "/jobs/job-1",
    carries: "nothing"
  },
  Job_List: {
    method: "GET",
    path: "/jobs",
    given: "a job",
    success: 200,
    headers: [],
    carries: "JSON"
  },
  Job_Get: {
    method: "GET",
    path: job,
    given: "a job",
    success: 200,
    headers: versioned,
    carries: "JSON"
  },
  Job_Patch: {
    method: "PATCH",
    path: job,
    body: { priority: 7 },
    given: "a job",
    success: 200,
    headers: [...versioned, "dataserviceid"],
    names: job,
    carries: "nothing"
  },
  Job_Update: {
    method: "PUT",
    path: job,
    body: { poolInfo: { poolId: "$pool" } },
    given: "a job",
    success: 200,
    headers: [...versioned, "dataserviceid"],
    names: job,
    carries: "nothing"
  },
  Job_Delete: { method: "DELETE", path: job, given: "a job", ...change, headers: [] },
  Job_Disable: {
    method: "POST",
    path: `${job}/disable`,
    body: { disableTasks: "requeue" },
    given: "a job",
    ...change,
    names: `${job}/disable`
  },
  Job_Enable: {
    method: "POST",
    path: `${job}/enable`,
    given: "a disabled job",
    ...change,
    names: `${job}/enable`
  },
  Job_Terminate: {
    method: "POST",
    path: `${job}/terminate`,
    given: "a job",
    ...change,
    names: `${job}/terminate`
  },
  Job_GetTaskCounts: {
    method: "GET",
    path: `${job}/taskcounts`,
    given: "a job",
    success: 200,
    headers: [],
    carries: "JSON"
  },
  Job_ListPreparationAndReleaseTaskStatus: {
    method: "GET",
    path: `${job}/jobpreparationandreleasetaskstatus`,
    given: "a job with preparation and release",
    success: 200,
    headers: [],
    carries: "JSON"
  }
}

const poolCalls: Readonly<Record<string, UsualCall>> = {
  Pool_Add: {
    method: "POST",
    path: "/pools",
    body: { id: "pool-$job", vmSize: "standard_d2s_v3", virtualMachineConfiguration: machine },
    given: "an account",
    success: 201,
    headers: [...versioned, "dataserviceid", "location"],
    names: "/pools/pool-$job",
    carries: "nothing"
  },
  Pool_List: {
    method: "GET",
    path: "/pools",
    given: "a pool",
    success: 200,
    headers: [],
    carries: "JSON"
  },
  Pool_Get: {
    method: "GET",
    path: pool,
    given: "a pool",
    success: 200,
    headers: versioned,
    carries: "JSON"
  },
  Pool_Exists: {
    method: "HEAD",
    path: pool,
    given: "a pool",
    success: 200,
    headers: versioned,
    carries: "nothing"
  },
  Pool_Delete: { method: "DELETE", path: pool, given: "a pool", ...change, headers: [] },
  Pool_Resize: {
    method: "POST",
    path: `${pool}/resize`,
    body: { targetDedicatedNodes: 0 },
    given: "a pool",
    ...change,
    names: `${pool}/resize`
  },
  ComputeNode_List: {
    method: "GET",
    path: `${pool}/nodes`,
    given: "a node",
    success: 200,
    headers: [],
    carries: "JSON"
  },
  ComputeNode_Get: {
    method: "GET",
    path: node,
    given: "a node",
    success: 200,
    headers: [],
    carries: "JSON"
  }
}

const fileCalls = (suffix: string, files: string, path: string, given: Given) => ({
  [`File_ListFrom${suffix}`]: {
    method: "GET",
    path: files,
    given,
    success: 200,
    headers: [],
    carries: "JSON"
  },
  [`File_GetFrom${suffix}`]: {
    method: "GET",
    path: `${files}/${path}`,
    given,
    success: 200,
    headers: ["last-modified"],
    carries: "a file"
  },
  [`File_GetPropertiesFrom${suffix}`]: {
    method: "HEAD",
    path: `${files}/${path}`,
    given,
    success: 200,
    headers: ["last-modified"],
    carries: "nothing"
  },
  [`File_DeleteFrom${suffix}`]: {
    method: "DELETE",
    path: `${files}/${path}`,
    given,
    success: 200,
    headers: [],
    carries: "nothing"
  }
} as const satisfies Record<string, UsualCall>)

/** Where a node keeps the files of a task. */
export const taskFilesOnNode = "workitems/$job/job-1/$task"

/** The usual calls by operation. */
export const calls: Readonly<Record<string, UsualCall>> = {
  ...taskCalls,
  ...jobCalls,
  ...fileCalls("Task", `${task}/files`, "wd/ten.txt", "a task with files"),
  ...poolCalls,
  ...fileCalls(
    "ComputeNode",
    `${node}/files`,
    `${taskFilesOnNode}/wd/ten.txt`,
    "a task with files"
  )
}

/** The usual call of an operation. */
export const callOf = (operation: string): UsualCall => {
  const call = calls[operation]
  if (call === undefined) throw new Error(`there is no usual call of ${operation}`)
  return call
}

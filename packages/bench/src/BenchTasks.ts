/**
 * The tasks and pages that the wire benchmarks move, in a size like those of real pipelines.
 */

/** A task to add, in the members that both clients know. */
export interface BenchTask {
  id: string
  displayName?: string
  commandLine: string
  resourceFiles: Array<{ httpUrl: string; filePath: string }>
  environmentSettings: Array<{ name: string; value: string }>
  constraints: { maxTaskRetryCount: number; maxWallClockTime: string; retentionTime: string }
  requiredSlots: number
}

/** Tasks of one request. */
export const tasksPerChunk = 100

/**
 * How tasks differ: in their id only; also in command line, input and an environment setting; or even in
 * the members they have, every other one of them.
 */
export type TaskVariety = "alike" | "varied" | "motley"

/** The varieties a text names, with commas between; throws when it names another. */
export const varietiesOf = (names: string): ReadonlyArray<TaskVariety> =>
  names.split(",").map((name) => {
    if (name === "alike" || name === "varied" || name === "motley") return name
    throw new Error(`--variety takes "alike", "varied" and "motley", not "${name}"`)
  })

/**
 * Makes fresh task objects of about 420 bytes each as JSON. Ids tell the chunk and the place in it,
 * so that the canned server can answer without parsing.
 */
export const make = (count: number, variety: TaskVariety = "alike"): Array<BenchTask> =>
  Array.from(
    { length: count },
    (_, index) => taskOf(variety, index)
  )

/** The tasks of one chunk. */
export const chunkOf = (chunk: number, variety: TaskVariety = "alike"): Array<BenchTask> =>
  Array.from(
    { length: tasksPerChunk },
    (_, place) => taskOf(variety, chunk * tasksPerChunk + place)
  )

const taskOf = (variety: TaskVariety, index: number): BenchTask => {
  switch (variety) {
    case "alike":
      return taskAt(index)
    case "varied":
      return variedTaskAt(index)
    case "motley":
      return index % 2 === 0 ? variedTaskAt(index) : motleyTaskAt(index)
    default:
      return variety satisfies never
  }
}

/** A varied task with its members in another order, two settings in one and a name for people. */
const motleyTaskAt = (index: number): BenchTask => {
  const { commandLine, constraints, environmentSettings, id, requiredSlots, resourceFiles } =
    variedTaskAt(index)
  const [first] = environmentSettings
  return {
    id,
    displayName: `reads ${index} of the northern station, aligned`,
    requiredSlots,
    constraints,
    environmentSettings: first === undefined ? [] : [first],
    commandLine,
    resourceFiles
  }
}

const variedTaskAt = (index: number): BenchTask => ({
  ...taskAt(index),
  commandLine: `/bin/sh -c 'exec ./align --reads reads-${index} --out result-${index}.bam'`,
  resourceFiles: [{
    httpUrl: `https://store.example.com/inputs/reads-${index}`,
    filePath: "input.txt"
  }],
  environmentSettings: [
    { name: "SAMPLE", value: `sample-${index}` },
    { name: "BATCHWAVE_INPUTS_FILE", value: "inputs.json" }
  ]
})

const taskAt = (index: number): BenchTask => ({
  id: `${chunkPrefix(Math.floor(index / tasksPerChunk))}-${
    String(index % tasksPerChunk).padStart(3, "0")
  }`,
  commandLine: "/bin/sh -c 'exec ./align --reads input.txt --out result.bam'",
  resourceFiles: [{
    httpUrl: "https://store.example.com/inputs/reads-0001",
    filePath: "input.txt"
  }],
  environmentSettings: [
    { name: "SAMPLE", value: "sample-0001" },
    { name: "BATCHWAVE_INPUTS_FILE", value: "inputs.json" }
  ],
  constraints: { maxTaskRetryCount: 0, maxWallClockTime: "PT1H", retentionTime: "PT24H" },
  requiredSlots: 1
})

/** The common start of the ids of one chunk: always seven characters. */
export const chunkPrefix = (chunk: number): string => `c${String(chunk).padStart(6, "0")}`

/** The reply to one chunk, with every task added, as JSON of about 200 bytes a task. */
export const addedReply = (prefix: string, origin: string): string =>
  JSON.stringify({
    "odata.metadata": `${origin}/$metadata#taskaddresult`,
    value: Array.from({ length: tasksPerChunk }, (_, place) => {
      const taskId = `${prefix}-${String(place).padStart(3, "0")}`
      return {
        status: "Success",
        taskId,
        eTag: "0x8DE29C5A3C2B1F0",
        lastModified: "2026-11-22T19:22:41.1234567Z",
        location: `${origin}/jobs/job-1/tasks/${taskId}`
      }
    })
  })

/** What a page holds of each task: everything of a completed task, or three members. */
export type PageKind = "full" | "slim"

/** A page of completed tasks as JSON: about 650 or 90 bytes a task. */
export const page = (kind: PageKind, count = 1000): string =>
  JSON.stringify({
    "odata.metadata": "https://account.region.batch.azure.com/$metadata#tasks",
    value: Array.from({ length: count }, (_, index) =>
      kind === "full" ? fullTask(index) : slimTask(index))
  })

const stamp = (index: number, second: number): string =>
  `2026-11-22T19:${String(index % 60).padStart(2, "0")}:${String(second).padStart(2, "0")}.${
    String(1_000_000 + index)
  }Z`

const slimTask = (index: number) => ({
  id: `task-${String(index).padStart(6, "0")}`,
  state: "completed",
  stateTransitionTime: stamp(index, 41)
})

const fullTask = (index: number) => ({
  id: `task-${String(index).padStart(6, "0")}`,
  eTag: "0x8DE29C5A3C2B1F0",
  creationTime: stamp(index, 11),
  lastModified: stamp(index, 11),
  state: "completed",
  stateTransitionTime: stamp(index, 41),
  previousState: "running",
  previousStateTransitionTime: stamp(index, 21),
  commandLine: "/bin/sh -c './align --reads input.txt'",
  constraints: { maxWallClockTime: "PT1H", maxTaskRetryCount: 0 },
  requiredSlots: 1,
  executionInfo: {
    startTime: stamp(index, 21),
    endTime: stamp(index, 41),
    exitCode: index % 17 === 0 ? 1 : 0,
    result: index % 17 === 0 ? "failure" : "success",
    retryCount: 0,
    requeueCount: 0
  },
  nodeInfo: { poolId: "pool", nodeId: `tvm-${index % 40}` }
})

/**
 * What careful users do with the service: whole pieces of work, each in a job or jobs of its own. Every
 * client does them, and must see the same at every step.
 *
 * A new piece of work is a new entry of `workloads`.
 */
import { files, instances, special } from "./NeighbourWorkloads.ts"
import type { Step } from "./Scenario.ts"
import { inJob, shell, tooManySlots, type Workload } from "./Workload.ts"

const waiting = (prefix: string, count: number, more: object = {}): ReadonlyArray<object> =>
  Array.from({ length: count }, (_, index) => ({
    id: `${prefix}${String(index).padStart(5, "0")}`,
    commandLine: "true",
    requiredSlots: tooManySlots,
    ...more
  }))

const noAction = { jobAction: "none" }

const graph = (poolId: string): Workload => ({
  name: "a graph of tasks",
  steps: inJob("$job-graph", [
    {
      name: "adds a job with dependencies",
      call: "job.add",
      body: {
        id: "$job-graph",
        poolInfo: { poolId },
        usesTaskDependencies: true,
        onTaskFailure: "performexitoptionsjobaction"
      }
    },
    {
      name: "adds children before and with their parents",
      call: "task.addCollection",
      body: [
        { id: "sum", commandLine: "true", dependsOn: { taskIdRanges: [{ start: 1, end: 3 }] } },
        { id: "c", commandLine: "true", dependsOn: { taskIds: ["a", "B"] } },
        { id: "a", commandLine: "true" },
        { id: "b", commandLine: "true", dependsOn: { taskIds: ["a"] } },
        { id: "1", commandLine: "true" },
        { id: "02", commandLine: "true" },
        { id: "3", commandLine: "true", dependsOn: { taskIds: ["c"] } },
        {
          id: "fails",
          commandLine: shell("exit 3"),
          exitConditions: {
            exitCodes: [{ code: 3, exitOptions: { ...noAction, dependencyAction: "satisfy" } }]
          }
        },
        { id: "after", commandLine: "true", dependsOn: { taskIds: ["fails"] } },
        {
          id: "blocks",
          commandLine: shell("exit 4"),
          exitConditions: { default: { ...noAction, dependencyAction: "block" } }
        },
        { id: "blocked", commandLine: "true", dependsOn: { taskIds: ["blocks"] } }
      ]
    },
    ...["sum", "c", "after", "blocks"].map((taskId): Step => ({
      name: `sees ${taskId} completed`,
      call: "task.wait",
      taskId
    })),
    { name: "sees that the blocked task stays active", call: "task.get", taskId: "blocked" },
    {
      name: "lists what failed",
      call: "task.list",
      options: { filter: "executionInfo/result eq 'failure'", select: "id,executionInfo" }
    },
    {
      name: "lists what exited with other than 0",
      call: "task.list",
      options: {
        filter: "(executionInfo/exitCode lt 0) or (executionInfo/exitCode gt 0)",
        select: "id"
      }
    },
    { name: "ends the blocked task", call: "task.terminate", taskId: "blocked" },
    { name: "counts the graph", call: "job.taskCounts" },
    {
      name: "adds a task whose failure ends the job",
      call: "task.add",
      body: {
        id: "fatal",
        commandLine: shell("exit 9"),
        exitConditions: {
          exitCodeRanges: [{ start: 8, end: 9, exitOptions: { jobAction: "terminate" } }]
        }
      }
    },
    { name: "sees the job ended by it", call: "job.wait" },
    {
      name: "is refused a task with dependencies in a completed job",
      call: "task.add",
      body: { id: "late", commandLine: "true", dependsOn: { taskIds: ["a"] } }
    },
    { name: "deletes the graph's job", call: "job.delete" }
  ])
})

const retries = (poolId: string): Workload => ({
  name: "retries",
  steps: inJob("$job-retries", [
    {
      name: "adds a job whose tasks are retried once",
      call: "job.add",
      body: {
        id: "$job-retries",
        poolInfo: { poolId },
        constraints: { maxTaskRetryCount: 1 }
      }
    },
    {
      name: "adds a task that fails each time, and one that fails twice",
      call: "task.addCollection",
      body: [
        { id: "each", commandLine: shell("exit 5") },
        {
          id: "twice",
          commandLine: shell("echo x >> tries; [ $(wc -l < tries) -gt 2 ]"),
          constraints: { maxTaskRetryCount: 3 }
        }
      ]
    },
    { name: "sees one retry", call: "task.wait", taskId: "each" },
    { name: "sees two retries", call: "task.wait", taskId: "twice" },
    { name: "reactivates what failed", call: "task.reactivate", taskId: "each" },
    { name: "sees it retried anew", call: "task.wait", taskId: "each" },
    {
      name: "is refused dependencies in a job without them",
      call: "task.add",
      body: { id: "child", commandLine: "true", dependsOn: { taskIds: ["each"] } }
    },
    {
      name: "is told so for each task of a collection",
      call: "task.addCollection",
      body: [{ id: "child", commandLine: "true", dependsOn: { taskIds: ["each"] } }]
    },
    {
      name: "is refused a job action where failures have none",
      call: "task.add",
      body: {
        id: "child",
        commandLine: "true",
        exitConditions: { default: { jobAction: "disable" } }
      }
    },
    { name: "deletes the job of the retries", call: "job.delete" }
  ])
})

const collectionOf = (count: number, threads: number): Step => ({
  name: `adds a collection of ${count.toLocaleString("en-US")}`,
  call: "task.addCollection",
  body: waiting(`n${count}-`, count),
  options: { threads }
})

const collections = (poolId: string): Workload => ({
  name: "collections",
  steps: inJob("$job-many", [
    {
      name: "adds a job for many tasks",
      call: "job.add",
      body: { id: "$job-many", poolInfo: { poolId } }
    },
    collectionOf(1, 0),
    collectionOf(99, 0),
    collectionOf(100, 0),
    collectionOf(101, 0),
    collectionOf(10_000, 4),
    {
      name: "adds 100 tasks of two megabytes",
      call: "task.addCollection",
      body: waiting("large", 100, { commandLine: "x".repeat(20_000) })
    },
    { name: "counts them all", call: "job.taskCounts" },
    { name: "lists them all in part", call: "task.list", options: { select: "id" } },
    {
      name: "lists a few of them by the beginning of their ids",
      call: "task.list",
      options: { filter: "startswith(id,'n10000-0012')", select: "id,state" }
    },
    { name: "deletes the job with all of them", call: "job.delete" },
    { name: "sees the job gone", call: "job.get" }
  ])
})

const pauses = (poolId: string): Workload => ({
  name: "a job that pauses",
  steps: inJob("$job-pause", [
    {
      name: "adds a job with metadata",
      call: "job.add",
      body: {
        id: "$job-pause",
        poolInfo: { poolId },
        priority: 3,
        metadata: [{ name: "a", value: "b" }]
      }
    },
    {
      name: "adds a task that runs",
      call: "task.add",
      body: { id: "long", commandLine: shell("echo begun; exec sleep 600") }
    },
    { name: "sees that it runs", call: "file.wait", taskId: "long", path: "stdout.txt" },
    { name: "disables the job", call: "job.disable", body: { disableTasks: "requeue" } },
    { name: "sees it disabled", call: "job.wait", body: { state: "disabled" } },
    { name: "sees the task queued again", call: "task.get", taskId: "long" },
    {
      name: "replaces the settings of the job",
      call: "job.update",
      body: { poolInfo: { poolId }, constraints: { maxWallClockTime: "PT5H" } }
    },
    { name: "sees what the replacement left out reset", call: "job.get" },
    { name: "enables the job", call: "job.enable" },
    { name: "sees the task run again", call: "file.wait", taskId: "long", path: "stdout.txt" },
    { name: "is refused to enable it again", call: "job.enable" },
    {
      name: "disables the job and ends its tasks",
      call: "job.disable",
      body: { disableTasks: "terminate" }
    },
    { name: "sees it disabled again", call: "job.wait", body: { state: "disabled" } },
    { name: "sees the task ended", call: "task.wait", taskId: "long" },
    {
      name: "lets the disabled job end with its tasks",
      call: "job.patch",
      body: { onAllTasksComplete: "terminatejob" }
    },
    { name: "sees it ended", call: "job.wait" },
    { name: "is refused to disable it now", call: "job.disable", body: { disableTasks: "wait" } },
    { name: "deletes the job that paused", call: "job.delete" }
  ])
})

/** All pieces of work, on a pool there is. */
export const workloads = (poolId: string): ReadonlyArray<Workload> => [
  graph(poolId),
  retries(poolId),
  collections(poolId),
  pauses(poolId),
  files(poolId),
  special(poolId),
  instances
]

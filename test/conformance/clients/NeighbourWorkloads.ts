/**
 * Pieces of work beyond plain tasks: files, special tasks of jobs, pools and multi-instance tasks.
 */
import { inJob, shell, tooManySlots, type Workload } from "./Workload.ts"

/** Reading and removing files. */
export const files = (poolId: string): Workload => ({
  name: "files",
  steps: inJob("$job-files", [
    {
      name: "adds a job for files",
      call: "job.add",
      body: { id: "$job-files", poolInfo: { poolId } }
    },
    {
      name: "adds a task that writes",
      call: "task.add",
      body: {
        id: "writes",
        commandLine: shell("seq 1 2000 > numbers; mkdir -p a/b; echo deep > a/b/c; : > empty")
      }
    },
    { name: "sees it done", call: "task.wait", taskId: "writes" },
    { name: "reads all of a file", call: "file.get", taskId: "writes", path: "wd/numbers" },
    {
      name: "reads its first bytes",
      call: "file.get",
      taskId: "writes",
      path: "wd/numbers",
      options: { range: [0, 99] }
    },
    {
      name: "reads beyond its end",
      call: "file.get",
      taskId: "writes",
      path: "wd/numbers",
      options: { range: [8_890, 99_999] }
    },
    { name: "reads an empty file", call: "file.get", taskId: "writes", path: "wd/empty" },
    { name: "reads a file of a directory", call: "file.get", taskId: "writes", path: "wd/a/b/c" },
    { name: "describes a directory", call: "file.properties", taskId: "writes", path: "wd/a" },
    { name: "deletes a file", call: "file.delete", taskId: "writes", path: "wd/empty" },
    {
      name: "is refused to delete it twice",
      call: "file.delete",
      taskId: "writes",
      path: "wd/empty"
    },
    {
      name: "deletes a directory with all in it",
      call: "file.delete",
      taskId: "writes",
      path: "wd/a",
      options: { recursive: true }
    },
    {
      name: "lists what is left",
      call: "file.list",
      taskId: "writes",
      options: { recursive: true }
    },
    {
      name: "adds a task that never runs",
      call: "task.add",
      body: { id: "never", commandLine: "true", requiredSlots: tooManySlots }
    },
    { name: "is refused its files", call: "file.list", taskId: "never" },
    { name: "deletes the job of the files", call: "job.delete" }
  ])
})

/** A job that prepares its nodes and cleans up. */
export const special = (poolId: string): Workload => ({
  name: "preparation and release",
  steps: inJob("$job-special", [
    {
      name: "adds a job that prepares its nodes",
      call: "job.add",
      body: {
        id: "$job-special",
        poolInfo: { poolId },
        jobPreparationTask: {
          commandLine: shell("echo prepared > $AZ_BATCH_NODE_SHARED_DIR/ready")
        },
        jobReleaseTask: { commandLine: shell("rm $AZ_BATCH_NODE_SHARED_DIR/ready") }
      }
    },
    { name: "sees its special tasks", call: "job.get" },
    {
      name: "adds a task that needs the preparation",
      call: "task.add",
      body: { id: "uses", commandLine: shell("cat $AZ_BATCH_NODE_SHARED_DIR/ready") }
    },
    { name: "sees that it was prepared", call: "task.wait", taskId: "uses" },
    { name: "reads what was prepared", call: "file.get", taskId: "uses", path: "stdout.txt" },
    { name: "lists how the preparation went", call: "job.status" },
    { name: "ends the prepared job", call: "job.terminate", body: { terminateReason: "done" } },
    { name: "sees it released", call: "job.wait" },
    { name: "lists how the release went", call: "job.status" },
    {
      name: "is refused a task with the id of the preparation",
      call: "task.add",
      body: { id: "jobpreparation", commandLine: "true" }
    },
    { name: "deletes the prepared job", call: "job.delete" },
    {
      name: "is refused the status of a job without preparation",
      call: "job.status",
      jobId: "shared"
    }
  ])
})

const poolBody = {
  id: "$job-pool",
  vmSize: "standard_d2s_v3",
  virtualMachineConfiguration: {
    imageReference: {
      publisher: "canonical",
      offer: "0001-com-ubuntu-server-jammy",
      sku: "22_04-lts",
      version: "latest"
    },
    nodeAgentSKUId: "batch.node.ubuntu 22.04"
  },
  targetDedicatedNodes: 2,
  enableInterNodeCommunication: true,
  taskSlotsPerNode: 1
}

/** A pool of one's own, and a task on several nodes of it. */
export const instances: Workload = {
  name: "a pool and a multi-instance task",
  steps: inJob("$job-instances", [
    { name: "adds a pool of two nodes", call: "pool.add", body: poolBody },
    { name: "is refused the same pool again", call: "pool.add", body: poolBody },
    { name: "finds that there is the pool", call: "pool.exists", body: { poolId: "$job-pool" } },
    { name: "finds that there is no other", call: "pool.exists", body: { poolId: "nobody" } },
    { name: "sees the pool", call: "pool.get", body: { poolId: "$job-pool" } },
    { name: "lists its nodes", call: "node.list", body: { poolId: "$job-pool" } },
    {
      name: "adds a job on the pool",
      call: "job.add",
      body: { id: "$job-instances", poolInfo: { poolId: "$job-pool" } }
    },
    {
      name: "adds a task of two instances",
      call: "task.add",
      body: {
        id: "both",
        commandLine: shell("echo $AZ_BATCH_IS_CURRENT_NODE_MASTER"),
        multiInstanceSettings: { numberOfInstances: 2, coordinationCommandLine: "true" }
      }
    },
    { name: "sees both done", call: "task.wait", taskId: "both" },
    { name: "lists the subtask", call: "task.listSubtasks", taskId: "both" },
    {
      name: "reads the output of the primary",
      call: "file.get",
      taskId: "both",
      path: "stdout.txt"
    },
    {
      name: "is refused one that requires two slots",
      call: "task.add",
      body: {
        id: "wide",
        commandLine: "true",
        requiredSlots: 2,
        multiInstanceSettings: { numberOfInstances: 2, coordinationCommandLine: "true" }
      }
    },
    {
      name: "shrinks the pool",
      call: "pool.resize",
      body: { poolId: "$job-pool", resize: { targetDedicatedNodes: 0 } }
    },
    { name: "sees it empty", call: "pool.get", body: { poolId: "$job-pool" } },
    { name: "deletes the job on the pool", call: "job.delete" },
    { name: "deletes the pool", call: "pool.delete", body: { poolId: "$job-pool" } },
    { name: "sees the pool gone", call: "pool.get", body: { poolId: "$job-pool" } }
  ])
}

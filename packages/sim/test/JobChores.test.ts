import * as Account from "@batchwave/sim/Account"
import type { Job, JobSpec } from "@batchwave/sim/Job"
import { type NodeChores, releaseWallClockMsMax } from "@batchwave/sim/JobChore"
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as Pool from "@batchwave/sim/Pool"
import * as PoolOperations from "@batchwave/sim/PoolOperations"
import * as Refusal from "@batchwave/sim/Refusal"
import * as Runs from "@batchwave/sim/Runs"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import { assert, describe, it } from "@effect/vitest"
import * as World from "./World.ts"

const withChores = (
  preparation: JobSpec["preparation"] = {},
  options: Parameters<typeof World.make>[0] = {}
): { readonly world: World.World; readonly job: Job } => {
  const world = World.make({ slotsPerNode: 2, ...options })
  return { world, job: World.addJob(world, { preparation, release: {} }) }
}

const prep = "jobpreparation@node-1"
const release = "jobrelease@node-1"

const status = (world: World.World): ReadonlyArray<NodeChores> => {
  const found = JobOperations.preparationAndReleaseStatus(world.account, "job")
  if (Refusal.isRefusal(found)) throw new Error(found.code)
  return found
}

const terminate = (world: World.World) => {
  JobOperations.terminate(world.account, "job", undefined, ++world.atMs)
  World.pump(world)
}

describe("a job preparation", () => {
  it("runs once on a node before the first task there, which waits as preparing", () => {
    const { world } = withChores()
    const first = World.addTask(world, "a")
    const second = World.addTask(world, "b")
    assert.deepStrictEqual([first.state, second.state], ["preparing", "preparing"])
    assert.deepStrictEqual([...world.starts.keys()], [prep])
    assert.strictEqual(first.execution.startAtMs, undefined)
    assert.strictEqual(Account.presentNodes(world.account)[0]!.runningTasksCount, 2)
    World.end(world, prep, 0)
    assert.deepStrictEqual([first.state, first.previousState], ["running", "preparing"])
    assert.deepStrictEqual([...world.starts.keys()], [prep, "a", "b"])
    World.end(world, "a", 0)
    assert.strictEqual(World.addTask(world, "c").previousState, "active")
    assert.deepStrictEqual(
      status(world).map(({ preparation: { result, state } }) => [state, result]),
      [["completed", "success"]]
    )
  })

  it("counts preparing tasks as running, against the parallel limit too", () => {
    const world = World.make()
    World.addJob(world, { preparation: {}, maxParallelTasks: 1 })
    World.addTask(world, "a")
    World.addTask(world, "b")
    const counts = JobOperations.taskCounts(world.account, "job")
    assert.deepInclude("tasks" in counts ? counts.tasks : {}, { active: 1, running: 1 })
  })

  it("is retried as often as its constraints say, then bars the node for the job alone", () => {
    const { world } = withChores({ constraints: { maxTaskRetryCount: 1 } }, { nodesCount: 2 })
    const task = World.addTask(world, "a")
    const [first] = [...world.starts.keys()]
    World.end(world, first!, 1)
    assert.strictEqual(task.state, "preparing")
    assert.strictEqual(status(world)[0]!.preparation.retryCount, 1)
    assert.isDefined(status(world)[0]!.preparation.lastRetryAtMs)
    World.end(world, first!, 1)
    assert.strictEqual(task.state, "preparing", "it is now on the other node")
    assert.strictEqual(task.execution.retryCount, 0)
    const other = [...world.starts.keys()].find((key) => key !== first)!
    World.end(world, other, 1)
    World.end(world, other, 1)
    assert.strictEqual(task.state, "active", "no node is left")
    World.addJob(world, { id: "second" })
    assert.strictEqual(World.addTask(world, "x", {}, "second").state, "running")
    assert.strictEqual(World.addTask(world, "b").state, "active")
  })

  it("does not retry what could not be launched", () => {
    const { world } = withChores({ constraints: { maxTaskRetryCount: -1 } })
    const task = World.addTask(world, "a")
    World.end(world, prep, {
      _tag: "SetupFailed",
      failure: { category: "usererror", code: "BlobNotFound", message: "gone", details: [] }
    })
    assert.deepStrictEqual([task.state, status(world)[0]!.preparation.failure?.code], [
      "active",
      "BlobNotFound"
    ])
  })

  it("that is not waited for bars nothing, even when it fails", () => {
    const { world } = withChores({ waitsForSuccess: false })
    assert.strictEqual(World.addTask(world, "a").state, "running")
    World.end(world, prep, 1)
    assert.strictEqual(World.addTask(world, "b").state, "running")
    assert.strictEqual(status(world)[0]!.preparation.result, "failure")
  })

  it("ends at its wall clock without a retry", () => {
    const { world } = withChores({ constraints: { maxWallClockMs: 50, maxTaskRetryCount: 3 } })
    World.addTask(world, "a")
    const startAtMs = world.atMs
    Runs.advance(world.account, startAtMs + 49)
    World.pump(world)
    assert.deepStrictEqual(world.kills, [])
    Runs.advance(world.account, startAtMs + 50)
    World.pump(world)
    assert.strictEqual(world.kills.length, 1)
    World.end(world, prep, 143)
    assert.strictEqual(status(world)[0]!.preparation.failure?.code, "TaskEnded")
  })

  it("runs again on a node that was away, unless it succeeded and need not", () => {
    for (const isRerunAfterReboot of [true, false]) {
      const { world } = withChores({ isRerunAfterReboot })
      World.addTask(world, "a")
      World.end(world, prep, 0)
      Runs.loseNode(world.account, 0, ++world.atMs)
      Runs.returnNode(world.account, 0, ++world.atMs)
      World.pump(world)
      const found = TaskOperations.get(world.account, "job", "a")
      assert.strictEqual(
        "state" in found ? found.state : "",
        isRerunAfterReboot ? "preparing" : "running"
      )
    }
  })

  it("that was interrupted by the loss of its node runs again there", () => {
    const { world } = withChores({ isRerunAfterReboot: false })
    const task = World.addTask(world, "a")
    Runs.loseNode(world.account, 0, ++world.atMs)
    World.pump(world)
    assert.strictEqual(task.state, "active")
    Runs.returnNode(world.account, 0, ++world.atMs)
    World.pump(world)
    assert.strictEqual(task.state, "preparing")
    World.end(world, prep, 0)
    assert.strictEqual(task.state, "running")
  })

  it("goes on when its task is terminated, requeued or deleted, and serves the next", () => {
    const { world } = withChores()
    const gone = World.addTask(world, "gone")
    World.call(world, TaskOperations.terminate, "gone")
    assert.deepStrictEqual(
      [gone.state, gone.execution.startAtMs, gone.execution.exitCode, world.kills],
      ["completed", undefined, undefined, []]
    )
    World.addTask(world, "deleted")
    World.call(world, TaskOperations.remove, "deleted")
    const waiting = World.addTask(world, "waiting")
    JobOperations.disable(world.account, "job", "requeue", ++world.atMs)
    assert.deepStrictEqual([waiting.state, waiting.execution.requeueCount], ["active", 1])
    World.end(world, prep, 0)
    assert.strictEqual(waiting.state, "active")
    JobOperations.enable(world.account, "job", ++world.atMs)
    assert.strictEqual(waiting.state, "running")
  })

  it("keeps its status when its node has left the pool", () => {
    const { world } = withChores()
    World.addTask(world, "a")
    World.end(world, prep, 0)
    PoolOperations.resize(world.account, "pool", { targetDedicatedNodes: 0 }, ++world.atMs)
    World.pump(world)
    World.end(world, "a", { _tag: "Killed" })
    assert.deepStrictEqual(Account.presentNodes(world.account), [])
    assert.deepStrictEqual(status(world).map(({ node }) => node.id), ["node-1"])
  })

  it("holds a leaving node until it has ended", () => {
    const { world } = withChores({ waitsForSuccess: false })
    World.addTask(world, "a")
    PoolOperations.resize(world.account, "pool", { targetDedicatedNodes: 0 }, ++world.atMs)
    World.pump(world)
    assert.strictEqual(world.kills.length, 2)
    World.end(world, "a", { _tag: "Killed" })
    assert.strictEqual(Pool.stateOf(Account.presentNodes(world.account)[0]!), "leavingpool")
    World.end(world, prep, { _tag: "Killed" })
    assert.deepStrictEqual(Account.presentNodes(world.account), [])
  })
})

describe("a job release", () => {
  it("runs after the last task where tasks were started, and the job completes after it", () => {
    const { world, job } = withChores({}, { nodesCount: 2 })
    World.addTask(world, "a")
    const [place] = [...world.starts.keys()]
    World.end(world, place!, 0)
    terminate(world)
    const releases = () => [...world.starts.keys()].filter((key) => key.startsWith("jobrelease"))
    assert.deepStrictEqual([job.state, releases()], ["terminating", []])
    World.end(world, "a", { _tag: "Killed" })
    assert.deepStrictEqual([job.state, releases().length], ["terminating", 1])
    World.end(world, releases()[0]!, 5)
    assert.deepStrictEqual([job.state, job.terminateReason], ["completed", "UserTerminate"])
    assert.deepInclude(status(world)[0]!.release, { exitCode: 5, result: "failure" })
  })

  it("does not run where no task was started", () => {
    const { world, job } = withChores()
    World.addTask(world, "a")
    terminate(world)
    assert.strictEqual(world.kills.length, 1, "the preparation is ended with the job")
    World.end(world, prep, { _tag: "Killed" })
    assert.strictEqual(job.state, "completed")
    assert.isUndefined(status(world)[0]!.release)
  })

  it("runs when an active job is deleted, but not twice and not for a completed one", () => {
    for (const isTerminated of [false, true]) {
      const { world, job } = withChores()
      World.addTask(world, "a")
      World.end(world, prep, 0)
      World.end(world, "a", 0)
      if (isTerminated) {
        terminate(world)
        World.end(world, release, 0)
        assert.strictEqual(job.state, "completed")
        world.starts.delete(release)
      }
      JobOperations.remove(world.account, "job", ++world.atMs)
      World.pump(world)
      assert.strictEqual(world.starts.has(release), !isTerminated)
      if (!isTerminated) {
        assert.strictEqual(World.codeOf(JobOperations.get(world.account, "job")), "accepted")
        World.end(world, release, 0)
      }
      assert.strictEqual(World.codeOf(JobOperations.get(world.account, "job")), "JobNotFound")
    }
  })

  it("runs at the job's wall clock and ends at its own", () => {
    const world = World.make()
    const job = World.addJob(world, {
      preparation: {},
      release: {},
      constraints: { maxWallClockMs: 1000 }
    })
    World.addTask(world, "a")
    World.end(world, prep, 0)
    World.end(world, "a", 0)
    Runs.advance(world.account, job.createdAtMs + 1000)
    World.pump(world)
    assert.deepStrictEqual([job.terminateReason, world.starts.has(release)], [
      "MaxWallClockTimeExpiry",
      true
    ])
    Runs.advance(world.account, job.createdAtMs + 1000 + releaseWallClockMsMax)
    World.pump(world)
    assert.strictEqual(world.kills.length, 1)
  })

  it("does not run when the job is disabled", () => {
    const { world, job } = withChores()
    World.addTask(world, "a")
    World.end(world, prep, 0)
    World.end(world, "a", 0)
    JobOperations.disable(world.account, "job", "terminate", ++world.atMs)
    World.pump(world)
    assert.deepStrictEqual([job.state, world.starts.has(release)], ["disabled", false])
  })
})

describe("JobOperations.add with preparation, release and manager", () => {
  const add = (spec: Partial<JobSpec>): string =>
    World.codeOf(JobOperations.add(World.make().account, { id: "j", poolId: "pool", ...spec }, 1))

  it("refuses a release alone, equal ids, bad ids and a release of more than 15 minutes", () => {
    assert.strictEqual(add({ release: {} }), "InvalidPropertyValue")
    const preparation = {}
    assert.strictEqual(
      add({ preparation, release: { id: "JobPreparation" } }),
      "InvalidPropertyValue"
    )
    assert.strictEqual(add({ preparation: { id: "a b" } }), "InvalidPropertyValue")
    assert.strictEqual(add({ preparation, release: { id: "a b" } }), "InvalidPropertyValue")
    const maxWallClockMs = releaseWallClockMsMax
    assert.strictEqual(add({ preparation, release: { maxWallClockMs } }), "accepted")
    assert.strictEqual(
      add({ preparation, release: { maxWallClockMs: maxWallClockMs + 1 } }),
      "InvalidPropertyValue"
    )
    assert.strictEqual(
      add({ preparation: { constraints: { maxTaskRetryCount: -2 } } }),
      "InvalidPropertyValue"
    )
  })

  it("keeps the ids of both from other tasks, in any case", () => {
    const { world } = withChores()
    const addTask = (id: string) =>
      World.codeOf(TaskOperations.add(world.account, "job", { id }, 1))
    assert.strictEqual(addTask("JOBpreparation"), "TaskIdSameAsJobPreparationTask")
    assert.strictEqual(addTask("jobrelease"), "TaskIdSameAsJobReleaseTask")
    assert.strictEqual(
      add({ preparation: {}, manager: { task: { id: "jobPreparation" } } }),
      "TaskIdSameAsJobPreparationTask"
    )
  })

  it("gives a job without a preparation the code of its own", () => {
    const world = World.make()
    World.addJob(world)
    assert.strictEqual(
      World.codeOf(JobOperations.preparationAndReleaseStatus(world.account, "job")),
      "JobPreparationTaskNotSpecified"
    )
    assert.strictEqual(
      World.codeOf(JobOperations.preparationAndReleaseStatus(world.account, "none")),
      "JobNotFound"
    )
  })
})

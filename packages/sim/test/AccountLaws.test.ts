import * as Account from "@batchwave/sim/Account"
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as Pool from "@batchwave/sim/Pool"
import type { NodeDeallocation } from "@batchwave/sim/Pool"
import * as PoolOperations from "@batchwave/sim/PoolOperations"
import * as Refusal from "@batchwave/sim/Refusal"
import * as Runs from "@batchwave/sim/Runs"
import { isPlaced, type Task } from "@batchwave/sim/Task"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"

const ids = ["a", "B", "c", "7", "08", "e"]

type Step =
  | {
    readonly verb: "add"
    readonly id: string
    readonly slots: number
    readonly after: string
    readonly instances: number
  }
  | { readonly verb: "terminate" | "reactivate" | "delete" | "update"; readonly id: string }
  | { readonly verb: "end"; readonly run: number; readonly exitCode: number }
  | { readonly verb: "lose" | "return"; readonly node: number }
  | { readonly verb: "pass"; readonly ms: number }
  | { readonly verb: "disable" | "enable" | "patch" | "terminateJob" }
  | {
    readonly verb: "resize"
    readonly dedicated: number
    readonly lowPriority: number
    readonly deallocation: NodeDeallocation
  }
  | { readonly verb: "addPool" | "removePool" }

const id = fc.constantFrom(...ids)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      verb: fc.constant("add" as const),
      id,
      slots: fc.integer({ min: 1, max: 3 }),
      after: fc.constantFrom("", ...ids),
      instances: fc.nat(3)
    })
  },
  {
    weight: 5,
    arbitrary: fc.record({
      verb: fc.constantFrom(
        "terminate" as const,
        "reactivate" as const,
        "delete" as const,
        "update" as const
      ),
      id
    })
  },
  {
    weight: 7,
    arbitrary: fc.record({
      verb: fc.constant("end" as const),
      run: fc.nat(8),
      exitCode: fc.integer({ min: 0, max: 1 })
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constantFrom("lose" as const, "return" as const),
      node: fc.nat(1)
    })
  },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant("pass" as const), ms: fc.nat(30) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constantFrom("disable" as const, "enable" as const, "terminateJob" as const)
    })
  },
  {
    weight: 2,
    arbitrary: fc.record({
      verb: fc.constant("resize" as const),
      dedicated: fc.nat(3),
      lowPriority: fc.nat(2),
      deallocation: fc.constantFrom<NodeDeallocation>(
        "requeue",
        "terminate",
        "taskcompletion",
        "retaineddata"
      )
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({ verb: fc.constantFrom("addPool" as const, "removePool" as const) })
  }
)

const legal = [
  "active>preparing",
  "active>running",
  "active>completed",
  "preparing>running",
  "preparing>active",
  "preparing>completed",
  "running>completed",
  "running>active",
  "completed>active"
]

/** Applies a step and answers with what must not depend on anything but the steps. */
const apply = (
  account: Account.Account,
  runs: Array<number>,
  step: Step,
  nowMs: number
): object => {
  switch (step.verb) {
    case "add":
      return TaskOperations.add(account, "job", {
        id: step.id,
        requiredSlots: step.slots,
        constraints: { maxWallClockMs: 40, maxTaskRetryCount: step.slots - 1 },
        ...(step.instances === 0 ? {} : {
          requiredSlots: 1,
          placing: { instancesCount: step.instances, preferredNodeId: "node-2" }
        }),
        ...(step.after === "" ? {} : { dependsOn: { taskIds: [step.after] } })
      }, nowMs)
    case "terminate":
      return TaskOperations.terminate(account, "job", step.id, nowMs)
    case "reactivate":
      return TaskOperations.reactivate(account, "job", step.id, nowMs)
    case "delete":
      return TaskOperations.remove(account, "job", step.id, nowMs)
    case "update":
      return TaskOperations.update(account, "job", step.id, { maxWallClockMs: 60 }, nowMs)
    case "end":
      Runs.taskEnded(
        account,
        runs[step.run % Math.max(1, runs.length)] ?? 0,
        { _tag: "Exited", exitCode: step.exitCode },
        nowMs
      )
      return {}
    case "lose":
      Runs.loseNode(account, step.node, nowMs)
      return {}
    case "return":
      Runs.returnNode(account, step.node, nowMs)
      return {}
    case "pass":
      Runs.advance(account, nowMs + step.ms)
      return {}
    case "disable":
      return JobOperations.disable(account, "job", "requeue", nowMs)
    case "enable":
      return JobOperations.enable(account, "job", nowMs)
    case "terminateJob":
      return JobOperations.terminate(account, "job", undefined, nowMs)
    case "patch":
      return JobOperations.patch(account, "job", { priority: 3 }, nowMs)
    case "resize":
      return PoolOperations.resize(account, "pool", {
        targetDedicatedNodes: step.dedicated,
        targetLowPriorityNodes: step.lowPriority,
        deallocation: step.deallocation
      }, nowMs)
    case "addPool":
      return PoolOperations.add(account, {
        id: "pool",
        slotsPerNode: 1,
        isInterNode: true,
        targetDedicatedNodes: 2
      }, nowMs)
    case "removePool":
      return PoolOperations.remove(account, "pool", nowMs)
    default:
      return step satisfies never
  }
}

const checkPools = (account: Account.Account) => {
  const present = new Set(Account.presentNodes(account))
  for (const { node } of account.placements.values()) assert.isTrue(present.has(node))
  for (const { node } of account.chores.values()) assert.isTrue(present.has(node))
  for (const pool of account.pools.values()) {
    const leaving = pool.nodes.filter((node) => node.isLeaving)
    assert.isTrue(leaving.every(Pool.isBusy))
    const isResizing = leaving.length > 0 || pool.allocationAtMs !== undefined
    assert.strictEqual(pool.allocationState, isResizing ? "resizing" : "steady")
    if (isResizing) continue
    assert.strictEqual(Pool.nodesCount(pool, true), pool.target.dedicated)
    assert.strictEqual(Pool.nodesCount(pool, false), pool.target.lowPriority)
  }
}

const checkSlots = (account: Account.Account) => {
  const lent = account.nodes.map(() => 0)
  for (const placement of account.placements.values()) {
    lent[placement.node.index]! += placement.slots
  }
  for (const node of account.nodes) {
    assert.strictEqual(node.freeSlots + lent[node.index]!, node.pool.slotsPerNode)
    assert.isAtLeast(node.freeSlots, 0)
  }
}

const checkTask = (task: Task) => {
  const { execution, previousState, state } = task
  if (previousState !== undefined) assert.include(legal, `${previousState}>${state}`)
  assert.strictEqual(execution.result !== undefined, state === "completed")
  assert.strictEqual(execution.endAtMs !== undefined, state === "completed")
  assert.strictEqual(execution.failure !== undefined, execution.result === "failure")
  if (state === "active") assert.strictEqual(execution.startAtMs, undefined)
  if (state === "running") assert.isDefined(execution.startAtMs)
  if (execution.exitCode !== undefined) assert.isDefined(execution.startAtMs)
}

const checkCounts = (account: Account.Account) => {
  const job = account.jobs.get("job")!
  const counted = { active: 0, running: 0, succeeded: 0, failed: 0 }
  for (const task of job.tasks.values()) {
    checkTask(task)
    if (task.state === "preparing") counted.running++
    else if (task.state !== "completed") counted[task.state]++
    else counted[task.execution.result === "success" ? "succeeded" : "failed"]++
  }
  assert.deepStrictEqual({ ...job.counts.tasks }, counted)
}

/** The runs of a multi-instance task stand on different nodes, and its command begins last. */
const checkInstances = (account: Account.Account) => {
  const job = account.jobs.get("job")!
  for (const task of job.tasks.values()) {
    const runs = [...account.placements.values()].filter((run) =>
      run.task === task && run.lead === task.generation && !run.isKillAsked
    )
    assert.strictEqual(new Set(runs.map((run) => run.node)).size, runs.length)
    if (!isPlaced(task)) continue
    assert.strictEqual(runs.length, Math.max(1, task.placing?.instancesCount ?? 1))
    const primary = runs.find((run) => run.subtask === undefined)
    if (primary?.part !== "command" || task.subtasks === undefined) continue
    for (const { result } of task.subtasks) assert.strictEqual(result, "success")
  }
}

/** No task of a job runs where its preparation has not succeeded, and releases wait for all tasks. */
const checkChores = (account: Account.Account) => {
  const job = account.jobs.get("job")!
  const runs = [...account.placements.values()].filter((run) => run.phase === "started")
  for (const { node } of job.preparation === undefined ? [] : runs) {
    if (node.absence !== undefined) continue
    assert.strictEqual(job.nodeChores.get(node.index)?.preparation.result, "success")
  }
  for (const { kind } of account.chores.values()) {
    if (kind === "release") assert.deepStrictEqual([job.state, runs.length], ["terminating", 0])
  }
  if (job.state === "completed") assert.strictEqual(runs.length + account.chores.size, 0)
}

const worlds = {
  plain: { slotsPerNode: 3, job: {} },
  prepared: {
    slotsPerNode: 3,
    job: {
      preparation: { constraints: { maxTaskRetryCount: 1, maxWallClockMs: 50 } },
      release: { maxWallClockMs: 30 },
      manager: { task: { id: "manager" }, isJobEndedWithIt: false, takesLowPriorityNodes: false }
    }
  },
  spread: {
    slotsPerNode: 1,
    job: { preparation: { isRerunAfterReboot: false }, maxParallelTasks: 3 }
  },
  bare: { slotsPerNode: 1, job: {} }
} as const

const run = (
  steps: ReadonlyArray<Step>,
  isChecked: boolean,
  world: keyof typeof worlds
): string => {
  const { job, slotsPerNode } = worlds[world]
  const account = Account.make({
    pool: { id: "pool", nodesCount: 2, slotsPerNode, isInterNode: true },
    seed: 7,
    allocationMs: 5
  })
  JobOperations.add(account, { id: "job", poolId: "pool", usesTaskDependencies: true, ...job }, 1)
  const runs: Array<number> = []
  const trace: Array<string> = []
  let nowMs = 1
  for (const step of steps) {
    nowMs = Math.max(nowMs, account.nowMs) + 1
    const answer = apply(account, runs, step, nowMs)
    trace.push(Refusal.isRefusal(answer) ? answer.code : "ok")
    for (const instruction of Account.takeInstructions(account)) {
      trace.push(`${instruction._tag} ${instruction.taskId} ${instruction.nodeId}`)
      if (instruction._tag !== "KillTask") runs.push(instruction.generation)
    }
    if (!isChecked) continue
    checkSlots(account)
    checkPools(account)
    checkCounts(account)
    checkInstances(account)
    checkChores(account)
  }
  return trace.join("\n")
}

const world = fc.constantFrom("plain", "prepared", "spread", "bare")

describe("Account", () => {
  it("never lends a slot twice, never counts wrong and never moves a task illegally", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), world, (steps, name) => {
        run(steps, true, name)
      }),
      { numRuns: 2000 }
    )
  })

  it("gives the same answers and instructions for the same calls", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), world, (steps, name) => {
        assert.strictEqual(run(steps, false, name), run(steps, false, name))
      }),
      { numRuns: 300 }
    )
  })

  it("starts no task with an unsatisfied dependency", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 30 }),
        fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 12, maxLength: 12 }),
        (edges, exits) => {
          const account = Account.make({
            pool: { id: "p", nodesCount: 1, slotsPerNode: 2 },
            seed: 3
          })
          JobOperations.add(account, { id: "job", poolId: "p", usesTaskDependencies: true }, 1)
          const parents = exits.map((_, child) =>
            edges.filter(([from, to]) => to === child && from < child).map(([from]) => from)
          )
          const succeeded = new Set<number>()
          TaskOperations.addCollection(
            account,
            "job",
            parents.map((of, child) => ({
              id: String(child),
              dependsOn: child % 2 === 0
                ? { taskIds: of.map((parent) => `0${parent}`.slice(-String(parent).length)) }
                : { taskIdRanges: of.map((parent) => ({ start: parent, end: parent })) }
            })),
            2
          )
          for (;;) {
            const started = Account.takeInstructions(account)
            if (started.length === 0) break
            for (const { generation, taskId } of started) {
              const child = Number(taskId)
              for (const parent of parents[child]!) assert.isTrue(succeeded.has(parent))
              if (exits[child] === 0) succeeded.add(child)
              Runs.taskEnded(account, generation, { _tag: "Exited", exitCode: exits[child]! }, 3)
            }
          }
          const reachable = parents.map((of, child) => [child, of] as const)
          for (const [child, of] of reachable) {
            const task = account.jobs.get("job")!.tasks.get(String(child))!
            const isUnblocked = of.every((parent) => succeeded.has(parent))
            assert.strictEqual(task.state, isUnblocked ? "completed" : "active")
          }
        }
      ),
      { numRuns: 500 }
    )
  })
})

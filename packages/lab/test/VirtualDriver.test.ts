import * as Backoff from "@batchwave/core/Backoff"
import * as Plan from "@batchwave/core/Plan"
import * as Policy from "@batchwave/core/Policy"
import * as Workflow from "@batchwave/core/Workflow"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import { assert, describe, it } from "@effect/vitest"
import type * as Link from "../src/Link.ts"
import * as VirtualDriver from "../src/VirtualDriver.ts"

const planOf = (nodes: ReadonlyArray<Workflow.WorkflowNode>): Plan.Plan => {
  const result = Plan.make(Workflow.make("test", nodes))
  if (result._tag === "Invalid") throw new Error(JSON.stringify(result.errors))
  return result.plan
}

const wide = (count: number): Plan.Plan =>
  planOf(Array.from({ length: count }, (_, index) => Workflow.node(`n${index}`, "true")))

const optionsOf = (
  plan: Plan.Plan,
  rest: Partial<VirtualDriver.Options> = {}
): VirtualDriver.Options => ({
  plan,
  policies: { policyOf: () => Policy.defaultPolicy },
  seed: 1,
  account: { pool: { id: "pool", nodesCount: 4, slotsPerNode: 4 }, seed: 1 },
  ...rest
})

const second = { tasks: [{ duration: { _tag: "Fixed", value: 1000 } }] } as const

describe("VirtualDriver", () => {
  it("runs a chain one node after another, each seen by the next poll", () => {
    const plan = planOf([
      Workflow.node("a", "true"),
      Workflow.node("b", "true", { after: ["a"] }),
      Workflow.node("c", "true", { after: ["b"] })
    ])
    const { endMs, executions, journal, report } = VirtualDriver.run(
      optionsOf(plan, { scenario: second })
    )
    assert.strictEqual(report.outcome, "succeeded")
    assert.strictEqual(executions, 3)
    assert.isAbove(endMs, 3_000)
    assert.isBelow(endMs, 3 * (1_000 + 3_000))
    assert.isTrue(journal.every(({ atMs }, at) => at === 0 || atMs >= journal[at - 1]!.atMs))
  })

  it("adds at most 100 tasks in a request, and lists in pages of 1000", () => {
    const { counters, report } = VirtualDriver.run(
      optionsOf(wide(2_001), { scenario: second, poll: { msMin: 600_000, msMax: 600_000 } })
    )
    assert.strictEqual(report.counts.succeeded, 2_001)
    assert.strictEqual(counters.requests.addTasks, 21)
    assert.isAtLeast(counters.requests.listTasks, counters.polls + 2)
  })

  it("gives equal runs for equal options", () => {
    const options = optionsOf(wide(200), {
      policies: {
        policyOf: () => Policy.retry({ max: 5, backoff: Backoff.exponential({ baseMs: 9 }) })
      },
      scenario: { tasks: [{ ...second.tasks[0], failures: [{ exitCode: 3, probability: 0.4 }] }] }
    })
    const first = VirtualDriver.run(options)
    assert.isAbove(first.executions, 200)
    assert.strictEqual(JSON.stringify(first), JSON.stringify(VirtualDriver.run(options)))
  })

  it("makes good what the link loses, without running anything twice", () => {
    let sent = 0
    const link: Link.Link = {
      fateOf: () => {
        sent++
        const isLost = sent % 3 === 0
        return { requestMs: sent % 6 === 0 ? Infinity : 5, replyMs: isLost ? Infinity : 5 }
      }
    }
    const { counters, executions, report } = VirtualDriver.run(
      optionsOf(wide(500), { scenario: second, link })
    )
    assert.strictEqual(report.outcome, "succeeded")
    assert.strictEqual(executions, 500)
    assert.isAbove(counters.timeouts, 0)
  })

  it("goes on from its journal wherever it is killed", () => {
    const plan = planOf([
      Workflow.node("a", "true"),
      Workflow.node("b", "true", { after: ["a"] }),
      Workflow.node("c", "true", { after: ["a"] })
    ])
    let points = 0
    VirtualDriver.run(optionsOf(plan, { scenario: second, kill: () => (points++, false) }))
    assert.isAbove(points, 20)
    for (let target = 1; target <= points; target++) {
      let point = 0
      const { counters, executions, report } = VirtualDriver.run(
        optionsOf(plan, { scenario: second, kill: () => ++point === target })
      )
      assert.strictEqual(counters.crashes, 1)
      assert.strictEqual(report.outcome, "succeeded", `killed at point ${target}`)
      assert.strictEqual(executions, 3, `killed at point ${target}`)
    }
  })

  it("tells of a task that a late request adds again as of one put back in its queue", () => {
    const driver = VirtualDriver.make(
      optionsOf(wide(1), {
        scenario: { tasks: [{ duration: { _tag: "Fixed", value: 30_000 } }] },
        link: {
          fateOf: (kind) => ({
            requestMs: 5,
            replyMs: 5,
            ...(kind === "addTasks" ? { repeatsAfterMs: 9_000 } : {})
          })
        }
      })
    )
    VirtualDriver.advance(driver, 8_000)
    TaskOperations.remove(driver.service.account, driver.jobId, "n0", 8_000)
    VirtualDriver.advance(driver, Infinity)
    const { executions, journal, report } = VirtualDriver.resultOf(driver)
    assert.strictEqual(executions, 2)
    assert.strictEqual(report.outcome, "succeeded")
    const told = journal.flatMap(({ events }) => events.map(({ _tag }) => _tag))
    assert.deepStrictEqual(told.filter((tag) => tag.startsWith("Task")), [
      "TasksAccepted",
      "TaskStarted",
      "TaskRequeued",
      "TaskStarted",
      "TaskEnded"
    ])
  })

  it("does not reactivate once more what a listing leaves out after a death", () => {
    let reactivations = 0
    let isDead = false
    const { executions, report } = VirtualDriver.run(
      optionsOf(wide(2), {
        account: { pool: { id: "pool", nodesCount: 1, slotsPerNode: 1 }, seed: 1 },
        policies: { policyOf: () => Policy.retry({ max: 1, via: "reactivate" }) },
        scenario: {
          tasks: [{
            duration: { _tag: "Fixed", value: 8_000 },
            failures: [{ exitCode: 3, probability: 1 }]
          }]
        },
        link: {
          fateOf: (kind) => {
            if (kind === "reactivateTask") reactivations++
            return {
              requestMs: reactivations > 1 && kind === "reactivateTask" ? 20_000 : 5,
              replyMs: 5,
              ...(isDead && kind === "listTasks" ? { listing: { omits: () => true } } : {})
            }
          }
        },
        kill: (point) => {
          if (isDead || reactivations === 0 || point !== "beforeReply") return false
          isDead = true
          return true
        }
      })
    )
    assert.isTrue(isDead)
    assert.strictEqual(reactivations, 2)
    assert.strictEqual(executions, 4)
    assert.strictEqual(report.outcome, "failed")
  })

  it("stays unfinished when nothing can move the run any more", () => {
    const { report } = VirtualDriver.run(
      optionsOf(wide(1), {
        account: { pool: { id: "pool", nodesCount: 0, slotsPerNode: 1 }, seed: 1 }
      })
    )
    assert.strictEqual(report.outcome, "unfinished")
  })

  it("takes wishes while the run goes on, and keeps them while it is down", () => {
    const driver = VirtualDriver.make(optionsOf(wide(100), { scenario: second }))
    VirtualDriver.advance(driver, 500)
    VirtualDriver.crash(driver)
    VirtualDriver.wish(driver, { _tag: "CancelRequested" })
    VirtualDriver.advance(driver, Infinity)
    const { report } = VirtualDriver.resultOf(driver)
    assert.strictEqual(report.outcome, "cancelled")
    assert.strictEqual(report.counts.pending, 0)
  })
})

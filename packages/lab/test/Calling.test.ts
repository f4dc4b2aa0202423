/**
 * The client of a virtual run: when a refused request is made again, and what it holds back meanwhile.
 */
import * as Plan from "@batchwave/core/Plan"
import * as Policy from "@batchwave/core/Policy"
import * as Workflow from "@batchwave/core/Workflow"
import { assert, describe, it } from "@effect/vitest"
import type { ClientRule } from "../src/ClientRule.ts"
import type * as Link from "../src/Link.ts"
import * as VirtualDriver from "../src/VirtualDriver.ts"

const planOf = (count: number): Plan.Plan => {
  const nodes = Array.from({ length: count }, (_, index) => Workflow.node(`n${index}`, "true"))
  const result = Plan.make(Workflow.make("test", nodes))
  if (result._tag === "Invalid") throw new Error(JSON.stringify(result.errors))
  return result.plan
}

interface Told {
  readonly link: Link.Link
  readonly nodes?: number
  readonly client?: ClientRule
  readonly submit?: VirtualDriver.SubmitPolicy
  readonly untilMs?: number
}

/** Runs it; answers when which kind of request was sent. */
const sentBy = ({ client = {}, link, nodes = 1, submit = {}, untilMs = Infinity }: Told) => {
  const sent: Array<readonly [kind: string, atMs: number]> = []
  const driver = VirtualDriver.make({
    plan: planOf(nodes),
    policies: { policyOf: () => Policy.defaultPolicy },
    seed: 1,
    account: { pool: { id: "pool", nodesCount: 4, slotsPerNode: 4 }, seed: 1 },
    link,
    submit,
    client: { unitAt: () => 0.5, ...client },
    onSend: ({ atMs, request }) => void sent.push([request._tag, atMs])
  })
  VirtualDriver.advance(driver, untilMs)
  const times = (kind: string) => sent.flatMap(([of, atMs]) => of === kind ? [atMs] : [])
  return { times, driver }
}

/** Requests of a kind are refused, each as it is told to be; all take `latencyMs`. */
const refusing = (
  refusalOf: (
    kind: Link.RequestKind,
    nowMs: number
  ) => NonNullable<Link.Fate["trouble"]> | undefined,
  latencyMs = 0
): Link.Link => ({
  fateOf: (kind, _size, nowMs) => {
    const trouble = refusalOf(kind, nowMs)
    const ways = { requestMs: latencyMs / 2, replyMs: latencyMs / 2 }
    return trouble === undefined ? ways : { ...ways, trouble }
  }
})

const busy = { isActed: false, status: 503 }

describe("Calling", () => {
  it("waits twice as long each time up to its bound, ten attempts a call, then the run's patience", () => {
    const { times } = sentBy({
      link: refusing((kind) => kind === "addJob" ? busy : undefined),
      untilMs: 60_000
    })
    const waits = times("AddJob").map((atMs, place, all) => atMs - (all[place - 1] ?? 0))
    assert.deepStrictEqual(
      waits.slice(0, 13),
      [0, 125, 250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 2000, 125, 250]
    )
  })

  it("begins no attempt at the deadline of the call or after it", () => {
    const at = (deadlineMs: number) =>
      sentBy({
        link: refusing((kind) => kind === "addJob" ? busy : undefined),
        client: { policy: { deadlineMs } },
        untilMs: 3_000
      }).times("AddJob").slice(0, 5)
    // The fourth attempt would be at 875 ms.
    assert.deepStrictEqual(at(876), [0, 125, 375, 875, 2875])
    assert.deepStrictEqual(at(875), [0, 125, 375, 2375, 2500])
  })

  it("starts nothing before the wait that the service asks for, whoever asked", () => {
    const { times } = sentBy({
      nodes: 30,
      submit: { tasksPerRequest: 10 },
      link: refusing(
        (kind, nowMs) =>
          kind === "addTasks" && nowMs < 5
            ? { ...busy, status: 429, retryAfterMs: 7000 }
            : undefined,
        2
      )
    })
    const after = [...times("AddTasks"), ...times("ListTasks")].filter((atMs) => atMs > 2)
    // The job took 2 ms, the refusal 2 ms more; a tenth of the hint, at most 250 ms, is drawn.
    assert.strictEqual(times("AddTasks")[3], 2 + 2 + 7000 + 125)
    for (const atMs of after) assert.isAtLeast(atMs, 7004)
  })

  it("has half as many attempts on the wire after each round of refusals, and all again later", () => {
    const latencyMs = 100
    const { driver, times } = sentBy({
      nodes: 640,
      submit: { tasksPerRequest: 10, concurrency: 64 },
      client: { connections: 16 },
      link: refusing(
        (kind, nowMs) => kind === "addTasks" && nowMs < 250 ? busy : undefined,
        latencyMs
      )
    })
    const crowdAt = (fromMs: number, toMs: number): number =>
      Math.max(
        ...times("AddTasks").filter((atMs) => fromMs <= atMs && atMs < toMs).map((atMs, _, all) =>
          all.filter((other) => atMs - latencyMs < other && other <= atMs).length
        )
      )
    assert.strictEqual(crowdAt(0, 200), 16)
    assert.strictEqual(crowdAt(200, 300), 8)
    assert.isAtMost(crowdAt(300, 500), 16)
    assert.strictEqual(driver.memory.client?.onWire, 0)
    assert.strictEqual(driver.memory.state.outcome, "succeeded")
  })

  it("makes retries wait their turn beyond the budget", () => {
    const { times } = sentBy({
      link: refusing((kind) => kind === "addJob" ? busy : undefined),
      client: { retryBudget: { ratio: 0, perSecondMin: 0.1, burst: 2 } },
      untilMs: 40_000
    })
    const [, first = 0, second = 0, third = 0] = times("AddJob")
    assert.deepStrictEqual([first, second], [125, 375])
    // Two were saved up, and another is earned in ten seconds.
    assert.approximately(third, 10_000, 400)
  })

  it("looks at a task before each attempt to reactivate it", () => {
    let failed = 0
    const sent: Array<string> = []
    const plan = planOf(1)
    const { report } = VirtualDriver.run({
      plan,
      policies: { policyOf: () => Policy.retry({ max: 1, via: "reactivate" }) },
      seed: 1,
      account: { pool: { id: "pool", nodesCount: 1, slotsPerNode: 1 }, seed: 1 },
      scenario: { tasks: [{ attempts: { to: 1 }, failures: [{ exitCode: 3, probability: 1 }] }] },
      client: {},
      link: refusing((kind) => kind === "reactivateTask" && failed++ < 2 ? busy : undefined),
      onSend: ({ request }) => void sent.push(request._tag)
    })
    assert.strictEqual(report.outcome, "succeeded")
    const about = sent.filter((tag) => tag === "GetTask" || tag === "ReactivateTask")
    assert.strictEqual(about.join(" "), "GetTask ReactivateTask ".repeat(3).trim())
  })

  it("waits as long after the look before a reactivation as before it, where there was no room", () => {
    const aboutOne = (trouble: NonNullable<Link.Fate["trouble"]>) => {
      let failed = 0
      const sent: Array<readonly [kind: string, atMs: number]> = []
      VirtualDriver.run({
        plan: planOf(1),
        policies: { policyOf: () => Policy.retry({ max: 1, via: "reactivate" }) },
        seed: 1,
        account: { pool: { id: "pool", nodesCount: 1, slotsPerNode: 1 }, seed: 1 },
        scenario: { tasks: [{ attempts: { to: 1 }, failures: [{ exitCode: 3, probability: 1 }] }] },
        client: { unitAt: () => 0.5, policy: { deadlineMs: 1000 } },
        link: refusing((kind) => kind === "reactivateTask" && failed++ < 3 ? trouble : undefined),
        onSend: ({ atMs, request: { _tag } }) => {
          if (_tag === "GetTask" || _tag === "ReactivateTask") sent.push([_tag, atMs])
        }
      })
      const firstAtMs = sent[0]?.[1] ?? 0
      return sent.map(([kind, atMs]) => `${kind} ${atMs - firstAtMs}`)
    }
    const first = ["GetTask 0", "ReactivateTask 0", "GetTask 125"]
    assert.deepStrictEqual(aboutOne(busy), [
      ...first,
      "ReactivateTask 250",
      "GetTask 500",
      "ReactivateTask 750",
      // The call began at 0 and has a second; what follows is another.
      "GetTask 2750",
      "ReactivateTask 2750"
    ])
    assert.deepStrictEqual(aboutOne({ isActed: false, status: 500 }), [
      ...first,
      "ReactivateTask 125",
      "GetTask 375",
      "ReactivateTask 375",
      "GetTask 875",
      "ReactivateTask 875"
    ])
  })
})

import * as FaultPlan from "@batchwave/emulator/FaultPlan"
import * as Faults from "@batchwave/emulator/Faults"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as FastCheck from "fast-check"

const request = (more: Partial<Faults.FaultRequest> = {}): Faults.FaultRequest => ({
  operationId: "Task_Get",
  isPaged: false,
  isContinued: false,
  jobId: "job",
  taskIds: () => ["task"],
  bodyBytes: () => 0,
  added: () => undefined,
  ...more
})

const inForce = (plan: FaultPlan.FaultPlan): Faults.ActivePlan => {
  const faults: Faults.Faults = { active: undefined }
  Faults.put(faults, plan, 1000)
  assert.isDefined(faults.active)
  return faults.active
}

const stall = { _tag: "Stall" } as const

/** Which of `count` requests, from 1, the only rule of a plan fires on. */
const firedOf = (
  when: FaultPlan.FaultMatch,
  count: number,
  seed = 1
): ReadonlyArray<number> => {
  const active = inForce({ seed, rules: [{ when, fault: stall }] })
  return Array.from({ length: count }, (_, index) => index + 1)
    .filter(() => Faults.judge(active, request(), 1000) !== undefined)
}

describe("FaultPlan.decode", () => {
  it("names every problem with its place", () => {
    const decoded = FaultPlan.decode({
      seed: "x",
      rules: [
        { fault: { _tag: "Status", status: 99 } },
        { when: { nth: 0, probability: 2 }, fault: { _tag: "Delay", delayMs: -1 } },
        { whem: {}, fault: { _tag: "Stall" } }
      ]
    })
    const problems = Result.isFailure(decoded) ? decoded.failure.join("\n") : ""
    for (
      const place of [
        "faults.seed",
        "faults.rules.0.fault.status",
        "faults.rules.1.when.nth",
        "faults.rules.1.when.probability",
        "faults.rules.1.fault.delayMs",
        "faults.rules.2.whem"
      ]
    ) {
      assert.include(problems, place)
    }
  })

  it("gives back what JSON makes of any of its plans", () => {
    const plan: FaultPlan.FaultPlan = {
      seed: 3,
      server: { dateOffsetMs: -5, idleCloseMs: 10 },
      rules: [
        {
          name: "a",
          when: { operations: ["Task_*"], jobs: "j*", tasks: "t?", everyNth: 2, countMax: 3 },
          fault: { _tag: "Status", status: 429, retryAfter: { text: "soon" }, acts: true }
        },
        { fault: { _tag: "Collection", items: [{ tasks: "a*", effect: "Missing" }], extra: 2 } },
        { fault: { _tag: "Page", itemsMax: 0, nextLink: "Looping" } }
      ]
    }
    const decoded = FaultPlan.decode(JSON.parse(JSON.stringify(plan)))
    assert.deepStrictEqual(Result.getOrThrow(decoded), plan)
  })
})

describe("FaultPlan.problems", () => {
  it("refuses unknown operations, empty windows and endless patterns", () => {
    const problems = FaultPlan.problems({
      rules: [
        { when: { operations: ["Task_Ad", "task_*"] }, fault: stall },
        { when: { fromMs: 5, untilMs: 5 }, fault: stall },
        { when: { tasks: "*".repeat(201) }, fault: stall }
      ],
      runs: [{ when: { jobs: "*".repeat(201), fromMs: 1, untilMs: 1 }, fault: { _tag: "Hang" } }],
      nodes: [{ nodes: "*".repeat(201), atMs: 0 }]
    }, ["Task_Add"])
    assert.deepStrictEqual(problems, [
      "faults.rules.0.when.operations: no operation is called Task_Ad.",
      "faults.rules.1.when.untilMs: it must be later than fromMs.",
      "faults.rules.2: a pattern may have 200 characters.",
      "faults.runs.0.when.untilMs: it must be later than fromMs.",
      "faults.runs.0: a pattern may have 200 characters.",
      "faults.nodes.0: a pattern may have 200 characters."
    ])
  })
})

describe("Faults.judge", () => {
  it("fires on the nth, on every nth and at most as often as allowed", () => {
    assert.deepStrictEqual(firedOf({ nth: 3 }, 7), [3])
    assert.deepStrictEqual(firedOf({ everyNth: 3 }, 7), [3, 6])
    assert.deepStrictEqual(firedOf({ countMax: 2 }, 5), [1, 2])
    assert.deepStrictEqual(firedOf({ everyNth: 2, countMax: 1 }, 5), [2])
  })

  it("fires by a probability of 0 never, of 1 always, and by the seed in between", () => {
    assert.deepStrictEqual(firedOf({ probability: 0 }, 50), [])
    assert.strictEqual(firedOf({ probability: 1 }, 50).length, 50)
    const fired = firedOf({ probability: 0.3 }, 10_000, 7)
    assert.isTrue(Math.abs(fired.length - 3000) < 150, `${fired.length}`)
    assert.deepStrictEqual(firedOf({ probability: 0.3 }, 10_000, 7), fired)
    assert.notDeepEqual(firedOf({ probability: 0.3 }, 10_000, 8), fired)
  })

  it("draws the same for a rule whatever other requests come between", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.array(FastCheck.boolean(), { maxLength: 100 }), (order) => {
        const rule = { when: { tasks: "a*", probability: 0.5 }, fault: stall }
        const mixed = inForce({ rules: [rule] })
        const alone = inForce({ rules: [rule] })
        const taskIds = () => ["a1"]
        for (const isOurs of order) {
          if (!isOurs) {
            Faults.judge(mixed, request(), 1000)
            continue
          }
          const left = Faults.judge(mixed, request({ taskIds }), 1000)
          const right = Faults.judge(alone, request({ taskIds }), 1000)
          if ((left === undefined) !== (right === undefined)) return false
        }
        return true
      })
    )
  })

  it("fires within its window only, the end not included", () => {
    const active = inForce({ rules: [{ when: { fromMs: 10, untilMs: 20 }, fault: stall }] })
    const firedAt = [1009, 1010, 1019, 1020].filter((nowMs) =>
      Faults.judge(active, request(), nowMs) !== undefined
    )
    assert.deepStrictEqual(firedAt, [1010, 1019])
  })

  it("adds delays up and lets the first ending hold, which alone has fired", () => {
    const active = inForce({
      rules: [
        { name: "slow", fault: { _tag: "Delay", delayMs: 5 } },
        { name: "busy", fault: { _tag: "Status", status: 503 } },
        { name: "drop", fault: { _tag: "Drop" } },
        { name: "late", fault: { _tag: "Delay", delayMs: 7, acts: true } }
      ]
    })
    const verdict = Faults.judge(active, request(), 1000)
    assert.deepStrictEqual(verdict?.fired, ["slow", "busy", "late"])
    assert.strictEqual(verdict?.delayBeforeMs, 5)
    assert.strictEqual(verdict?.delayAfterMs, 7)
    assert.deepStrictEqual(active.rules.map(({ counter }) => counter.firedCount), [1, 1, 0, 1])
    assert.deepStrictEqual(active.rules.map(({ counter }) => counter.matchedCount), [1, 1, 1, 1])
  })

  it("matches collections by any of their tasks, and pages and links only where there are any", () => {
    const active = inForce({
      rules: [
        { when: { tasks: "b*" }, fault: { _tag: "Delay", delayMs: 1 } },
        { fault: { _tag: "ExpiredLink" } },
        { fault: { _tag: "BodyLimit", bodyBytesMax: 10 } }
      ]
    })
    const judge = (more: Partial<Faults.FaultRequest>) =>
      Faults.judge(active, request(more), 1000)?.fired
    assert.deepStrictEqual(judge({ taskIds: () => ["a", "b2"] }), ["rule-1"])
    assert.isUndefined(judge({ isPaged: true }))
    assert.deepStrictEqual(judge({ isPaged: true, isContinued: true }), ["rule-2"])
    assert.isUndefined(judge({ bodyBytes: () => 10 }))
    assert.deepStrictEqual(judge({ bodyBytes: () => 11 }), ["rule-3"])
  })
})

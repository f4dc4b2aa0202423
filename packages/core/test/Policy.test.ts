/** Policies decide by class, code, budget and order, and by nothing else. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import type { Attempt } from "../src/Attempt.ts"
import * as Backoff from "../src/Backoff.ts"
import type { Decision } from "../src/Decision.ts"
import type { Failure } from "../src/Failure.ts"
import * as Policy from "../src/Policy.ts"
import * as PolicyContext from "../src/PolicyContext.ts"

const exit = (exitCode: number): Failure => ({ _tag: "Exit", exitCode })
const outOfMemory: Failure = { _tag: "OutOfMemory", exitCode: 137 }
const vanished: Failure = { _tag: "Vanished", message: "gone" }
const timedOut: Failure = { _tag: "TimedOut", message: "too long" }

const contextOf = (
  failures: ReadonlyArray<Failure>,
  unit = 0.5,
  slots = 1
): PolicyContext.PolicyContext => ({
  node: "n",
  attempts: failures.map((failure, at): Attempt => ({
    number: at + 1,
    submission: 1,
    failure,
    transition: `t${at}`,
    delayMs: 0,
    plannedAtMs: at,
    failedAtMs: at,
    runTimeMs: 1,
    slots
  })),
  unit,
  nowMs: 0,
  run: { startedCount: 1, retryCount: 0, failureStreak: failures.length, startedAtMs: 0 }
})

const decide = (policy: Policy.Policy, ...failures: ReadonlyArray<Failure>): Decision =>
  Policy.decide(policy, contextOf(failures))

const tagsOf = (policy: Policy.Policy, ...failures: ReadonlyArray<Failure>) =>
  failures.map((_, at) => decide(policy, ...failures.slice(0, at + 1))._tag)

const repeated = (failure: Failure, count: number) => Array.from({ length: count }, () => failure)

describe("Policy.retry", () => {
  it("allows exactly max retries", () => {
    const policy = Policy.retry({ max: 2 })
    assert.deepStrictEqual(tagsOf(policy, exit(1), exit(2), exit(3)), ["Retry", "Retry", "GiveUp"])
  })

  it("says in words how many retries are used up", () => {
    const reasonOf = (max: number) =>
      decide(Policy.retry({ max }), ...repeated(exit(1), max + 1)).reason
    assert.deepStrictEqual([0, 1, 2].map(reasonOf), [
      "it may not be retried",
      "its one retry is used up",
      "its 2 retries are used up"
    ])
  })

  it("allows none with max 0", () => {
    assert.strictEqual(decide(Policy.retry({ max: 0 }), exit(1))._tag, "GiveUp")
  })

  it("counts each class against its own budget", () => {
    const policy = Policy.retry({ max: 1 })
    assert.deepStrictEqual(
      tagsOf(policy, exit(1), outOfMemory, vanished, exit(1), outOfMemory),
      ["Retry", "Retry", "Retry", "GiveUp", "GiveUp"]
    )
  })

  it("never retries more often than it says, in any history", () => {
    const failure = FastCheck.constantFrom(exit(1), exit(75), outOfMemory, vanished, timedOut)
    const history = FastCheck.array(failure, { maxLength: 30 })
    FastCheck.assert(
      FastCheck.property(history, FastCheck.nat({ max: 4 }), (failures, max) => {
        const retried = new Map<string, number>()
        tagsOf(Policy.retry({ max }), ...failures).forEach((tag, at) => {
          const name = failures[at]?._tag ?? ""
          if (tag === "Retry") retried.set(name, (retried.get(name) ?? 0) + 1)
        })
        for (const count of retried.values()) assert.isAtMost(count, max)
      })
    )
  })

  it("waits by the index of the retry within its class", () => {
    const backoff = Backoff.exponential({ baseMs: 100, jitter: "none" })
    const policy = Policy.retry({ max: 5, backoff, via: "reactivate" })
    assert.deepStrictEqual(decide(policy, exit(1), vanished, exit(1)), {
      _tag: "Retry",
      afterMs: 200,
      via: "reactivate",
      reason: "exit code 1; retry 2 of 5"
    })
  })

  it("hands the draw of its context to the backoff", () => {
    const policy = Policy.retry({ max: 1, backoff: Backoff.exponential({ baseMs: 1000 }) })
    const decision = policy.decide(contextOf([exit(1)], 0.25))
    assert.strictEqual(decision?._tag === "Retry" ? decision.afterMs : -1, 250)
  })

  it("gives up where the backoff ends before the budget", () => {
    const backoff: Backoff.Backoff = {
      description: "once",
      delayMs: (retry) => retry === 0 ? 1 : undefined
    }
    assert.deepStrictEqual(tagsOf(Policy.retry({ max: 9, backoff }), exit(1), exit(1)), [
      "Retry",
      "GiveUp"
    ])
  })

  it("makes a negative wait 0", () => {
    const backoff: Backoff.Backoff = { description: "negative", delayMs: () => -5 }
    const decision = decide(Policy.retry({ max: 1, backoff }), exit(1))
    assert.strictEqual(decision._tag === "Retry" ? decision.afterMs : -1, 0)
  })
})

describe("Policy.on", () => {
  it("answers for its classes and for no other", () => {
    const policy = Policy.on(["OutOfMemory", "TimedOut"], Policy.retry({ max: 1 }))
    assert.strictEqual(policy.decide(contextOf([outOfMemory]))?._tag, "Retry")
    assert.strictEqual(policy.decide(contextOf([timedOut]))?._tag, "Retry")
    assert.strictEqual(policy.decide(contextOf([exit(1)])), undefined)
  })

  it("asks about the last failure, not about earlier ones", () => {
    const policy = Policy.on("OutOfMemory", Policy.retry({ max: 1 }))
    assert.strictEqual(policy.decide(contextOf([outOfMemory, exit(1)])), undefined)
    assert.strictEqual(policy.decide(contextOf([exit(1), outOfMemory]))?._tag, "Retry")
  })
})

describe("Policy.onExit", () => {
  const policy = Policy.onExit([75, [10, 12]], Policy.retry({ max: 9 }))

  for (
    const [code, isMine] of [[9, false], [10, true], [11, true], [12, true], [13, false]] as const
  ) {
    it(`${isMine ? "takes" : "leaves"} exit code ${code} for the range 10–12`, () => {
      assert.strictEqual(policy.decide(contextOf([exit(code)])) !== undefined, isMine)
    })
  }

  for (const [code, isMine] of [[74, false], [75, true], [76, false]] as const) {
    it(`${isMine ? "takes" : "leaves"} exit code ${code} for the code 75`, () => {
      assert.strictEqual(policy.decide(contextOf([exit(code)])) !== undefined, isMine)
    })
  }

  it("takes 137 also when it was classed as out of memory", () => {
    const killed = Policy.onExit([137], Policy.retry({ max: 1 }))
    assert.strictEqual(killed.decide(contextOf([outOfMemory]))?._tag, "Retry")
  })

  it("leaves failures without an exit code of the program", () => {
    const all = Policy.onExit([[-1000, 1000]], Policy.retry({ max: 1 }))
    const upload: Failure = { _tag: "UploadFailed", code: "c", message: "m", exitCode: 0 }
    for (const failure of [vanished, timedOut, upload]) {
      assert.strictEqual(all.decide(contextOf([failure])), undefined)
    }
  })

  it("takes nothing from an empty list or a range that is turned round", () => {
    for (const codes of [[], [[12, 10] as const]]) {
      const none = Policy.onExit(codes, Policy.retry({ max: 1 }))
      assert.strictEqual(none.decide(contextOf([exit(11)])), undefined)
    }
  })
})

describe("Policy.firstMatch", () => {
  const policy = Policy.firstMatch(
    Policy.on("OutOfMemory", Policy.giveUp),
    Policy.onExit([75], Policy.retry({ max: 2 })),
    Policy.retry({ max: 1, via: "resubmit" })
  )

  it("takes the first answer", () => {
    assert.strictEqual(decide(policy, outOfMemory)._tag, "GiveUp")
    const second = decide(policy, exit(75))
    assert.strictEqual(second._tag === "Retry" ? second.via : "", "auto")
    const third = decide(policy, exit(1))
    assert.strictEqual(third._tag === "Retry" ? third.via : "", "resubmit")
  })

  it("does not ask on after an answer, even to give up", () => {
    assert.deepStrictEqual(tagsOf(policy, ...repeated(exit(75), 3)), ["Retry", "Retry", "GiveUp"])
  })

  it("has no answer when none has", () => {
    assert.strictEqual(Policy.firstMatch().decide(contextOf([exit(1)])), undefined)
    assert.deepStrictEqual(decide(Policy.firstMatch(), exit(3)), {
      _tag: "GiveUp",
      reason: "no retry is set for Exit"
    })
  })

  it("lists its parts in its description", () => {
    assert.strictEqual(
      policy.description,
      "on OutOfMemory: give up; on exit 75: retry up to 2 times, constant 0 ms; "
        + "retry once, constant 0 ms"
    )
  })
})

describe("Policy.defaultPolicy", () => {
  it("adds a vanished task again three times and gives up everything else", () => {
    assert.deepStrictEqual(tagsOf(Policy.defaultPolicy, ...repeated(vanished, 4)), [
      "Retry",
      "Retry",
      "Retry",
      "GiveUp"
    ])
    for (const failure of [exit(1), outOfMemory, timedOut]) {
      assert.strictEqual(decide(Policy.defaultPolicy, failure)._tag, "GiveUp")
    }
  })
})

const after = (
  policy: Policy.Policy,
  context: PolicyContext.PolicyContext,
  changes: Partial<PolicyContext.PolicyContext>
): Decision => Policy.decide(policy, { ...context, ...changes })

describe("Policy.escalate", () => {
  const grown = (failures: ReadonlyArray<Failure>, slots: number, slotsMax?: number) => {
    return after(
      Policy.escalate({ max: 3 }),
      contextOf(failures, 0.5, slots),
      slotsMax === undefined ? {} : { slotsMax }
    )
  }

  it("doubles the slots after out of memory", () => {
    const decision = grown([outOfMemory], 2)
    assert.strictEqual(decision._tag === "Retry" ? decision.slots : -1, 4)
    assert.include(decision.reason, "with 4 slots instead of 2")
  })

  it("answers nothing after a preemption, so that grown slots stay as they are", () => {
    const preempted: Failure = { _tag: "Preempted", message: "spot" }
    const decision = grown([outOfMemory, preempted], 4)
    assert.strictEqual(decision._tag, "Retry")
    assert.notProperty(decision, "slots")
  })

  it("grows to what a compute node has, and gives up where it cannot grow", () => {
    const decision = grown([outOfMemory], 3, 4)
    assert.strictEqual(decision._tag === "Retry" ? decision.slots : -1, 4)
    assert.deepStrictEqual(grown([outOfMemory], 4, 4), {
      _tag: "GiveUp",
      reason: "it cannot grow from 4 to 8 slots; 4 is the most"
    })
  })
})

describe("Policy.deadline", () => {
  const policy = Policy.deadline(1_000, Policy.retry({ max: 9, backoff: Backoff.constant(400) }))

  it("lets a retry begin at the deadline, and none a millisecond later", () => {
    const context = contextOf([exit(1)])
    assert.strictEqual(after(policy, context, { nowMs: 600 })._tag, "Retry")
    assert.strictEqual(after(policy, context, { nowMs: 601 })._tag, "GiveUp")
  })
})

describe("Policy.budget", () => {
  const policy = Policy.budget({ ratio: 0.1, min: 3 }, Policy.retry({ max: 9 }))
  const run = { startedCount: 10, retryCount: 0, failureStreak: 1, startedAtMs: 0 }

  it("retries as often as the run may, and not once more", () => {
    const decide = (retryCount: number, startedCount: number) =>
      after(policy, contextOf([exit(1)]), { run: { ...run, retryCount, startedCount } })._tag
    assert.deepStrictEqual([decide(2, 10), decide(3, 10)], ["Retry", "GiveUp"])
    assert.deepStrictEqual([decide(9, 100), decide(10, 100)], ["Retry", "GiveUp"])
  })
})

describe("Policy.circuitBreaker", () => {
  const policy = Policy.circuitBreaker(
    { failures: 5, coolDownMs: 60_000 },
    Policy.retry({ max: 1 })
  )
  const streak = (failureStreak: number, failures: ReadonlyArray<Failure>) => {
    const context = contextOf(failures)
    return after(policy, context, { run: { ...context.run, failureStreak } })
  }

  it("holds the run from the failure that makes the row full, retried or not", () => {
    assert.notProperty(streak(4, [exit(1)]), "holdMs")
    assert.propertyVal(streak(5, [exit(1)]), "holdMs", 60_000)
    const second = streak(5, [exit(1), exit(1)])
    assert.strictEqual(second._tag, "GiveUp")
    assert.propertyVal(second, "holdMs", 60_000)
  })
})

describe("Policy.skip and Policy.substitute", () => {
  it("decide with the failure in their reason", () => {
    assert.deepStrictEqual(decide(Policy.skip, exit(3)), {
      _tag: "Skip",
      reason: "exit code 3; the policy skips it"
    })
    assert.deepStrictEqual(decide(Policy.substitute({ rows: [] }), exit(3)), {
      _tag: "Substitute",
      value: { rows: [] },
      reason: "exit code 3; the policy gives a value instead"
    })
  })
})

describe("Policy.on with an author's own class", () => {
  it("matches it by its name", () => {
    const busy: Failure = { _tag: "Custom", name: "LicenseBusy", message: "no seat" }
    const policy = Policy.on("LicenseBusy", Policy.retry({ max: 1 }))
    assert.deepStrictEqual(tagsOf(policy, busy, busy), ["Retry", "GiveUp"])
    assert.strictEqual(decide(policy, exit(1))._tag, "GiveUp")
  })
})

describe("Policy.make", () => {
  it("sees the whole history", () => {
    const policy = Policy.make("third time", (context) =>
      context.attempts.length < 3
        ? undefined
        : { _tag: "GiveUp", reason: `${context.node} after ${context.attempts.length}` })
    assert.deepStrictEqual(decide(policy, exit(1), vanished, timedOut), {
      _tag: "GiveUp",
      reason: "n after 3"
    })
  })

  it("is never asked without a failed attempt", () => {
    assert.throws(() => PolicyContext.last(contextOf([])), "asked only after a failed attempt")
  })
})

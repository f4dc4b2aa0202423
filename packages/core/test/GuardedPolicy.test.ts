/** Whatever an author's function does, what comes out of it is a decision or a failure. */
import { assert, describe, it } from "@effect/vitest"
import * as Decision from "../src/Decision.ts"
import type { OutputCheck } from "../src/Definition.ts"
import type { Failure } from "../src/Failure.ts"
import * as GuardedPolicy from "../src/GuardedPolicy.ts"
import * as Policy from "../src/Policy.ts"
import type { PolicyContext } from "../src/PolicyContext.ts"

const context: PolicyContext = {
  node: "n",
  attempts: [{
    number: 1,
    submission: 1,
    failure: { _tag: "Exit", exitCode: 1 },
    transition: "t",
    delayMs: 0,
    plannedAtMs: 0,
    failedAtMs: 0,
    runTimeMs: 0,
    slots: 1
  }],
  unit: 0,
  nowMs: 0,
  run: { startedCount: 1, retryCount: 0, failureStreak: 1, startedAtMs: 0 }
}

/** What a function written without types may answer. */
const foreign = (value: unknown) => Object.assign(JSON.parse("{}"), { value }).value

const answering = (answer: unknown): Policy.Policy => Policy.make("own", () => foreign(answer))

const asked = (policy: Policy.Policy) =>
  GuardedPolicy.policy(policy, Decision.giveUp).decide(context)

const reasonOf = (answer: unknown) => asked(answering(answer))?.reason

const retry = { _tag: "Retry", afterMs: 5, via: "auto", reason: "once more" }

describe("A guarded policy", () => {
  it("gives the answers of the policy as they are", () => {
    const answers = [
      undefined,
      retry,
      { ...retry, afterMs: -5, via: "resubmit", slots: 1, holdMs: 0 },
      { _tag: "GiveUp", reason: "enough", holdMs: 9 },
      { _tag: "Skip", reason: "without" },
      { _tag: "Substitute", reason: "instead", value: { list: [1, "a", null, true] } }
    ]
    for (const answer of answers) {
      const given: unknown = asked(answering(answer))
      assert.strictEqual(given, answer)
    }
  })

  it("says what was wrong in the place of an answer that is none", () => {
    assert.deepStrictEqual(
      [
        null,
        "Retry",
        {},
        { _tag: "Again", reason: "" },
        { ...retry, reason: undefined },
        { ...retry, afterMs: NaN },
        { ...retry, afterMs: Infinity },
        { ...retry, afterMs: "5" },
        { ...retry, via: "post" },
        { ...retry, slots: 0 },
        { ...retry, slots: 1.5 },
        { ...retry, slots: NaN },
        { ...retry, slots: 2 ** 31 },
        { ...retry, holdMs: Infinity },
        { _tag: "Substitute", reason: "", value: { inner: [NaN] } },
        { _tag: "Substitute", reason: "" }
      ].map(reasonOf),
      [
        "answered null, which is no decision",
        "answered \"Retry\", which is no decision",
        "answered a decision without a reason",
        "answered a decision \"Again\", which does not exist",
        "answered a decision without a reason",
        "answered a wait of NaN ms",
        "answered a wait of Infinity ms",
        "answered a wait of \"5\" ms",
        "answered a retry via \"post\"",
        "answered a retry with 0 slots",
        "answered a retry with 1.5 slots",
        "answered a retry with NaN slots",
        "answered a retry with 2147483648 slots",
        "answered a hold of Infinity ms",
        "answered a substitute that is no JSON",
        "answered a substitute that is no JSON"
      ]
    )
  })

  it("says what the policy threw", () => {
    const policy = Policy.make("own", () => {
      throw new TypeError("no such thing")
    })
    assert.deepStrictEqual(asked(policy), {
      _tag: "GiveUp",
      reason: "threw TypeError: no such thing"
    })
  })

  it("survives what cannot be looked at: a ring, a getter that throws, a thrown thing without text", () => {
    const ring: Record<string, unknown> = {}
    ring["self"] = ring
    assert.match(
      reasonOf({ _tag: "Substitute", reason: "instead", value: ring }) ?? "",
      /^threw RangeError/
    )
    const trap = Object.defineProperty({}, "_tag", {
      get: () => {
        throw new Error("trap")
      }
    })
    assert.strictEqual(reasonOf(trap), "threw Error: trap")
    const mute = asked(Policy.make("own", () => {
      throw Object.create(null)
    }))
    assert.strictEqual(mute?.reason, "threw what has no text")
  })

  it("guards slots that a policy of ours computes by the author's function", () => {
    const policy = Policy.retry({ max: 1, slots: () => NaN })
    assert.strictEqual(asked(policy)?.reason, "answered a retry with NaN slots")
  })
})

describe("A guarded classifier", () => {
  const instead = (message: string): Failure => ({ _tag: "Custom", name: "Broken", message })
  const end = { transition: "t", runTimeMs: 0, exitCode: 1, result: "failure" } as const
  const classified = (answer: unknown) =>
    GuardedPolicy.classifier(() => foreign(answer), instead)(end, "n")

  it("gives the answers of the classifier as they are", () => {
    const answers = [
      undefined,
      { _tag: "Custom", name: "Mine", message: "" },
      { _tag: "Exit", exitCode: -1 },
      { _tag: "SetupFailed", code: "c", message: "" },
      { _tag: "UploadFailed", code: "c", message: "", exitCode: 0 },
      { _tag: "OutputInvalid", output: "o", message: "" },
      { _tag: "Preempted", message: "" }
    ]
    for (const answer of answers) {
      const given: unknown = classified(answer)
      assert.strictEqual(given, answer)
    }
  })

  it("says that it was no failure, or what it threw", () => {
    const none = "answered what is no failure; see the type Failure"
    for (
      const answer of [
        null,
        "Exit",
        { _tag: "Exit" },
        { _tag: "Custom", name: "", message: "" },
        { _tag: "Preempted" },
        { _tag: "Other", message: "" }
      ]
    ) assert.deepStrictEqual(classified(answer), instead(none))
    const throwing = GuardedPolicy.classifier(() => {
      throw new Error("no table")
    }, instead)
    assert.deepStrictEqual(throwing(end, "n"), instead("threw Error: no table"))
  })
})

describe("A guarded check of outputs", () => {
  const instead = (problem: string): OutputCheck => ({ _tag: "Invalid", problems: [problem] })
  const checked = (answer: unknown) =>
    GuardedPolicy.outputCheck(() => foreign(answer), instead)("n", "output", 1)

  it("gives the answers of the check as they are", () => {
    for (
      const answer of [
        { _tag: "Valid", value: { list: [1, "a", null, true] } },
        { _tag: "Invalid", problems: [] },
        { _tag: "Invalid", problems: ["too few"] }
      ]
    ) {
      const given: unknown = checked(answer)
      assert.strictEqual(given, answer)
    }
  })

  it("says that it was none, or what it threw", () => {
    const none = "answered what is no check; see the type OutputCheck"
    for (
      const answer of [
        undefined,
        true,
        { _tag: "Valid" },
        { _tag: "Valid", value: NaN },
        { _tag: "Invalid", problems: "too few" },
        { _tag: "Invalid", problems: [1] },
        { _tag: "Fine", value: 1 }
      ]
    ) assert.deepStrictEqual(checked(answer), instead(none))
    const throwing = GuardedPolicy.outputCheck(() => {
      throw new Error("no table")
    }, instead)
    assert.deepStrictEqual(throwing("n", "output", 1), instead("threw Error: no table"))
  })
})

describe("Guarded policies of a reactor", () => {
  it("are those of the nodes, each guarded once", () => {
    const first = answering(null)
    const guarded = GuardedPolicy.policies({ policyOf: () => first }, {
      decision: Decision.giveUp,
      failure: (message) => ({ _tag: "Custom", name: "Broken", message })
    })
    assert.strictEqual(guarded.policyOf(0), guarded.policyOf(1))
    assert.strictEqual(guarded.policyOf(0).decide(context)?._tag, "GiveUp")
    assert.notProperty(guarded, "classify")
  })
})

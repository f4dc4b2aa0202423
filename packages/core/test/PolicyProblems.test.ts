/** What is wrong with the settings of policies, backoffs and rules is said in words, all of it. */
import { assert, describe, it } from "@effect/vitest"
import * as Backoff from "../src/Backoff.ts"
import { lengthText } from "../src/LengthText.ts"
import * as Policy from "../src/Policy.ts"
import * as RuleProblem from "../src/RuleProblem.ts"
import * as TriggerRule from "../src/TriggerRule.ts"

const numbers = [0, 1, -1, 1.5, NaN, Infinity, -Infinity, 10_000, 10_001]

/** The numbers that a setting takes without a problem. */
const taken = (make: (value: number) => Pick<Policy.Policy, "problems">) =>
  numbers.filter((value) => (make(value).problems ?? []).length === 0)

describe("A setting of a policy", () => {
  const retry = Policy.retry({ max: 1 })

  it("takes what has a meaning, to the edge, and nothing else", () => {
    assert.deepStrictEqual(taken((max) => Policy.retry({ max })), [0, 1, 10_000])
    assert.deepStrictEqual(taken((slotsMax) => Policy.retry({ max: 1, slotsMax })), [
      1,
      10_000,
      10_001
    ])
    assert.deepStrictEqual(taken((max) => Policy.escalate({ max })), [0, 1, 10_000])
    assert.deepStrictEqual(taken((factor) => Policy.escalate({ factor })), [1.5, 10_000, 10_001])
    assert.deepStrictEqual(taken((ms) => Policy.deadline(ms, retry)), [0, 1, 1.5, 10_000, 10_001])
    assert.deepStrictEqual(
      taken((ratio) => Policy.budget({ ratio, min: 1 }, retry)),
      [0, 1, 1.5, 10_000, 10_001]
    )
    assert.deepStrictEqual(
      taken((min) => Policy.budget({ ratio: 1, min }, retry)),
      [0, 1, 10_000, 10_001]
    )
    assert.deepStrictEqual(
      taken((failures) => Policy.circuitBreaker({ failures, coolDownMs: 1 }, retry)),
      [1, 10_000, 10_001]
    )
    assert.deepStrictEqual(
      taken((coolDownMs) => Policy.circuitBreaker({ failures: 1, coolDownMs }, retry)),
      [0, 1, 1.5, 10_000, 10_001]
    )
    assert.deepStrictEqual(taken((code) => Policy.onExit([code], retry)), [
      0,
      1,
      -1,
      10_000,
      10_001
    ])
    assert.deepStrictEqual(taken((to) => Policy.onExit([[1, to]], retry)), [1, 10_000, 10_001])
    assert.deepStrictEqual(taken(Backoff.constant), [0, 1, 1.5, 10_000, 10_001])
    assert.deepStrictEqual(
      taken((baseMs) => Backoff.exponential({ baseMs })),
      [0, 1, 1.5, 10_000, 10_001]
    )
    assert.deepStrictEqual(
      taken((factor) => Backoff.exponential({ baseMs: 1, factor })),
      [1, 1.5, 10_000, 10_001]
    )
    assert.deepStrictEqual(
      taken((maxMs) => Backoff.exponential({ baseMs: 1, maxMs })),
      [0, 1, 1.5, 10_000, 10_001]
    )
    assert.deepStrictEqual(
      taken((baseMs) => Backoff.decorrelatedJitter({ baseMs })),
      [0, 1, 1.5, 10_000, 10_001]
    )
  })

  it("is told through every combinator, each problem once, and so are the classes asked for", () => {
    const wrong = Policy.retry({ max: -1, backoff: Backoff.constant(NaN) })
    const policy = Policy.firstMatch(
      Policy.deadline(-1, Policy.on(["OutOfMemory", "Mine"], wrong)),
      Policy.budget({ ratio: 1, min: 1 }, Policy.onExit([], Policy.on("Stuck", Policy.giveUp))),
      Policy.circuitBreaker({ failures: 1, coolDownMs: 1 }, Policy.on([], Policy.skip))
    )
    assert.deepStrictEqual(policy.problems, [
      "deadline is -1; give milliseconds, 0 or more",
      "max of retry is -1; give a whole number from 0 to 10000",
      "the wait of constant is NaN; give milliseconds, 0 or more",
      "onExit names no exit code; name one",
      "on names no failure class; name one"
    ])
    assert.deepStrictEqual(policy.classes, ["OutOfMemory", "Mine", "Stuck"])
  })

  it("has the values that it may give, through every combinator; one that is no JSON is a problem", () => {
    const policy = Policy.firstMatch(
      Policy.deadline(1, Policy.on("OutOfMemory", Policy.substitute(1))),
      Policy.budget({ ratio: 1, min: 1 }, Policy.onExit([3], Policy.substitute([]))),
      Policy.circuitBreaker({ failures: 1, coolDownMs: 1 }, Policy.substitute(null)),
      retry
    )
    assert.deepStrictEqual(policy.substitutes, [1, [], null])
    assert.deepStrictEqual(policy.problems, [])
    const ring: { [name: string]: unknown } = {}
    ring["self"] = ring
    for (const value of [undefined, NaN, { at: [Infinity] }, () => 1, ring]) {
      const foreign = Policy.substitute(Object.assign(JSON.parse("{}"), { value }).value)
      assert.deepStrictEqual(foreign.problems, [
        "substitute is given what is no JSON; give a value that a task could write"
      ])
      assert.notProperty(foreign, "substitutes")
    }
  })

  it("is told of escalate by its own name", () => {
    assert.deepStrictEqual(Policy.escalate({ factor: 1, max: 0.5, slotsMax: 0 }).problems, [
      "factor of escalate is 1; give a number above 1",
      "max of escalate is 0.5; give a whole number from 0 to 10000",
      "slotsMax of escalate is 0; give a whole number of at least 1"
    ])
  })
})

describe("A trigger rule", () => {
  it("is known by its name, and one that is none is told with the nearest", () => {
    for (const rule of TriggerRule.namedRules) assert.isUndefined(RuleProblem.of(rule))
    assert.strictEqual(
      RuleProblem.of("allSucceded"),
      "has the rule \"allSucceded\", which does not exist; did you mean \"allSucceeded\"?"
    )
  })

  it("is a condition of known parts and outcomes", () => {
    const is = { _tag: "Is", node: "a", outcomes: ["succeeded"] }
    assert.isUndefined(RuleProblem.of({ _tag: "Not", of: { _tag: "All", of: [is, is] } }))
    assert.strictEqual(
      RuleProblem.of({ _tag: "Any", of: [{ _tag: "Is", node: "a", outcomes: ["success"] }] }),
      "has a condition on \"a\" with the outcome \"success\", which does not exist; known are "
        + "\"succeeded\", \"failed\", \"blocked\", \"cancelled\", \"skipped\""
    )
    for (const outcome of [undefined, 1n, () => "succeeded", Symbol("succeeded")]) {
      assert.include(
        RuleProblem.of({ _tag: "Is", node: "a", outcomes: ["failed", outcome] }),
        `has a condition on "a" with the outcome "`
      )
    }
    for (const none of [undefined, 1, {}, { _tag: "Or" }, { _tag: "All" }, { _tag: "Not" }]) {
      assert.strictEqual(
        RuleProblem.of(none),
        "has a rule that is none; give a rule by its name, or a condition made with Trigger"
      )
    }
  })

  it("may lie so deep, and one deeper is refused", () => {
    let rule: unknown = { _tag: "Is", node: "a", outcomes: [] }
    for (let depth = 1; depth < RuleProblem.depthMax; depth++) rule = { _tag: "Not", of: rule }
    assert.isUndefined(RuleProblem.of(rule))
    assert.include(RuleProblem.of({ _tag: "Not", of: rule }), "more than 1000 deep")
  })
})

describe("A length that is none", () => {
  it("is said as the number it is", () => {
    assert.deepStrictEqual([NaN, Infinity, 0].map(lengthText), ["NaN ms", "Infinity ms", "0 ms"])
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as RunId from "batchwave/run/RunId"
import * as fc from "fast-check"

const at = { year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5 }

describe("RunId", () => {
  it("is made of the name, the time and four digits", () => {
    assert.strictEqual(RunId.make("My Wéather!", at, 0), "my-we-ather-20260102-030405-0000")
    assert.strictEqual(RunId.make("", at, 0.999_999_99), "run-20260102-030405-ffff")
  })

  it("is legal for any name, and so is its job's id", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.nat(), (name, nat) => {
        const id = RunId.make(name, at, (nat % 1_000) / 1_000)
        assert.isTrue(RunId.isRunId(id))
        assert.match(RunId.jobIdOf(id), /^[A-Za-z0-9_-]{1,64}$/)
      })
    )
  })

  it("takes ids of 1 to 64 characters, and no others", () => {
    assert.isTrue(RunId.isRunId("a"))
    assert.isTrue(RunId.isRunId("a".repeat(64)))
    for (const id of ["", "a".repeat(65), "A", "a_b", "-a", "a/b", "..", "a\n"]) {
      assert.isFalse(RunId.isRunId(id), id)
    }
  })

  it("keeps the job ids of long run ids apart", () => {
    const [one, two] = ["x", "y"].map((tail) => RunId.jobIdOf("a".repeat(63) + tail))
    assert.notStrictEqual(one, two)
    assert.strictEqual(RunId.jobIdOf("a".repeat(61)), `bw-${"a".repeat(61)}`)
    assert.strictEqual(RunId.jobIdOf("a".repeat(62)).length, 64)
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as Problem from "../src/Problem.ts"

const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`

describe("Problem.parseJson", () => {
  it("takes bodies 64 deep, and refuses one deeper and one too deep for any stack", () => {
    const codeOf = (body: string): string => {
      const parsed = Problem.parseJson(body)
      return Problem.isProblem(parsed) ? parsed.code : "accepted"
    }
    for (const inner of ["[]", "{}", `[1,"a",null,{"b":[]}]`]) {
      const depth = inner.includes("b") ? 61 : 63
      const around = (count: number): string => nested(count).replace("[]", `[${inner}]`)
      assert.strictEqual(codeOf(around(depth)), "accepted")
      assert.strictEqual(codeOf(around(depth + 1)), "InvalidRequestBody")
    }
    assert.strictEqual(codeOf(`{"a":${nested(63)}}`), "accepted")
    assert.strictEqual(codeOf(`{"a":${nested(64)}}`), "InvalidRequestBody")
    assert.strictEqual(codeOf(nested(500_000)), "InvalidRequestBody")
  })
})

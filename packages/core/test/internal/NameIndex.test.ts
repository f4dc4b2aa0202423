/** The table answers as a Map does, also when names collide on purpose. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as NameIndex from "../../src/internal/NameIndex.ts"

const assertLikeMap = (names: ReadonlyArray<string>, others: ReadonlyArray<string>): void => {
  const index = NameIndex.make(names)
  const expected = new Map<string, number>()
  const repeated: Array<number> = []
  names.forEach((name, at) => {
    if (expected.has(name)) repeated.push(at)
    else expected.set(name, at)
  })
  const wanted = [...names, ...others]
  for (const name of wanted) assert.strictEqual(index.indexOf(name), expected.get(name), name)
  const found = new Int32Array(wanted.length + 3).fill(-7)
  index.indexesOf(wanted, found, 2)
  const together = [-7, -7, ...wanted.map((name) => expected.get(name) ?? -1), -7]
  assert.deepStrictEqual(Array.from(found), together)
  assert.deepStrictEqual(index.repeated, repeated)
}

describe("NameIndex", () => {
  it("finds first places and repetitions as a Map does", () => {
    const name = FastCheck.oneof(
      FastCheck.string({ maxLength: 3 }),
      FastCheck.string({ unit: "binary" }),
      FastCheck.constantFrom("__proto__", "a", "b", "c")
    )
    FastCheck.assert(
      FastCheck.property(FastCheck.array(name), FastCheck.array(name), assertLikeMap)
    )
  })

  it("finds each of 100,000 numbered names and none of their neighbours", () => {
    const names = Array.from({ length: 100_000 }, (_, at) => `task-${at}`)
    assertLikeMap(names, ["task-100000", "task--1", "task-", "", "task-00"])
  })

  it("falls back to a Map when more names collide than it probes", () => {
    const names: Array<string> = []
    for (let at = 0; names.length < NameIndex.probesMax * 2; at++) {
      if (NameIndex.hashOf(`n${at}`) >>> 26 === 0) names.push(`n${at}`)
    }
    assertLikeMap([...names, names[7] ?? ""], ["n", "x"])
  })

  it("spreads numbered names so that slots of a thousandth hold a thousandth", () => {
    const counts = new Float64Array(1000)
    for (let at = 0; at < 200_000; at++) {
      counts[Math.floor((NameIndex.hashOf(`sample_${at}`) >>> 0) / 2 ** 32 * 1000)]!++
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0)
    assert.isBelow(chiSquare, 1200)
  })

  it("knows nothing when it is empty", () => {
    assert.strictEqual(NameIndex.make([]).indexOf("a"), undefined)
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { Buffer } from "node:buffer"
import { Agent } from "node:http"
import * as ReplyBody from "../src/ReplyBody.ts"
import * as RawBatch from "./RawBatch.ts"

/** Lengths about those at which a body, or a slab, changes. */
const lengths = fc.oneof(
  fc.nat(200),
  fc.constantFrom(
    ReplyBody.textCharactersMax,
    ...[1, 2, 3].flatMap((unitBytes) =>
      [-4, -3, -2, -1, 0, 1].map((off) => Math.floor(ReplyBody.slabBytes / unitBytes) + off)
    )
  )
)

const textOf = ([unit, length]: readonly [string, number]): string => unit.repeat(length)

const texts = fc.array(
  fc.tuple(fc.constantFrom("a", "é", "漢", "😀"), lengths).map(textOf),
  { maxLength: 6 }
)

const check = (all: ReadonlyArray<string>, body: ReplyBody.ReplyBody): void => {
  const expected = Buffer.from(all.join("},{"), "utf8")
  assert.strictEqual(ReplyBody.bytesCountOf(body), expected.length)
  assert.isTrue(ReplyBody.bytesOf(body).equals(expected))
}

describe("ReplyBody", () => {
  it("is the texts with the separator between them, however long they are", () => {
    fc.assert(
      fc.property(texts, (all) => {
        const body = ReplyBody.join(all, "},{")
        check(all, body)
        assert.strictEqual(ReplyBody.textOf(body), all.join("},{"))
        ReplyBody.release(body)
      }),
      { numRuns: 60 }
    )
  })

  it("is a text up to its length, and pieces beyond", () => {
    const half = "x".repeat(ReplyBody.textCharactersMax / 2)
    assert.isString(ReplyBody.join([half, half.slice(6)], "},{"))
    assert.isNotString(ReplyBody.join([half, half.slice(5)], "},{"))
  })

  it("keeps bodies apart until they are given back, and twice given back is once", () => {
    const all = Array.from({ length: 40 }, (_, index) => String(index).repeat(20_000))
    const others = all.map((text) => text.toUpperCase().replaceAll("1", "x"))
    const first = ReplyBody.join(all, "},{")
    const second = ReplyBody.join(others, "},{")
    check(all, first)
    check(others, second)
    ReplyBody.release(first)
    ReplyBody.release(first)
    const third = ReplyBody.join(all, "},{")
    const fourth = ReplyBody.join(others, "},{")
    check(all, third)
    check(others, fourth)
    check(others, second)
  })

  it.live("reaches each of many readers whole, and again over kept connections", () =>
    Effect.scoped(Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      const jobs = ["even", "odd"]
      const expected = new Map<string, string>()
      for (const job of jobs) {
        const body = { id: job, poolInfo: { poolId: "none" } }
        yield* RawBatch.expect(201, RawBatch.call(raw, "POST", "/jobs", { body }))
        for (let first = 0; first < 1000; first += 100) {
          const value = Array.from({ length: 100 }, (_, index) => ({
            id: `${job}-${first + index}`,
            commandLine: `echo ${job.repeat(20 + (first + index) % 50)} é`
          }))
          const path = `/jobs/${job}/addtaskcollection`
          yield* RawBatch.expect(200, RawBatch.call(raw, "POST", path, { body: { value } }))
        }
        const page = yield* RawBatch.expect(200, RawBatch.call(raw, "GET", `/jobs/${job}/tasks`))
        expected.set(job, page.text)
        assert.include(page.text, `"echo ${job.repeat(69)} é"`)
        assert.strictEqual(
          page.headers["content-length"],
          String(Buffer.byteLength(page.text))
        )
      }
      const agent = new Agent({ keepAlive: true, maxSockets: 6 })
      const reads = Array.from({ length: 48 }, (_, index) => jobs[index % 2] ?? "")
      yield* Effect.forEach(
        reads,
        (job) =>
          Effect.map(RawBatch.call(raw, "GET", `/jobs/${job}/tasks`, { agent }), ({ text }) => {
            assert.isTrue(text === expected.get(job))
          }),
        { concurrency: 12 }
      )
      agent.destroy()
    })))
})

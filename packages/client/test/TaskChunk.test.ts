/**
 * The packing law: every task in exactly one chunk, within both limits, whatever the sizes.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as TaskChunk from "../src/TaskChunk.ts"

interface Item {
  readonly id: string
  readonly text: string
}

const texts = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 600 }).map((length) => "é".repeat(length)) }
)

const items = fc.array(texts, { maxLength: 350 }).map((all) =>
  all.map((text, index): Item => ({ id: `t${index}`, text }))
)

const packAll = (
  tasks: ReadonlyArray<Item>,
  tasksMax: number,
  bodyBytesMax: number,
  limits: ReadonlyArray<number>
) => {
  const tooLarge: Array<number> = []
  const packer = TaskChunk.makePacker({
    tasks,
    tasksMax,
    bodyBytesMax,
    onTooLarge: (index) => tooLarge.push(index)
  })
  const chunks: Array<{ readonly chunk: TaskChunk.TaskChunk; readonly limitBytes: number }> = []
  for (let turn = 0;; turn++) {
    const limitBytes = Math.min(bodyBytesMax, limits[turn % limits.length] ?? bodyBytesMax)
    const chunk = packer.next(limitBytes)
    if (chunk === undefined) return { chunks, tooLarge }
    chunks.push({ chunk, limitBytes })
  }
}

const bodyOf = (chunk: TaskChunk.TaskChunk): unknown => JSON.parse(chunk.body.toString("utf8"))

describe("TaskChunk", () => {
  it("puts each task into exactly one chunk, in order, within count and bytes, or reports it", () => {
    fc.assert(
      fc.property(
        items,
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 60, max: 4000 }),
        fc.array(fc.integer({ min: 40, max: 4000 }), { minLength: 1, maxLength: 4 }),
        (tasks, tasksMax, bodyBytesMax, limits) => {
          const { chunks, tooLarge } = packAll(tasks, tasksMax, bodyBytesMax, limits)
          const placed = chunks.flatMap(({ chunk }) => chunk.indexes)
          assert.deepStrictEqual(placed, placed.toSorted((left, right) => left - right))
          assert.deepStrictEqual(
            [...placed, ...tooLarge].toSorted((left, right) => left - right),
            tasks.map((_, index) => index)
          )
          for (const { chunk, limitBytes } of chunks) {
            const bodyBytes = chunk.body.length
            assert.isAtMost(chunk.indexes.length, tasksMax)
            assert.isAtMost(bodyBytes, chunk.indexes.length === 1 ? bodyBytesMax : limitBytes)
            assert.deepStrictEqual(bodyOf(chunk), {
              value: chunk.indexes.map((index) => tasks[index])
            })
          }
          for (const index of tooLarge) {
            const alone = Buffer.byteLength(JSON.stringify({ value: [tasks[index]] }))
            assert.isAbove(alone, bodyBytesMax)
          }
        }
      ),
      { numRuns: 300 }
    )
  })

  it("fills chunks: the first task of the next one would not have fitted", () => {
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 100 }), fc.integer({ min: 60, max: 4000 }), (
        tasks,
        tasksMax,
        bodyBytesMax
      ) => {
        const { chunks } = packAll(tasks, tasksMax, bodyBytesMax, [bodyBytesMax])
        chunks.slice(1).forEach(({ chunk }, before) => {
          const previous = chunks[before]?.chunk
          const first = tasks[chunk.indexes[0] ?? -1]
          if (previous === undefined || previous.indexes.length === tasksMax) return
          const bytes = previous.body.length
            + Buffer.byteLength(JSON.stringify(first)) + 1
          assert.isAbove(bytes, bodyBytesMax)
        })
      })
    )
  })

  it("sends 1, 99, 100, 101 and 10,000 small tasks in 1, 1, 1, 2 and 100 chunks", () => {
    const counts = [1, 99, 100, 101, 10_000].map((count) => {
      const tasks = Array.from({ length: count }, (_, index) => ({ id: `t${index}`, text: "" }))
      return packAll(tasks, 100, 1_048_576, [1_048_576]).chunks.length
    })
    assert.deepStrictEqual(counts, [1, 1, 1, 2, 100])
  })

  it("accepts a task of exactly the limit and refuses one byte more", () => {
    const task = { id: "t", text: "x".repeat(100) }
    const exact = Buffer.byteLength(JSON.stringify({ value: [task] }))
    assert.strictEqual(packAll([task], 100, exact, [exact]).chunks.length, 1)
    assert.deepStrictEqual(packAll([task], 100, exact - 1, [exact - 1]).tooLarge, [0])
  })

  it("packs the same tasks whether or not it prepares ahead, each into one chunk in order", () => {
    fc.assert(
      fc.property(
        items,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 200, max: 4000 }),
        fc.array(
          fc.record({
            limitBytes: fc.integer({ min: 60, max: 4000 }),
            prepareCount: fc.integer({ min: 0, max: 4 }),
            isGivenBack: fc.boolean()
          }),
          { minLength: 1, maxLength: 6 }
        ),
        (tasks, tasksMax, bodyBytesMax, turns) => {
          const tooLarge: Array<number> = []
          const packer = TaskChunk.makePacker({
            tasks,
            tasksMax,
            bodyBytesMax,
            preparedMax: 3,
            onTooLarge: (index) => tooLarge.push(index)
          })
          const placed: Array<number> = []
          for (let turn = 0;; turn++) {
            const { isGivenBack = false, limitBytes = 60, prepareCount = 0 } =
              turns[turn % turns.length] ?? {}
            const bytesMax = Math.min(bodyBytesMax, limitBytes)
            const chunk = packer.next(bytesMax)
            if (chunk === undefined) break
            for (let count = 0; count < prepareCount && packer.canPrepare(); count++) {
              packer.prepare(bytesMax)
            }
            assert.isAtMost(chunk.indexes.length, tasksMax)
            assert.isAtMost(chunk.body.length, chunk.indexes.length === 1 ? bodyBytesMax : bytesMax)
            assert.deepStrictEqual(bodyOf(chunk), {
              value: chunk.indexes.map((index) => tasks[index])
            })
            placed.push(...chunk.indexes)
            if (isGivenBack) packer.giveBack(chunk)
          }
          assert.deepStrictEqual(placed, placed.toSorted((left, right) => left - right))
          assert.deepStrictEqual(
            [...placed, ...tooLarge].toSorted((left, right) => left - right),
            tasks.map((_, index) => index)
          )
        }
      ),
      { numRuns: 300 }
    )
  })

  it("prepares as many chunks as it may, none when enough bytes wait, and none beyond the end", () => {
    const prepareAll = (tasks: ReadonlyArray<Item>, bodyBytesMax: number) => {
      const packer = TaskChunk.makePacker({
        tasks,
        tasksMax: 1,
        bodyBytesMax,
        preparedMax: 20,
        onTooLarge: () => undefined
      })
      let count = 0
      for (; packer.canPrepare(); count++) packer.prepare(bodyBytesMax)
      return count
    }
    const task = (bytes: number): Item => ({ id: "t", text: "x".repeat(bytes) })
    assert.strictEqual(prepareAll(Array.from({ length: 30 }, () => task(1)), 1000), 20)
    assert.strictEqual(prepareAll([task(1), task(1)], 1000), 2)
    const mebibyte = 1_048_576
    const large = Array.from({ length: 30 }, () => task(mebibyte - 40))
    assert.strictEqual(prepareAll(large, mebibyte), TaskChunk.preparedBytesMax / mebibyte + 1)
  })

  it("prepares the only chunk at once: 100 tasks that fit a body, not 101, and not too many bytes", () => {
    const packed = (count: number, bodyBytesMax: number) => {
      const tasks = Array.from({ length: count }, (_, index) => ({ id: `t${index}`, text: "" }))
      const packer = TaskChunk.makePacker({
        tasks,
        tasksMax: 100,
        bodyBytesMax,
        onTooLarge: () => undefined
      })
      const isWhole = packer.prepareWhole(bodyBytesMax)
      const counts: Array<number> = []
      for (let chunk = packer.next(bodyBytesMax); chunk; chunk = packer.next(bodyBytesMax)) {
        counts.push(chunk.indexes.length)
      }
      return { isWhole, counts }
    }
    assert.deepStrictEqual(packed(100, 10_000), { isWhole: true, counts: [100] })
    assert.deepStrictEqual(packed(101, 10_000), { isWhole: false, counts: [100, 1] })
    assert.deepStrictEqual(packed(2, 60), { isWhole: true, counts: [2] })
    assert.deepStrictEqual(packed(2, 50), { isWhole: false, counts: [1, 1] })
  })

  it("splits into halves that hold the same tasks in the same order", () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 100 }), (count) => {
      const tasks = Array.from({ length: count }, (_, index) => ({ id: `t${index}`, text: "" }))
      const chunk = packAll(tasks, 100, 1_048_576, [1_048_576]).chunks[0]?.chunk
      assert.isDefined(chunk)
      const [first, second] = TaskChunk.split(tasks, chunk)
      assert.deepStrictEqual([...first.indexes, ...second.indexes], chunk.indexes)
      assert.isTrue(first.indexes.length - second.indexes.length <= 1)
      assert.deepStrictEqual(bodyOf(first), { value: tasks.slice(0, first.indexes.length) })
      assert.deepStrictEqual(bodyOf(second), { value: tasks.slice(first.indexes.length) })
    }))
  })
})

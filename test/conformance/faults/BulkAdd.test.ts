import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as BulkAdd from "./BulkAdd.ts"

const { amplificationMax, chunksCount, seeds, tasksCount } = BulkAdd

const ids = Array.from({ length: tasksCount }, (_, index) => `t${index}`)

describe("10,000 tasks under fire", () => {
  const runs: Array<BulkAdd.BulkRun> = []

  for (const seed of seeds) {
    it.live(
      `are all there, each once, with seed ${seed}`,
      () =>
        Effect.map(BulkAdd.run(seed), (run) => {
          const { faults, held, outcome, reads, sends, told } = run
          console.log(
            `seed ${seed}: ${sends} sends + ${reads} reads for ${chunksCount} chunks; faults`,
            JSON.stringify(faults)
          )
          runs.push(run)
          assert.strictEqual(outcome, `${tasksCount} Added`)
          assert.deepStrictEqual(held, ids)
          assert.strictEqual(told, sends + reads)
          assert.isTrue(Object.values(faults).some((count) => count > 0))
        })
    )
  }

  it(`take at most ${amplificationMax} requests for each 100 on average`, () => {
    const perChunk = (countOf: (run: BulkAdd.BulkRun) => number) =>
      runs.reduce((sum, run) => sum + countOf(run), 0) / (chunksCount * seeds.length)
    const sends = perChunk((run) => run.sends)
    const all = perChunk((run) => run.sends + run.reads)
    console.log(`amplification ${all.toFixed(3)}, of sends alone ${sends.toFixed(3)}`)
    assert.lengthOf(runs, seeds.length)
    assert.isAtMost(all, amplificationMax)
  })
})

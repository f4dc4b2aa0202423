import { assert, describe, it } from "@effect/vitest"
import { mutants } from "./SimulationMutants.ts"
import * as SimulationRun from "./SimulationRun.ts"

/** A mistake must show within so many seeds. */
const seedsMax = 1_500

describe("simulation of mistakes", () => {
  it("knows at least twenty of them", () => {
    assert.isAtLeast(new Set(mutants.map(({ name }) => name)).size, 20)
  })

  for (const { alter, name } of mutants) {
    it(`catches an orchestrator that ${name}`, { timeout: 120_000 }, () => {
      for (let seed = 1; seed <= seedsMax; seed++) {
        if (SimulationRun.run(seed, alter).problems.length === 0) continue
        assert.deepStrictEqual(
          SimulationRun.run(seed).problems,
          [],
          `seed ${seed} without the mistake`
        )
        return
      }
      assert.fail(`${seedsMax} seeds break no invariant`)
    })
  }
})

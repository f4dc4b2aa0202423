/**
 * The fault matrix: a client, real sockets, a proxy that breaks them and a service that fails by plan.
 */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { rows, trials, trialsOf } from "./FaultMatrix.ts"
import * as FaultMatrixPage from "./FaultMatrixPage.ts"
import * as TrialCheck from "./TrialCheck.ts"

const pagePath = fileURLToPath(new URL("../../../docs/fault-matrix.md", import.meta.url))

describe("FaultMatrix", () => {
  it("has trials of every fault, or a reason why there is none", () => {
    const numbers = new Set(rows.map(({ row }) => row))
    const strays = trials.filter(({ row }) => !numbers.has(row)).map(({ claim }) => claim)
    const untried = rows.filter((row) =>
      (row.reason === undefined) === (trialsOf(row).length === 0)
    )
    assert.deepStrictEqual({ strays, untried }, { strays: [], untried: [] })
    assert.strictEqual(numbers.size, rows.length)
  })

  it("docs/fault-matrix.md is up to date", () => {
    const { normalised, page } = FaultMatrixPage
    assert.deepStrictEqual(normalised(readFileSync(pagePath, "utf8")), normalised(page()))
  })
})

for (const row of rows) {
  describe.concurrent(`${row.row}. ${row.fault}`, () => {
    for (const trial of trialsOf(row)) {
      it.live(trial.claim, () => TrialCheck.check(trial))
    }
  })
}

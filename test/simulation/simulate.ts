/**
 * Simulates many runs, one seed after another, and prints every seed that breaks an invariant.
 *
 * Usage: `npm run test:simulation -- --seeds 100000 --from 1`; with `BATCHWAVE_SEED=7` in the environment, that
 * seed alone. Exit code 1 when any seed broke an invariant.
 */
import { parseArgs } from "node:util"
import * as SimulationRun from "./SimulationRun.ts"

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10000" },
    from: { type: "string", default: "1" },
    coverage: { type: "boolean", default: false }
  }
})
const only = process.env["BATCHWAVE_SEED"]
const first = Number(only ?? values.from)
const last = only === undefined ? first + Number(values.seeds) - 1 : first
const coverage: SimulationRun.Coverage = new Map()
const beganMs = performance.now()
let brokenCount = 0
for (let seed = first; seed <= last; seed++) {
  const outcome = SimulationRun.run(seed)
  if (values.coverage) SimulationRun.cover(coverage, outcome)
  if (outcome.problems.length > 0) {
    brokenCount++
    const problems = outcome.problems.slice(0, 5).join("\n    ")
    console.log(`BATCHWAVE_SEED=${seed} npm run test:simulation\n    ${problems}`)
  }
}
const names = [...coverage].toSorted(([left], [right]) => left < right ? -1 : 1)
for (const [name, times] of names) console.log(`${times}\t${name}`)
const seconds = (performance.now() - beganMs) / 1000
console.log(`${last - first + 1} seeds in ${seconds.toFixed(1)} s, ${brokenCount} broken`)
process.exitCode = brokenCount === 0 ? 0 : 1

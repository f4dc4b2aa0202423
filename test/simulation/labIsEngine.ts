/**
 * Compares many runs of the laboratory with those of the engine.
 *
 * Usage: `npm run test:lab -- --seeds 2000 --from 1`; with `BATCHWAVE_SEED=7` in the environment, that
 * seed alone. Exit code 1 when any two differ.
 */
import * as Effect from "effect/Effect"
import { parseArgs } from "node:util"
import * as LabIsEngineComparison from "./LabIsEngineComparison.ts"

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" }
  }
})
const alone = process.env["BATCHWAVE_SEED"]
const first = Number(alone ?? values.from)
const count = alone === undefined ? Number(values.seeds) : 1
const { problems } = await Effect.runPromise(
  LabIsEngineComparison.live(Array.from({ length: count }, (_, index) => first + index))
)
process.exitCode = problems.length === 0 ? 0 : 1

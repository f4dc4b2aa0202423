/**
 * One client in one situation, in a process of its own, so that no wait of one holds up another.
 *
 * Usage: `node trial.ts (batchwave | official) ENDPOINT`; prints how it ended and how long it took, as
 * JSON.
 */
import * as Competitor from "./Competitor.ts"

const [name, endpoint = ""] = process.argv.slice(2)
const competitor = name === "official" ? Competitor.official : Competitor.batchwave
const startedAtMs = performance.now()
const ending = await competitor(endpoint)
console.log(JSON.stringify({ ending, elapsedMs: performance.now() - startedAtMs }))
process.exit(0)

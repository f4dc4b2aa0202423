/**
 * Crashes of real processes: orchestrators are killed, stopped, raced and starved of their disk, and
 * what is left is held against what the service says has happened. A sample by default.
 *
 * Usage: `npm run test:crash -- --full`, `--only PART` (may be repeated), `--seed N`, `--at-once N`.
 * Ends with 1 when anything was violated.
 */
import { spawnSync } from "node:child_process"
import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"
import * as CrashService from "./CrashService.ts"
import * as CrashStory from "./CrashStory.ts"
import * as World from "./CrashWorld.ts"
import * as DiskFaults from "./DiskFaults.ts"
import * as JournalDamage from "./JournalDamage.ts"
import * as KillPoints from "./KillPoints.ts"
import * as Orchestrator from "./Orchestrator.ts"
import * as Races from "./Races.ts"
import * as RandomKills from "./RandomKills.ts"
import * as Stops from "./Stops.ts"

interface Part {
  readonly run: (world: World.CrashWorld) => Promise<void>
  readonly needsStrace: boolean
  /** What must have happened at least once, or nothing was shown. */
  readonly shows: ReadonlyArray<string>
}

const parts: Readonly<Record<string, Part>> = {
  points: {
    run: KillPoints.run,
    needsStrace: true,
    shows: ["killed at a sync", "killed at a write", "killed at a send"]
  },
  kills: {
    run: RandomKills.run,
    needsStrace: false,
    shows: ["killed at random", "killed again in the resume"]
  },
  races: {
    run: Races.run,
    needsStrace: false,
    shows: [
      "races: start with one journal",
      "races: start with two copies",
      "races: resume with one journal",
      "races: resume with two copies"
    ]
  },
  stops: {
    run: Stops.run,
    needsStrace: false,
    shows: [
      "stopped for longer than every timeout",
      "taken over, stopped until the end of the other",
      "taken over, stopped until the middle of the other"
    ]
  },
  disk: {
    run: DiskFaults.run,
    needsStrace: true,
    shows: ["stopped by EIO", "paused while full"]
  },
  bytes: {
    run: JournalDamage.run,
    needsStrace: true,
    shows: ["damage of a run killed: tells a part", "damage of a run ended: refused"]
  }
}

const { values } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: Object.keys(parts) },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    "at-once": { type: "string", default: String(availableParallelism() + 1) }
  }
})

/** Why `strace` cannot be used; `undefined` when it can. */
const straceProblem = (): string | undefined => {
  const tried = spawnSync("strace", ["-f", "-o", "/dev/null", "true"], { encoding: "utf8" })
  if (tried.error !== undefined) return "there is no strace; install it"
  return tried.status === 0 ? undefined : `strace does not work here: ${tried.stderr.trim()}`
}

const wanted = values.only.map((name) => {
  const part = parts[name]
  if (part !== undefined) return { name, ...part }
  throw new Error(`there is no part ${name}; there are ${Object.keys(parts).join(", ")}`)
})
const problem = straceProblem()
const service = await CrashService.start()
const tally: World.Tally = { counts: new Map(), violations: [] }
console.log(`seed ${values.seed}, ${values.full ? "in full" : "a sample"}`)
try {
  const program = await Orchestrator.prepare(service.directory)
  const references = new Map<string, World.Reference>()
  for (const { name } of CrashStory.all) {
    references.set(name, await World.refer({ program, service }, name))
  }
  const world: World.CrashWorld = {
    service,
    program,
    isFull: values.full,
    seed: Number(values.seed),
    references,
    concurrency: Number(values["at-once"]),
    tally
  }
  for (const { name, needsStrace, run, shows } of wanted) {
    if (needsStrace && problem !== undefined) {
      console.log(`skipped ${name}: ${problem}`)
      continue
    }
    const beganMs = performance.now()
    await run(world)
    const missing = shows.filter((one) => !tally.counts.has(one))
    World.blame(world, name, missing.map((one) => `never happened: ${one}`))
    console.log(`${name}: ${((performance.now() - beganMs) / 1000).toFixed(0)} s`)
  }
} finally {
  if (tally.violations.length === 0) await service.stop()
  else {
    await service.halt()
    console.log(`the files of what was violated are kept in ${service.directory}`)
  }
}
for (const [name, times] of tally.counts) console.log(`${String(times).padStart(6)}  ${name}`)
console.log(`${String(tally.violations.length).padStart(6)}  violations`)
process.exitCode = tally.violations.length === 0 ? 0 : 1

/**
 * Lives the stories of a range of seeds and holds each against the checker. `BATCHWAVE_SEED` names one
 * seed to be lived alone; `BATCHWAVE_SEED_FROM` moves every range.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Checker from "./FullStackChecker.ts"
import * as Story from "./FullStackStory.ts"
import * as World from "./FullStackWorld.ts"

/** The seeds of a range: `count` from the `first` on. */
export const seedsOf = (first: number, count: number): ReadonlyArray<number> => {
  const alone = process.env["BATCHWAVE_SEED"]
  if (alone !== undefined) return [Number(alone)]
  const from = Number(process.env["BATCHWAVE_SEED_FROM"] ?? 1) - 1
  return Array.from({ length: count }, (_, index) => from + first + index)
}

/** Faults that a range of hundreds of seeds must have seen. */
export const faultKinds = [
  "Drop",
  "CutBody",
  "Status",
  "Delay",
  "Stall",
  "SlowBody",
  "BadGzip",
  "Collection",
  "Stale",
  "Page",
  "Omit",
  "ExpiredLink",
  "Late"
]

/** Other things that it must have seen. */
export const eventKinds = [
  "died at time",
  "died at append",
  "died at request",
  "succeeded",
  "failed",
  "blocked",
  "cancelled",
  "retries",
  "reactivated",
  "requeued",
  "requeues told as NodeLost",
  "requeues told as Unknown",
  "nodes lost"
]

/** What happened in all stories of a range together. */
export interface Tally {
  readonly problems: Array<string>
  readonly faults: Map<string, number>
  /** What else happened at least once: deaths by place, outcomes of nodes, losses of nodes. */
  readonly events: Map<string, number>
  requests: number
}

/** Lives all of them. Does not fail: what is wrong is among the problems, with its seed. */
export const live = Effect.fnUntraced(function*(
  name: string,
  seeds: ReadonlyArray<number>
): Effect.fn.Return<Tally> {
  const tally: Tally = { problems: [], faults: new Map(), events: new Map(), requests: 0 }
  const startedAtMs = performance.now()
  const cpu = process.cpuUsage()
  for (const seed of seeds) {
    const exit = yield* Effect.exit(World.live(Story.make(seed)))
    if (Exit.isSuccess(exit)) add(tally, exit.value)
    else tally.problems.push(`seed ${seed}: ${Cause.pretty(exit.cause).slice(0, 1000)}`)
  }
  const tookMs = Math.round(performance.now() - startedAtMs)
  const { system, user } = process.cpuUsage(cpu)
  const cpuMs = Math.round((system + user) / 1000)
  console.log(
    `${name}: seeds ${seeds[0]} to ${seeds.at(-1)} in ${tookMs} ms (${cpuMs} ms of CPU), `
      + `${tally.requests} requests, `
      + JSON.stringify({ ...Object.fromEntries(tally.faults), ...Object.fromEntries(tally.events) })
  )
  for (const problem of tally.problems) console.error(problem)
  return tally
})

const add = (tally: Tally, outcome: World.Outcome): void => {
  const { seed } = outcome.story
  for (const problem of Checker.check(outcome)) {
    tally.problems.push(`seed ${seed}: ${problem}; BATCHWAVE_SEED=${seed} replays it`)
  }
  tally.requests += outcome.requests.count
  for (const [fault, count] of Object.entries(outcome.faults)) addTo(tally.faults, fault, count)
  outcome.story.crashes.slice(0, outcome.crashes).forEach((crash) =>
    addTo(tally.events, `died at ${crash.at}`, 1)
  )
  for (const [ending, count] of Object.entries(outcome.report.counts)) {
    if (ending !== "pending") addTo(tally.events, ending, count)
  }
  addTo(tally.events, "retries", outcome.report.retries)
  for (const [cause, count] of Object.entries(outcome.report.requeues ?? {})) {
    if (count > 0) addTo(tally.events, `requeues told as ${cause}`, count)
  }
  for (const event of outcome.truth) {
    if (event._tag === "NodeLost") addTo(tally.events, "nodes lost", 1)
    if (event._tag === "TaskMoved" && event.why === "reactivated") {
      addTo(tally.events, "reactivated", 1)
    }
    if (event._tag === "TaskMoved" && event.why === "lost") addTo(tally.events, "requeued", 1)
  }
}

const addTo = (counts: Map<string, number>, name: string, count: number): void => {
  counts.set(name, (counts.get(name) ?? 0) + count)
}

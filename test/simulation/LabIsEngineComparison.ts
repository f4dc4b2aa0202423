/**
 * Runs cases in the laboratory and in the full stack and holds the two journals against each other:
 * which tasks were added and reactivated, how they ended, what was decided, how every node settled, and
 * when the run was over. `BATCHWAVE_SEED` names one seed to be compared alone.
 */
import type { RunEvent } from "@batchwave/core/RunEvent"
import type { Workflow } from "@batchwave/core/Workflow"
import * as Link from "@batchwave/lab/Link"
import * as Trial from "@batchwave/lab/Trial"
import * as VirtualDriver from "@batchwave/lab/VirtualDriver"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as LabIsEngineCase from "./LabIsEngineCase.ts"
import * as LabIsEngineLink from "./LabIsEngineLink.ts"
import * as LabIsEngineRun from "./LabIsEngineRun.ts"

/** What one of the two made of a case. */
export interface Course {
  readonly outcome: string
  /** Milliseconds from the first event to the last. */
  readonly makespanMs: number
  /**
   * Of each node, by index: what was learned and decided about it, in order, in words, and when, where
   * requests take no time.
   */
  readonly histories: ReadonlyArray<ReadonlyArray<string>>
  readonly lines: ReadonlyArray<LabIsEngineRun.Line>
  readonly record: LabIsEngineLink.Record
}

/** Both. */
export interface Comparison {
  readonly told: LabIsEngineCase.Case
  readonly lab: Course
  readonly engine: Course
}

/** Runs both. Fails with what the engine fails with. */
export const run = Effect.fnUntraced(function*(told: LabIsEngineCase.Case) {
  const { linkOf, story, unitAt } = told
  const record = LabIsEngineLink.emptyRecord()
  const lines = yield* LabIsEngineRun.run(story, { link: linkOf(), record, unitAt })
  const engine = courseOf(lines, told, record)
  return { told, lab: labOf(told), engine } satisfies Comparison
})

/** What the laboratory makes of a case; `alter` puts a mistake in. */
const labOf = (
  told: LabIsEngineCase.Case,
  alter: (options: VirtualDriver.Options) => VirtualDriver.Options = (options) => options
): Course => {
  const { arm, experiment, linkOf, unitAt } = told
  const options = Trial.optionsOf(experiment, arm, LabIsEngineCase.trial)
  const record = LabIsEngineLink.emptyRecord()
  const run = (more: Partial<VirtualDriver.Options>) =>
    VirtualDriver.run(alter({
      ...options,
      link: linkOf(),
      client: { ...options.client, unitAt },
      ...more
    }))
  run({ onSend: LabIsEngineLink.noteSent(record) })
  // Who is told of requests has all of them made. What is compared passes over idle polls, as users have it.
  return courseOf(run({}).journal, told, record)
}

const courseOf = (
  lines: ReadonlyArray<LabIsEngineRun.Line>,
  { latencyMs, story }: LabIsEngineCase.Case,
  record: LabIsEngineLink.Record
): Course => {
  const histories = Array.from(story.workflow.nodes, (): Array<string> => [])
  const first = lines[0]?.atMs ?? 0
  let outcome = "unfinished"
  for (const { atMs, events } of lines) {
    const when = latencyMs === 0 ? ` (${Math.round(atMs - first)} ms)` : ""
    for (const event of events) {
      if (event._tag === "RunFinished") outcome = event.outcome
      tell(event, latencyMs > 0, (node, text) => histories[node]!.push(`${text}${when}`))
    }
  }
  return { outcome, makespanMs: (lines.at(-1)?.atMs ?? first) - first, histories, lines, record }
}

/** What an event says about nodes, without what differs by the reader. */
const tell = (
  event: RunEvent,
  isFar: boolean,
  note: (node: number, text: string) => void
): void => {
  switch (event._tag) {
    case "SubmissionPlanned":
      for (const { node, submission } of event.tasks) note(node, `adds task ${submission}`)
      return
    case "TasksAccepted":
      return event.tasks.forEach(({ node, submission }) =>
        note(node, `task ${submission} is there`)
      )
    case "ReactivationPlanned":
      return note(event.task.node, `reactivates task ${event.task.submission}`)
    case "RetryDecided": {
      const { afterMs, reason, slots } = event.decision
      const grown = slots === undefined ? "" : ` with ${slots} slots`
      return note(event.node, `retries by ${event.via} after ${afterMs} ms${grown}: ${reason}`)
    }
    case "TaskEnded": {
      const { exitCode, failureInfo, result } = event.end
      return note(event.task.node, `ends: ${result} ${exitCode ?? "-"} ${failureInfo?.code ?? "-"}`)
    }
    case "NodeSucceeded":
      return note(event.node, "succeeded")
    case "NodeSubstituted":
      return note(event.node, `substituted: ${event.reason}`)
    case "NodeFailed":
      return note(event.node, `failed: ${event.failure._tag}; ${event.reason}`)
    case "NodesBlocked":
      // Which of several failed parents was seen first hangs on time.
      return event.nodes.forEach((node, place) =>
        note(node, isFar ? "blocked" : `blocked by ${event.by[place]}`)
      )
    case "NodesSkipped":
      return event.nodes.forEach((node) => note(node, `skipped: ${event.reason}`))
    case "NodesCancelled":
      return event.nodes.forEach((node) => note(node, "cancelled"))
    default:
      return
  }
}

/** Everything in which the two differ, one sentence each. */
export const differences = (comparison: Comparison): ReadonlyArray<string> => {
  const { engine, lab, told } = comparison
  const found: Array<string> = []
  if (lab.outcome !== engine.outcome) {
    found.push(`the laboratory's run ${lab.outcome}, the engine's ${engine.outcome}`)
  }
  told.story.workflow.nodes.forEach(({ name }, node) => {
    const [mine = [], theirs = []] = [lab.histories[node], engine.histories[node]]
    const place = mine.findIndex((text, index) => text !== theirs[index])
    if (place < 0 && mine.length === theirs.length) return
    const at = place < 0 ? mine.length : place
    found.push(
      `node ${name}, step ${at + 1}: the laboratory says "${mine[at] ?? "nothing more"}", `
        + `the engine "${theirs[at] ?? "nothing more"}"`
    )
  })
  const latenessMs = latenessOf(comparison)
  const { makespanMs } = engine
  if (Math.abs(lab.makespanMs - makespanMs) > latenessMs) {
    found.push(
      `the laboratory's run took ${lab.makespanMs} ms, the engine's ${makespanMs} ms; they may differ `
        + `by ${latenessMs} ms`
    )
  }
  return found
}

/** Requests that the engine makes for one reaction and the laboratory counts as one, at most. */
const requestsPerReactionMax = 8

/** How far a wait between polls may be off its mean, both ways. */
const waitFactorMax = 1.1

/**
 * By how much the makespans may differ. Not at all where requests take no time. Elsewhere each reaction
 * to an end may come a wait between polls and a few requests earlier or later; reactions follow upon
 * each other as often as the nodes of a level are executed, level by level.
 */
const latenessOf = ({ engine, lab, told }: Comparison): number => {
  const { latencyMs, story } = told
  if (latencyMs === 0) return 0
  const reactionMs = waitFactorMax * story.pollMsMax + requestsPerReactionMax * latencyMs
  const troubleMs = Math.max(
    ...[lab, engine].map(({ record }) => LabIsEngineLink.troubleMs(record))
  )
  return (1 + reactionsOf(story.workflow, engine.histories)) * reactionMs + troubleMs
}

const reactionsOf = (
  { nodes }: Workflow,
  histories: ReadonlyArray<ReadonlyArray<string>>
): number => {
  const levelOf = new Map<string, number>()
  const reactions: Array<number> = []
  nodes.forEach(({ after, name }, node) => {
    const level = 1 + Math.max(-1, ...after.map((parent) => levelOf.get(parent) ?? 0))
    levelOf.set(name, level)
    const executions = histories[node]?.filter((text) => /^(?:adds|reactivates) /.test(text)).length
    reactions[level] = Math.max(reactions[level] ?? 0, executions ?? 0)
  })
  return reactions.reduce((sum, count) => sum + count, 0)
}

/** A mistake of the laboratory's client, to see that it is found. */
interface Defect {
  readonly name: string
  readonly put: (options: VirtualDriver.Options) => VirtualDriver.Options
}

const mistakes: ReadonlyArray<Defect> = [
  {
    name: "one refusal is dropped",
    put: (options) => {
      let isDropped = false
      const link = options.link ?? Link.reliable(0)
      return {
        ...options,
        link: {
          fateOf: (kind, size, nowMs) => {
            const fate = link.fateOf(kind, size, nowMs)
            if (fate.trouble === undefined || isDropped || kind === "listTasks") return fate
            isDropped = true
            return { requestMs: fate.requestMs, replyMs: fate.replyMs }
          }
        }
      }
    }
  },
  {
    name: "the first wait is twice as long",
    put: (options) => ({
      ...options,
      client: { ...options.client, policy: { ...options.client?.policy, backoffMsMin: 500 } }
    })
  }
]

/** How many runs a mistake was put in, and in how many of them the comparison told. */
export interface Found {
  readonly name: string
  tried: number
  told: number
}

/** Puts each mistake into a run in which the times of refusals show. */
const tryMistakes = (found: ReadonlyArray<Found>, sound: Comparison): void => {
  const { lab, told } = sound
  if (told.latencyMs > 0 || lab.record.refused === 0) return
  for (const [place, { put }] of mistakes.entries()) {
    const altered = labOf(told, put)
    const one = found[place]
    if (one === undefined || altered.record.refused === lab.record.refused) continue
    one.tried++
    if (differences({ ...sound, lab: altered }).length > 0) one.told++
  }
}

/** What came of a range of seeds. */
export interface Tally {
  /** Sentences with the seed that replays each. */
  readonly problems: Array<string>
  /** Runs by latency, mode, and what was in their worlds; decisions by their kind. */
  readonly seen: Map<string, number>
  readonly found: ReadonlyArray<Found>
}

/** Compares one seed after the other. Does not fail: what is wrong is among the problems. */
export const live = Effect.fnUntraced(function*(
  seeds: ReadonlyArray<number>
): Effect.fn.Return<Tally> {
  const tally: Tally = {
    problems: [],
    seen: new Map(),
    found: mistakes.map(({ name }) => ({ name, tried: 0, told: 0 }))
  }
  const startedAtMs = performance.now()
  const cpu = process.cpuUsage()
  for (const seed of seeds) {
    const told = LabIsEngineCase.make(seed)
    const exit = yield* Effect.exit(run(told))
    const problems = Exit.isSuccess(exit)
      ? differences(exit.value)
      : [Cause.pretty(exit.cause).slice(0, 1000)]
    for (const problem of problems) {
      tally.problems.push(`seed ${seed}: ${problem}; BATCHWAVE_SEED=${seed} replays it`)
    }
    if (!Exit.isSuccess(exit)) continue
    note(tally.seen, exit.value)
    tryMistakes(tally.found, exit.value)
  }
  const { system, user } = process.cpuUsage(cpu)
  console.log(
    `the laboratory and the engine: seeds ${seeds[0]} to ${seeds.at(-1)} in `
      + `${Math.round(performance.now() - startedAtMs)} ms (${
        Math.round((system + user) / 1000)
      } ms `
      + `of CPU), ${
        JSON.stringify(Object.fromEntries([...tally.seen].toSorted(([left], [right]) =>
          left < right ? -1 : 1
        )))
      }`
  )
  for (const { name, told, tried } of tally.found) {
    console.log(`where ${name}, told in ${told} of ${tried} runs`)
  }
  for (const problem of tally.problems) console.error(problem)
  return tally
})

const note = (seen: Map<string, number>, comparison: Comparison): void => {
  const { lab, told: { latencyMs, refusals, restraint, story } } = comparison
  const add = (name: string, isThere = true): void => {
    if (isThere) seen.set(name, (seen.get(name) ?? 0) + 1)
  }
  add(latencyMs === 0 ? "no latency" : "latency")
  add(story.dependencyMode)
  add(story.failureMode)
  add("nodes are lost", story.scenario.nodes !== undefined)
  add(
    "calls that failed",
    lab.lines.some(({ events }) => events.some(({ _tag }) => _tag === "RunHindered"))
  )
  add(restraint)
  const events = lab.lines.flatMap((line) => line.events)
  add("the breaker held", events.some(({ _tag }) => _tag === "SubmissionHeld"))
  add(
    "the budget was used up",
    events.some((event) => event._tag === "NodeFailed" && event.reason.includes("retry budget"))
  )
  for (const name of new Set(refusals)) add(name, lab.record.refused > 0)
  add("outages", (story.faults?.runs ?? []).length > 0)
  for (const text of lab.histories.flat()) add(/^(?:retries by \w+|[a-z]+)/.exec(text)?.[0] ?? "")
}

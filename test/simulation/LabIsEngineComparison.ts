/**
 * Runs cases in the laboratory and in the full stack and holds the two journals against each other:
 * which tasks were added and reactivated, how they ended, what was decided, how every node settled, and
 * when the run was over. `BATCHWAVE_SEED` names one seed to be compared alone.
 */
import type { RunEvent } from "@batchwave/core/RunEvent"
import type { Workflow } from "@batchwave/core/Workflow"
import * as Trial from "@batchwave/lab/Trial"
import * as VirtualDriver from "@batchwave/lab/VirtualDriver"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as LabIsEngineCase from "./LabIsEngineCase.ts"
import * as LabIsEngineRun from "./LabIsEngineRun.ts"

/** What one of the two made of a case. */
export interface Course {
  readonly outcome: string
  /** Milliseconds from the first event to the last. */
  readonly makespanMs: number
  /** Of each node, by index: what was learned and decided about it, in order, in words. */
  readonly histories: ReadonlyArray<ReadonlyArray<string>>
  readonly lines: ReadonlyArray<LabIsEngineRun.Line>
}

/** Both. */
export interface Comparison {
  readonly told: LabIsEngineCase.Case
  readonly lab: Course
  readonly engine: Course
}

/** Runs both. Fails with what the engine fails with. */
export const run = Effect.fnUntraced(function*(told: LabIsEngineCase.Case) {
  const { arm, experiment, latencyMs, story } = told
  const options = Trial.optionsOf(experiment, arm, LabIsEngineCase.trial)
  const result = VirtualDriver.run(options)
  const lines = yield* LabIsEngineRun.run(story, latencyMs)
  const names = story.workflow.nodes.length
  return {
    told,
    lab: courseOf(result.journal, names),
    engine: courseOf(lines, names)
  } satisfies Comparison
})

const courseOf = (lines: ReadonlyArray<LabIsEngineRun.Line>, count: number): Course => {
  const histories = Array.from({ length: count }, (): Array<string> => [])
  let outcome = "unfinished"
  for (const event of lines.flatMap(({ events }) => events)) {
    if (event._tag === "RunFinished") outcome = event.outcome
    tell(event, (node, text) => histories[node]!.push(text))
  }
  const first = lines[0]?.atMs ?? 0
  return { outcome, makespanMs: (lines.at(-1)?.atMs ?? first) - first, histories, lines }
}

/** What an event says about nodes, without times and without what differs by the reader. */
const tell = (event: RunEvent, note: (node: number, text: string) => void): void => {
  switch (event._tag) {
    case "SubmissionPlanned":
      for (const { node, submission } of event.tasks) note(node, `adds task ${submission}`)
      return
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
      return event.nodes.forEach((node, place) => note(node, `blocked by ${event.by[place]}`))
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
const latenessOf = ({ engine, told }: Comparison): number => {
  const { latencyMs, story } = told
  if (latencyMs === 0) return 0
  const reactionMs = waitFactorMax * story.pollMsMax + requestsPerReactionMax * latencyMs
  return (1 + reactionsOf(story.workflow, engine.histories)) * reactionMs
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

/** What came of a range of seeds. */
export interface Tally {
  /** Sentences with the seed that replays each. */
  readonly problems: Array<string>
  /** Runs by latency, mode, and what was in their worlds; decisions by their kind. */
  readonly seen: Map<string, number>
}

/** Compares one seed after the other. Does not fail: what is wrong is among the problems. */
export const live = Effect.fnUntraced(function*(
  seeds: ReadonlyArray<number>
): Effect.fn.Return<Tally> {
  const tally: Tally = { problems: [], seen: new Map() }
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
    if (Exit.isSuccess(exit)) note(tally.seen, exit.value)
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
  for (const problem of tally.problems) console.error(problem)
  return tally
})

const note = (seen: Map<string, number>, { lab, told: { latencyMs, story } }: Comparison): void => {
  const add = (name: string, isThere = true): void => {
    if (isThere) seen.set(name, (seen.get(name) ?? 0) + 1)
  }
  add(latencyMs === 0 ? "no latency" : "latency")
  add(story.dependencyMode)
  add(story.failureMode)
  add("nodes are lost", story.scenario.nodes !== undefined)
  add("outages", (story.faults?.runs ?? []).length > 0)
  for (const text of lab.histories.flat()) add(/^(?:retries by \w+|[a-z]+)/.exec(text)?.[0] ?? "")
}

/**
 * Holds what a run believes against what happened. It reads the rows of the journal, the lines of the
 * truth and the report, and shares no code with what it checks but the reading of a row.
 *
 * C1 every node settles once, the run finishes once, and the report says the same as the journal.
 * C2 nothing is in the service that the journal did not intend before.
 * C3 no task runs more often than decisions in the journal and the service's own requeues explain, and
 *    none after it has succeeded.
 * C4 when the run has finished, one job has held its tasks, and it and they have ended.
 * C5 the result is that of the run that nobody disturbed.
 */
import type { Report } from "@batchwave/core/Report"
import type { Json } from "@batchwave/core/Workflow"
import type { TruthEvent } from "@batchwave/emulator/TruthEvent"
import * as EventText from "@batchwave/engine/EventText"
import { DatabaseSync } from "node:sqlite"
import type { CrashStory } from "./CrashStory.ts"
import type { Ending } from "./Orchestrator.ts"

/** What a run came to, without times. */
export interface Result {
  readonly outcome: string
  readonly nodes: Readonly<Record<string, Json>>
  readonly outputs: { readonly [node: string]: Json }
}

/** The result an orchestrator tells. */
export const resultOf = ({ outputs, report }: Ending & { readonly _tag: "Finished" }): Result => ({
  outcome: report.outcome,
  nodes: Object.fromEntries(report.nodes.map((node) => [node.node, lineOf(node)])),
  outputs
})

const lineOf = (
  { attempts, blockedBy, failure, outcome, substituted }: Report["nodes"][number]
): Json => ({
  outcome,
  attempts,
  failure: failure ?? null,
  substituted: substituted ?? null,
  blockedBy: blockedBy ?? null
})

/** What is to be judged. */
export interface Evidence {
  readonly story: CrashStory
  readonly runId: string
  /** The journal's file. */
  readonly journal: string
  readonly truth: ReadonlyArray<TruthEvent>
  readonly result: Result
  /** Of the run that nobody disturbed. */
  readonly reference: Result
}

/** An event as the journal has it. */
interface JournalEvent {
  readonly _tag: string
  readonly node?: number
  readonly nodes?: ReadonlyArray<number>
  readonly task?: TaskName
  readonly tasks?: ReadonlyArray<TaskName>
  readonly outcome?: string
  readonly via?: string
}

interface TaskName {
  readonly node: number
  readonly submission: number
}

interface Line {
  readonly atMs: number
  readonly events: ReadonlyArray<JournalEvent>
}

/** Everything that is not as it must be, one sentence each. */
export const check = (evidence: Evidence): ReadonlyArray<string> => {
  const lines = readJournal(evidence.journal)
  const problems: Array<string> = []
  checkEndings(evidence, lines, problems)
  checkTasks(evidence, lines, problems)
  checkJobs(evidence, problems)
  const told = JSON.stringify(evidence.result)
  const expected = JSON.stringify(evidence.reference)
  if (told !== expected) problems.push(`the result is ${told}, and not ${expected}`)
  return problems
}

const idIn = (story: Evidence["story"], { node, submission }: TaskName): string =>
  `${story.nodes[node]?.name}${submission === 1 ? "" : `-r${submission}`}`

/** The tasks that a journal says are to be added, whether they were or not. */
export const intendedIn = (story: Evidence["story"], journal: string): ReadonlySet<string> =>
  new Set(
    readJournal(journal)
      .flatMap(({ events }) => events)
      .flatMap(({ _tag, tasks }) => _tag === "SubmissionPlanned" ? tasks ?? [] : [])
      .map((task) => idIn(story, task))
  )

/** The batches of a journal that nobody holds, in order. */
export const readJournal = (file: string): ReadonlyArray<Line> => {
  using database = new DatabaseSync(file, { readOnly: true })
  return database.prepare("SELECT at_ms, body FROM batch ORDER BY number").all().map((row) => {
    return { atMs: Number(row["at_ms"]), events: EventText.read(String(row["body"])) }
  })
}

const endings: Readonly<Record<string, string>> = {
  NodeSucceeded: "succeeded",
  NodeFailed: "failed",
  NodesBlocked: "blocked",
  NodesSkipped: "skipped",
  NodesCancelled: "cancelled"
}

const checkEndings = (
  { result, story }: Evidence,
  lines: ReadonlyArray<Line>,
  problems: Array<string>
): void => {
  const settled = story.nodes.map((): Array<string> => [])
  const finishes: Array<string> = []
  for (const event of lines.flatMap(({ events }) => events)) {
    const { _tag, node, nodes, outcome } = event
    const ending = endings[_tag]
    const concerned = nodes ?? (node === undefined ? [] : [node])
    if (ending !== undefined) { for (const one of concerned) settled[one]?.push(ending) }
    if (ending !== undefined && finishes.length > 0) {
      problems.push(`${_tag} comes after the end of the run`)
    }
    if (_tag === "RunFinished") finishes.push(outcome ?? "")
  }
  if (finishes.length !== 1 || finishes[0] !== result.outcome) {
    problems.push(`the run finished as [${finishes.join(", ")}], and told ${result.outcome}`)
  }
  story.nodes.forEach(({ name }, node) => {
    const told = result.nodes[name]
    const outcome = typeof told === "object" && told !== null && "outcome" in told
      ? told["outcome"]
      : undefined
    const found = settled[node] ?? []
    if (found.length === 1 && found[0] === outcome) return
    problems.push(
      `${name} settled as [${found.join(", ")}], and was told as ${JSON.stringify(outcome)}`
    )
  })
}

/** What the service did with one task. */
interface History {
  added: number
  addedAtMs: number
  readonly runs: Set<number>
  requeued: number
  reactivated: number
  successes: number
  ranAfterSuccess: boolean
  state: string
}

const historiesOf = (truth: ReadonlyArray<TruthEvent>): ReadonlyMap<string, History> => {
  const histories = new Map<string, History>()
  for (const event of truth) {
    if (event._tag !== "TaskAdded" && event._tag !== "TaskMoved") continue
    const history = histories.get(event.taskId) ?? {
      added: 0,
      addedAtMs: event.atMs,
      runs: new Set<number>(),
      requeued: 0,
      reactivated: 0,
      successes: 0,
      ranAfterSuccess: false,
      state: "active"
    }
    histories.set(event.taskId, history)
    if (event._tag === "TaskMoved") noteMove(history, event)
    else history.added++
  }
  return histories
}

const noteMove = (history: History, event: TruthEvent & { readonly _tag: "TaskMoved" }): void => {
  const { generation, result, to, why } = event
  history.state = to
  if (to === "running") {
    history.runs.add(generation)
    if (history.successes > 0) history.ranAfterSuccess = true
  }
  if (why === "reactivated") history.reactivated++
  if (why === "lost" || why === "requeued") history.requeued++
  if (to === "completed" && result === "success") history.successes++
}

const checkTasks = (
  { result, story, truth }: Evidence,
  lines: ReadonlyArray<Line>,
  problems: Array<string>
): void => {
  const histories = historiesOf(truth)
  const intended = new Map<string, number>()
  const reactivations = new Map<string, number>()
  const decided = story.nodes.map(() => 0)
  const submitted = story.nodes.map(() => 0)
  const idOf = (task: TaskName): string => idIn(story, task)
  for (const { atMs, events } of lines) {
    for (const event of events) {
      const { _tag, node, nodes, task, tasks } = event
      if (_tag === "RetryDecided" && node !== undefined) decided[node]!++
      // What the service held back for a task that failed is taken back and added anew.
      if (_tag === "NodesWithdrawn") { for (const one of nodes ?? []) decided[one]!++ }
      if (_tag === "ReactivationPlanned" && task !== undefined) {
        reactivations.set(idOf(task), (reactivations.get(idOf(task)) ?? 0) + 1)
      }
      for (const one of _tag === "SubmissionPlanned" ? tasks ?? [] : []) {
        if (intended.has(idOf(one))) problems.push(`${idOf(one)} was planned twice`)
        intended.set(idOf(one), atMs)
        submitted[one.node]!++
      }
    }
  }
  for (const [id, history] of histories) {
    const { added, addedAtMs, ranAfterSuccess, reactivated, requeued, runs, state } = history
    const intendedAtMs = intended.get(id)
    if (added !== 1) problems.push(`${id} was added ${added} times`)
    if (intendedAtMs === undefined || addedAtMs < intendedAtMs) {
      problems.push(`${id} was added without or before its intent`)
    }
    if (runs.size > 1 + reactivated + requeued) problems.push(`${id} ran ${runs.size} times`)
    if (reactivated > (reactivations.get(id) ?? 0)) problems.push(`${id} was reactivated unasked`)
    if (ranAfterSuccess) problems.push(`${id} ran again after it had succeeded`)
    if (state !== "completed") problems.push(`${id} is ${state} after the end of the run`)
  }
  story.nodes.forEach(({ name }, node) => {
    const tasks = [...histories].filter(([id]) => id === name || id.startsWith(`${name}-r`))
    const successes = tasks.reduce((sum, [, history]) => sum + history.successes, 0)
    const told = JSON.stringify(result.nodes[name])
    if (submitted[node]! > 1 + decided[node]!) {
      problems.push(`${name} got ${submitted[node]} tasks by ${decided[node]} decisions`)
    }
    if (successes !== (told.includes("\"succeeded\"") ? 1 : 0)) {
      problems.push(`${name} succeeded ${successes} times in the service, and was told as ${told}`)
    }
  })
}

const checkJobs = ({ runId, truth }: Evidence, problems: Array<string>): void => {
  const states = new Map<string, string>()
  for (const event of truth) {
    if (event._tag === "JobAdded") states.set(event.jobId, "active")
    if (event._tag === "JobMoved") states.set(event.jobId, event.to)
  }
  const jobs = [...states].map(([id, state]) => `${id} is ${state}`).join(", ")
  if (jobs !== `${runId} is completed`) problems.push(`after the end of the run, ${jobs}`)
}

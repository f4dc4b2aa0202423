/**
 * Holds what a run believes against what happened. It reads the journal's JSON, the emulator's truth,
 * the report and the workflow, and shares no code with what it checks but the names of tasks. What is
 * no different here is held against the invariants by the simulation's own checker.
 */
import * as Plan from "@batchwave/core/Plan"
import * as TaskNaming from "@batchwave/core/TaskNaming"
import type { WorkflowNode } from "@batchwave/core/Workflow"
import type { TruthEvent } from "@batchwave/emulator/TruthEvent"
import * as FullStackEvidence from "./FullStackEvidence.ts"
import type { Outcome } from "./FullStackWorld.ts"
import * as SimulationChecker from "./SimulationChecker.ts"

/** An event as the journal has it. */
interface JournalEvent {
  readonly _tag: string
  readonly node?: number
  readonly nodes?: ReadonlyArray<number>
  readonly task?: TaskName
  readonly tasks?: ReadonlyArray<TaskName>
  readonly outcome?: string
  readonly cause?: string
}

interface TaskName {
  readonly node: number
  readonly submission: number
}

/** What happened to one task in the service. */
interface History {
  addedAtMs: number
  added: number
  runs: Set<number>
  /** Times the service put it back, or we did. */
  requeued: number
  /** When its node was lost or preempted under it. */
  readonly lostAtMs: Array<number>
  reactivated: number
  successes: number
  /** How it ended last, while nothing came after. */
  last: Moved | undefined
  startedAfterSuccess: boolean
}

type Moved = TruthEvent & { readonly _tag: "TaskMoved" }

interface Line {
  readonly atMs: number
  readonly events: ReadonlyArray<JournalEvent>
}

interface Case {
  readonly outcome: Outcome
  readonly nodes: ReadonlyArray<WorkflowNode>
  readonly lines: ReadonlyArray<Line>
  /** By lower-case id. */
  readonly histories: ReadonlyMap<string, History>
  readonly idOf: (node: number, submission: number) => string
  readonly problems: Array<string>
}

/** Everything that is not as it must be, one sentence each. */
export const check = (outcome: Outcome): ReadonlyArray<string> => {
  const made = Plan.make(outcome.story.workflow)
  if (made._tag === "Invalid") return ["the workflow is invalid"]
  const naming = TaskNaming.make(made.plan)
  const found: Case = {
    outcome,
    nodes: made.plan.workflow.nodes,
    lines: outcome.journal.map((line): Line => JSON.parse(line)),
    histories: historiesOf(outcome.truth),
    idOf: (node, submission) => naming.idOf({ node, submission }).toLowerCase(),
    problems: []
  }
  found.problems.push(...SimulationChecker.problemsOf(FullStackEvidence.make(outcome)))
  checkExecutions(found)
  checkCauses(found)
  const isRerun = found.lines.some(({ events }) =>
    events.some(({ _tag }) => _tag === "RerunRequested")
  )
  if (!isRerun) {
    checkRetries(found)
    checkReport(found)
  }
  if (outcome.story.isCalm) checkMakespan(found)
  return found.problems
}

const historiesOf = (truth: ReadonlyArray<TruthEvent>): Map<string, History> => {
  const histories = new Map<string, History>()
  for (const event of truth) {
    if (event._tag !== "TaskAdded" && event._tag !== "TaskMoved") continue
    const id = event.taskId.toLowerCase()
    const history = histories.get(id) ?? {
      addedAtMs: event.atMs,
      added: 0,
      runs: new Set(),
      requeued: 0,
      lostAtMs: [],
      reactivated: 0,
      successes: 0,
      last: undefined,
      startedAfterSuccess: false
    }
    histories.set(id, history)
    if (event._tag === "TaskMoved") note(history, event)
    else history.added++
  }
  return histories
}

const note = (history: History, event: Moved): void => {
  if (event.to === "running") {
    history.runs.add(event.generation)
    if (history.successes > 0) history.startedAfterSuccess = true
  }
  if (event.why === "reactivated") history.reactivated++
  if (event.why === "lost" || event.why === "requeued" || event.why === "unprepared") {
    history.requeued++
  }
  if (event.why === "lost" || event.why === "requeued") history.lostAtMs.push(event.atMs)
  history.last = event.to === "completed" ? event : undefined
  if (event.to === "completed" && event.result === "success") history.successes++
}

/** A loss is told as the cause of a requeue once, and only after it has happened. */
const checkCauses = ({ histories, idOf, lines, problems }: Case): void => {
  const told = new Map<string, number>()
  for (const { atMs, events } of lines) {
    for (const { _tag, cause, task } of events) {
      if (_tag !== "TaskRequeued" || cause === "Unknown" || task === undefined) continue
      const id = idOf(task.node, task.submission)
      const count = (told.get(id) ?? 0) + 1
      told.set(id, count)
      const losses = (histories.get(id)?.lostAtMs ?? []).filter((lostMs) => lostMs <= atMs).length
      if (count > losses) {
        problems.push(
          `${id}: ${count} requeues are told as ${cause}, and ${losses} nodes were lost`
        )
      }
    }
  }
}

/** No task runs more often than losses of nodes and our own decisions allow. */
const checkExecutions = ({ histories, problems }: Case): void => {
  for (const [id, { added, reactivated, requeued, runs, startedAfterSuccess }] of histories) {
    if (runs.size > 1 + reactivated + requeued) {
      problems.push(
        `${id} ran ${runs.size} times: ${reactivated} reactivations, ${requeued} requeues`
      )
    }
    if (added !== 1) problems.push(`${id} was added ${added} times`)
    if (startedAfterSuccess) problems.push(`${id} ran again after it had succeeded`)
  }
}

/** No node is tried more often than was decided, and not more is decided than the policy allows. */
const checkRetries = ({ lines, nodes, outcome, problems }: Case): void => {
  const retries = new Map<number, number>()
  const submissions = new Map<number, number>()
  const withdrawals = new Map<number, number>()
  for (const event of lines.flatMap((line) => line.events)) {
    if (event._tag === "RetryDecided") addTo(retries, event.node ?? -1)
    if (event._tag === "SubmissionPlanned") {
      for (const { node } of event.tasks ?? []) addTo(submissions, node)
    }
    if (event._tag === "NodesWithdrawn") {
      for (const node of event.nodes ?? []) addTo(withdrawals, node)
    }
  }
  nodes.forEach((_, node) => {
    const decided = retries.get(node) ?? 0
    const attempts = outcome.report.nodes[node]?.attempts ?? 0
    const again = 1 + decided + (withdrawals.get(node) ?? 0)
    if (attempts > again) problems.push(`node ${node}: ${attempts} attempts, ${again} were decided`)
    if ((submissions.get(node) ?? 0) > again) {
      problems.push(`node ${node}: ${submissions.get(node)} tasks, ${again} were decided`)
    }
    // Exit, TimedOut, SetupFailed, UploadFailed, NodeLost and the like each have the budget once.
    if (decided > outcome.story.retriesMax * classesMax) {
      problems.push(`node ${node}: ${decided} retries, allowed are ${outcome.story.retriesMax}`)
    }
  })
}

const addTo = (counts: Map<number, number>, key: number): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

const classesMax = 6

/** What is reported of a node is how its last task ended in fact. */
const checkReport = ({ histories, idOf, nodes, outcome, problems }: Case): void => {
  nodes.forEach((_, node) => {
    const told = outcome.report.nodes[node]
    const tasks: Array<History> = []
    for (let submission = 1; submission <= (told?.attempts ?? 0) + 1; submission++) {
      const history = histories.get(idOf(node, submission))
      if (history !== undefined) tasks.push(history)
    }
    const last = tasks.at(-1)?.last
    const successes = tasks.reduce((sum, task) => sum + task.successes, 0)
    if (told?.outcome === "succeeded" && last?.result !== "success") {
      problems.push(`node ${node} is reported as succeeded, its task as ${last?.result}`)
    }
    if (told?.outcome === "succeeded" && successes !== 1) {
      problems.push(`node ${node} succeeded ${successes} times`)
    }
    if (told?.outcome === "failed" && (last?.result === "success" || successes > 0)) {
      problems.push(`node ${node} is reported as failed, its task succeeded`)
    }
    if (told?.outcome === "failed" && last === undefined) {
      problems.push(`node ${node} is reported as failed, and its task has not ended`)
    }
    if (told?.outcome === "blocked" && tasks.some(({ runs }) => runs.size > 0)) {
      problems.push(`node ${node} ran blocked`)
    }
    if (outcome.story.isCalm && told?.outcome !== "succeeded") {
      problems.push(`node ${node} is ${told?.outcome} though nothing failed`)
    }
  })
}

/**
 * With one slot a task, a greedy schedule that sees a task ready at most `lateMs` after its parents
 * ended takes at most the work by the slots, and the longest chain with that delay at every link.
 */
const checkMakespan = ({ histories, idOf, lines, nodes, outcome, problems }: Case): void => {
  const { story } = outcome
  const lateMs = story.pollMsMax + story.pollMsMin + 1
  const indexOf = new Map(nodes.map(({ name }, index) => [name, index]))
  const finishMs: Array<number> = []
  let workMs = 0
  let isWhole = true
  for (const [index, { after }] of nodes.entries()) {
    const { addedAtMs = 0, last } = histories.get(idOf(index, 1)) ?? {}
    const run = startOf(outcome.truth, idOf(index, 1))
    if (last === undefined || run === undefined) isWhole = false
    const durationMs = (last?.atMs ?? addedAtMs) - (run ?? addedAtMs)
    workMs += durationMs
    const parentsMs = after.map((parent) => finishMs[indexOf.get(parent) ?? -1] ?? 0)
    finishMs.push(
      Math.max(0, ...parentsMs) + durationMs + lateMs * levelsFactor(story.dependencyMode)
    )
  }
  if (!isWhole) return void problems.push("a task of a calm run did not run")
  // In waves a whole level waits for its slowest node, which the bound for chains does not cover.
  if (story.dependencyMode === "waves") return
  const slots = story.nodes * story.slotsPerNode
  const boundMs = workMs / slots + Math.max(0, ...finishMs) + lateMs
  const first = lines[0]?.atMs ?? 0
  const takenMs = (lines.at(-1)?.atMs ?? first) - first
  if (takenMs > boundMs) problems.push(`the run took ${takenMs} ms, at most ${boundMs} ms are due`)
}

const levelsFactor = (mode: string): number => mode === "waves" ? 0 : 1

const startOf = (truth: ReadonlyArray<TruthEvent>, id: string): number | undefined =>
  truth.find((event) =>
    event._tag === "TaskMoved" && event.to === "running" && event.taskId.toLowerCase() === id
  )?.atMs

/**
 * Compares what a run wrote in its journal with what truly happened and with what it reported, and says
 * what breaks an invariant. Shares no code with the reactor, the driver or the engine: only the names of
 * events and facts, and the authored workflow.
 *
 * Problems begin with the name of the invariant: S for safety, L for liveness.
 */
import type { RunEvent } from "@batchwave/core/RunEvent"
import type { Workflow } from "@batchwave/core/Workflow"
import type { Fact } from "@batchwave/sim/Fact"
import * as SimulationPace from "./SimulationPace.ts"
import * as SimulationReading from "./SimulationReading.ts"
import * as Rule from "./SimulationRule.ts"
import * as SimulationTruth from "./SimulationTruth.ts"

/** What is known of a run when it is over. */
export interface Evidence {
  readonly workflow: Workflow
  readonly journal: ReadonlyArray<
    { readonly atMs: number; readonly events: ReadonlyArray<RunEvent> }
  >
  readonly facts: ReadonlyArray<Fact>
  readonly report: {
    readonly outcome: string
    readonly nodes: ReadonlyArray<{ readonly node: string; readonly outcome: string }>
  }
  /** The largest request, in tasks. */
  readonly chunkMax: number
  /** How far the service's clock is ahead. */
  readonly clockSkewMs: number
  /** The longest a request is on its way to the service. */
  readonly requestMsMax: number
  /** When faults ended. */
  readonly healMs: number
  /** How long after its end a task may still be unknown, once all is well. */
  readonly newsMsMax: number
  /** How long the run may stand still when all is well and nothing waits. @default not looked at */
  readonly idleMsMax?: number
  /** When requests left that end one task, be it there or not, or read what it left. @default none */
  readonly busyAtMs?: ReadonlyArray<number>
  /** What must appear in nothing that is written. @default not looked for */
  readonly secret?: string
}

/** Everything that breaks an invariant. */
export const problemsOf = (evidence: Evidence): ReadonlyArray<string> => {
  const truth = SimulationTruth.read(evidence.facts)
  const reading = SimulationReading.read(evidence, truth)
  const problems = [...truth.problems, ...reading.problems]
  const say = (problem: string): void => {
    problems.push(problem)
  }
  if (evidence.chunkMax > 100) say(`S12 a request about ${evidence.chunkMax} tasks`)
  checkTasks(evidence, truth, reading, say)
  checkOverlaps(evidence, truth, reading, say)
  checkNodes(evidence, truth, reading, say)
  checkReport(evidence, reading, say)
  problems.push(...SimulationPace.problemsOf(evidence, truth))
  const { journal, report, secret } = evidence
  if (secret !== undefined && JSON.stringify([journal, report]).includes(secret)) {
    say("S18 a secret is in the journal or in the report")
  }
  return problems
}

type Say = (problem: string) => void

/** S3, S4, S5, S9: what the service did against what was intended. */
const checkTasks = (
  { requestMsMax }: Evidence,
  { lives }: SimulationTruth.Truth,
  reading: SimulationReading.Reading,
  say: Say
): void => {
  for (const [id, life] of lives) {
    const intents = reading.intents.get(`${life.node}/${life.submission}`)
    if (intents === undefined || intents.plannedAtMs > life.addedAtMs[0]!) {
      say(`S5 ${id} was added without an intent`)
      continue
    }
    life.reactivatedAtMs.forEach((atMs, index) => {
      const intentAtMs = intents.reactivationsAtMs[index]
      if (intentAtMs === undefined || intentAtMs > atMs) {
        say(`S5 ${id} was reactivated at ${atMs} without an intent`)
      }
    })
    const wanted = life.addedAtMs.length + life.reactivatedAtMs.length + life.requeuedAtMs.length
    if (life.startedAtMs.length > wanted) {
      say(`S4 ${id} ran ${life.startedAtMs.length} times where ${wanted} were wanted`)
    }
    for (const atMs of [...life.addedAtMs, ...life.reactivatedAtMs]) {
      const lateMs = atMs - intents.goneAtMs
      if (lateMs > requestMsMax) say(`S9 ${id} was sent ${lateMs} ms after nobody wanted it`)
    }
    if (life.state === "running") {
      say(`S9 ${id} runs on after the end of the run`)
    }
  }
}

/**
 * S3, S12: two tasks of one node, or of one mutex, never run at the same time. A request that arrives
 * when its node has been given up cannot be taken back: what it starts may meet another. So may a task
 * that began, unseen, before somebody deleted the one it had waited for.
 */
const checkOverlaps = (
  { workflow }: Evidence,
  truth: SimulationTruth.Truth,
  reading: SimulationReading.Reading,
  say: Say
): void => {
  const { lives } = truth
  const runs = new Map<string, Array<{ fromMs: number; toMs: number; node: number }>>()
  for (const life of lives.values()) {
    // A late request has added it once more after somebody had deleted it.
    const isBack = life.addedAtMs.length > 1
    if (isBack || SimulationReading.isLate(reading, life)) continue
    const { after } = workflow.nodes[life.node]!
    if (after.some((name) => hasVanishedWell(reading, truth, name))) continue
    const { node, runs: own } = life
    const { mutex } = workflow.nodes[node]!
    const keys = mutex === undefined ? [`node ${node}`] : [`node ${node}`, `mutex ${mutex}`]
    for (const key of keys) {
      const known = runs.get(key) ?? []
      for (const { fromMs, toMs } of own) known.push({ fromMs, toMs, node })
      runs.set(key, known)
    }
  }
  for (const [key, all] of runs) {
    if (all.length < 2) continue
    all.sort((left, right) => left.fromMs - right.fromMs || left.toMs - right.toMs)
    for (let at = 1; at < all.length; at++) {
      const before = all[at - 1]!
      if (all[at]!.fromMs < before.toMs) {
        say(
          `S3 S12 two tasks of ${key} (nodes ${before.node}, ${all[at]!.node}) ran at ${
            all[at]!.fromMs
          }`
        )
      }
    }
  }
}

/**
 * Whether a task of a node ended well, which lets its children go, although the node is none that did:
 * somebody has deleted tasks, or cancelled it meanwhile.
 */
const hasVanishedWell = (
  { indexOf, nodes }: SimulationReading.Reading,
  { hasDeletions, lives }: SimulationTruth.Truth,
  name: string
): boolean => {
  const note = nodes[indexOf.get(name)!]!
  if (!hasDeletions && !note.isCancelledDirectly) return false
  for (let { submission } = note; submission > 0; submission--) {
    const life = lives.get(submission === 1 ? name : `${name}-r${submission}`)
    if (life?.ends.some(({ result }) => result === "success") === true) return true
  }
  return false
}

/** S1, L2 and the verdicts: every node has ended as its rule says. */
const checkNodes = (
  { workflow }: Evidence,
  truth: SimulationTruth.Truth,
  reading: SimulationReading.Reading,
  say: Say
): void => {
  workflow.nodes.forEach((node, index) => {
    const note = reading.nodes[index]!
    if (note.fate === "open") return say(`S1 L2 ${node.name} never settled`)
    if (note.isCancelledDirectly || reading.isStopped) return
    const parents = node.after.map((name) =>
      [name, reading.nodes[reading.indexOf.get(name)!]!.fate] as const
    )
    const rule = Rule.ruleOf(node)
    const isMet = Rule.mayRun(rule, parents)
    if (note.isPlanned) {
      const isMetInService = reading.mode === "native" && Rule.mayRun(
        rule,
        parents.map(([name, fate]) =>
          [name, hasVanishedWell(reading, truth, name) ? "succeeded" : fate] as const
        )
      )
      const hasRun = truth.nodesStarted.has(index)
      if (hasRun && !isMet && !isMetInService && !reading.isRerun) {
        say(`S2 ${node.name} ran although its rule is not met`)
      }
    } else if (note.isRecalled) {
      if (!isMet && !reading.isRerun) {
        say(`S2 ${node.name} was recalled although its rule is not met`)
      }
    } else if (isMet) say(`L2 ${node.name} ended ${note.fate} although its rule is met`)
    else if (note.fate !== Rule.endWithoutRun(rule, parents)) {
      say(`S1 ${node.name} ended ${note.fate} without having run`)
    }
  })
}

/** The report says what the journal says. */
const checkReport = (
  { report, workflow }: Evidence,
  reading: SimulationReading.Reading,
  say: Say
): void => {
  if (report.outcome === "unfinished") say("L1 the run never ended")
  if (report.outcome !== (reading.outcome ?? "unfinished")) {
    say(`S1 the report says ${report.outcome}, the journal ${reading.outcome ?? "nothing"}`)
  }
  report.nodes.forEach(({ node, outcome }, index) => {
    const fate = reading.nodes[index]?.fate
    if (node !== workflow.nodes[index]?.name) say(`S1 the report calls node ${index} ${node}`)
    if (outcome !== fate) say(`S1 the report says ${outcome} of ${node}, the journal ${fate}`)
  })
  if (reading.outcome === undefined) return
  const isWell = reading.nodes.every(({ fate }) => fate === "succeeded" || fate === "skipped")
  const expected = reading.isCancelled ? "cancelled" : isWell ? "succeeded" : "failed"
  if (reading.outcome !== expected) say(`S1 the run ended ${reading.outcome}, not ${expected}`)
}

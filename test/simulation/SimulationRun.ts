/**
 * Runs the case of one seed from its first fault to its end, and has it checked.
 */
import * as Report from "@batchwave/core/Report"
import * as VirtualDriver from "@batchwave/lab/VirtualDriver"
import * as SimulationCase from "./SimulationCase.ts"
import * as SimulationChecker from "./SimulationChecker.ts"
import * as SimulationDeed from "./SimulationDeed.ts"
import { requestMsMax } from "./SimulationLink.ts"
import { nodesMax, secret } from "./SimulationPlan.ts"
import * as SimulationReplay from "./SimulationReplay.ts"
import * as SimulationTraffic from "./SimulationTraffic.ts"

/** What came of a seed. */
export interface Outcome {
  readonly seed: number
  readonly problems: ReadonlyArray<string>
  readonly result: VirtualDriver.Result
  readonly case: SimulationCase.Case
  /** Changes of nodes' states and events of the journal, by name. */
  readonly counts: ReadonlyMap<string, number>
}

/** How often each thing happened, over many seeds. */
export type Coverage = Map<string, number>

/** Runs a seed; `alter` puts a mistake in the place of something right. */
export const run = (
  seed: number,
  alter: (options: VirtualDriver.Options) => VirtualDriver.Options = (options) => options
): Outcome => {
  const drawn = SimulationCase.make(seed)
  const sent: Array<VirtualDriver.Sent> = []
  const deaths = new Map<number, number>()
  const driver: VirtualDriver.VirtualDriver = VirtualDriver.make(alter({
    ...drawn.options,
    onSend: (attempt) => sent.push(attempt),
    kill: (point, nowMs) => {
      const { forgetsAt, healMs, options } = drawn
      if (options.kill?.(point, nowMs) === true) return true
      return point === "afterSend" && forgetsAt !== undefined && nowMs < healMs
        && nowMs > 0 && SimulationDeed.forget(driver, forgetsAt)
    }
  }))
  const problems: Array<string> = []
  let result: VirtualDriver.Result
  try {
    for (const { atMs, deed } of drawn.deeds) {
      VirtualDriver.advance(driver, atMs)
      if (deed._tag === "Crash" && driver.phase !== "ended") deaths.set(driver.epoch, atMs)
      SimulationDeed.carryOut(driver, deed)
    }
    VirtualDriver.advance(driver, Infinity)
    const endMs = driver.phase === "ended" ? driver.nowMs : Infinity
    VirtualDriver.playOut(driver, driver.nowMs + 3_600_000)
    result = VirtualDriver.resultOf(driver)
    problems.push(...SimulationTraffic.problemsOf({
      sent,
      deaths,
      endMs,
      clockSkewMs: drawn.options.clockSkewMs ?? 0,
      timeoutMs: 30_000,
      patienceMs: drawn.options.submit?.patienceMs ?? 2_000,
      concurrency: drawn.options.submit?.concurrency ?? 8
    }))
  } catch (error) {
    problems.push(
      `a defect: ${error instanceof Error ? error.stack ?? error.message : String(error)}`
    )
    const counts = new Map<string, number>()
    return { seed, problems, result: VirtualDriver.resultOf(driver), case: drawn, counts }
  }
  const replay = SimulationReplay.replay(drawn.plan, result.journal)
  problems.push(...replay.problems, ...check(drawn, result, replay, sent))
  return { seed, problems, result, case: drawn, counts: replay.counts }
}

const check = (
  drawn: SimulationCase.Case,
  result: VirtualDriver.Result,
  { state }: SimulationReplay.Replay,
  sent: ReadonlyArray<VirtualDriver.Sent>
): ReadonlyArray<string> => {
  const { options, plan } = drawn
  const { msMax = 10_000, msMin = 1_000, pollsPerSweep = 50 } = options.poll ?? {}
  const problems = [...SimulationChecker.problemsOf({
    workflow: plan.workflow,
    journal: result.journal,
    facts: result.facts,
    report: result.report,
    chunkMax: drawn.faulty.sizes.max,
    clockSkewMs: options.clockSkewMs ?? 0,
    requestMsMax,
    healMs: drawn.healMs,
    idleMsMax: 3 * msMax + msMin + 10_000,
    busyAtMs: sent.filter(({ request }) => isAboutOneTask(request._tag)).map(({ atMs }) => atMs),
    secret,
    // What a listing left out for too long is found by the next one of the whole job.
    newsMsMax: 1.1 * (3 + pollsPerSweep * Math.ceil(plan.names.length / 1_000)) * msMax + msMin
      + 60_000 + (options.restartMs ?? 0)
  })]
  if (!isSameReport(Report.make(state), result.report, drawn.seed)) {
    problems.push("S8 the journal folds to another report")
  }
  if (drawn.isDetermined && drawn.seed % 4 === 0 && result.report.outcome !== "unfinished") {
    const alone = VirtualDriver.run(SimulationCase.calm(drawn))
    alone.report.nodes.forEach(({ node, outcome }, index) => {
      const here = result.report.nodes[index]?.outcome
      if (here !== outcome) {
        problems.push(`S7 ${node} ended ${here}, and ${outcome} when all is well`)
      }
    })
  }
  return problems
}

/** Of which thousands take their time, one after another. */
const isAboutOneTask = (tag: VirtualDriver.Sent["request"]["_tag"]): boolean =>
  tag === "TerminateTask" || tag === "ReadOutputs"

/** To the letter for one seed in eight, since that takes its time; node by node for all. */
const isSameReport = (again: Report.Report, report: Report.Report, seed: number): boolean => {
  if (seed % 8 === 0) return JSON.stringify(again) === JSON.stringify(report)
  return again.outcome === report.outcome && again.nodes.every((node, index) => {
    const other = report.nodes[index]
    return node.outcome === other?.outcome && node.state === other.state
      && node.attempts === other.attempts && node.runTimeMs === other.runTimeMs
  })
}

const sizeOf = (nodes: number): string =>
  nodes === nodesMax
    ? `${nodesMax}`
    : `from ${[1, 13, 60, 500].findLast((least) => nodes >= least)}`

/** Adds what happened in a run. */
export const cover = (coverage: Coverage, { case: drawn, counts, result }: Outcome): void => {
  const count = (name: string, times = 1): void => {
    coverage.set(name, (coverage.get(name) ?? 0) + times)
  }
  for (const [fault, times] of drawn.faulty.fired) count(`wire ${fault}`, times)
  for (const [point, times] of drawn.kills) count(`killed ${point}`, times)
  for (const { deed } of drawn.deeds) {
    count(`deed ${deed._tag === "Wish" ? deed.event._tag : deed._tag}`)
  }
  for (const fact of result.facts) {
    if (fact._tag === "NodeLost") count("node lost")
    if (fact._tag === "TaskMoved") count(`fact ${fact.from} to ${fact.to}, ${fact.why}`)
  }
  count(`size ${sizeOf(drawn.plan.names.length)}`)
  count("given up", result.counters.givenUp)
  count(`outcome ${result.report.outcome}`)
  for (const { outcome } of result.report.nodes) count(`node ${outcome}`)
  for (const [name, times] of counts) count(name, times)
}

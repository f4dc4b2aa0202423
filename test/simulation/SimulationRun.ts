/**
 * Runs the case of one seed from its first fault to its end, and has it checked.
 */
import { nodeStateNames } from "@batchwave/core/NodeState"
import * as Report from "@batchwave/core/Report"
import * as RunState from "@batchwave/core/RunState"
import * as VirtualDriver from "@batchwave/lab/VirtualDriver"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import * as SimulationCase from "./SimulationCase.ts"
import * as SimulationChecker from "./SimulationChecker.ts"
import { requestMsMax } from "./SimulationLink.ts"

/** What came of a seed. */
export interface Outcome {
  readonly seed: number
  readonly problems: ReadonlyArray<string>
  readonly result: VirtualDriver.Result
  readonly case: SimulationCase.Case
}

/** How often each thing happened, over many seeds. */
export type Coverage = Map<string, number>

/** Runs a seed; `alter` puts a mistake in the place of something right. */
export const run = (
  seed: number,
  alter: (options: VirtualDriver.Options) => VirtualDriver.Options = (options) => options
): Outcome => {
  const drawn = SimulationCase.make(seed)
  const driver = VirtualDriver.make(alter(drawn.options))
  const problems: Array<string> = []
  let result: VirtualDriver.Result
  try {
    for (const { atMs, deed } of drawn.deeds) {
      VirtualDriver.advance(driver, atMs)
      doDeed(driver, deed)
    }
    VirtualDriver.advance(driver, Infinity)
    result = VirtualDriver.resultOf(driver)
  } catch (error) {
    problems.push(
      `a defect: ${error instanceof Error ? error.stack ?? error.message : String(error)}`
    )
    return { seed, problems, result: VirtualDriver.resultOf(driver), case: drawn }
  }
  problems.push(...check(drawn, result))
  return { seed, problems, result, case: drawn }
}

const doDeed = (driver: VirtualDriver.VirtualDriver, deed: SimulationCase.Deed): void => {
  switch (deed._tag) {
    case "Crash":
      return VirtualDriver.crash(driver)
    case "Wish":
      return VirtualDriver.wish(driver, deed.event)
    case "DeleteTask": {
      const { account } = driver.service
      TaskOperations.remove(account, driver.jobId, `n${deed.place}`, driver.nowMs)
      return
    }
  }
}

const check = (
  drawn: SimulationCase.Case,
  result: VirtualDriver.Result
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
    // What a listing left out for too long is found by the next one of the whole job.
    newsMsMax: 1.1 * (3 + pollsPerSweep) * msMax + msMin + 60_000 + (options.restartMs ?? 0)
  })]
  const replayed = replay(drawn, result)
  if (JSON.stringify(Report.make(replayed)) !== JSON.stringify(result.report)) {
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

const replay = (
  { plan }: SimulationCase.Case,
  { journal }: VirtualDriver.Result
): RunState.RunState => {
  const state = RunState.make(plan)
  for (const { atMs, events } of journal) {
    for (const event of events) RunState.evolve(state, event, atMs)
  }
  return state
}

/** Adds what happened in a run. */
export const cover = (coverage: Coverage, { case: drawn, result }: Outcome): void => {
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
  count(`outcome ${result.report.outcome}`)
  for (const { outcome } of result.report.nodes) count(`node ${outcome}`)
  if (drawn.plan.names.length > 100 && drawn.seed % 8 !== 0) return
  const state = RunState.make(drawn.plan)
  for (const { atMs, events } of result.journal) {
    for (const event of events) {
      const before = state.nodeStates.slice()
      RunState.evolve(state, event, atMs)
      count(`event ${event._tag}`)
      for (let node = 0; node < before.length; node++) {
        const from = before[node]!
        const to = state.nodeStates[node]!
        if (from !== to) count(`edge ${nodeStateNames[from]} to ${nodeStateNames[to]}`)
      }
    }
  }
}

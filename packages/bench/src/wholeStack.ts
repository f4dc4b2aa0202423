/**
 * Goals P6 to P9: what does a run cost a node, through the engine, its journal, the client and HTTP?
 */
import * as Plan from "@batchwave/core/Plan"
import * as Workflow from "@batchwave/core/Workflow"
import { parseArgs } from "node:util"
import * as AddContenders from "./AddContenders.ts"
import * as BenchReport from "./BenchReport.ts"
import * as Harness from "./Harness.ts"
import * as HopTimes from "./HopTimes.ts"
import * as StackRun from "./StackRun.ts"
import * as SyncTime from "./SyncTime.ts"

/** Runs the benchmark; see the README for the options. */
export const run = async (args: Array<string>): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: {
      nodes: { type: "string", default: "100000" },
      waves: { type: "string", default: "100" },
      mode: { type: "string", default: "eager" },
      rounds: { type: "string", default: "3" },
      hops: { type: "string", default: "500" },
      "in-flight": { type: "string", default: "100000" },
      out: { type: "string" }
    }
  })
  const nodeCount = Number(values.nodes)
  const waves = Number(values.waves)
  const report = BenchReport.open({
    question: `what does a run of ${nodeCount} nodes in ${waves} waves cost, all in all?`,
    measured:
      "the engine's process: reactor, journal on disk, client, HTTP; the emulator's beside it",
    notMeasured: "planning and its fingerprint; the emulator's start"
  })
  const mode = values.mode === "waves" || values.mode === "native" ? values.mode : "eager"
  const plan = planOf(nodeCount, waves)
  const rounds: Array<StackRun.Round> = []
  for (let round = 0; round <= Number(values.rounds); round++) {
    const measured = await StackRun.runOnce({ plan, mode })
    if (round > 0 || Number(values.rounds) === 0) rounds.push(measured)
  }
  const weighed = await StackRun.runOnce({ plan, mode, isWeighed: true })
  tell(report, rounds, nodeCount, waves)
  BenchReport.absoluteGoal(report, "CPU µs a node, engine", cpuMicrosOf(rounds) / nodeCount, {
    atMost: 10,
    yardstick: {
      name: "a raw add",
      now: await AddContenders.rawMicros(),
      whenSet: AddContenders.rawThenMicros
    }
  })
  BenchReport.goal(
    report,
    "engine's heap after collections, bytes a node",
    weighed.heapBytes / nodeCount,
    {
      atMost: 200
    }
  )
  const hops = Number(values.hops)
  const inFlight = Number(values["in-flight"])
  tellHops(report, "along a chain, nothing else under way", await HopTimes.alongChain(hops))
  if (inFlight > 0) {
    const many = await HopTimes.amongMany(childrenPerHop * hops, inFlight)
    tellHops(report, `beside ${inFlight} tasks in flight`, many)
  }
  BenchReport.close(report, values.out)
}

/** `waves` layers; each node after the one at its place in the layer before and its neighbour. */
const planOf = (nodeCount: number, waves: number): Plan.Plan => {
  const width = Math.ceil(nodeCount / waves)
  const nodes = Array.from({ length: nodeCount }, (_, index) => {
    if (index < width) return Workflow.node(`n${index}`, "true")
    const place = index % width
    const first = index - place - width
    const after = place === 0
      ? [`n${first}`]
      : [`n${first + place - 1}`, `n${first + place}`]
    return Workflow.node(`n${index}`, "true", { after })
  })
  const planned = Plan.make(Workflow.make("bench", nodes))
  if (planned._tag === "Invalid") throw new Error("the benchmark's own graph is invalid")
  return planned.plan
}

const tell = (
  report: BenchReport.BenchReport,
  rounds: ReadonlyArray<StackRun.Round>,
  nodeCount: number,
  waves: number
): void => {
  const median = (figure: (round: StackRun.Round) => number): number =>
    Harness.spreadOf(rounds.map(figure)).median
  const last = rounds.at(-1)
  BenchReport.say(
    report,
    "",
    `engine    ${(cpuMicrosOf(rounds) / nodeCount).toFixed(2)} µs CPU a node, `
      + `${(median((one) => one.wallMs) / 1000).toFixed(2)} s in all`,
    `emulator  ${(median((one) => one.emulatorCpuMicros) / nodeCount).toFixed(2)} µs CPU a node, `
      + `${(median((one) => one.emulatorHeapBytes) / nodeCount).toFixed(0)} bytes of heap a task`,
    `requests  ${JSON.stringify(last?.requests)}`
  )
  const polls = median((one) => one.requests["Task_List"] ?? 0)
  const floor = waves * Math.ceil(nodeCount / waves / 100) + Math.ceil(nodeCount / 1000)
  const requests = median((one) => Object.values(one.requests).reduce((sum, n) => sum + n, 0))
  BenchReport.goal(report, "requests / (chunks + pages + polls)", requests / (floor + polls), {
    atMost: 1.02
  })
}

const cpuMicrosOf = (rounds: ReadonlyArray<StackRun.Round>): number =>
  Harness.spreadOf(rounds.map((one) => one.cpuMicros)).median

/** Children that are timed among many for each hop that is along the chain. */
const childrenPerHop = 20

const tellHops = (
  report: BenchReport.BenchReport,
  where: string,
  hops: ReadonlyArray<HopTimes.Hop>
): void => {
  const at = (share: number, figure: (hop: HopTimes.Hop) => number): number => {
    const sorted = hops.map(figure).toSorted((left, right) => left - right)
    return sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  }
  const both = (figure: (hop: HopTimes.Hop) => number): string =>
    `${at(0.5, figure).toFixed(2)} and ${at(0.99, figure).toFixed(2)} ms`
  BenchReport.say(
    report,
    "",
    `hops ${where}: ${hops.length}, without the first tenth; p50 and p99`,
    `the journal ${both((hop) => hop.journalMs)}, the rest ${both((hop) => hop.ms - hop.journalMs)}`
  )
  const yardstick = { name: "fdatasync", now: SyncTime.medianMs(), whenSet: SyncTime.thenMs }
  const goals = [[0.5, 0.25], [0.99, 2]] as const
  for (const [share, atMost] of goals) {
    BenchReport.absoluteGoal(
      report,
      `end seen to child posted, p${share * 100} ms`,
      at(share, (hop) => hop.ms),
      { atMost, yardstick }
    )
  }
}

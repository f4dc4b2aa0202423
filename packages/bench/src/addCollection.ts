/**
 * Goal P1: what does a typed, signed `addCollection` cost beyond the bytes it moves, and how does it
 * compare with the official client?
 */
import { parseArgs } from "node:util"
import * as AddContenders from "./AddContenders.ts"
import * as BenchReport from "./BenchReport.ts"
import * as BenchTasks from "./BenchTasks.ts"
import * as CannedService from "./CannedService.ts"
import * as Harness from "./Harness.ts"
import * as PythonPeer from "./PythonPeer.ts"

/** Runs the benchmark; see the README for the options. */
export const run = async (args: Array<string>): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: {
      tasks: { type: "string", default: "100000" },
      "azure-tasks": { type: "string", default: "5000" },
      "python-tasks": { type: "string", default: "2000" },
      "in-flight": { type: "string", default: "1,4,16" },
      variety: { type: "string", default: "alike,varied" },
      rounds: { type: "string", default: "7" },
      out: { type: "string" }
    }
  })
  const bodyBytes = JSON.stringify({ value: BenchTasks.make(BenchTasks.tasksPerChunk) }).length
  const report = BenchReport.open({
    question: `what does adding ${values.tasks} tasks cost, at ${bodyBytes} bytes a request?`,
    measured:
      "CPU and wall time of each client in a process of its own; every result of every reply checked; only Batchwave and @azure/batch sign",
    notMeasured:
      "making the task objects (fresh in every round); the server, which answers from memory in its own process"
  })
  const service = await CannedService.start()
  for (const variety of BenchTasks.varietiesOf(values.variety)) {
    for (const inFlight of values["in-flight"].split(",").map(Number)) {
      await at(report, service, {
        inFlight,
        variety,
        taskCount: Number(values.tasks),
        peerTaskCount: Number(values["azure-tasks"]),
        rounds: Number(values.rounds)
      })
    }
  }
  await besidePython(report, service, {
    inFlight: 16,
    variety: "alike",
    taskCount: Number(values.tasks),
    peerTaskCount: Number(values["python-tasks"]),
    rounds: Number(values.rounds)
  })
  service.stop()
  BenchReport.close(report, values.out)
}

const at = async (
  report: BenchReport.BenchReport,
  service: CannedService.CannedService,
  load: AddContenders.Load
): Promise<void> => {
  const { inFlight, variety } = load
  const measurements = await AddContenders.measure(service, load)
  const title = `${inFlight} in flight, ${variety}`
  const { azure, ours, raw } = AddContenders.names
  BenchReport.table(report, title, measurements, raw)
  const rate = (theirs: string, figure: "cpuMicrosPerItem" | "wallMicrosPerItem") =>
    1 / Harness.pairedRatio(measurements, ours, theirs, figure)
  BenchReport.goal(
    report,
    `${title}: tasks per wall second / raw`,
    rate(raw, "wallMicrosPerItem"),
    { atLeast: 0.9 }
  )
  BenchReport.goal(
    report,
    `${title}: tasks per CPU second / raw`,
    rate(raw, "cpuMicrosPerItem"),
    { atLeast: 0.9 }
  )
  BenchReport.goal(
    report,
    `${title}: tasks per wall second / @azure/batch`,
    rate(azure, "wallMicrosPerItem"),
    { atLeast: 20 }
  )
  const rawRate = Harness.pairedRatio(measurements, azure, raw, "wallMicrosPerItem")
  BenchReport.say(report, `       … raw itself / @azure/batch: ${rawRate.toFixed(1)}`)
  const cpuMicros = (name: string): number =>
    measurements.find((one) => one.name === name)?.cpuMicrosPerItem.median ?? Number.NaN
  BenchReport.absoluteGoal(report, `${title}: CPU µs a task`, cpuMicros(ours), {
    atMost: 3,
    yardstick: { name: "raw", now: cpuMicros(raw), whenSet: AddContenders.rawThenMicros }
  })
}

/** Compares with the original Python client, which sends one request after another by default. */
const besidePython = async (
  report: BenchReport.BenchReport,
  { endpoint }: CannedService.CannedService,
  load: AddContenders.Load
): Promise<void> => {
  const { peerTaskCount, rounds } = load
  if (peerTaskCount === 0) return
  const peer = await PythonPeer.find()
  if ("reason" in peer) {
    BenchReport.say(report, "", `Python azure-batch is left out: ${peer.reason}`)
    return
  }
  const name = `Python azure-batch ${peer.version}`
  const { account, key, names } = AddContenders
  const ours = AddContenders.start("ours", endpoint, load)
  const measurements = await Harness.measure([
    ours.contender,
    { name, run: () => peer.add({ endpoint, account, key, tasks: peerTaskCount }) }
  ], { rounds: Math.min(rounds, 5) })
  ours.stop()
  BenchReport.table(report, "16 in flight, beside Python", measurements, names.ours)
  BenchReport.goal(
    report,
    `16 in flight: tasks per wall second / ${name}`,
    1 / Harness.pairedRatio(measurements, names.ours, name, "wallMicrosPerItem"),
    { atLeast: 80 }
  )
}

/**
 * Goals P5 and P6: what do other orchestrators cost on the same graphs, in the same run?
 */
import { parseArgs } from "node:util"
import * as BenchReport from "./BenchReport.ts"
import * as BullPeer from "./BullPeer.ts"
import * as Harness from "./Harness.ts"
import * as inProcessPeers from "./inProcessPeers.ts"
import * as OrchestratorPeer from "./OrchestratorPeer.ts"
import * as PeerGraphs from "./PeerGraphs.ts"
import * as PythonPackages from "./PythonPackages.ts"
import * as StackRun from "./StackRun.ts"

/** Runs the benchmark; see the README for the options. */
export const run = async (args: Array<string>): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: {
      part: { type: "string", default: "inProcess,orchestrators" },
      shapes: { type: "string", default: PeerGraphs.names.join(",") },
      nodes: { type: "string", default: "100000" },
      tasks: { type: "string", default: "1000" },
      contenders: { type: "string", default: Object.keys(titles).join(",") },
      "at-once": { type: "string", default: "4" },
      rounds: { type: "string", default: "3" },
      install: { type: "boolean", default: false },
      out: { type: "string" }
    }
  })
  const shapes = values.shapes.split(",").map(shapeOf)
  const parts = new Set(values.part.split(",").map(partOf))
  const rounds = Number(values.rounds)
  const report = BenchReport.open({
    question: "what do orchestrators cost on the same graphs of tasks that do nothing?",
    measured:
      "from the submission to the end of the run; CPU of the orchestrator with its service or workers",
    notMeasured: "starting services and workers; making the description of the graph"
  })
  if (parts.has("inProcess")) {
    for (const shape of shapes) {
      await inProcessPeers.measure(report, shape, Number(values.nodes), rounds)
    }
  }
  if (parts.has("orchestrators")) {
    const wanted = new Set(values.contenders.split(",").map(contenderOf))
    const load = { taskCount: Number(values.tasks), atOnce: Number(values["at-once"]), rounds }
    const peers = await findPeers(report, wanted, values.install)
    if (wanted.has("bullmq") && !hasBullMq(report, values.install)) wanted.delete("bullmq")
    for (const shape of shapes) await compare(report, shape, load, wanted, peers)
    BenchReport.say(report, "")
    for (const name of wanted) {
      if (withoutPython.has(name) || peers?.names.some((found) => found === name)) {
        BenchReport.say(report, `${titles[name]}: ${explanations[name]}`)
      }
    }
  }
  BenchReport.close(report, values.out)
}

const shapeOf = (name: string): PeerGraphs.Name => {
  const found = PeerGraphs.names.find((one) => one === name)
  if (found !== undefined) return found
  throw new Error(`there is no graph "${name}"; choose from ${PeerGraphs.names.join(", ")}`)
}

const partNames = ["inProcess", "orchestrators"] as const

const partOf = (name: string): typeof partNames[number] => {
  const found = partNames.find((one) => one === name)
  if (found !== undefined) return found
  throw new Error(`there is no part "${name}"; choose from ${partNames.join(", ")}`)
}

interface Load {
  readonly taskCount: number
  readonly atOnce: number
  readonly rounds: number
}

type ContenderName = "simulated" | "real" | "bullmq" | OrchestratorPeer.PeerName

const titles: Readonly<Record<ContenderName, string>> = {
  simulated: "Batchwave, simulated tasks",
  real: "Batchwave, real processes",
  bullmq: "BullMQ",
  hyperqueue: "HyperQueue",
  daskOverTcp: "Dask, worker over TCP",
  daskInProcess: "Dask, all in one process",
  processes: "only the processes"
}

/** What each does, and does not do, so that the figures can be read. */
const explanations: Readonly<Record<ContenderName, string>> = {
  simulated:
    "a journal on the disk; over HTTP to an emulator that is another process, is started for "
    + "the run, says that tasks ended and runs nothing",
  real: "the same, but the emulator starts a process a task, with a directory and files for it",
  bullmq:
    "no journal; over a socket to Redis, another process, which keeps jobs in memory; a call of "
    + "a function a task; fan and chain only, because its flows are trees",
  hyperqueue:
    "no journal; server and worker are threads of one process and talk over TCP; a process "
    + "a task, without a directory and files",
  daskOverTcp: "no journal; scheduler and worker are two processes; a call of a function a task",
  daskInProcess: "no journal, no network; a call of a function a task",
  processes: "no orchestrator; as many processes, in no order, by posix_spawn from Python"
}

const withoutPython: ReadonlySet<ContenderName> = new Set(["simulated", "real", "bullmq"])

const contenderOf = (name: string): ContenderName => {
  if (isContender(name)) return name
  throw new Error(`there is no contender "${name}"; choose from ${Object.keys(titles).join(", ")}`)
}

const isContender = (name: string): name is ContenderName => Object.hasOwn(titles, name)

interface PythonRuns {
  readonly python: PythonPackages.Python
  readonly names: ReadonlyArray<OrchestratorPeer.PeerName>
}

const findPeers = async (
  report: BenchReport.BenchReport,
  wanted: ReadonlySet<ContenderName>,
  mayInstall: boolean
): Promise<PythonRuns | undefined> => {
  const path = OrchestratorPeer.requirementsPath
  const python = await (mayInstall ? PythonPackages.prepare(path) : PythonPackages.locate(path))
  if ("reason" in python) {
    BenchReport.say(report, "", `HyperQueue and Dask are left out: ${python.reason}`)
    return undefined
  }
  const all = ["processes", "hyperqueue", "daskOverTcp", "daskInProcess"] as const
  const names = all.filter((name) => wanted.has(name)).filter((name) => {
    const problem = OrchestratorPeer.problemOf(python, name)
    if (problem === undefined) return true
    BenchReport.say(report, "", `${titles[name]} is left out: ${problem}`)
    return false
  })
  return { python, names }
}

const hasBullMq = (report: BenchReport.BenchReport, mayInstall: boolean): boolean => {
  const problem = BullPeer.problemOf(mayInstall)
  if (problem !== undefined) BenchReport.say(report, "", `BullMQ is left out: ${problem}`)
  return problem === undefined
}

const bullContender = (
  shape: "chain" | "fan",
  taskCount: number
): Harness.Contender => ({
  name: titles.bullmq,
  run: () => {
    const took = BullPeer.run(shape, taskCount)
    return {
      items: taskCount,
      cpuMicros: took.cpuSeconds * 1e6,
      wallMicros: took.wallSeconds * 1e6
    }
  }
})

const compare = async (
  report: BenchReport.BenchReport,
  shape: PeerGraphs.Name,
  { atOnce, rounds, taskCount }: Load,
  wanted: ReadonlySet<ContenderName>,
  peers: PythonRuns | undefined
): Promise<void> => {
  const graph = PeerGraphs.make(shape, taskCount)
  const workflow = PeerGraphs.workflowOf(graph)
  const parents = PeerGraphs.rowsOf(graph)
  const besides = new Map<string, Array<number>>()
  const own = (title: string, emulatorArguments: ReadonlyArray<string>): Harness.Contender => ({
    name: title,
    run: async () => {
      const taken = await ourRun(workflow, emulatorArguments)
      note(besides, `emulator, in the above, ${title}`, taken.emulatorCpuMicros / taskCount)
      note(besides, `processes of tasks, ${title}`, taken.tasksCpuMicros / taskCount)
      return { ...taken, items: taskCount }
    }
  })
  const theirs = (python: PythonPackages.Python, name: OrchestratorPeer.PeerName) => ({
    name: titles[name],
    run: () => {
      const took = OrchestratorPeer.run(python, name, { parents, atOnce, witness: false })
      note(besides, `processes of tasks, ${titles[name]}`, took.tasksCpuSeconds * 1e6 / taskCount)
      return {
        items: taskCount,
        cpuMicros: took.cpuSeconds * 1e6,
        wallMicros: took.wallSeconds * 1e6
      }
    }
  })
  await ourRun(workflow, ["0"])
  const measurements = await Harness.measure([
    ...wanted.has("simulated") ? [own(titles.simulated, ["0"])] : [],
    ...wanted.has("real") ? [own(titles.real, ["processes", String(atOnce)])] : [],
    ...wanted.has("bullmq") && (shape === "fan" || shape === "chain")
      ? [bullContender(shape, taskCount)]
      : [],
    ...peers === undefined ? [] : peers.names.map((name) => theirs(peers.python, name))
  ], { rounds, warmUps: 0 })
  BenchReport.table(report, `${shape}, ${taskCount} tasks`, measurements, titles.simulated)
  if (measurements.some(({ name }) => name === titles.bullmq) && wanted.has("simulated")) {
    BenchReport.goal(
      report,
      `${shape}: BullMQ's wall / ours, simulated tasks`,
      Harness.pairedRatio(measurements, titles.bullmq, titles.simulated, "wallMicrosPerItem"),
      { atLeast: 12 }
    )
  }
  for (const [title, figures] of besides) {
    const { median } = Harness.spreadOf(figures)
    if (median > 0) BenchReport.say(report, `${title}: ${median.toFixed(0)} µs CPU a task`)
  }
}

const note = (figures: Map<string, Array<number>>, title: string, figure: number): void => {
  figures.set(title, [...figures.get(title) ?? [], figure])
}

/** Plans and runs: the plan is a part of what the others do when a graph is submitted. */
const ourRun = async (
  workflow: Parameters<typeof inProcessPeers.planOf>[0],
  emulatorArguments: ReadonlyArray<string>
) => {
  const wallStart = performance.now()
  const cpuStart = process.cpuUsage()
  const plan = inProcessPeers.planOf(workflow)
  const planned = process.cpuUsage(cpuStart)
  const planMs = performance.now() - wallStart
  const round = await StackRun.runOnce({ plan, mode: "eager", emulatorArguments })
  return {
    cpuMicros: planned.user + planned.system + round.cpuMicros + round.emulatorCpuMicros,
    wallMicros: (planMs + round.wallMs) * 1000,
    emulatorCpuMicros: round.emulatorCpuMicros,
    tasksCpuMicros: round.tasksCpuMicros
  }
}

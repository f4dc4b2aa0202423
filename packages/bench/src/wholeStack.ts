/**
 * Goals P6 to P9: what does a run cost a node, through the engine, its journal, the client and HTTP?
 */
import { BatchClient } from "@batchwave/client/BatchClient"
import * as Definition from "@batchwave/core/Definition"
import * as Plan from "@batchwave/core/Plan"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Workflow from "@batchwave/core/Workflow"
import * as DirectoryStore from "@batchwave/engine/DirectoryStore"
import * as Engine from "@batchwave/engine/Engine"
import * as RunConfig from "@batchwave/engine/RunConfig"
import { journalVersion, type RunHeader } from "@batchwave/engine/RunHeader"
import * as SqliteJournal from "@batchwave/engine/SqliteJournal"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type ChildProcess, fork } from "node:child_process"
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import * as BenchReport from "./BenchReport.ts"
import type { EmulatorProcess, EmulatorUse } from "./emulatorProcess.ts"
import * as Harness from "./Harness.ts"

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
      out: { type: "string" }
    }
  })
  const nodeCount = Number(values.nodes)
  const waves = Number(values.waves)
  const report = BenchReport.open({
    question: `what does a run of ${nodeCount} nodes in ${waves} waves cost, all in all?`,
    measured:
      "the engine's process: reactor, journal on disk, client, HTTP; the emulator's beside it",
    notMeasured: "planning; opening the journal"
  })
  const mode = values.mode === "waves" || values.mode === "native" ? values.mode : "eager"
  const plan = planOf(nodeCount, waves)
  const rounds: Array<Round> = []
  for (let round = 0; round <= Number(values.rounds); round++) {
    const measured = await runOnce(plan, mode)
    if (round > 0 || Number(values.rounds) === 0) rounds.push(measured)
  }
  const weighed = await runOnce(plan, mode, true)
  tell(report, rounds, nodeCount, waves)
  BenchReport.goal(
    report,
    "engine's heap after collections, bytes a node",
    weighed.heapBytes / nodeCount,
    {
      atMost: 200
    }
  )
  await measureHops(report, Number(values.hops))
  BenchReport.close(report, values.out)
}

/** What one run took. */
export interface Round {
  /** Of the engine's process. */
  readonly cpuMicros: number
  readonly wallMs: number
  readonly emulatorCpuMicros: number
  /** Of the processes of tasks, where tasks are processes. */
  readonly tasksCpuMicros: number
  readonly emulatorHeapBytes: number
  readonly requests: Readonly<Record<string, number>>
  /** The heap in use beyond the plan, at its largest; 0 where it was not weighed. */
  readonly heapBytes: number
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

/** Runs a plan once, beside an emulator that gets the arguments of `emulatorProcess.ts`. */
export const runOnce = async (
  plan: Plan.Plan,
  mode: RunConfig.RunConfig["dependencyMode"],
  isWeighed = false,
  emulatorArguments: ReadonlyArray<string> = ["0"]
): Promise<Round> => {
  const directory = mkdtempSync(join(tmpdir(), "batchwave-bench-"))
  const child = fork(new URL("emulatorProcess.ts", import.meta.url), [...emulatorArguments])
  const [place]: Array<EmulatorProcess> = await once(child, "message")
  if (place === undefined) throw new Error("the emulator says nothing")
  const before = await useOf(child)
  Harness.collectGarbage()
  const heapBefore = process.memoryUsage().heapUsed
  let heapBytes = 0
  let events = 0
  const wallStart = performance.now()
  const cpuStart = process.cpuUsage()
  const outcome = await engineRun(plan, mode, place, directory, (batch) => {
    events += batch.length
    if (!isWeighed || events < sampleEvents) return
    events = 0
    Harness.collectGarbage()
    heapBytes = Math.max(heapBytes, process.memoryUsage().heapUsed - heapBefore)
  })
  const cpu = process.cpuUsage(cpuStart)
  const wallMs = performance.now() - wallStart
  if (outcome !== "succeeded") throw new Error(`the run ${outcome}`)
  const after = await useOf(child)
  child.disconnect()
  rmSync(directory, { recursive: true })
  return {
    cpuMicros: cpu.user + cpu.system,
    wallMs,
    emulatorCpuMicros: after.cpuMicros - before.cpuMicros,
    tasksCpuMicros: after.tasksCpuMicros - before.tasksCpuMicros,
    emulatorHeapBytes: after.heapBytes - before.heapBytes,
    requests: after.requests,
    heapBytes
  }
}

/**
 * Along a chain, where nothing else is under way: from the last byte of the page that shows an end to
 * the first of the request that adds the child, as the HTTP client itself tells them.
 */
const measureHops = async (report: BenchReport.BenchReport, count: number): Promise<void> => {
  const hops: Array<number> = []
  let pageAt = 0
  const onTrailers = (message: unknown) => {
    if (methodOf(message) === "GET") pageAt = performance.now()
  }
  const onSend = (message: unknown) => {
    if (methodOf(message) === "POST" && pageAt > 0) hops.push(performance.now() - pageAt)
  }
  subscribe("undici:request:trailers", onTrailers)
  subscribe("undici:client:sendHeaders", onSend)
  await runOnce(planOf(count, count), "eager")
  unsubscribe("undici:request:trailers", onTrailers)
  unsubscribe("undici:client:sendHeaders", onSend)
  const sorted = hops.slice(Math.floor(hops.length / 10)).toSorted((left, right) => left - right)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  BenchReport.say(report, "", `hops along a chain: ${sorted.length}, without the first tenth`)
  BenchReport.goal(report, "end seen to child posted, p50 ms", at(0.5), { atMost: 0.25 })
  BenchReport.goal(report, "end seen to child posted, p99 ms", at(0.99), { atMost: 2 })
}

const methodOf = (message: unknown): unknown =>
  typeof message === "object" && message !== null && "request" in message
    && typeof message.request === "object" && message.request !== null
    && "method" in message.request
    ? message.request.method
    : undefined

/** Events between two looks at the heap. */
const sampleEvents = 50_000

const useOf = async (child: ChildProcess): Promise<EmulatorUse> => {
  child.send("use")
  const [use]: Array<EmulatorUse> = await once(child, "message")
  if (use === undefined) throw new Error("the emulator says nothing")
  return use
}

const engineRun = (
  plan: Plan.Plan,
  dependencyMode: RunConfig.RunConfig["dependencyMode"],
  place: EmulatorProcess,
  directory: string,
  observe: (events: ReadonlyArray<RunEvent>) => void
) => {
  const header: RunHeader = {
    version: journalVersion,
    runId: "bench",
    jobId: "bench",
    poolId: place.pool,
    pipeline: "bench",
    parameters: {},
    endpoint: place.endpoint,
    workflow: plan.workflow,
    planFingerprint: Plan.fingerprint(plan.workflow),
    seed: 1,
    createdAtMs: 0
  }
  return Engine.run({
    definition: Definition.make(plan.workflow),
    plan,
    header,
    config: {
      ...RunConfig.forEmulator,
      dependencyMode,
      pollMsMin: 1,
      pollMsMax: 20,
      pollOverlapMs: 100
    },
    observer: (events) => Effect.sync(() => observe(events))
  }).pipe(
    Effect.map(({ report }) => report.outcome),
    Effect.provide(Layer.mergeAll(
      BatchClient.layer({
        endpoint: place.endpoint,
        account: place.account,
        key: Redacted.make(place.key)
      }),
      SqliteJournal.layer(join(directory, "journal.db")),
      DirectoryStore.layer(join(directory, "artifacts"))
    )),
    Effect.runPromise
  )
}

const tell = (
  report: BenchReport.BenchReport,
  rounds: ReadonlyArray<Round>,
  nodeCount: number,
  waves: number
): void => {
  const median = (figure: (round: Round) => number): number =>
    Harness.spreadOf(rounds.map(figure)).median
  const last = rounds.at(-1)
  BenchReport.say(
    report,
    "",
    `engine    ${(median((one) => one.cpuMicros) / nodeCount).toFixed(2)} µs CPU a node, `
      + `${(median((one) => one.wallMs) / 1000).toFixed(2)} s in all`,
    `emulator  ${(median((one) => one.emulatorCpuMicros) / nodeCount).toFixed(2)} µs CPU a node, `
      + `${(median((one) => one.emulatorHeapBytes) / nodeCount).toFixed(0)} bytes of heap a task`,
    `requests  ${JSON.stringify(last?.requests)}`
  )
  BenchReport.goal(report, "CPU µs a node, engine", median((one) => one.cpuMicros) / nodeCount, {
    atMost: 10
  })
  const polls = median((one) => one.requests["Task_List"] ?? 0)
  const floor = waves * Math.ceil(nodeCount / waves / 100) + Math.ceil(nodeCount / 1000)
  const requests = median((one) => Object.values(one.requests).reduce((sum, n) => sum + n, 0))
  BenchReport.goal(report, "requests / (chunks + pages + polls)", requests / (floor + polls), {
    atMost: 1.02
  })
}

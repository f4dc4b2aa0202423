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
import { Journal } from "@batchwave/engine/Journal"
import * as RunConfig from "@batchwave/engine/RunConfig"
import { journalVersion, type RunHeader } from "@batchwave/engine/RunHeader"
import * as SqliteJournal from "@batchwave/engine/SqliteJournal"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type ChildProcess, fork } from "node:child_process"
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { once } from "node:events"
import { join } from "node:path"
import { parseArgs } from "node:util"
import * as BenchReport from "./BenchReport.ts"
import type { EmulatorProcess, EmulatorUse } from "./emulatorProcess.ts"
import * as Harness from "./Harness.ts"
import * as ScratchDirectory from "./ScratchDirectory.ts"

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
    notMeasured: "planning and its fingerprint; the emulator's start"
  })
  const mode = values.mode === "waves" || values.mode === "native" ? values.mode : "eager"
  const plan = planOf(nodeCount, waves)
  const rounds: Array<Round> = []
  for (let round = 0; round <= Number(values.rounds); round++) {
    const measured = await runOnce({ plan, mode })
    if (round > 0 || Number(values.rounds) === 0) rounds.push(measured)
  }
  const weighed = await runOnce({ plan, mode, isWeighed: true })
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

/** A plan, and how it is run. */
export interface Trial {
  readonly plan: Plan.Plan
  readonly mode: RunConfig.RunConfig["dependencyMode"]
  /** Whether to weigh the heap. @default false */
  readonly isWeighed?: boolean
  /** The least wait between two polls. @default 1 */
  readonly pollMsMin?: number
  /** The arguments of `emulatorProcess.ts`. @default ["0"] */
  readonly emulatorArguments?: ReadonlyArray<string>
  /** Told how long each append to the journal took. */
  readonly onAppend?: (ms: number) => void
}

/** Runs a plan once, beside an emulator. */
export const runOnce = async (trial: Trial): Promise<Round> => {
  const { emulatorArguments = ["0"], isWeighed = false } = trial
  const directory = ScratchDirectory.make("bench")
  const child = fork(new URL("emulatorProcess.ts", import.meta.url), [...emulatorArguments])
  const [place]: Array<EmulatorProcess> = await once(child, "message")
  if (place === undefined) throw new Error("the emulator says nothing")
  const before = await useOf(child)
  const planFingerprint = Plan.fingerprint(trial.plan.workflow)
  Harness.collectGarbage()
  const heapBefore = process.memoryUsage().heapUsed
  let heapBytes = 0
  let events = 0
  const wallStart = performance.now()
  const cpuStart = process.cpuUsage()
  const outcome = await engineRun(trial, { ...place, directory, planFingerprint }, (batch) => {
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
  ScratchDirectory.remove(directory)
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
 * the first of the request that adds the child, as the HTTP client itself tells them. Polls are far
 * enough apart that the next one is not due meanwhile.
 */
const measureHops = async (report: BenchReport.BenchReport, count: number): Promise<void> => {
  const hops: Array<{ readonly ms: number; readonly journalMs: number }> = []
  let pageAt = 0
  let journalMs = 0
  const onTrailers = (message: unknown) => {
    if (methodOf(message) !== "GET") return
    pageAt = performance.now()
    journalMs = 0
  }
  const onSend = (message: unknown) => {
    if (methodOf(message) !== "POST" || pageAt === 0) return
    hops.push({ ms: performance.now() - pageAt, journalMs })
  }
  subscribe("undici:request:trailers", onTrailers)
  subscribe("undici:client:sendHeaders", onSend)
  await runOnce({
    plan: planOf(count, count),
    mode: "eager",
    pollMsMin: 10,
    onAppend: (ms) => {
      journalMs += ms
    }
  })
  unsubscribe("undici:request:trailers", onTrailers)
  unsubscribe("undici:client:sendHeaders", onSend)
  const warm = hops.slice(Math.floor(hops.length / 10))
  const at = (share: number, figure: (hop: (typeof warm)[number]) => number): number => {
    const sorted = warm.map(figure).toSorted((left, right) => left - right)
    return sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  }
  const both = (figure: (hop: (typeof warm)[number]) => number): string =>
    `${at(0.5, figure).toFixed(2)} and ${at(0.99, figure).toFixed(2)} ms`
  BenchReport.say(
    report,
    "",
    `hops along a chain: ${warm.length}, without the first tenth; p50 and p99`,
    `the journal ${both((hop) => hop.journalMs)}, the rest ${both((hop) => hop.ms - hop.journalMs)}`
  )
  BenchReport.goal(report, "end seen to child posted, p50 ms", at(0.5, (hop) => hop.ms), {
    atMost: 0.25
  })
  BenchReport.goal(report, "end seen to child posted, p99 ms", at(0.99, (hop) => hop.ms), {
    atMost: 2
  })
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

interface Surroundings extends EmulatorProcess {
  readonly directory: string
  readonly planFingerprint: string
}

const engineRun = (
  { mode, onAppend, plan, pollMsMin = 1 }: Trial,
  place: Surroundings,
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
    planFingerprint: place.planFingerprint,
    seed: 1,
    createdAtMs: 0
  }
  const journal = SqliteJournal.layer(join(place.directory, "journal.db"))
  return Engine.run({
    definition: Definition.make(plan.workflow),
    plan,
    header,
    config: {
      ...RunConfig.forEmulator,
      dependencyMode: mode,
      pollMsMin,
      pollMsMax: 100,
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
      onAppend === undefined ? journal : timed(journal, onAppend),
      DirectoryStore.layer(join(place.directory, "artifacts"))
    )),
    Effect.runPromise
  )
}

/** The same journal, telling how long each append took. */
const timed = <E>(
  journal: Layer.Layer<Journal, E>,
  onAppend: (ms: number) => void
): Layer.Layer<Journal, E> =>
  Layer.effect(
    Journal,
    Effect.map(Journal, (whole) => ({
      ...whole,
      append: (events, atMs) =>
        Effect.suspend(() => {
          const beganAt = performance.now()
          return Effect.tap(
            whole.append(events, atMs),
            () => Effect.sync(() => onAppend(performance.now() - beganAt))
          )
        })
    }))
  ).pipe(Layer.provide(journal))

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

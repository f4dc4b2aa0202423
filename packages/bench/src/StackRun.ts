/**
 * One run of a plan through the engine, its journal, the client and HTTP, beside an emulator in a
 * process of its own.
 */
import { BatchClient } from "@batchwave/client/BatchClient"
import * as Definition from "@batchwave/core/Definition"
import * as Plan from "@batchwave/core/Plan"
import type { RunEvent } from "@batchwave/core/RunEvent"
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
import { once } from "node:events"
import { join } from "node:path"
import type { EmulatorProcess, EmulatorUse } from "./emulatorProcess.ts"
import * as Harness from "./Harness.ts"
import * as ScratchDirectory from "./ScratchDirectory.ts"

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

/** A plan, and how it is run. */
export interface Trial {
  readonly plan: Plan.Plan
  readonly mode: RunConfig.RunConfig["dependencyMode"]
  /** Whether to weigh the heap. @default false */
  readonly isWeighed?: boolean
  /** The least wait between two polls. @default 1 */
  readonly pollMsMin?: number
  /** How far polls look back. @default 100 */
  readonly pollOverlapMs?: number
  /** The arguments of `emulatorProcess.ts`. @default ["0"] */
  readonly emulatorArguments?: ReadonlyArray<string>
  /** Told how long each append to the journal took. */
  readonly onAppend?: (ms: number) => void
  /** Sees every batch of events once it is durable. */
  readonly onEvents?: (events: ReadonlyArray<RunEvent>) => void
  /** Leaves the run where it is. @default never */
  readonly until?: Promise<unknown>
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
    trial.onEvents?.(batch)
    events += batch.length
    if (!isWeighed || events < sampleEvents) return
    events = 0
    Harness.collectGarbage()
    heapBytes = Math.max(heapBytes, process.memoryUsage().heapUsed - heapBefore)
  })
  const cpu = process.cpuUsage(cpuStart)
  const wallMs = performance.now() - wallStart
  if (outcome !== "succeeded" && outcome !== "left") throw new Error(`the run ${outcome}`)
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
  { mode, onAppend, plan, pollMsMin = 1, pollOverlapMs = 100, until }: Trial,
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
      pollOverlapMs
    },
    observer: (events) => Effect.sync(() => observe(events))
  }).pipe(
    Effect.map(({ report }) => report.outcome),
    Effect.raceFirst(
      until === undefined ? Effect.never : Effect.as(Effect.promise(() => until), "left" as const)
    ),
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

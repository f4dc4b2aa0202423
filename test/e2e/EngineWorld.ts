/**
 * An engine run against an emulator over real HTTP, with real processes, in directories of its own. Its
 * events are held against their published schema.
 */
import { BatchClient } from "@batchwave/client/BatchClient"
import * as Definition from "@batchwave/core/Definition"
import * as Plan from "@batchwave/core/Plan"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Workflow from "@batchwave/core/Workflow"
import * as Emulator from "@batchwave/emulator/Emulator"
import * as DirectoryCache from "@batchwave/engine/DirectoryCache"
import * as DirectoryStore from "@batchwave/engine/DirectoryStore"
import * as Engine from "@batchwave/engine/Engine"
import { ResultCache } from "@batchwave/engine/ResultCache"
import * as RunConfig from "@batchwave/engine/RunConfig"
import { journalVersion, type RunHeader } from "@batchwave/engine/RunHeader"
import * as SqliteJournal from "@batchwave/engine/SqliteJournal"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { existsSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { requireEvent } from "../PublishedSchema.ts"

export interface EngineWorld {
  readonly directory: string
  readonly emulator: Emulator.EmulatorShape
}

export const make = Effect.gen(function*() {
  const directory = mkdtempSync(join(tmpdir(), "batchwave-e2e-"))
  const emulator = yield* Emulator.make({
    dataDirectory: join(directory, "emulator"),
    allowedDirectories: [directory],
    slotsPerNode: 4
  })
  return { directory, emulator } satisfies EngineWorld
})

/** Waits until a task has made the file. */
export const fileAt = (file: string): Effect.Effect<void> =>
  Effect.sync(() => existsSync(file)).pipe(
    Effect.repeat({ until: (exists) => exists, schedule: Schedule.spaced(10) }),
    Effect.asVoid
  )

export const planOf = (nodes: ReadonlyArray<Workflow.WorkflowNode>): Plan.Plan => {
  const result = Plan.make(Workflow.make("test", nodes))
  if (result._tag === "Invalid") throw new Error(JSON.stringify(result.errors))
  return result.plan
}

export interface RunSpec {
  readonly nodes: ReadonlyArray<Workflow.WorkflowNode>
  readonly definition?: Partial<Definition.Definition>
  readonly config?: Partial<RunConfig.RunConfig>
  readonly runId?: string
  readonly cancelWhen?: Effect.Effect<void>
  readonly observer?: (events: ReadonlyArray<RunEvent>) => void
  /** The directory of the cache of results. */
  readonly cache?: string
  readonly wishes?: ReadonlyArray<Engine.Wish>
  readonly onResume?: Engine.RunOptions["onResume"]
}

export const clientLayer = ({ emulator }: EngineWorld) =>
  BatchClient.layer({
    endpoint: emulator.endpoint,
    account: emulator.account,
    key: Redacted.make(emulator.key)
  })

/** The header of a run of the plan on the world's emulator. */
export const headerOf = (world: EngineWorld, plan: Plan.Plan, runId: string): RunHeader => ({
  version: journalVersion,
  runId,
  jobId: `bw-${runId}`,
  poolId: world.emulator.pool,
  pipeline: "test",
  parameters: {},
  endpoint: world.emulator.endpoint,
  workflow: plan.workflow,
  planFingerprint: Plan.fingerprint(plan.workflow),
  seed: 7,
  createdAtMs: 0
})

export const run = (world: EngineWorld, spec: RunSpec) => {
  const plan = planOf(spec.nodes)
  const runId = spec.runId ?? "run-1"
  const header = headerOf(world, plan, runId)
  const withCache = Effect.gen(function*() {
    if (spec.cache === undefined) return {}
    const services = yield* Layer.build(DirectoryCache.layer(spec.cache))
    return { cache: Context.get(services, ResultCache) }
  })
  return Effect.flatMap(withCache, (cache) =>
    Engine.run({
      ...cache,
      definition: Definition.make(plan.workflow, spec.definition),
      plan,
      header,
      config: { ...RunConfig.forEmulator, ...spec.config },
      observer: (events, atMs) =>
        Effect.sync(() => {
          for (const event of events) requireEvent(event, 1, atMs)
          spec.observer?.(events)
        }),
      ...(spec.cancelWhen === undefined ? {} : { cancelWhen: spec.cancelWhen }),
      ...(spec.wishes === undefined ? {} : { wishes: spec.wishes }),
      ...(spec.onResume === undefined ? {} : { onResume: spec.onResume })
    })).pipe(
      Effect.scoped,
      Effect.provide(
        Layer.mergeAll(
          clientLayer(world),
          SqliteJournal.layer(join(world.directory, runId, "journal.db")),
          DirectoryStore.layer(join(world.directory, runId, "artifacts"))
        )
      )
    )
}

/**
 * An orchestrator as a process of its own, made to be killed: runs or resumes one story, says `ready`
 * before it touches anything, and ends with the report as JSON on its standard output.
 *
 * Usage: `node test/crash/orchestrate.ts ORDER`, where ORDER is the JSON of an `Order`.
 */
import { BatchClient } from "@batchwave/client/BatchClient"
import * as Plan from "@batchwave/core/Plan"
import * as DirectoryStore from "@batchwave/engine/DirectoryStore"
import * as Engine from "@batchwave/engine/Engine"
import * as RunConfig from "@batchwave/engine/RunConfig"
import { journalVersion } from "@batchwave/engine/RunHeader"
import * as SqliteJournal from "@batchwave/engine/SqliteJournal"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { readSync, writeSync } from "node:fs"
import { join } from "node:path"
import * as CrashStory from "./CrashStory.ts"
import type { Ending, Order } from "./Orchestrator.ts"

const exitCodes: Readonly<Record<string, number>> = {
  JournalFailed: 6,
  ArtifactFailed: 6,
  JournalLocked: 7,
  RunTaken: 7
}

/** Cancels as soon as the state says so, unless that has happened already. */
const steer = (story: CrashStory.CrashStory) =>
  Effect.fnUntraced(function*({ state, wish }: Engine.LiveRun) {
    const { isCancelDue } = story
    if (isCancelDue === undefined) return
    while (state.stopping === undefined && !isCancelDue(state)) yield* Effect.sleep(5)
    if (state.stopping === undefined) yield* wish({ _tag: "CancelRequested" })
  })

const run = (order: Order) => {
  const story = CrashStory.named(order.story)
  const definition = CrashStory.definitionOf(story)
  const made = Plan.make(definition.workflow)
  if (made._tag === "Invalid") throw new Error(JSON.stringify(made.errors))
  const { plan } = made
  return Engine.run({
    definition,
    plan,
    header: {
      version: journalVersion,
      runId: order.runId,
      jobId: order.runId,
      poolId: order.pool,
      pipeline: story.name,
      parameters: {},
      endpoint: order.endpoint,
      workflow: plan.workflow,
      planFingerprint: Plan.fingerprint(plan.workflow),
      seed: 7,
      createdAtMs: 0
    },
    config: {
      ...RunConfig.forEmulator,
      pollMsMin: 10,
      pollMsMax: 100,
      pollsPerSweep: 20,
      patienceMs: 50,
      dependencyMode: story.dependencyMode,
      ...order.config
    },
    steering: steer(story)
  }).pipe(
    Effect.map((result): Ending => ({
      _tag: "Finished",
      report: result.report,
      outputs: Object.fromEntries(
        story.nodes.map(({ name }) => [name, result.outputOf(name, "value") ?? null])
      )
    })),
    Effect.catch(({ _tag, message }) =>
      Effect.succeed<Ending>({ _tag: "Failed", error: _tag, message })
    ),
    Effect.provide(Layer.mergeAll(
      BatchClient.layer({
        endpoint: order.endpoint,
        account: order.account,
        key: Redacted.make(order.key),
        ...order.client
      }),
      SqliteJournal.layer(join(order.directory, "journal.db")),
      DirectoryStore.layer(join(order.directory, "artifacts"))
    )),
    Effect.catch(({ _tag, message }) =>
      Effect.succeed<Ending>({ _tag: "Failed", error: _tag, message })
    ),
    Effect.provide(Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)]))
  )
}

const order: Order = JSON.parse(process.argv[2] ?? "{}")
writeSync(1, "ready\n")
// Whoever races holds every process back until all are as far as this.
if (order.isGated) readSync(0, new Uint8Array(1))
const ending = await Effect.runPromise(run(order))
writeSync(1, `${JSON.stringify(ending)}\n`)
process.exitCode = ending._tag === "Finished" ? 0 : exitCodes[ending.error] ?? 5

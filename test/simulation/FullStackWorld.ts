/**
 * Lives a story through: the real engine over the real client against the real emulator, in one
 * process and in virtual time, killed and resumed as the story has it.
 */
import type { TransportShape } from "@batchwave/client/Transport"
import * as Definition from "@batchwave/core/Definition"
import * as Plan from "@batchwave/core/Plan"
import type { Report } from "@batchwave/core/Report"
import type { RequestReport } from "@batchwave/emulator/RequestLog"
import type { TruthEvent } from "@batchwave/emulator/TruthEvent"
import * as Engine from "@batchwave/engine/Engine"
import { Journal, type JournaledBatch } from "@batchwave/engine/Journal"
import * as RunConfig from "@batchwave/engine/RunConfig"
import { journalVersion, type RunHeader } from "@batchwave/engine/RunHeader"
import * as MemoryStore from "batchwave/virtual/MemoryStore"
import * as SimulatedService from "batchwave/virtual/SimulatedService"
import * as VirtualTime from "batchwave/virtual/VirtualTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import type { Crash, Story } from "./FullStackStory.ts"

/** What a story left behind. */
export interface Outcome {
  readonly story: Story
  readonly report: Report
  /** A JSON text for each append, in order. */
  readonly journal: ReadonlyArray<string>
  readonly truth: ReadonlyArray<TruthEvent>
  readonly requests: RequestReport
  /** How often the orchestrator was killed in fact. */
  readonly crashes: number
  /** How often each fault struck, by its kind. */
  readonly faults: Readonly<Record<string, number>>
}

/** Nobody gives up before the world has healed. */
const patienceTries = 100_000

/** Nothing takes longer than this of its own time. */
const durationMsMax = 60 * 86_400_000

/** Lives it. Fails with what the engine fails with, or when the run does not end. */
export const live = (story: Story): Effect.Effect<Outcome, unknown> =>
  VirtualTime.run(Effect.scoped(program(story)), { seed: story.seed, durationMsMax }).pipe(
    Effect.provide(Logger.layer([]))
  )

/** What survives the orchestrator. */
interface Disk {
  header: RunHeader | undefined
  readonly lines: Array<string>
  epoch: number
}

const program = Effect.fnUntraced(function*(story: Story) {
  const service = yield* SimulatedService.make({
    seed: story.seed,
    nodes: story.nodes,
    slotsPerNode: story.slotsPerNode,
    nodeFillType: story.nodeFillType,
    scenario: story.scenario,
    ...(story.faults === undefined ? {} : { faults: story.faults })
  })
  const truth: Array<TruthEvent> = []
  yield* service.truth.pipe(
    Stream.runForEach((event) => Effect.sync(() => truth.push(event))),
    Effect.forkScoped
  )
  yield* Effect.yieldNow
  const faults: Record<string, number> = {}
  yield* Effect.sleep(story.healAfterMs).pipe(
    Effect.andThen(noteFaults(service, story, faults)),
    Effect.andThen(service.control.clearFaults),
    Effect.forkScoped
  )
  const disk: Disk = { header: undefined, lines: [], epoch: 0 }
  let crashes = 0
  for (const { pauseMs, ...crash } of story.crashes) {
    const result = yield* orchestrate(story, service, disk, crash)
    if (result !== undefined) break
    crashes++
    yield* Effect.sleep(pauseMs)
  }
  const result = yield* orchestrate(story, service, disk, undefined)
  if (result === undefined) return yield* Effect.die("a run that nobody killed did not end")
  yield* Effect.sleep(1)
  yield* noteFaults(service, story, faults)
  return {
    story,
    report: result.report,
    journal: disk.lines,
    truth,
    requests: yield* service.control.requests,
    crashes,
    faults
  } satisfies Outcome
})

const noteFaults = Effect.fnUntraced(function*(
  service: SimulatedService.SimulatedService,
  story: Story,
  noted: Record<string, number>
) {
  const told = yield* service.control.faults
  told.rules.forEach(({ firedCount }, index) => {
    const fault = story.faults?.rules[index]?.fault
    if (fault === undefined) return
    noted[fault._tag] = Math.max(noted[fault._tag] ?? 0, firedCount)
  })
})

/** One life of an orchestrator; nothing when it was killed. */
const orchestrate = (
  story: Story,
  service: SimulatedService.SimulatedService,
  disk: Disk,
  crash: Crash | undefined
) =>
  Effect.gen(function*() {
    const killed = yield* Deferred.make<void>()
    const die = Effect.andThen(Deferred.succeed(killed, undefined), Effect.never)
    disk.epoch++
    const run = Engine.run(optionsOf(story, service)).pipe(
      Effect.provide(Layer.mergeAll(
        SimulatedService.clientOf(service, transportOf(service.transport, crash, die)),
        journalOf(disk, crash, die),
        MemoryStore.layer
      ))
    )
    const death = crash?.at === "time"
      ? Effect.andThen(Effect.sleep(crash.afterMs), Effect.undefined)
      : Effect.andThen(Deferred.await(killed), Effect.undefined)
    return yield* Effect.raceFirst(run, death)
  })

const optionsOf = (
  story: Story,
  service: SimulatedService.SimulatedService
): Engine.RunOptions => {
  const made = Plan.make(story.workflow)
  if (made._tag === "Invalid") throw new Error(JSON.stringify(made.errors))
  const { plan } = made
  return {
    definition: Definition.make(story.workflow),
    plan,
    header: {
      version: journalVersion,
      runId: "story",
      jobId: "bw-story",
      poolId: service.pool,
      pipeline: "story",
      parameters: {},
      endpoint: service.endpoint,
      workflow: plan.workflow,
      planFingerprint: Plan.fingerprint(plan.workflow),
      seed: story.seed,
      createdAtMs: 0
    },
    config: {
      ...RunConfig.defaults,
      patienceTries,
      pollMsMin: story.pollMsMin,
      pollMsMax: story.pollMsMax,
      policy: story.policy,
      dependencyMode: story.dependencyMode,
      failureMode: story.failureMode
    }
  }
}

const journalOf = (
  disk: Disk,
  crash: Crash | undefined,
  die: Effect.Effect<never>
): Layer.Layer<Journal> => {
  let appends = 0
  return Layer.succeed(
    Journal,
    Journal.of({
      epoch: disk.epoch,
      header: Effect.sync(() => disk.header),
      begin: (header) =>
        Effect.sync(() => {
          disk.header = header
        }),
      append: (events, atMs) =>
        Effect.suspend(() => {
          const isLast = crash?.at === "append" && ++appends === crash.nth
          if (isLast && !crash.isAfter) return die
          disk.lines.push(JSON.stringify({ atMs, events }))
          return isLast ? die : Effect.void
        }),
      replay: (visit) =>
        Effect.sync(() => {
          for (const line of disk.lines) {
            const batch: JournaledBatch = JSON.parse(line)
            visit(batch)
          }
        })
    })
  )
}

const transportOf = (
  transport: TransportShape,
  crash: Crash | undefined,
  die: Effect.Effect<never>
): TransportShape => {
  if (crash?.at !== "request") return transport
  let requests = 0
  return {
    send: (request) =>
      Effect.suspend(() => {
        if (++requests !== crash.nth) return transport.send(request)
        return crash.isAfter ? Effect.andThen(Effect.exit(transport.send(request)), die) : die
      })
  }
}

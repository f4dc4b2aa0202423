/**
 * Lives a story through: the real engine over the real client against the real emulator, in one
 * process and in virtual time, killed and resumed as the story has it.
 */
import type { TransportShape } from "@batchwave/client/Transport"
import { TransportFailure } from "@batchwave/client/TransportFailure"
import * as Definition from "@batchwave/core/Definition"
import * as Plan from "@batchwave/core/Plan"
import * as Random from "@batchwave/core/Random"
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
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Crash, Lateness, Story } from "./FullStackStory.ts"

type Service = SimulatedService.SimulatedService

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
  /** When the story began, and when its last orchestrator did. */
  readonly beganAtMs: number
  readonly resumedAtMs: number
  /** How often each fault struck, by its kind. */
  readonly faults: Readonly<Record<string, number>>
}

/** Nobody gives up before the world has healed. */
const patienceTries = 100_000

/**
 * Lives it. Fails with what the engine fails with, or when the run has not ended after `durationMsMax` of
 * its own time, by default 60 days.
 */
export const live = (
  story: Story,
  durationMsMax = 60 * 86_400_000
): Effect.Effect<Outcome, unknown> =>
  VirtualTime.run(Effect.scoped(program(story)), {
    seed: story.seed,
    durationMsMax,
    timersEarlyMs: story.timersEarlyMs
  }).pipe(Effect.provide(Logger.layer([])))

/** What survives the orchestrator. */
interface Disk {
  readonly beganAtMs: number
  header: RunHeader | undefined
  readonly lines: Array<string>
  epoch: number
  /** How many wishes were asked. */
  wishes: number
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
  const beganAtMs = yield* Clock.currentTimeMillis
  const disk: Disk = { beganAtMs, header: undefined, lines: [], epoch: 0, wishes: 0 }
  const transport = story.lateness === undefined
    ? service.transport
    : yield* lateTransport(
      service.transport,
      story.lateness,
      faults,
      beganAtMs + story.healAfterMs
    )
  const lives: Lives = {
    story,
    service: { ...service, transport },
    disk,
    crashes: 0,
    resumedAtMs: beganAtMs
  }
  const first = yield* liveOn(lives, [])
  const result = story.rerun.length === 0
    ? first
    : yield* liveOn(lives, [{ _tag: "RerunRequested", nodes: story.rerun }])
  yield* Effect.sleep(1)
  yield* noteFaults(service, story, faults)
  return {
    story,
    report: result.report,
    journal: disk.lines,
    truth,
    requests: yield* service.control.requests,
    crashes: lives.crashes,
    beganAtMs,
    resumedAtMs: lives.resumedAtMs,
    faults
  } satisfies Outcome
})

interface Lives {
  readonly story: Story
  readonly service: Service
  readonly disk: Disk
  crashes: number
  resumedAtMs: number
}

/** Orchestrators one after another, until one comes to the end of the run. */
const liveOn = Effect.fnUntraced(function*(lives: Lives, wishes: ReadonlyArray<Engine.Wish>) {
  const { disk, service, story } = lives
  const linesBefore = disk.lines.length
  for (;;) {
    const { pauseMs, ...crash } = story.crashes[lives.crashes] ?? { pauseMs: 0 }
    lives.resumedAtMs = yield* Clock.currentTimeMillis
    const isHeard = disk.lines.length > linesBefore
    const result = yield* orchestrate(
      story,
      service,
      disk,
      "at" in crash ? crash : undefined,
      isHeard ? [] : wishes
    )
    if (result !== undefined) return result
    lives.crashes++
    yield* Effect.sleep(pauseMs)
  }
})

/** Delivers some requests late, and lets their senders believe that the connection broke. */
const lateTransport = Effect.fnUntraced(function*(
  transport: TransportShape,
  { lateMs, paths, probability, seed }: Lateness,
  noted: Record<string, number>,
  untilMs: number
): Effect.fn.Return<TransportShape, never, Scope.Scope> {
  const scope = yield* Scope.Scope
  const random = Random.make(seed)
  return {
    send: Effect.fnUntraced(function*(request) {
      const isOpen = paths.some((path) => request.path.includes(path))
        && (yield* Clock.currentTimeMillis) < untilMs
      if (!isOpen || Random.nextUnit(random) >= probability) return yield* transport.send(request)
      noted["Late"] = (noted["Late"] ?? 0) + 1
      yield* Effect.sleep(lateMs).pipe(
        Effect.andThen(transport.send(request)),
        Effect.ignore,
        Effect.forkIn(scope)
      )
      request.onSent?.()
      return yield* new TransportFailure({
        reason: "ConnectionLost",
        sent: true,
        message: "The connection broke before the reply."
      })
    })
  }
})

const noteFaults = Effect.fnUntraced(function*(
  service: Service,
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
  service: Service,
  disk: Disk,
  crash: Crash | undefined,
  wishes: ReadonlyArray<Engine.Wish>
) =>
  Effect.gen(function*() {
    const killed = yield* Deferred.make<void>()
    const die = Effect.andThen(Deferred.succeed(killed, undefined), Effect.never)
    disk.epoch++
    const run = Engine.run({ ...optionsOf(story, service, disk), wishes }).pipe(
      Effect.provide(Layer.mergeAll(
        SimulatedService.clientOf(service, transportOf(service.transport, crash, die)),
        journalOf(disk, crash, die),
        MemoryStore.layer
      ))
    )
    const death = crash?.at === "time"
      ? Effect.andThen(Effect.sleep(crash.afterMs), Effect.undefined)
      : Effect.andThen(Deferred.await(killed), Effect.undefined)
    return yield* Effect.raceFirst(onOwnClock(story, disk.beganAtMs, run), death)
  })

/** Runs an orchestrator on a machine whose clock is set now and then; the service has another. */
const onOwnClock = <A, E, R>(
  { clockSteps = [] }: Story,
  beganAtMs: number,
  run: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.Clock, (clock) => {
    if (clockSteps.length === 0) return run
    const wallMs = (): number => {
      const trueMs = clock.currentTimeMillisUnsafe()
      return clockSteps.reduce(
        (sum, { atMs, byMs }) => trueMs - beganAtMs < atMs ? sum : sum + byMs,
        trueMs
      )
    }
    const wallNanos = (): bigint => BigInt(wallMs()) * 1_000_000n
    return Effect.provideService(run, Clock.Clock, {
      currentTimeMillisUnsafe: wallMs,
      currentTimeMillis: Effect.sync(wallMs),
      currentTimeNanosUnsafe: wallNanos,
      currentTimeNanos: Effect.sync(wallNanos),
      monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: clock.monotonicTimeNanos,
      sleep: (duration) => clock.sleep(duration)
    })
  })

/**
 * Asks what the story asks, each thing when its time has come: once, but for pauses and their ends,
 * which every orchestrator hears anew.
 */
const steering = (
  { wishes }: Story,
  disk: Disk
): NonNullable<Engine.RunOptions["steering"]> =>
  Effect.fnUntraced(function*({ wish: ask }) {
    for (const [place, { atMs, wish }] of wishes.entries()) {
      const isRepeated = wish._tag === "PauseRequested" || wish._tag === "ResumeRequested"
      if (place < disk.wishes && !isRepeated) continue
      const nowMs = yield* Clock.currentTimeMillis
      yield* Effect.sleep(Math.max(0, disk.beganAtMs + atMs - nowMs))
      disk.wishes = Math.max(disk.wishes, place + 1)
      yield* ask(wish)
    }
  })

const optionsOf = (
  story: Story,
  service: Service,
  disk: Disk
): Engine.RunOptions => {
  const made = Plan.make(story.workflow)
  if (made._tag === "Invalid") throw new Error(JSON.stringify(made.errors))
  const { plan } = made
  return {
    steering: steering(story, disk),
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
          return isLast ? die : Effect.succeed(false)
        }),
      replay: (visit) =>
        Effect.sync(() => {
          for (const line of disk.lines) {
            const batch: JournaledBatch = JSON.parse(line)
            visit(batch)
          }
        }),
      waiting: Effect.undefined,
      page: (after) =>
        Effect.sync(() => disk.lines.slice(after).map((line): JournaledBatch => JSON.parse(line)))
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

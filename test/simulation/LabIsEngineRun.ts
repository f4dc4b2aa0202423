/**
 * Runs a story as the full stack does, undisturbed: the engine over the client against an emulator in
 * process, in virtual time, its requests as far away as one likes.
 */
import * as Definition from "@batchwave/core/Definition"
import * as Plan from "@batchwave/core/Plan"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Engine from "@batchwave/engine/Engine"
import { Journal } from "@batchwave/engine/Journal"
import * as RunConfig from "@batchwave/engine/RunConfig"
import { journalVersion } from "@batchwave/engine/RunHeader"
import type { Link } from "@batchwave/lab/Link"
import * as MemoryStore from "batchwave/virtual/MemoryStore"
import * as SimulatedService from "batchwave/virtual/SimulatedService"
import * as VirtualTime from "batchwave/virtual/VirtualTime"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import type { Story } from "./FullStackStory.ts"
import * as LabIsEngineLink from "./LabIsEngineLink.ts"

/** One append of a journal; milliseconds. */
export interface Line {
  readonly atMs: number
  readonly events: ReadonlyArray<RunEvent>
}

/** Nothing takes longer than this of its own time. */
const durationMsMax = 60 * 86_400_000

/** What is between the engine and the account. */
export interface Surroundings {
  readonly link: Link
  readonly record: LabIsEngineLink.Record
  /** Where in its span a wait of the client lies that begins at this time of the run. */
  readonly unitAt: (nowMs: number) => number
}

/**
 * Runs it. Answers with the journal. Fails with what the engine fails with, or when the run does not
 * end.
 */
export const run = (
  story: Story,
  surroundings: Surroundings
): Effect.Effect<ReadonlyArray<Line>, unknown> =>
  VirtualTime.run(Effect.scoped(program(story, surroundings)), {
    seed: story.seed,
    durationMsMax
  }).pipe(Effect.provide(Logger.layer([])))

const program = Effect.fnUntraced(function*(
  story: Story,
  { link, record, unitAt }: Surroundings
) {
  const clock = yield* Clock.Clock
  const startMs = clock.currentTimeMillisUnsafe()
  const nextUnit = () => unitAt(clock.currentTimeMillisUnsafe() - startMs)
  const service = yield* SimulatedService.make({
    seed: story.seed,
    nodes: story.nodes,
    slotsPerNode: story.slotsPerNode,
    nodeFillType: story.nodeFillType,
    scenario: story.scenario,
    ...(story.faults === undefined ? {} : { faults: story.faults })
  })
  const made = Plan.make(story.workflow)
  if (made._tag === "Invalid") return yield* Effect.die(JSON.stringify(made.errors))
  const lines: Array<Line> = []
  yield* Engine.run({
    definition: Definition.make(story.workflow),
    plan: made.plan,
    header: {
      version: journalVersion,
      runId: "story",
      jobId: "run",
      poolId: service.pool,
      pipeline: "story",
      parameters: {},
      endpoint: service.endpoint,
      workflow: made.plan.workflow,
      planFingerprint: Plan.fingerprint(made.plan),
      seed: story.seed,
      createdAtMs: 0
    },
    config: {
      ...RunConfig.defaults,
      pollMsMin: story.pollMsMin,
      pollMsMax: story.pollMsMax,
      policy: story.policy,
      dependencyMode: story.dependencyMode,
      failureMode: story.failureMode
    },
    observer: (events, atMs) => Effect.sync(() => void lines.push({ atMs, events }))
  }).pipe(Effect.provide(Layer.mergeAll(
    SimulatedService.clientOf(
      service,
      LabIsEngineLink.before(service.transport, link, record, startMs)
    ),
    Journal.layerMemory,
    MemoryStore.layer,
    Layer.succeed(Random.Random, {
      nextDoubleUnsafe: nextUnit,
      nextIntUnsafe: () => Math.floor(nextUnit() * Number.MAX_SAFE_INTEGER)
    })
  )))
  return lines
})

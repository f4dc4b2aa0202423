/**
 * Two orchestrators with copies of one journal: one of them goes on, the other changes nothing.
 */
import { JobOperations } from "@batchwave/client/JobOperations"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import * as Workflow from "@batchwave/core/Workflow"
import * as Hold from "@batchwave/engine/Hold"
import * as JobClaim from "@batchwave/engine/JobClaim"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { appendFileSync, cpSync, existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as World from "./EngineWorld.ts"

const linesOf = (file: string): ReadonlyArray<string> =>
  existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").toSorted() : []

/** The world of another machine, with a copy of the run's directory. */
const carry = (world: World.EngineWorld, machine: string): World.EngineWorld => {
  const directory = join(world.directory, machine)
  cpSync(join(world.directory, "run-1"), join(directory, "run-1"), { recursive: true })
  return { ...world, directory }
}

/** A task that says that it ran, and then waits for the gate; and one behind it. */
const nodesOf = ({ directory }: World.EngineWorld) => [
  Workflow.node(
    "a",
    `echo a >> '${directory}/ran'; until [ -e '${directory}/gate' ]; do sleep 0.05; done`
  ),
  Workflow.node("b", `echo b >> '${directory}/ran'`, { after: ["a"] })
]

/** Runs until the first task runs. */
const startOf = Effect.fnUntraced(function*(world: World.EngineWorld) {
  const started = yield* Deferred.make<void>()
  const fiber = yield* World.run(world, {
    nodes: nodesOf(world),
    config: { pollsPerSweep: 2 },
    observer: (events) => {
      if (events.some((event) => event._tag === "TaskStarted")) {
        Deferred.doneUnsafe(started, Exit.void)
      }
    }
  }).pipe(Effect.forkChild)
  yield* Deferred.await(started)
  return fiber
})

const jobsOf = (world: World.EngineWorld) =>
  JobOperations.use((jobs) => Stream.runCollect(jobs.list({ select: ["id", "state"] }))).pipe(
    Effect.provide(World.clientLayer(world))
  )

const claimsOf = Effect.fnUntraced(function*(epoch: number) {
  return {
    header: { runId: "run-1" },
    job: { id: "bw-held" },
    jobs: yield* JobOperations,
    claim: yield* JobClaim.make(epoch)
  }
})

const racesCount = Number(process.env["BATCHWAVE_RACES"] ?? 5)

describe("a second orchestrator", () => {
  it.live(
    `wins or changes nothing, in ${racesCount} races of two copies of a journal`,
    () =>
      Effect.gen(function*() {
        for (let race = 0; race < racesCount; race++) {
          const world = yield* World.make
          const nodes = nodesOf(world)
          yield* Fiber.interrupt(yield* startOf(world))
          const machines = ["left", "right"].map((machine) => carry(world, machine))
          const racing = yield* Effect.forEach(
            machines,
            (machine) => Effect.exit(World.run(machine, { nodes, config: { pollsPerSweep: 2 } })),
            { concurrency: 2 }
          ).pipe(Effect.forkChild)
          appendFileSync(join(world.directory, "gate"), "")
          const exits = yield* Fiber.join(racing)
          const loser = exits.find(Exit.isFailure)
          assert.lengthOf(exits.filter(Exit.isSuccess), 1)
          if (loser === undefined) return assert.fail("both won")
          assert.include(String(loser.cause), "another orchestrator")
          assert.deepStrictEqual(linesOf(join(world.directory, "ran")), ["a", "b"])
        }
      }).pipe(Effect.scoped)
  )

  it.live(
    "that opened the journal later takes the run over, and the first stops",
    () =>
      Effect.gen(function*() {
        const world = yield* World.make
        const first = yield* startOf(world)
        const later = carry(world, "later")
        const second = yield* World.run(later, { nodes: nodesOf(world) }).pipe(Effect.forkChild)
        const stopped = yield* Fiber.join(first).pipe(Effect.flip)
        assert.strictEqual(stopped._tag, "RunTaken")
        assert.match(stopped.message, /another orchestrator, on .+ works on run run-1/)
        appendFileSync(join(world.directory, "gate"), "")
        const { report } = yield* Fiber.join(second)
        assert.strictEqual(report.outcome, "succeeded")
        assert.deepStrictEqual(linesOf(join(world.directory, "ran")), ["a", "b"])
      }).pipe(Effect.scoped)
  )

  it.live(
    "with a copy from before the end learns that the run has ended, and runs nothing again",
    () =>
      Effect.gen(function*() {
        const world = yield* World.make
        const nodes = nodesOf(world)
        yield* Fiber.interrupt(yield* startOf(world))
        const late = carry(world, "late")
        appendFileSync(join(world.directory, "gate"), "")
        const { report } = yield* World.run(world, { nodes })
        assert.strictEqual(report.outcome, "succeeded")
        const jobs = yield* jobsOf(world)
        // The second time, its journal was opened more often than the one that ended the run.
        for (const _ of ["first", "second"]) {
          const refused = yield* World.run(late, { nodes }).pipe(Effect.flip)
          assert.strictEqual(refused._tag, "RunTaken")
        }
        const refused = yield* World.run(late, { nodes }).pipe(Effect.flip)
        assert.match(refused.message, /has brought run run-1 to its end/)
        assert.deepStrictEqual(yield* jobsOf(world), jobs)
        assert.deepStrictEqual(linesOf(join(world.directory, "ran")), ["a", "b"])
      }).pipe(Effect.scoped)
  )
})

describe("an orchestrator that has heard nothing for a while", () => {
  it.live("looks at the job before it changes anything, and changes nothing when it was taken", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      yield* Effect.gen(function*() {
        const claims = yield* claimsOf(1)
        yield* claims.jobs.add({
          id: claims.job.id,
          poolInfo: { poolId: world.emulator.pool },
          metadata: JobClaim.metadata(claims)
        })
        // To this one, anything is a while.
        const { lost, tasks } = yield* Hold.make(claims, yield* TaskOperations, { pollMsMax: 0 })
        yield* tasks.add(claims.job.id, { id: "before", commandLine: "true" })
        yield* JobClaim.claim(yield* claimsOf(2), yield* claims.jobs.get(claims.job.id))
        const late = yield* tasks.add(claims.job.id, { id: "late", commandLine: "true" }).pipe(
          Effect.forkChild
        )
        const { message } = yield* Effect.flip(lost)
        assert.match(message, /another orchestrator, on .+ works on run run-1/)
        assert.isUndefined(late.pollUnsafe())
        const listed = yield* Stream.runCollect(tasks.list(claims.job.id))
        assert.deepStrictEqual(listed.map(({ id }) => id), ["before"])
      }).pipe(Effect.provide(World.clientLayer(world)))
    }).pipe(Effect.scoped))
})

/**
 * Goal P10: how fast are events made durable, and how fast is a run folded from its journal?
 */
import * as Plan from "@batchwave/core/Plan"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import * as Workflow from "@batchwave/core/Workflow"
import { Journal } from "@batchwave/engine/Journal"
import * as SqliteJournal from "@batchwave/engine/SqliteJournal"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { parseArgs } from "node:util"
import * as BenchReport from "./BenchReport.ts"
import * as Harness from "./Harness.ts"
import * as ScratchDirectory from "./ScratchDirectory.ts"

/** Runs the benchmark; see the README for the options. */
export const run = async (args: Array<string>): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: {
      events: { type: "string", default: "300000" },
      batch: { type: "string", default: "1000" },
      nodes: { type: "string", default: "1000000" },
      rounds: { type: "string", default: "5" },
      out: { type: "string" }
    }
  })
  const directory = ScratchDirectory.make("bench")
  const report = BenchReport.open({
    question:
      `what does it cost to make ${values.events} events durable, ${values.batch} at a time?`,
    measured: "JSON and rows of a file with full synchronisation; then the fold of a whole run",
    notMeasured: "making the events"
  })
  await measureAppend(
    report,
    directory,
    Number(values.events),
    Number(values.batch),
    Number(values.rounds)
  )
  await measureRecovery(report, directory, Number(values.nodes))
  BenchReport.close(report, values.out)
  ScratchDirectory.remove(directory)
}

const measureAppend = async (
  report: BenchReport.BenchReport,
  directory: string,
  count: number,
  size: number,
  rounds: number
): Promise<void> => {
  const batches: Array<ReadonlyArray<RunEvent>> = []
  for (let first = 0; first < count; first += size) batches.push(endsOf(first, size))
  let file = 0
  const next = () => join(directory, `${file++}.db`)
  const measurements = await Harness.measure([
    { name: "raw node:sqlite", run: () => Promise.resolve(rawAppend(next(), batches, count)) },
    { name: "Journal.append", run: () => append(next(), batches).then(() => count) }
  ], { rounds })
  BenchReport.table(report, `${count} events`, measurements, "raw node:sqlite")
  const wall = Harness.pairedRatio(
    measurements,
    "raw node:sqlite",
    "Journal.append",
    "wallMicrosPerItem"
  )
  BenchReport.goal(report, "events per second / raw batched rows", wall, { atLeast: 0.7 })
  const micros = measurements.find(({ name }) => name === "Journal.append")?.wallMicrosPerItem
    .median
  BenchReport.goal(report, "events per second", 1_000_000 / (micros ?? Number.NaN), {
    atLeast: 250_000
  })
}

/** What a wave of tasks that end well leaves in the journal. */
const endsOf = (first: number, count: number): ReadonlyArray<RunEvent> =>
  Array.from({ length: count }, (_, index): RunEvent => ({
    _tag: "TaskEnded",
    task: { node: first + index, submission: 1 },
    end: {
      transition: "2026-01-01T00:00:00.0000000Z",
      exitCode: 0,
      result: "success",
      runTimeMs: 1000
    }
  }))

const rawAppend = (
  file: string,
  batches: ReadonlyArray<ReadonlyArray<RunEvent>>,
  count: number
): number => {
  const database = new DatabaseSync(file)
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
  database.exec("CREATE TABLE event (sequence INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT")
  const insert = database.prepare("INSERT INTO event (body) VALUES (?)")
  for (const batch of batches) {
    database.exec("BEGIN")
    for (const event of batch) insert.run(JSON.stringify(event))
    database.exec("COMMIT")
  }
  database.close()
  return count
}

const append = (
  file: string,
  batches: ReadonlyArray<ReadonlyArray<RunEvent>>
): Promise<void> =>
  Effect.gen(function*() {
    const journal = yield* Journal
    for (const [index, batch] of batches.entries()) yield* journal.append(batch, index)
  }).pipe(Effect.provide(SqliteJournal.layer(file)), Effect.runPromise)

const measureRecovery = async (
  report: BenchReport.BenchReport,
  directory: string,
  nodeCount: number
): Promise<void> => {
  const file = join(directory, "run.db")
  const plan = planOf(nodeCount)
  await append(file, lifeOf(nodeCount))
  const measurements = await Harness.measure([{
    name: "replay and fold",
    run: () =>
      Effect.gen(function*() {
        const journal = yield* Journal
        const state = RunState.make(plan)
        yield* journal.replay(({ atMs, events }) => {
          for (const event of events) RunState.evolve(state, event, atMs)
        })
        if (state.outcome !== "succeeded") throw new Error("the run did not end well")
        return nodeCount
      }).pipe(Effect.provide(SqliteJournal.layer(file)), Effect.runPromise)
  }], { rounds: 3, warmUps: 0 })
  BenchReport.table(report, `a run of ${nodeCount} nodes`, measurements, "replay and fold")
  const seconds = (measurements[0]?.wallMicrosPerItem.median ?? Number.NaN) * nodeCount / 1e6
  BenchReport.goal(report, `recovery of ${nodeCount} nodes, s`, seconds, {
    atMost: 3
  })
}

const planOf = (nodeCount: number): Plan.Plan => {
  const nodes = Array.from({ length: nodeCount }, (_, index) => Workflow.node(`n${index}`, "true"))
  const result = Plan.make(Workflow.make("bench", nodes))
  if (result._tag === "Invalid") throw new Error(JSON.stringify(result.errors))
  return result.plan
}

/** Every event of a run whose nodes all succeed at once, a thousand nodes a batch. */
const lifeOf = (nodeCount: number): ReadonlyArray<ReadonlyArray<RunEvent>> => {
  const batches: Array<ReadonlyArray<RunEvent>> = [[{
    _tag: "RunStarted",
    seed: 1,
    dependencyMode: "eager",
    failureMode: "keepGoing"
  }]]
  for (let first = 0; first < nodeCount; first += 1000) {
    const count = Math.min(1000, nodeCount - first)
    const tasks = Array.from({ length: count }, (_, index) => ({
      node: first + index,
      submission: 1
    }))
    batches.push(
      [{ _tag: "SubmissionPlanned", tasks }],
      [{ _tag: "TasksAccepted", tasks }],
      endsOf(first, count).flatMap((event, index): ReadonlyArray<RunEvent> => [event, {
        _tag: "NodeSucceeded",
        node: first + index
      }])
    )
  }
  batches.push([{ _tag: "RunFinished", outcome: "succeeded" }])
  return batches
}

import * as TaskPages from "@batchwave/emulator/odata/TaskPages"
import type { State } from "@batchwave/emulator/State"
import * as StateOpening from "@batchwave/emulator/StateOpening"
import * as Account from "@batchwave/sim/Account"
import type { Job } from "@batchwave/sim/Job"
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as Refusal from "@batchwave/sim/Refusal"
import * as Runs from "@batchwave/sim/Runs"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import * as Iso8601 from "@batchwave/wire/Iso8601"
import * as ODataParser from "@batchwave/wire/ODataParser"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as History from "./ledger/History.ts"

const tasksCount = 20_000

/** A job whose tasks run one after the other, of which so many have completed, a second each. */
const started = (completedCount: number): { readonly state: State; readonly job: Job } => {
  const state = StateOpening.begin(History.fresh(), History.startMs)
  const { account } = state
  const spec = { id: "load", poolId: [...account.pools.keys()][0] ?? "", maxParallelTasks: 1 }
  const job = JobOperations.add(account, spec, History.startMs)
  if (Refusal.isRefusal(job)) throw new Error(job.code)
  for (let first = 0; first < tasksCount; first += 100) {
    const specs = Array.from({ length: 100 }, (_, index) => ({ id: `t${first + index}` }))
    TaskOperations.addCollection(account, job.id, specs, History.startMs)
  }
  for (let count = 1; count <= completedCount; count++) {
    const [generation = 0] = account.placements.keys()
    Account.takeInstructions(account)
    const end = { _tag: "Exited", exitCode: 0 } as const
    Runs.taskEnded(account, generation, end, History.startMs + count * 1000)
  }
  return { state, job }
}

/** All pages of a filter: how many tasks are told, and how many entries were looked at for them. */
const listed = ({ job, state }: ReturnType<typeof started>, text: string, itemsMax = 1000) => {
  const filter = Result.getOrThrow(ODataParser.parse(text))
  const ids = new Set<string>()
  let looksCount = 0
  let pagesCount = 0
  for (let after: string | undefined, isFirst = true; isFirst || after !== undefined;) {
    isFirst = false
    const page = TaskPages.find(state, job, filter, { itemsMax, after })
    if (page === undefined) throw new Error(`no page at ${after}`)
    for (const { id } of page.tasks) ids.add(id)
    looksCount += page.looksCount
    pagesCount++
    after = page.next
  }
  return { count: ids.size, looksCount, pagesCount }
}

const since = (seconds: number): string =>
  `stateTransitionTime ge datetime'${Iso8601.timestampOfEpochMs(History.startMs + seconds * 1000)}'`

describe("a listing of 20,000 tasks", () => {
  it("by state and time of change looks at what it tells, not at what the job holds", () => {
    const world = started(200)
    assert.deepStrictEqual(listed(world, `state eq 'completed' and ${since(191)}`), {
      count: 10,
      looksCount: 10,
      pagesCount: 1
    })
    assert.deepStrictEqual(listed(world, `(${since(191)}) and (state eq 'completed')`, 4), {
      count: 10,
      looksCount: 12,
      pagesCount: 3
    })
    // Of the whole time, with all the tasks added in it that are not completed.
    assert.deepStrictEqual(listed(world, `state eq 'completed' and ${since(0)}`), {
      count: 200,
      looksCount: 200,
      pagesCount: 1
    })
    assert.deepStrictEqual(listed(world, `state eq 'completed' and ${since(201)}`), {
      count: 0,
      looksCount: 0,
      pagesCount: 1
    })
  })

  it("by state alone looks at the tasks in it, and at few that have left it", () => {
    const world = started(200)
    assert.deepStrictEqual(listed(world, "state eq 'Completed'"), {
      count: 200,
      looksCount: 200,
      pagesCount: 1
    })
    const running = listed(world, "state eq 'running' or state eq 'preparing'")
    assert.strictEqual(running.count, 1)
    assert.isBelow(running.looksCount, 100)
    const active = listed(world, "state ne 'completed' and state ne 'running'")
    assert.strictEqual(active.count, tasksCount - 201)
    assert.isBelow(active.looksCount, tasksCount + 200)
    assert.strictEqual(listed(world, "state eq 'completed' and state eq 'active'").looksCount, 0)
  })

  it("by time of change alone looks at the changes since then", () => {
    const world = started(200)
    const { count, looksCount } = listed(world, since(191))
    // Ten that completed, the last of which let one more start; the others started before.
    assert.strictEqual(count, 11)
    assert.isAtMost(looksCount, 20)
  })

  it("by id looks at the ids alone, and by anything else at every task once", () => {
    const world = started(200)
    assert.deepStrictEqual(listed(world, "id eq 't17' or id eq 't19999' or id eq 'none'"), {
      count: 2,
      looksCount: 3,
      pagesCount: 1
    })
    const { count, looksCount } = listed(world, "executionInfo/exitCode eq 0")
    assert.deepStrictEqual([count, looksCount], [200, tasksCount])
  })
})

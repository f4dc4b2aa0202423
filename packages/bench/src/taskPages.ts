/**
 * Goal P11: what does the text of a page of 1000 tasks cost, put together from what is stored?
 */
import * as EmulatorOptions from "@batchwave/emulator/EmulatorOptions"
import { isFile } from "@batchwave/emulator/Exchange"
import * as Inputs from "@batchwave/emulator/Inputs"
import * as ReplyBody from "@batchwave/emulator/ReplyBody"
import * as Routes from "@batchwave/emulator/Routes"
import type { State } from "@batchwave/emulator/State"
import * as StateOpening from "@batchwave/emulator/StateOpening"
import * as TruthLog from "@batchwave/emulator/TruthLog"
import * as Account from "@batchwave/sim/Account"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as BenchReport from "./BenchReport.ts"
import * as BenchTasks from "./BenchTasks.ts"
import * as Harness from "./Harness.ts"

const pagesCount = 8
const pageTasks = 1000
const repeats = 20

/** Measures pages of completed tasks: told again, told for the first time, and by `JSON.stringify`. */
export const measure = async (report: BenchReport.BenchReport, rounds: number): Promise<void> => {
  const state = filled()
  const documents = pages(state).map((page): object => JSON.parse(ReplyBody.textOf(page)))
  const told = () => {
    let bytes = 0
    for (const page of pages(state)) {
      bytes += ReplyBody.bytesCountOf(page)
      ReplyBody.release(page)
    }
    if (bytes < pagesCount * pageTasks * 500) throw new Error("the pages are not whole")
    return pagesCount * pageTasks
  }
  const repeated = (work: () => number): number => {
    let count = 0
    for (let repeat = 0; repeat < repeats; repeat++) count += work()
    return count
  }
  const measurements = await Harness.measure([
    {
      name: "JSON.stringify",
      run: () =>
        repeated(() => {
          let characters = 0
          for (const document of documents) characters += JSON.stringify(document).length
          if (characters === 0) throw new Error("there is no page")
          return pagesCount * pageTasks
        })
    },
    { name: "fragments, told again", run: () => repeated(told) },
    {
      name: "fragments, the first time",
      run: () =>
        repeated(() => {
          state.renderedTasks.length = 0
          return told()
        })
    }
  ], { rounds })
  BenchReport.table(
    report,
    `${pagesCount} pages of ${pageTasks}, a task`,
    measurements,
    "JSON.stringify"
  )
  const rate = (name: string): number =>
    1 / Harness.pairedRatio(measurements, name, "JSON.stringify")
  const goal = "pages per CPU second / JSON.stringify"
  BenchReport.goal(report, goal, rate("fragments, told again"), { atLeast: 6 })
  BenchReport.say(
    report,
    `       ${goal}, the first time: ${rate("fragments, the first time").toFixed(3)}`
  )
}

/** An account whose tasks have all completed. */
const filled = (): State => {
  const clock = Effect.runSync(Clock.Clock)
  const settings = EmulatorOptions.settle({ nodes: 10, slotsPerNode: 100 })
  const state = StateOpening.begin(
    StateOpening.makeFresh(
      { ...settings, dataDirectory: "/nowhere" },
      TruthLog.make(undefined),
      clock
    ),
    clock.currentTimeMillisUnsafe()
  )
  ask(state, "POST", "/jobs", { id: "job-1", poolInfo: { poolId: settings.pool } })
  for (let chunk = 0; chunk < pagesCount * pageTasks / BenchTasks.tasksPerChunk; chunk++) {
    const body = { value: BenchTasks.chunkOf(chunk) }
    ask(state, "POST", "/jobs/job-1/addtaskcollection", body)
  }
  for (;;) {
    const instructions = Account.takeInstructions(state.account)
    if (instructions.length === 0) return state
    for (const { generation } of instructions) {
      const end = { _tag: "Exited", exitCode: 0 } as const
      Inputs.runEnded(state, generation, end, clock.currentTimeMillisUnsafe())
    }
  }
}

const pages = (state: State): ReadonlyArray<ReplyBody.ReplyBody> => {
  const told: Array<ReplyBody.ReplyBody> = []
  let query = new Map<string, string>()
  for (;;) {
    const page = ask(state, "GET", "/jobs/job-1/tasks", undefined, query)
    told.push(page)
    const end = typeof page === "string"
      ? page
      : page.pieces.at(-1)?.subarray(-400).toString() ?? ""
    const token = /\$skiptoken=([\w-]+)"/.exec(end.slice(-400))?.[1]
    if (token === undefined) return told
    query = new Map([["$skiptoken", token]])
  }
}

const ask = (
  state: State,
  method: "GET" | "POST",
  path: string,
  body: unknown,
  query: ReadonlyMap<string, string> = new Map()
): ReplyBody.ReplyBody => {
  const found = Routes.find(method, path)
  if ("isPathKnown" in found) throw new Error(`there is no ${method} ${path}`)
  const { parameters, route: { operation } } = found
  const exchange = {
    state,
    operation,
    nowMs: state.clock.nowMs(),
    requestId: "00000000-0000-4000-8000-000000000000",
    base: "http://127.0.0.1:8900",
    path,
    parameters,
    query,
    headers: {},
    body: body === undefined ? "" : JSON.stringify(body)
  }
  const reply = method === "GET"
    ? found.route.handle(exchange)
    : Inputs.request(exchange, found.route.handle)
  if (Effect.isEffect(reply) || isFile(reply.body) || reply.status >= 400) {
    throw new Error(`${method} ${path} was not answered`)
  }
  return reply.body ?? ""
}

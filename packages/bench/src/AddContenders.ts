/**
 * The contenders of adding tasks: the least that any client does, ours, and the official one, each in a
 * process of its own.
 */
import * as AdderProcess from "./AdderProcess.ts"
import type * as BenchTasks from "./BenchTasks.ts"
import * as CannedService from "./CannedService.ts"
import * as Harness from "./Harness.ts"

/** The account all of them use. */
export const account = "batchwave"

/** Its key. */
export const key = Buffer.alloc(64, 7).toString("base64")

/** The names in tables. */
export const names = { raw: "raw dispatch + JSON", ours: "Batchwave", azure: "@azure/batch" }

/** CPU µs a task of the raw yardstick, at 4 in flight, where the goals were set. */
export const rawThenMicros = 2.32

/** What to add, and how. */
export interface Load {
  readonly inFlight: number
  readonly variety: BenchTasks.TaskVariety
  readonly taskCount: number
  /** Tasks a round of the official client. */
  readonly peerTaskCount: number
  readonly rounds: number
}

/** Rounds that are not measured: each process compiles for itself. */
const warmUps = 3

/** Lets the three take turns. */
export const measure = async (
  { endpoint }: CannedService.CannedService,
  load: Load
): Promise<ReadonlyArray<Harness.Measurement>> => {
  const adders = [
    start("raw", endpoint, load),
    start("ours", endpoint, load),
    start("azure", endpoint, { ...load, taskCount: load.peerTaskCount })
  ]
  const contenders = adders.map(({ contender }) => contender)
  const measurements = await Harness.measure(contenders, { rounds: load.rounds, warmUps })
  for (const adder of adders) adder.stop()
  return measurements
}

/** What the least client takes for a task here, in CPU µs: the yardstick of absolute goals. */
export const rawMicros = async (): Promise<number> => {
  const service = await CannedService.start()
  const { contender, stop } = start("raw", service.endpoint, {
    inFlight: 4,
    taskCount: 100_000,
    variety: "alike"
  })
  const [raw] = await Harness.measure([contender], { rounds: 3, warmUps })
  stop()
  service.stop()
  return raw?.cpuMicrosPerItem.median ?? Number.NaN
}

/** Starts one of them. */
export const start = (
  adder: AdderProcess.Adder,
  endpoint: string,
  { inFlight, taskCount, variety }: Pick<Load, "inFlight" | "taskCount" | "variety">
): AdderProcess.AdderProcess =>
  AdderProcess.start(names[adder], { adder, endpoint, account, key, inFlight, taskCount, variety })

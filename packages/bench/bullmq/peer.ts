/**
 * BullMQ 6.7.0 on its own Redis server, a process with a socket and nothing on the disk, and jobs that do
 * nothing: `fan`, one job and, once it has ended, all others; `chain`, a flow in which each job waits for
 * the one below it. Other graphs of the comparison are no trees, which is what its flows are.
 *
 * Reads an order from standard input and writes what the run took to standard output, both as JSON. Starting
 * server and worker is not measured; a small run has warmed them up before.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import process from "node:process"
import { text } from "node:stream/consumers"
import { setTimeout } from "node:timers/promises"

/** What to run. */
export interface BullOrder {
  readonly shape: "chain" | "fan"
  readonly taskCount: number
  /** An empty directory for the socket. */
  readonly directory: string
}

/** What a run took. */
export interface BullRun {
  readonly version: string
  readonly wallSeconds: number
  /** Of queue and worker, which share a process, and of the server. */
  readonly cpuSeconds: number
  /** Jobs that ran, and whether each did after those it waits for. */
  readonly ran: number
  readonly wasInOrder: boolean
}

/** As much of the packages as is used: the tree is type-checked without them. */
interface BullJob {
  readonly data: { readonly place: number }
}
interface FlowJob {
  readonly name: string
  readonly queueName: string
  readonly data: BullJob["data"]
  readonly children?: ReadonlyArray<FlowJob>
}
interface Closing {
  readonly close: () => Promise<void>
}
interface BullQueue extends Closing {
  readonly addBulk: (
    jobs: ReadonlyArray<{ readonly name: string; readonly data: BullJob["data"] }>
  ) => Promise<unknown>
}
interface BullMq {
  readonly Queue: new(name: string, options: object) => BullQueue
  readonly FlowProducer: new(
    options: object
  ) => Closing & { readonly add: (flow: FlowJob) => Promise<unknown> }
  readonly Worker: new(
    name: string,
    run: (job: BullJob) => Promise<void>,
    options: object
  ) => Closing & { readonly waitUntilReady: () => Promise<unknown> }
}
interface RedisLink {
  readonly info: (section: string) => Promise<string>
  readonly quit: () => Promise<unknown>
}

const require = createRequire(import.meta.url)
const { FlowProducer, Queue, Worker }: BullMq = require("bullmq")
const { version }: { readonly version: string } = require("bullmq/package.json")
const Redis: new(options: object) => RedisLink = require("ioredis")

/** Jobs of one call of `addBulk`, and jobs of the worker at once. */
const bulkCount = 1000
const concurrency = 100

const order: BullOrder = JSON.parse(await text(process.stdin))
const path = join(order.directory, "redis.sock")
const server = spawn(
  "redis-server",
  ["--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no"],
  { stdio: ["ignore", "ignore", "inherit"] }
)
while (!existsSync(path)) {
  if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`)
  await setTimeout(10)
}
const connection = { path, maxRetriesPerRequest: null }
const link = new Redis(connection)

/** Seconds of the server's processor time so far. */
const serverSeconds = async (): Promise<number> => {
  const info = await link.info("cpu")
  return ["used_cpu_sys:", "used_cpu_user:"]
    .map((name) => Number(info.split(name)[1]?.split("\r\n")[0]))
    .reduce((sum, seconds) => sum + seconds, 0)
}

/** Runs the jobs of a shape in a queue of its own. */
const measure = async (queueName: string, taskCount: number): Promise<BullRun> => {
  const queue = new Queue(queueName, { connection })
  const flows = new FlowProducer({ connection })
  const seen: Array<number> = []
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const addRest = async (): Promise<void> => {
    for (let place = 1; place < taskCount; place += bulkCount) {
      const count = Math.min(bulkCount, taskCount - place)
      await queue.addBulk(
        Array.from({ length: count }, (_, at) => ({ name: "task", data: { place: place + at } }))
      )
    }
  }
  const worker = new Worker(queueName, async ({ data: { place } }) => {
    seen.push(place)
    if (order.shape === "fan" && place === 0) void addRest()
    if (seen.length === taskCount) end()
  }, { connection, concurrency })
  await worker.waitUntilReady()
  const serverBefore = await serverSeconds()
  const cpuBefore = process.cpuUsage()
  const startMs = performance.now()
  if (order.shape === "chain") await flows.add(chainOf(queueName, taskCount))
  else await queue.addBulk([{ name: "task", data: { place: 0 } }])
  await ended
  const wallSeconds = (performance.now() - startMs) / 1000
  const own = process.cpuUsage(cpuBefore)
  const cpuSeconds = (own.user + own.system) / 1e6 + await serverSeconds() - serverBefore
  await worker.close()
  await queue.close()
  await flows.close()
  const wasInOrder = order.shape === "fan"
    ? seen[0] === 0
    : seen.every((place, at) => place === at)
  return { version, wallSeconds, cpuSeconds, ran: new Set(seen).size, wasInOrder }
}

/** The job that runs first is the innermost. */
const chainOf = (queueName: string, taskCount: number): FlowJob => {
  let flow: FlowJob = { name: "task", queueName, data: { place: 0 } }
  for (let place = 1; place < taskCount; place++) {
    flow = { name: "task", queueName, data: { place }, children: [flow] }
  }
  return flow
}

try {
  await measure("warm-up", Math.min(order.taskCount, 2000))
  process.stdout.write(JSON.stringify(await measure("measured", order.taskCount)))
} finally {
  await link.quit()
  const left = once(server, "exit")
  server.kill()
  await left
}

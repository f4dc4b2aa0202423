/**
 * Sends requests to a server of its parent, as fast as they are answered: whole collections of tasks
 * from bodies made once, or pages of a listing. Runs in its own process, so that its CPU time is not
 * the server's; takes orders by messages and ends with its parent.
 */
import * as SharedKey from "@batchwave/wire/SharedKey"
import { createHmac } from "node:crypto"
import { Pool } from "undici"
import * as BenchTasks from "./BenchTasks.ts"
import type { Order, Outcome } from "./LoadClient.ts"

const apiVersion = "2024-02-01.19.0"
const contentType = "application/json; odata=minimalmetadata"

const pools = new Map<string, Pool>()
let bodies: ReadonlyArray<Buffer> = []
let bodiesVariety: BenchTasks.TaskVariety = "alike"

/** The bodies of as many tasks as an order names; those of the order before are kept. */
const bodiesOf = ({ tasksCount, variety = "alike" }: Order): ReadonlyArray<Buffer> => {
  const count = Math.ceil(tasksCount / BenchTasks.tasksPerChunk)
  if (bodies.length === count && variety === bodiesVariety) return bodies
  bodiesVariety = variety
  bodies = Array.from(
    { length: count },
    (_, chunk) => Buffer.from(JSON.stringify({ value: BenchTasks.chunkOf(chunk, variety) }))
  )
  return bodies
}

interface Reply {
  readonly status: number
  readonly text: string
}

const send = (order: Order, method: "DELETE" | "GET" | "POST", target: string, body?: Buffer) => {
  const { account, endpoint, inFlight, key } = order
  let pool = pools.get(endpoint)
  if (pool === undefined) {
    pool = new Pool(endpoint, { connections: inFlight, pipelining: 1 })
    pools.set(endpoint, pool)
  }
  const headers: Record<string, string> = {
    "ocp-date": new Date().toUTCString(),
    ...(body === undefined
      ? {}
      : { "content-type": contentType, "content-length": String(body.length) })
  }
  const text = SharedKey.stringToSign({ account, method, target, headers })
  const mac = createHmac("sha256", Buffer.from(key, "base64")).update(text, "utf8").digest("base64")
  headers["authorization"] = SharedKey.authorizationOf(account, mac)
  const { promise, reject, resolve } = Promise.withResolvers<Reply>()
  const chunks: Array<Buffer> = []
  let status = 0
  pool.dispatch({ method, path: target, headers, body: body ?? null }, {
    onRequestStart: () => undefined,
    onResponseStart: (_controller, code) => {
      status = code
    },
    onResponseData: (_controller, chunk: Buffer) => {
      chunks.push(chunk)
    },
    onResponseEnd: () => resolve({ status, text: Buffer.concat(chunks).toString("latin1") }),
    onResponseError: (_controller, error: Error) => reject(error)
  })
  return promise
}

const expect = async (status: number, reply: Promise<Reply>): Promise<string> => {
  const got = await reply
  if (got.status !== status) throw new Error(`expected ${status}, got ${got.status}: ${got.text}`)
  return got.text
}

const query = `?api-version=${apiVersion}`

const newJob = async (order: Order): Promise<number> => {
  const { jobId, oldJobId, poolId } = order
  if (oldJobId !== undefined) await send(order, "DELETE", `/jobs/${oldJobId}${query}`)
  const body = Buffer.from(JSON.stringify({ id: jobId, poolInfo: { poolId } }))
  await expect(201, send(order, "POST", `/jobs${query}`, body))
  bodiesOf(order)
  return 1
}

const add = async (order: Order): Promise<number> => {
  const all = bodiesOf(order)
  const target = `/jobs/${order.jobId}/addtaskcollection${query}`
  let next = 0
  const sendOn = async (): Promise<void> => {
    while (next < all.length) await expect(200, checked(send(order, "POST", target, all[next++])))
  }
  await Promise.all(Array.from({ length: order.inFlight }, sendOn))
  return all.length * BenchTasks.tasksPerChunk
}

/** Every task of every reply was added. */
const checked = async (reply: Promise<Reply>): Promise<Reply> => {
  const got = await reply
  if (got.text.includes("Error\"")) throw new Error(`a task was not added: ${got.text}`)
  return got
}

const list = async (order: Order): Promise<number> => {
  let target: string | undefined = `/jobs/${order.jobId}/tasks${query}${order.query ?? ""}`
  let count = 0
  while (target !== undefined) {
    const text = await expect(200, send(order, "GET", target))
    count += text.split("\"stateTransitionTime\"").length - 1
    const link = /"odata.nextLink":"([^"]+)"/.exec(text)?.[1]
    target = link === undefined ? undefined : link.slice(order.endpoint.length)
  }
  return count
}

/** Waits until no task of the job is active or running, asking now and then. */
const settle = async (order: Order): Promise<number> => {
  for (;;) {
    const text = await expect(200, send(order, "GET", `/jobs/${order.jobId}/taskcounts${query}`))
    const { taskCounts }: {
      readonly taskCounts: {
        readonly active: number
        readonly running: number
        readonly completed: number
      }
    } = JSON.parse(text)
    if (taskCounts.active + taskCounts.running === 0) return taskCounts.completed
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const works = { newJob, add, list, settle }

process.on("message", (order: Order) => {
  void works[order.work](order).then(
    (count): Outcome => ({ count }),
    (error: unknown): Outcome => ({ count: 0, error: String(error) })
  ).then((outcome) => process.send?.(outcome))
})

process.on("disconnect", () => process.exit(0))

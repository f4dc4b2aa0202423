/**
 * BullMQ, a queue for JavaScript that keeps its jobs in Redis, on those graphs of `PeerGraphs.ts` that its
 * flows can draw. `npm run bench:peers` brings the package from the lock file in `bullmq/`; the server is
 * `redis-server` of the machine.
 */
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { BullOrder, BullRun } from "../bullmq/peer.ts"
import * as ScratchDirectory from "./ScratchDirectory.ts"

const folder = fileURLToPath(new URL("../bullmq", import.meta.url))

const timeoutMs = 600_000

/** Why it cannot run here, after bringing the package if that is wished; `undefined` when it can. */
export const problemOf = (mayInstall: boolean): string | undefined => {
  const server = spawnSync("redis-server", ["--version"], { encoding: "utf8" })
  if (server.status !== 0) {
    return `there is no redis-server (${server.error?.message ?? server.stderr.trim()})`
  }
  if (existsSync(`${folder}/node_modules/bullmq`)) return undefined
  if (!mayInstall) return "its package is not installed; npm run bench:peers brings it"
  const installed = spawnSync(
    "npm",
    ["ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"],
    { cwd: folder, encoding: "utf8", timeout: timeoutMs }
  )
  return installed.status === 0
    ? undefined
    : `npm could not install it: ${installed.error?.message ?? installed.stderr.trim()}`
}

/** Runs a graph to its end; throws when it fails, or ran a job before one that it waits for. */
export const run = (shape: BullOrder["shape"], taskCount: number): BullRun => {
  const directory = ScratchDirectory.make("bullmq")
  try {
    const order: BullOrder = { shape, taskCount, directory }
    const done = spawnSync(process.execPath, [`${folder}/peer.ts`], {
      input: JSON.stringify(order),
      encoding: "utf8",
      timeout: timeoutMs
    })
    if (done.status !== 0) {
      throw new Error(`BullMQ failed: ${done.error?.message ?? done.stderr}`)
    }
    const took: BullRun = JSON.parse(done.stdout)
    if (took.ran === taskCount && took.wasInOrder) return took
    throw new Error(`BullMQ ran ${took.ran} of ${taskCount} jobs, in order: ${took.wasInOrder}`)
  } finally {
    ScratchDirectory.remove(directory)
  }
}

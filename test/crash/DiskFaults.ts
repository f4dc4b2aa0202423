/**
 * Lets writes to the journal and its synchronisations fail, each in turn: the disk is full from then on,
 * or there is one error. The orchestrator stops with a message that names the journal, and the run is
 * resumed when the disk is well again.
 */
import { rmSync } from "node:fs"
import { join } from "node:path"
import * as World from "./CrashWorld.ts"
import * as KillPoints from "./KillPoints.ts"
import * as Orchestrator from "./Orchestrator.ts"

interface Fault {
  readonly point: KillPoints.Point
  readonly error: "ENOSPC" | "EIO"
  /** For this call alone, or from it on. */
  readonly isOnce: boolean
}

const stories = ["fork", "cancel"]

const samplePoints = 8

/** Breaks the disk at every write, or at a sample of them. */
export const run = async (world: World.CrashWorld): Promise<void> => {
  const faults: Array<Fault> = []
  for (const story of stories) {
    const points = (await KillPoints.trace(world, story)).filter(({ kind }) => kind !== "send")
    const errors = points.map((point): Fault => ({ point, error: "EIO", isOnce: true }))
    const full = points.filter(({ kind }) => kind === "write")
      .map((point): Fault => ({ point, error: "ENOSPC", isOnce: false }))
    faults.push(...World.sample(world, [...errors, ...full], samplePoints))
  }
  await World.each(world, faults, (fault) => breakAt(world, fault))
}

const breakAt = async (world: World.CrashWorld, fault: Fault): Promise<void> => {
  const { error, isOnce, point: { call, nth, story } } = fault
  const where = `${story}, ${error} at ${call} ${nth}${isOnce ? "" : " and later"}`
  const order = World.orderOf(world, story, `${story}-${error}-${call}-${nth}`)
  const trace = join(order.directory, "trace")
  const exit = await Orchestrator.run(world.program, order, [
    "strace",
    "-f",
    "-o",
    trace,
    "-e",
    `trace=${call}`,
    "-e",
    `inject=${call}:error=${error}:when=${nth}${isOnce ? "" : "+"}`
  ])
  rmSync(trace, { force: true })
  const { ending } = exit
  if (ending?._tag === "Finished") {
    World.count(world, "disk faults that stopped nothing")
    return World.judge(world, order, exit, where)
  }
  World.count(world, `stopped by ${error}`)
  const isTold = ending?.error === "JournalFailed" && exit.code === 6
    && /(?:disk|I\/O|full)/.test(ending.message) && ending.message.includes(order.directory)
  if (!isTold) World.blame(world, where, [`it ended with ${World.sayExit(exit)}`])
  return World.resume(world, order, where)
}

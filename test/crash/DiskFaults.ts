/**
 * Lets writes to the journal and its synchronisations fail, each in turn. While the disk is full the run
 * waits, says so, and goes on by itself. After an error of input or output, or when the journal cannot
 * even be opened, the orchestrator stops with a message that names the journal, and the run is resumed
 * when the disk is well again.
 */
import { rmSync } from "node:fs"
import { join } from "node:path"
import * as World from "./CrashWorld.ts"
import * as KillPoints from "./KillPoints.ts"
import * as Orchestrator from "./Orchestrator.ts"

interface Fault {
  readonly point: KillPoints.Point
  readonly error: "ENOSPC" | "EIO"
  /** How many calls fail, from this one on. */
  readonly calls: number
}

/** Calls that fail while the disk is full: for some tries of a write, and for room made ahead. */
const callsWhenFull = 4

const stories = ["fork", "cancel"]

const samplePoints = 4

/** Breaks the disk at every write, or at a sample of both kinds. */
export const run = async (world: World.CrashWorld): Promise<void> => {
  const faults: Array<Fault> = []
  for (const story of stories) {
    const points = (await KillPoints.trace(world, story)).filter(({ kind }) => kind !== "send")
    const errors = points.map((point): Fault => ({ point, error: "EIO", calls: 1 }))
    const full = points.filter(({ kind }) => kind === "write")
      .map((point): Fault => ({ point, error: "ENOSPC", calls: callsWhenFull }))
    for (const some of [errors, full]) faults.push(...World.sample(world, some, samplePoints))
  }
  await World.each(world, faults, (fault) => breakAt(world, fault))
}

const breakAt = async (world: World.CrashWorld, fault: Fault): Promise<void> => {
  const { calls, error, point: { call, nth, story } } = fault
  const where = `${story}, ${error} at ${call} ${nth}${calls === 1 ? "" : ` to ${nth + calls - 1}`}`
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
    `inject=${call}:error=${error}:when=${nth}..${nth + calls - 1}`
  ])
  rmSync(trace, { force: true })
  const { ending } = exit
  if (ending?._tag === "Finished") {
    const pauses = exit.stderr.split("the disk is full").length - 1
    const ends = exit.stderr.split("the run goes on after").length - 1
    World.count(world, pauses === 0 ? "disk faults that stopped nothing" : "paused while full")
    if (pauses !== ends) {
      World.blame(world, where, [`it paused ${pauses} and went on ${ends} times`])
    }
    return World.judge(world, order, exit, where)
  }
  World.count(world, `stopped by ${error}`)
  const isTold = ending?.error === "JournalFailed" && exit.code === 6
    && /(?:disk|I\/O|full)/.test(ending.message) && ending.message.includes(order.directory)
  if (!isTold) World.blame(world, where, [`it ended with ${World.sayExit(exit)}`])
  return World.resume(world, order, where)
}

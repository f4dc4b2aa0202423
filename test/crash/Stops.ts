/**
 * Stops an orchestrator for longer than each of its timeouts, and lets it go on: alone, it ends the run
 * as if nothing had been; when another one took the run over meanwhile, it changes nothing more.
 */
import * as Random from "@batchwave/core/Random"
import { cpSync, rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import * as CrashChecker from "./CrashChecker.ts"
import * as CrashStory from "./CrashStory.ts"
import * as World from "./CrashWorld.ts"
import * as Orchestrator from "./Orchestrator.ts"
import * as Races from "./Races.ts"
import * as Recorder from "./Recorder.ts"

/** Short enough to run out while the process is stopped. */
const timeouts = {
  client: { attemptTimeoutMs: 300, deadlineMs: 1_000, attemptsMax: 3 },
  config: { stallMsMax: 500 }
} satisfies Partial<Orchestrator.Order>

const stoppedMs = 1_500

const stopsFull = 60
const stopsSample = 6

/** Stops a number of runs: of three, one alone, one beside another's whole run, one beside a part. */
export const run = async (world: World.CrashWorld): Promise<void> => {
  const length = world.isFull ? stopsFull : stopsSample
  const numbers = Array.from({ length }, (_, number) => number)
  await World.each(world, numbers, (number) =>
    number % 3 === 0
      ? stopAlone(world, number)
      : takeOver(world, number, number % 3 === 1))
}

const randomOf = ({ seed }: World.CrashWorld, number: number): number =>
  Random.nextUnit(Random.make(seed + number))

const stopAlone = async (world: World.CrashWorld, number: number): Promise<void> => {
  const { name } = CrashStory.references[(number / 3) % CrashStory.references.length]!
  const where = `--seed ${world.seed}, stop ${number} (${name})`
  const order = World.orderOf(world, name, `${name}-stop-${number}`, timeouts)
  const orchestrator = Orchestrator.start(world.program, order)
  await orchestrator.ready
  await sleep(randomOf(world, number) * (world.references.get(name)?.tookMs ?? 0))
  orchestrator.child.kill("SIGSTOP")
  await sleep(stoppedMs)
  orchestrator.child.kill("SIGCONT")
  World.judge(world, order, await orchestrator.exit, where)
  World.count(world, "stopped for longer than every timeout")
}

const story = "slow"

const takeOver = async (
  world: World.CrashWorld,
  number: number,
  isWhole: boolean
): Promise<void> => {
  const where = `--seed ${world.seed}, stop ${number} (taken over)`
  const random = Random.make(world.seed + number)
  for (let tried = 0;; tried++) {
    const order = World.orderOf(world, story, `${story}-taken-${number}-${tried}`)
    const recorder = await Recorder.start(order.endpoint)
    const stopped = Orchestrator.start(world.program, {
      ...order,
      ...timeouts,
      endpoint: recorder.endpoint
    })
    await World.until(() => world.service.truthOf(order.runId).length > 0)
    await sleep(Random.nextUnit(random) * 700)
    stopped.child.kill("SIGSTOP")
    const stoppedAtMs = Date.now()
    if (!World.isOver(world, order)) {
      return takeFrom(world, { order, stopped, stoppedAtMs, recorder, isWhole, where })
    }
    stopped.child.kill("SIGCONT")
    World.judge(world, order, await stopped.exit, where)
    recorder.close()
    World.count(world, "over before the stop")
  }
}

interface Stopped {
  readonly order: Orchestrator.Order
  readonly stopped: Orchestrator.Orchestrator
  readonly stoppedAtMs: number
  readonly recorder: Recorder.Recorder
  /** Whether it stays stopped until the end of the other one. */
  readonly isWhole: boolean
  readonly where: string
}

/** Another orchestrator takes the run from one that is stopped, which then goes on. */
const takeFrom = async (
  world: World.CrashWorld,
  { isWhole, order, recorder, stopped, stoppedAtMs, where }: Stopped
): Promise<void> => {
  const later = { ...order, directory: `${order.directory}-copy` }
  cpSync(order.directory, later.directory, { recursive: true })
  const seen = `${order.directory}-seen`
  cpSync(order.directory, seen, { recursive: true })
  const intended = CrashChecker.intendedIn(CrashStory.named(story), join(seen, "journal.db"))
  rmSync(seen, { recursive: true, force: true })
  await sleep(stoppedMs)
  const claims = await Recorder.start(order.endpoint)
  const second = Orchestrator.start(world.program, { ...later, endpoint: claims.endpoint })
  // It has the run from its first change on, which is its claim.
  if (isWhole) await second.exit
  else await World.until(() => Recorder.changes(claims).length > 0)
  const continuedMs = performance.now()
  stopped.child.kill("SIGCONT")
  const [loser, winner] = await Promise.all([stopped.exit, second.exit])
  recorder.close()
  claims.close()
  World.count(world, `taken over, stopped until ${isWhole ? "the end" : "the middle"} of the other`)
  if (loser.code !== 7 || loser.ending?._tag !== "Failed" || loser.ending.error !== "RunTaken") {
    World.blame(world, where, [`the stopped one ended with ${World.sayExit(loser)}`])
  }
  const late = Recorder.changes(recorder, continuedMs)
  // What was signed and not sent when the process was stopped is sent when it goes on. A collection that
  // was decided on by then, and had its look at the job, is sent, or sent again by the client: the other one
  // has the same intents in its copy, so it adds no task that would not be added.
  const isUnderWay = ({ signedMs, taskIds }: Recorder.Recorded): boolean =>
    signedMs <= stoppedAtMs
    || taskIds.length > 0 && taskIds.every((taskId) => intended.has(taskId))
  World.count(world, "requests under way when stopped", late.filter(isUnderWay).length)
  World.blame(world, where, Races.sayChanges(late.filter((one) => !isUnderWay(one))))
  World.judge(world, later, winner, where)
  rmSync(order.directory, { recursive: true, force: true })
}

/**
 * Two orchestrators begin or resume one run at the same moment: on one machine, where they share the
 * journal, and on two, where each has a copy. One of them wins, and the other changes nothing.
 */
import * as Random from "@batchwave/core/Random"
import { cpSync, rmSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import * as World from "./CrashWorld.ts"
import * as Orchestrator from "./Orchestrator.ts"
import * as Recorder from "./Recorder.ts"

interface Race {
  readonly number: number
  /** Whether the run is there already. */
  readonly isResumed: boolean
  readonly isShared: boolean
}

const racesFull = 200
const racesSample = 12

/** Runs a number of races, a quarter of each kind. */
export const run = async (world: World.CrashWorld): Promise<void> => {
  const races = Array.from(
    { length: world.isFull ? racesFull : racesSample },
    (_, number): Race => ({
      number,
      isResumed: number % 2 === 1,
      isShared: number % 4 < 2
    })
  )
  await World.each(world, races, (race) => raceOnce(world, race))
}

const story = "slow"

const raceOnce = async (world: World.CrashWorld, race: Race): Promise<void> => {
  const random = Random.make(world.seed + race.number)
  for (let tried = 0;; tried++) {
    const order = World.orderOf(world, story, `${story}-race-${race.number}-${tried}`)
    if (race.isResumed && !(await interrupt(world, order, Random.nextUnit(random) * 500))) continue
    if (await meet(world, race, order)) return
  }
}

/** Lets two orchestrators meet. Answers false when one of them came after the other had ended the run. */
const meet = async (
  world: World.CrashWorld,
  { isResumed, isShared, number }: Race,
  order: Orchestrator.Order
): Promise<boolean> => {
  const what = `${isResumed ? "resume" : "start"} with ${isShared ? "one journal" : "two copies"}`
  const where = `--seed ${world.seed}, race ${number} (${what})`
  const other = isShared ? order.directory : `${order.directory}-copy`
  if (!isShared) cpSync(order.directory, other, { recursive: true })
  const racers = await Promise.all([order.directory, other].map(async (directory) => {
    const recorder = await Recorder.start(world.service.coordinates.endpoint)
    const own = { ...order, directory, endpoint: recorder.endpoint, isGated: true }
    return { own, recorder, orchestrator: Orchestrator.start(world.program, own) }
  }))
  await Promise.all(racers.map(({ orchestrator }) => orchestrator.ready))
  for (const { orchestrator } of racers) Orchestrator.release(orchestrator)
  const ended = await Promise.all(racers.map(async ({ orchestrator, own, recorder }) => {
    const exit = await orchestrator.exit
    recorder.close()
    return { exit, own, recorder }
  }))
  const winners = ended.filter(({ exit }) => exit.ending?._tag === "Finished")
  const workers = winners.filter(({ recorder }) => Recorder.changes(recorder).length > 0)
  // Who opens a journal that nobody holds any more is told how the run has ended.
  if (isShared && winners.length === 2 && workers.length === 1) {
    World.count(world, "races: one came after the end")
    for (const { exit, own } of workers) World.judge(world, own, exit, where)
    return false
  }
  World.count(world, `races: ${what}`)
  judge(world, { ended, isShared, where })
  if (world.tally.violations.length > 0) return true
  for (const { own } of ended) rmSync(own.directory, { recursive: true, force: true })
  return true
}

interface Racer {
  readonly exit: Orchestrator.Exit
  readonly own: Orchestrator.Order
  readonly recorder: Recorder.Recorder
}

/** One has won, and the other has changed nothing and says why. */
const judge = (
  world: World.CrashWorld,
  { ended, isShared, where }: {
    readonly ended: ReadonlyArray<Racer>
    readonly isShared: boolean
    readonly where: string
  }
): void => {
  const winners = ended.filter(({ exit }) => exit.ending?._tag === "Finished")
  const [winner] = winners
  if (winner === undefined || winners.length > 1) {
    const exits = ended.map(({ exit }) => World.sayExit(exit)).join("\n  ")
    return World.blame(world, where, [`${winners.length} won\n  ${exits}`])
  }
  for (const { exit, recorder } of ended.filter((racer) => racer !== winner)) {
    const expected = isShared ? "JournalLocked" : "RunTaken"
    if (exit.code !== 7 || exit.ending?._tag !== "Failed" || exit.ending.error !== expected) {
      World.blame(world, where, [`the loser ended with ${World.sayExit(exit)}`])
    }
    World.blame(world, where, sayChanges(Recorder.changes(recorder)))
  }
  World.judge(world, winner.own, winner.exit, where)
}

/** Kills a first orchestrator while the run goes on; answers false when it was too late for that. */
const interrupt = async (
  world: World.CrashWorld,
  order: Orchestrator.Order,
  afterMs: number
): Promise<boolean> => {
  const first = Orchestrator.start(world.program, order)
  await World.until(() => world.service.truthOf(order.runId).length > 0)
  await sleep(afterMs)
  first.child.kill("SIGKILL")
  await first.exit
  if (!World.isOver(world, order)) return true
  World.count(world, "races: over before the kill")
  return false
}

/** Requests that should not have been, one sentence each. */
export const sayChanges = (changes: ReadonlyArray<Recorder.Recorded>): ReadonlyArray<string> =>
  changes.map(({ method, path, status }) =>
    `the loser was granted ${method} ${path.replace(/\?.*/, "")} (${status})`
  )

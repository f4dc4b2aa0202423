/**
 * Kills orchestrators at random moments, some of them again while they resume.
 */
import * as Random from "@batchwave/core/Random"
import * as CrashStory from "./CrashStory.ts"
import * as World from "./CrashWorld.ts"
import * as Orchestrator from "./Orchestrator.ts"

/** One in so many is killed again in its resume. */
const againEvery = 4

const killsFull = 500
const killsSample = 20

/** Kills a number of runs, at moments that follow from the seed. */
export const run = async (world: World.CrashWorld): Promise<void> => {
  const length = world.isFull ? killsFull : killsSample
  const numbers = Array.from({ length }, (_, number) => number)
  await World.each(world, numbers, (number) => killOne(world, number))
}

const killOne = async (world: World.CrashWorld, number: number): Promise<void> => {
  const random = Random.make(world.seed + number)
  const { name } = CrashStory.references[number % CrashStory.references.length]!
  const tookMs = world.references.get(name)?.tookMs ?? 0
  const where = `--seed ${world.seed}, kill ${number} (${name})`
  for (let tried = 0;; tried++) {
    const order = World.orderOf(world, name, `${name}-kill-${number}-${tried}`)
    const first = await killed(world, order, Random.nextUnit(random) * tookMs)
    if (!first.isKilled) {
      World.count(world, "over before the kill")
      World.judge(world, order, first, where)
      continue
    }
    World.count(world, "killed at random")
    if (number % againEvery === 0) {
      const second = await killed(world, order, Random.nextUnit(random) * tookMs * resumedPart)
      if (!second.isKilled) {
        World.count(world, "over before the second kill")
        World.judge(world, order, second, where)
        continue
      }
      World.count(world, "killed again in the resume")
    }
    return World.resume(world, order, where)
  }
}

/** How long a resume takes, about, by the time of the whole run. */
const resumedPart = 0.6

const killed = async (
  world: World.CrashWorld,
  order: Orchestrator.Order,
  afterMs: number
): Promise<Orchestrator.Exit> => {
  const orchestrator = Orchestrator.start(world.program, order)
  await orchestrator.ready
  const timer = setTimeout(() => orchestrator.child.kill("SIGKILL"), afterMs)
  const exit = await orchestrator.exit
  clearTimeout(timer)
  return exit
}

/**
 * What all parts share: the service, the results of undisturbed runs, and the tally of what was done
 * and what was found wrong.
 */
import * as Random from "@batchwave/core/Random"
import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import * as CrashChecker from "./CrashChecker.ts"
import type { CrashService } from "./CrashService.ts"
import * as CrashStory from "./CrashStory.ts"
import * as Orchestrator from "./Orchestrator.ts"

/** The surroundings of a part. */
export interface CrashWorld {
  readonly service: CrashService
  readonly program: Orchestrator.Program
  /** The whole programme, or a sample of it. */
  readonly isFull: boolean
  readonly seed: number
  readonly references: ReadonlyMap<string, Reference>
  /** How many runs at once. */
  readonly concurrency: number
  readonly tally: Tally
}

/** A run that nobody disturbed. */
export interface Reference {
  readonly result: CrashChecker.Result
  /** From its readiness to its end. */
  readonly tookMs: number
}

/** Counts by name, and violations as sentences. */
export interface Tally {
  readonly counts: Map<string, number>
  readonly violations: Array<string>
}

/** Counts something that was done. */
export const count = ({ tally }: Pick<CrashWorld, "tally">, name: string, times = 1): void =>
  void tally.counts.set(name, (tally.counts.get(name) ?? 0) + times)

/** Notes violations, each with how to see it again. */
export const blame = (
  { tally }: Pick<CrashWorld, "tally">,
  where: string,
  problems: ReadonlyArray<string>
): void => {
  for (const problem of problems) {
    console.log(`VIOLATION ${where}: ${problem}`)
    tally.violations.push(`${where}: ${problem}`)
  }
}

/** A run of a story under a name of its own, with a directory that is there. */
export const orderOf = (
  { service }: Pick<CrashWorld, "service">,
  story: string,
  runId: string,
  more: Partial<Orchestrator.Order> = {}
): Orchestrator.Order => {
  const directory = join(service.directory, "runs", runId)
  mkdirSync(directory, { recursive: true })
  return { ...service.coordinates, story, runId, directory, ...more }
}

/** Everything in full, else so many items spread over all of them, which ones by the seed. */
export const sample = <A>(
  { isFull, seed }: Pick<CrashWorld, "isFull" | "seed">,
  items: ReadonlyArray<A>,
  length: number
): ReadonlyArray<A> => {
  if (isFull || items.length <= length) return items
  const stride = items.length / length
  const offset = Random.nextUnit(Random.make(seed)) * stride
  return Array.from(
    { length },
    (_, index) => items[Math.floor(offset + index * stride) % items.length]!
  )
}

/** Does something with every item, several at a time. */
export const each = async <A>(
  { concurrency }: Pick<CrashWorld, "concurrency">,
  items: Iterable<A>,
  body: (item: A) => Promise<void>
): Promise<void> => {
  const waiting = items[Symbol.iterator]()
  await Promise.all(Array.from({ length: concurrency }, async () => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      await body(next.value)
    }
  }))
}

/** Waits for a condition, looking every 5 ms. */
export const until = async (holds: () => boolean): Promise<void> => {
  const untilMs = performance.now() + 30_000
  while (!holds()) {
    if (performance.now() > untilMs) throw new Error("what was waited for never happened")
    await sleep(5)
  }
}

/** Runs a story undisturbed and checks that its result is right by itself. */
export const refer = async (
  world: Pick<CrashWorld, "program" | "service">,
  name: string
): Promise<Reference> => {
  const order = orderOf(world, name, `${name}-reference`)
  const orchestrator = Orchestrator.start(world.program, order)
  await orchestrator.ready
  const beganMs = performance.now()
  const exit = await orchestrator.exit
  const tookMs = performance.now() - beganMs
  if (exit.ending?._tag !== "Finished") {
    throw new Error(`the undisturbed run of ${name} ended with ${sayExit(exit)}`)
  }
  const result = CrashChecker.resultOf(exit.ending)
  const problems = CrashChecker.check({
    ...evidenceOf(world, order),
    result,
    reference: result
  })
  if (problems.length > 0) throw new Error(`undisturbed, ${name}: ${problems.join("; ")}`)
  forget(world, order)
  return { result, tookMs }
}

/** How a process ended, for a message. */
export const sayExit = ({ code, ending, isKilled, stderr }: Orchestrator.Exit): string =>
  `${isKilled ? "a kill" : `code ${code}`}, ${JSON.stringify(ending)}, ${stderr.slice(-2000)}`

/** Whether every task of a run in the service has succeeded: nobody can be caught at work on it any more. */
export const isOver = (
  { service }: Pick<CrashWorld, "service">,
  { runId, story }: Orchestrator.Order
): boolean => {
  const succeeded = new Set(
    service.truthOf(runId).flatMap((event) =>
      event._tag === "TaskMoved" && event.to === "completed" && event.result === "success"
        ? [event.taskId]
        : []
    )
  )
  return CrashStory.named(story).nodes.every(({ name }) => succeeded.has(name))
}

const evidenceOf = ({ service }: Pick<CrashWorld, "service">, order: Orchestrator.Order) => ({
  story: CrashStory.named(order.story),
  runId: order.runId,
  journal: join(order.directory, "journal.db"),
  truth: service.truthOf(order.runId)
})

const forget = ({ service }: Pick<CrashWorld, "service">, order: Orchestrator.Order): void => {
  service.forget(order.runId)
  rmSync(order.directory, { recursive: true, force: true })
}

/** Judges the end of a run that was disturbed, and forgets the run when all was well. */
export const judge = (
  world: CrashWorld,
  order: Orchestrator.Order,
  exit: Orchestrator.Exit,
  where: string
): void => {
  const reference = world.references.get(order.story)
  if (reference === undefined) throw new Error(`nobody ran ${order.story} undisturbed`)
  const problems = exit.ending?._tag === "Finished"
    ? CrashChecker.check({
      ...evidenceOf(world, order),
      result: CrashChecker.resultOf(exit.ending),
      reference: reference.result
    })
    : [`it ended with ${sayExit(exit)}`]
  const warned = problems.length > 0 && exit.stderr !== ""
    ? [`it said ${exit.stderr.slice(-500)}`]
    : []
  blame(world, where, [...problems, ...warned])
  if (problems.length === 0) forget(world, order)
}

/** Resumes a run until its end and judges it. */
export const resume = async (
  world: CrashWorld,
  order: Orchestrator.Order,
  where: string
): Promise<void> => judge(world, order, await Orchestrator.run(world.program, order), where)

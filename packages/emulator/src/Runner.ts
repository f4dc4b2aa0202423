/**
 * Carries out what the account asks for: hands its runs to the executor, keeps the directories of nodes
 * and jobs, and moves the account on when something is due. One alarm serves all that is due.
 *
 * R1 what is due happens in the order of time, each at its own time, however late the alarm rings.
 */
import * as Account from "@batchwave/sim/Account"
import type { Instruction } from "@batchwave/sim/Instruction"
import * as Runs from "@batchwave/sim/Runs"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { mkdirSync, renameSync } from "node:fs"
import * as Path from "node:path"
import { Executor, type Report } from "./Executor.ts"
import { attemptSync } from "./executor/FileFault.ts"
import * as Inputs from "./Inputs.ts"
import * as NodeLayout from "./NodeLayout.ts"
import * as RemovedDirectory from "./RemovedDirectory.ts"
import type { State } from "./State.ts"

/** The longest sleep in one piece: timers of the platform overflow after 24 days. */
const sleepMsMax = 3_600_000

/**
 * What the server tells the runner.
 *
 * @category models
 */
export interface Runner {
  /** Carries out everything the account has asked for since the last call. */
  readonly drain: () => void
  /** Lets everything happen that is due by now. */
  readonly advance: () => void
  /** When something is due next, in the account's time; `Infinity` for nothing. */
  readonly nextEventMs: () => number
}

interface Workshop {
  readonly state: State
  readonly executor: Executor["Service"]
  readonly fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
  readonly report: Report
  /** When the account is woken next, and by whom. */
  alarmAtMs: number
  alarm: Fiber.Fiber<void> | undefined
  isAdvancing: boolean
  trashCount: number
  /** How many nodes of the account have their directories. */
  nodesCount: number
}

/**
 * Makes a runner.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(
  state: State
): Effect.fn.Return<Runner, never, Executor | Scope.Scope> {
  const workshop: Workshop = {
    state,
    executor: yield* Executor,
    fork: yield* FiberSet.makeRuntime<never, void, never>(),
    report: (generation, end, atMs) => {
      Inputs.runEnded(state, generation, end, atMs)
      drainAt(workshop, atMs)
    },
    alarmAtMs: Infinity,
    alarm: undefined,
    isAdvancing: false,
    trashCount: 0,
    nodesCount: state.account.nodes.length
  }
  return {
    drain: () => drainAt(workshop, now(workshop)),
    advance: () => advance(workshop),
    nextEventMs: () => nextEventMs(workshop)
  }
})

/** When something is due next, in the account's time. */
const nextEventMs = ({ executor, state: { account } }: Workshop): number =>
  Math.min(Runs.nextDeadlineMs(account) ?? Infinity, executor.nextEventMs())

/** Lets everything happen that is due (R1). */
const advance = (workshop: Workshop): void => {
  const { executor, state } = workshop
  const nowMs = now(workshop)
  workshop.isAdvancing = true
  for (;;) {
    const atMs = nextEventMs(workshop)
    if (atMs > nowMs) break
    executor.advance(atMs)
    Inputs.timePassed(state, atMs)
    drainAt(workshop, atMs)
  }
  if (Runs.nextExpiryMs(state.account) <= nowMs) {
    Inputs.timePassed(state, nowMs)
    drainAt(workshop, nowMs)
  }
  workshop.isAdvancing = false
  setAlarm(workshop)
}

const drainAt = (workshop: Workshop, nowMs: number): void => {
  const { executor, state } = workshop
  followNodes(workshop)
  executor.follow(nowMs)
  for (const directory of state.orders.splice(0)) remove(workshop, directory)
  for (const instruction of Account.takeInstructions(state.account)) {
    carryOut(workshop, instruction)
  }
  setAlarm(workshop)
}

/** Makes the directories of nodes that joined and removes those of nodes that left. */
const followNodes = (workshop: Workshop): void => {
  const { account, settings: { dataDirectory } } = workshop.state
  for (; workshop.nodesCount < account.nodes.length; workshop.nodesCount++) {
    const root = NodeLayout.nodeRoot(dataDirectory, account.nodes[workshop.nodesCount]!.id)
    for (const name of NodeLayout.nodeDirectories) {
      const directory = Path.join(root, name)
      workshop.fork(
        attemptSync(directory, () => mkdirSync(directory, { recursive: true, mode: 0o700 })).pipe(
          Effect.catch((fault) => Effect.logWarning("A directory of a node was not made", fault)),
          Effect.asVoid
        )
      )
    }
  }
  for (const node of Account.takeDepartures(account)) {
    workshop.fork(RemovedDirectory.remove(NodeLayout.nodeRoot(dataDirectory, node.id)))
  }
}

const carryOut = ({ executor, report }: Workshop, instruction: Instruction): void => {
  switch (instruction._tag) {
    case "StartTask":
    case "StartChore":
      return executor.start(instruction, report)
    case "KillTask":
      return executor.kill(instruction.generation)
    default:
      return instruction satisfies never
  }
}

const now = ({ state }: Workshop): number => state.clock.nowMs()

/** Removes a directory: those of a job move aside at once, so that its id is free. */
const remove = (workshop: Workshop, directory: string): void => {
  const { executor, state } = workshop
  const removal = state.removals.get(directory)
  if (removal === undefined) return
  const path = Path.join(state.settings.dataDirectory, directory)
  const onGone = () => {
    if (state.removals.get(directory) === removal) state.removals.delete(directory)
  }
  if (removal.kind === "task") executor.removeDirectory(path, onGone)
  else workshop.fork(discard(workshop, path, onGone))
}

const discard = (
  workshop: Workshop,
  directory: string,
  onGone: () => void
): Effect.Effect<void> => {
  const { dataDirectory } = workshop.state.settings
  const aside = Path.join(dataDirectory, NodeLayout.trash, String(workshop.trashCount++))
  const moved = Effect.as(attemptSync(directory, () => renameSync(directory, aside)), true)
  return moved.pipe(
    Effect.catch(() => Effect.succeed(false)),
    Effect.tap(() => Effect.sync(onGone)),
    Effect.flatMap((isMoved) => isMoved ? RemovedDirectory.remove(aside) : Effect.void)
  )
}

const setAlarm = (workshop: Workshop): void => {
  const { clock } = workshop.state
  if (workshop.isAdvancing) return
  const isVirtual = clock.pace._tag === "Virtual"
  const expiryMs = isVirtual ? Infinity : Runs.nextExpiryMs(workshop.state.account)
  const atMs = Math.min(nextEventMs(workshop), expiryMs)
  if (atMs >= workshop.alarmAtMs) return
  if (clock.realMsUntil(atMs) < Infinity) return setAlarmAt(workshop, atMs, ring(workshop, atMs))
  const isSelfMoving = clock.pace._tag === "Virtual" && clock.pace.moves === "whenIdle"
  if (isSelfMoving) setAlarmAt(workshop, -Infinity, moveOn(workshop))
}

const setAlarmAt = (workshop: Workshop, atMs: number, alarm: Effect.Effect<void>): void => {
  if (workshop.alarm !== undefined) workshop.fork(Fiber.interrupt(workshop.alarm))
  workshop.alarmAtMs = atMs
  workshop.alarm = workshop.fork(alarm)
}

/** Waits until a time has come. */
const ring = Effect.fnUntraced(function*(workshop: Workshop, atMs: number) {
  do {
    yield* Effect.sleep(Math.min(workshop.state.clock.realMsUntil(atMs), sleepMsMax))
  } while (workshop.state.clock.realMsUntil(atMs) > 0)
  alarmOff(workshop)
  advance(workshop)
})

/** Lets virtual time jump from event to event, one a turn, while no request is in hand. */
const moveOn = Effect.fnUntraced(function*(workshop: Workshop) {
  const { executor, state } = workshop
  for (;;) {
    yield* Effect.yieldNow
    const atMs = nextEventMs(workshop)
    if (atMs === Infinity || state.requestsInHand > 0 || executor.isIdle()) break
    state.clock.jump(atMs)
    advance(workshop)
  }
  alarmOff(workshop)
})

const alarmOff = (workshop: Workshop): void => {
  workshop.alarmAtMs = Infinity
  workshop.alarm = undefined
}

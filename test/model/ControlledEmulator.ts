/**
 * An emulator whose time and runs are in the hands of a test: starts and kills are noted in their order,
 * and a run ends when the test says so.
 */
import * as Emulator from "@batchwave/emulator/Emulator"
import * as EmulatorOptions from "@batchwave/emulator/EmulatorOptions"
import { Executor, type ExecutorShape, type Report } from "@batchwave/emulator/Executor"
import * as Inputs from "@batchwave/emulator/Inputs"
import * as Runner from "@batchwave/emulator/Runner"
import * as Server from "@batchwave/emulator/Server"
import * as StateOpening from "@batchwave/emulator/StateOpening"
import type { TaskEnd } from "@batchwave/sim/TaskEnd"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Command from "./Command.ts"
import type * as RunRulebook from "./RunRulebook.ts"

/** Something the emulator asked of its executor. */
export type Event =
  | { readonly _tag: "Start"; readonly start: RunRulebook.Start }
  | { readonly _tag: "Kill"; readonly number: number }

/** A running one. */
export interface ControlledEmulator {
  readonly endpoint: string
  readonly account: string
  readonly key: string
  /** What was asked since the last time. */
  readonly takeEvents: () => ReadonlyArray<Event>
  readonly endRun: (number: number, end: TaskEnd, nowMs: number) => void
  readonly moveNode: (nodeId: string, isLost: boolean, nowMs: number) => void
  readonly advance: (nowMs: number) => void
  readonly close: Effect.Effect<void>
}

/** Opens it at a time, in a directory that it remembers. */
export const open = Effect.fnUntraced(function*(
  { fillType, seed, slotsPerNode }: Command.Story,
  dataDirectory: string,
  startAtMs: number
) {
  const scope = yield* Scope.make()
  const options: EmulatorOptions.EmulatorOptions = {
    dataDirectory,
    pool: "pool",
    nodes: Command.nodeIds.length,
    slotsPerNode,
    nodeFillType: fillType,
    seed,
    executor: {
      _tag: "Simulated",
      scenario: {},
      pace: { _tag: "Virtual", moves: "onCall", startAtMs }
    }
  }
  return yield* Scope.provide(start(options, scope), scope)
})

const start = Effect.fnUntraced(function*(
  options: EmulatorOptions.EmulatorOptions,
  scope: Scope.Closeable
) {
  const state = yield* StateOpening.open(EmulatorOptions.settle(options))
  let events: Array<Event> = []
  let report: Report = () => undefined
  const runner = yield* Effect.provideService(
    Runner.make(state),
    Executor,
    noting((event) => events.push(event), (given) => {
      report = given
    })
  )
  const port = yield* Server.listen(state, runner, undefined)
  const { account, endpoint, key } = Emulator.announce(state, runner, "127.0.0.1", port)
  const emulator: ControlledEmulator = {
    endpoint,
    account,
    key,
    takeEvents: () => events.splice(0),
    endRun: (number, end, nowMs) => report(number, end, nowMs),
    moveNode: (nodeId, isLost, nowMs) => {
      const index = state.account.nodes.findIndex(({ id }) => id === nodeId)
      Inputs.nodeMoved(state, index, isLost ? "unknown" : undefined, nowMs)
      runner.drain()
    },
    advance: (nowMs) => {
      state.clock.jump(nowMs)
      runner.advance()
    },
    close: Scope.close(scope, Exit.void)
  }
  return emulator
})

const noting = (note: (event: Event) => void, take: (report: Report) => void): ExecutorShape => ({
  start: (start, report) => {
    take(report)
    if (start._tag !== "StartTask") throw new Error("no story has special tasks")
    note({ _tag: "Start", start: { ...start, number: start.generation } })
  },
  kill: (number) => note({ _tag: "Kill", number }),
  removeDirectory: (_directory, onGone) => onGone(),
  follow: () => undefined,
  nextEventMs: () => Infinity,
  advance: () => undefined,
  isIdle: () => true,
  provideFiles: () => Effect.void
})

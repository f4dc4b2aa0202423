/**
 * Runs a trial in a world of its own and holds what was seen against what it says.
 */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as SteadyClock from "../SteadyClock.ts"
import * as FaultWorld from "./FaultWorld.ts"
import { type Count, tasksHeld, type Trial } from "./Trial.ts"

/** Runs a trial and holds it against what it says. */
export const check = Effect.fnUntraced(
  function*(trial: Trial) {
    const world = yield* FaultWorld.make(trial.tuning, trial.emulator)
    if (trial.prepare !== undefined) yield* trial.prepare(world)
    const before = yield* countsOf(world)
    const outcome = yield* trial.run(world)
    const after = yield* countsOf(world)
    yield* checkFaults(world)
    yield* world.control.clearFaults
    const held = yield* (trial.look ?? tasksHeld)(world)
    const seen: Record<string, Count> = {}
    for (const [operation, count] of Object.entries(after)) {
      const more = count - (before[operation] ?? 0)
      const told = trial.requests[operation]
      if (more > 0 || told !== undefined) seen[operation] = isWithin(more, told) ? told : more
    }
    assert.deepStrictEqual({ outcome, requests: { ...absent(trial, seen), ...seen }, held }, {
      outcome: trial.outcome,
      requests: trial.requests,
      held: trial.held
    })
  },
  Effect.scoped,
  SteadyClock.provide
)

/** A trial in which nothing went wrong proves nothing. */
const checkFaults = Effect.fnUntraced(function*({ control, proxy }: FaultWorld.FaultWorld) {
  const { rules } = yield* control.faults
  const idle = rules.filter(({ firedCount }) => firedCount === 0).map(({ name }) => name)
  assert.deepStrictEqual({ idle, planned: proxy.counts().planned }, { idle: [], planned: 0 })
})

/** Operations that may not be seen at all. */
const absent = (
  { requests }: Trial,
  seen: Readonly<Record<string, Count>>
): Record<string, Count> =>
  Object.fromEntries(
    Object.entries(requests).filter(([operation]) => !(operation in seen)).map((
      [operation, told]
    ) => [operation, isWithin(0, told) ? told : 0])
  )

const isWithin = (count: number, told: Count | undefined): told is Count =>
  typeof told === "number"
    ? count === told
    : told !== undefined && count >= told[0] && count <= told[1]

const countsOf = ({ control }: FaultWorld.FaultWorld): Effect.Effect<Record<string, number>> =>
  Effect.map(
    control.requests,
    ({ operations }) =>
      Object.fromEntries(Object.entries(operations).map(([name, { count }]) => [name, count]))
  )

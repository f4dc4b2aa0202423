/**
 * The official examples of the OpenAPI document, replayed against the emulator.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { facts } from "../wire/contractFacts.ts"
import * as ExampleReplay from "./ExampleReplay.ts"
import * as OperationWorld from "./OperationWorld.ts"
import * as SpecExamples from "./SpecExamples.ts"

describe("the official examples", () => {
  const scope = Effect.runSync(Scope.make())
  let world: OperationWorld.World
  const explained = new Set<SpecExamples.Absence>()

  beforeAll(async () => {
    world = await Effect.runPromise(
      Scope.provide(OperationWorld.start({ nodesCome: "atOnce" }), scope)
    )
  })
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

  for (const example of SpecExamples.examples) {
    const { name, operation, status, verdict } = example
    it.live(
      `${operation}, "${name}", is ${verdict ?? `answered ${status} with its members`}`,
      () =>
        Effect.map(ExampleReplay.replay(world, example), (replay) => {
          if (verdict !== undefined) {
            assert.strictEqual(replay.status, 400)
            assert.include(["UnsupportedProperty", "InvalidPropertyValue"], replay.code)
            return
          }
          assert.strictEqual(replay.status, status, String(replay.code))
          for (const member of replay.missing) {
            const absence = SpecExamples.absences.find(({ members }) => members.test(member))
            assert.isDefined(absence, `${member} is missing`)
            if (absence !== undefined) explained.add(absence)
          }
        })
    )
  }

  it("need no reason for an absence that none of them has", () => {
    const idle = SpecExamples.absences.filter((absence) => !explained.has(absence))
    assert.deepStrictEqual(idle, [])
  })

  it("are of every operation", () => {
    const shown = new Set(SpecExamples.examples.map(({ operation }) => operation))
    assert.deepStrictEqual(
      Object.keys(facts.operations).filter((operation) => !shown.has(operation)),
      []
    )
  })
})

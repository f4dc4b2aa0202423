/**
 * Both clients in the nine situations, with their defaults, and the page that tells of it. Takes a
 * minute and a half: the official client waits half a minute before it repeats anything, and a
 * service that never answers is given up on after 90 seconds.
 */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as HeadToHead from "./HeadToHead.ts"
import { situations } from "./Situation.ts"

const documentPath = fileURLToPath(new URL("../../../docs/head-to-head.md", import.meta.url))

let trials: ReadonlyArray<HeadToHead.Trial> = []

beforeAll(async () => {
  trials = await HeadToHead.run()
}, 240_000)

describe("head to head", () => {
  for (const { id, title } of situations) {
    it(`Batchwave adds all tasks after ${title}, and signs each request anew`, () => {
      const { isSignedAnew, outcome } = HeadToHead.trialOf(trials, "batchwave", id)
      assert.deepStrictEqual({ outcome, isSignedAnew }, {
        outcome: "all tasks added",
        isSignedAnew: true
      })
    })
  }

  it("the page says what was measured, apart from the seconds", () => {
    assert.deepStrictEqual(
      HeadToHead.lastingPart(readFileSync(documentPath, "utf8")),
      HeadToHead.lastingPart(HeadToHead.page(trials))
    )
  })
})

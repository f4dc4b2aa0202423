import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Toxics from "./Toxics.ts"

const { deadlineMsOf, endure, idsInTheEnd, operations, recover, slackMs, toxics } = Toxics

for (const toxic of toxics) {
  describe.concurrent(`${toxic.name}: ${toxic.words}`, () => {
    it.live(
      "all operations end by the deadline, as they may and with the doubt there is, while it lasts",
      () =>
        Effect.map(endure(toxic), (ends) => {
          const wrong = ends.filter(({ elapsedMs, end }) =>
            elapsedMs > deadlineMsOf(toxic) + slackMs ||
            !toxic.allowed.some((tag) => isEnd(end, tag))
          )
          assert.deepStrictEqual({ wrong, count: ends.length }, {
            wrong: [],
            count: operations.length
          })
        })
    )

    it.live(
      "all operations succeed, with one effect, when it strikes the first request",
      () =>
        Effect.map(recover(toxic), ({ ends, held }) => {
          assert.deepStrictEqual(
            ends.map(({ end, name }) => `${name}: ${end}`),
            operations.map(({ name }) => `${name}: done`)
          )
          assert.deepStrictEqual(held, idsInTheEnd)
        })
    )
  })
}

/** A collection may end with what it knows of each task; each must have met the same. */
const isEnd = (end: string, tag: string): boolean =>
  end === tag || end.startsWith(`${tag} `) ||
  (end.startsWith("CreateTasksError: 20 ") && end.includes(`(${tag}`))

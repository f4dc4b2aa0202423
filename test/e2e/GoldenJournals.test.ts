/**
 * Journals of every released version, of a run that was interrupted in the same way, resumed by this
 * version.
 */
import type { RunEvent } from "@batchwave/core/RunEvent"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { copyFileSync, mkdirSync, readdirSync } from "node:fs"
import { join } from "node:path"
import golden from "../golden/pipeline.ts"
import * as EngineWorld from "./EngineWorld.ts"

const directory = join(import.meta.dirname, "..", "golden")
const journals = readdirSync(directory).filter((name) => name.endsWith(".db"))

describe("golden journals", () => {
  it("are there", () => {
    assert.include(journals, "journal-v1.db")
    assert.include(journals, "journal-v2.db")
    assert.include(journals, "journal-v3.db")
  })

  for (const journal of journals) {
    it.live(
      `${journal} is resumed, and only what had not ended well runs`,
      () =>
        Effect.gen(function*() {
          const world = yield* EngineWorld.make
          const runId = journal.replace("journal-", "golden-").replace(".db", "")
          mkdirSync(join(world.directory, runId))
          copyFileSync(join(directory, journal), join(world.directory, runId, "journal.db"))
          const { definition } = Result.getOrThrow(golden.compile({}))
          const planned: Array<number> = []
          const { report } = yield* EngineWorld.run(world, {
            nodes: definition.workflow.nodes,
            definition,
            runId,
            observer: (events: ReadonlyArray<RunEvent>) => {
              for (const event of events) {
                if (event._tag !== "SubmissionPlanned") continue
                planned.push(...event.tasks.map((task) => task.node))
              }
            }
          })
          assert.strictEqual(report.outcome, "succeeded")
          assert.deepStrictEqual(
            report.nodes.map(({ attempts, node }) => [node, attempts]),
            [["first", 1], ["flaky", 2], ["slow", 2], ["last", 1]]
          )
          // The service of the test has never seen the run: what was in it has vanished.
          assert.deepStrictEqual(planned, [2, 3])
        }).pipe(Effect.scoped)
    )
  }
})

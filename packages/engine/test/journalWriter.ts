/**
 * Holds the journal named on the command line and appends to it as fast as it can, for whoever reads it
 * meanwhile; tells after each batch how many there are.
 */
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Effect from "effect/Effect"
import { Journal } from "../src/Journal.ts"
import * as SqliteJournal from "../src/SqliteJournal.ts"
import { header } from "./EmptyRun.ts"

/** So large that the log begins anew every hundred batches. */
const events: ReadonlyArray<RunEvent> = [
  { _tag: "NodesSkipped", nodes: [0], reason: "for no reason ".repeat(3_000) }
]

const write = Effect.gen(function*() {
  const journal = yield* Journal
  yield* journal.begin(header)
  for (let batch = 1;; batch++) {
    yield* journal.append(events, batch)
    process.send?.(batch)
    yield* Effect.yieldNow
  }
})

Effect.runFork(write.pipe(Effect.provide(SqliteJournal.layer(process.argv[2] ?? ""))))

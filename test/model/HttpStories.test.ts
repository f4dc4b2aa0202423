/**
 * The emulator against the model of the contract, over HTTP: 300 random stories, with restarts.
 */
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as Path from "node:path"
import * as Command from "./Command.ts"
import * as HttpSubject from "./HttpSubject.ts"
import * as Narration from "./Narration.ts"
import * as Seed from "./Seed.ts"

const storiesCount = 300

/** How long a story that failed is shrunk, in milliseconds; what is left to try then passes untold. */
const shrinkMsMax = 60_000

/** An id that comes twice in one collection cannot be told apart in its results. */
const withoutTwins = (story: Command.Story): Command.Story => ({
  ...story,
  commands: story.commands.map((command) => {
    if (command.verb !== "addTasks") return command
    const { jobId, tasks, verb } = command
    const isFirst = (id: string, index: number) =>
      tasks.findIndex((other) => other.id === id) === index
    return { verb, jobId, tasks: tasks.filter(({ id }, index) => isFirst(id, index)) }
  })
})

const tell = (story: Command.Story): Promise<void> =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const directory = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(Path.join(tmpdir(), "batchwave-stories-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    const subject = yield* HttpSubject.open(story, directory, Narration.beginMs)
    yield* Narration.tell(story, subject)
  })))

/** Tells stories, and when one has failed its shorter ones for a while. */
const telling = () => {
  let failedAtMs: number | undefined
  return async (story: Command.Story): Promise<void> => {
    if (failedAtMs !== undefined && performance.now() - failedAtMs > shrinkMsMax) return
    try {
      await tell(story)
    } catch (error) {
      failedAtMs ??= performance.now()
      throw error
    }
  }
}

describe("the emulator", () => {
  it(`does over HTTP what the contract says in ${storiesCount} random stories`, async () => {
    Seed.print(`${storiesCount} stories of the emulator`)
    await fc.assert(
      fc.asyncProperty(
        Command.story({ commandsMax: 25, outlives: true }).map(withoutTwins),
        telling()
      ),
      { numRuns: storiesCount, seed: Seed.seed }
    )
  }, 600_000)
})

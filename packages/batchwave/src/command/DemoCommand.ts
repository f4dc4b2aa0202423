/**
 * `batchwave demo`: a pipeline of this package on the embedded emulator, and what to look at then. It
 * needs no file, no package and no account.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { extname } from "node:path"
import { fileURLToPath } from "node:url"
import { Screen } from "../screen/Screen.ts"
import type { CommandEnded, CommandError } from "./CommandError.ts"
import * as RunCommand from "./RunCommand.ts"
import type { RunSettings } from "./RunSettings.ts"
import type { Signals } from "./Signals.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export type DemoSettings = Pick<RunSettings, "data" | "json" | "quiet">

/** Beside this file, whether compiled or not. */
const file = fileURLToPath(new URL(`../demo/Pi${extname(import.meta.url)}`, import.meta.url))

/**
 * Runs it.
 *
 * @category operations
 */
export const run: (
  settings: DemoSettings
) => Effect.Effect<void, CommandEnded | CommandError, Screen | Signals> = Effect.fn(
  "DemoCommand.run"
)(
  function*(settings) {
    const { say } = yield* Screen
    yield* say(`pi, by throwing darts in tasks of their own; one of them stumbles once: ${file}`)
    yield* RunCommand.run({
      ...settings,
      file,
      param: [],
      resume: false,
      runId: Option.none(),
      backend: Option.some("emulator"),
      pool: Option.none(),
      mode: "eager",
      onFailure: "keepGoing",
      onInterrupt: "detach",
      store: Option.none(),
      slots: Option.none(),
      executor: Option.none(),
      scenario: Option.none(),
      seed: Option.none(),
      noCache: true,
      jsonl: false,
      verbose: false
    })
    if (!settings.json && !settings.quiet) yield* say(next.join("\n"))
  }
)

const next: ReadonlyArray<string> = [
  "next:",
  "  npx batchwave report --format html --out report.html   where the time went",
  "  npx batchwave events                                   what happened, as lines of JSON",
  "  npx batchwave graph                                    what depended on what",
  "  npx batchwave init                                     a pipeline of your own to begin with"
]

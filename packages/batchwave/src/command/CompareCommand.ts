/**
 * `batchwave compare`: two runs side by side, from their journals.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ComparisonText from "../report/ComparisonText.ts"
import * as RunComparison from "../report/RunComparison.ts"
import * as RunDirectory from "../run/RunDirectory.ts"
import { Screen } from "../screen/Screen.ts"
import { type CommandError, usage } from "./CommandError.ts"
import * as KnownRun from "./KnownRun.ts"
import * as RecordedRun from "./RecordedRun.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface CompareSettings {
  /** A run. @default the newest */
  readonly before: Option.Option<string>
  /** Another one. @default the newest other one of the same pipeline, before or after */
  readonly after: Option.Option<string>
  readonly json: boolean
  readonly verbose: boolean
  readonly data: string
}

/**
 * Prints them. Fails when there are not two.
 *
 * @category operations
 */
export const run: (
  settings: CompareSettings
) => Effect.Effect<void, CommandError, Screen> = Effect.fn("CompareCommand.run")(
  function*(settings) {
    const screen = yield* Screen
    const { after, before } = yield* chosen(settings)
    if (before.runId === after.runId) {
      return yield* usage(`both are run ${after.runId}; name two runs (batchwave runs lists them)`)
    }
    const comparison = RunComparison.make(
      yield* RecordedRun.read(before),
      yield* RecordedRun.read(after)
    )
    yield* screen.result(
      settings.json
        ? `${JSON.stringify(comparison, undefined, 2)}\n`
        : ComparisonText.render(comparison, {
          style: screen.resultStyle,
          isVerbose: settings.verbose
        })
    )
  }
)

const chosen = Effect.fnUntraced(function*({ after, before, data }: CompareSettings) {
  if (Option.isSome(before) && Option.isSome(after)) {
    return {
      before: yield* KnownRun.find(data, before),
      after: yield* KnownRun.find(data, after)
    }
  }
  const known = yield* KnownRun.find(data, before)
  const pipeline = RunDirectory.describe(known)?.pipeline
  const other = (yield* KnownRun.list(data)).find((one) =>
    one.pipeline === pipeline && one.run !== known.runId
  )
  if (other === undefined) {
    return yield* usage(
      `${known.runId} is the only run of "${
        pipeline ?? ""
      }" in ${data}; name two runs of another one`
    )
  }
  const found = RunDirectory.make(data, other.run)
  return other.startedAtMs > (RunDirectory.describe(known)?.startedAtMs ?? 0)
    ? { before: known, after: found }
    : { before: found, after: known }
})

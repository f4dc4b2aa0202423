/**
 * From the flags of `batchwave emulate` to who carries tasks out: processes, or a scenario from a file
 * or from a recorded workflow.
 */
import type { ExecutorChoice } from "@batchwave/emulator/EmulatorOptions"
import * as ScenarioFile from "@batchwave/emulator/ScenarioFile"
import * as WfFormat from "@batchwave/pipeline/WfFormat"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { readFileSync } from "node:fs"
import * as RecordedTimes from "../run/RecordedTimes.ts"
import { type CommandError, usage } from "./CommandError.ts"

/**
 * The flags; those of the scenario are only for the simulated executor.
 *
 * @category models
 */
export interface ExecutorSettings {
  readonly executor: Option.Option<"process" | "simulated">
  readonly scenario: Option.Option<string>
  readonly trace: Option.Option<string>
  readonly speed: Option.Option<number>
}

/**
 * Reads what the flags name; `undefined` when they name none. Fails when they contradict each other
 * or a file is wrong.
 *
 * @category operations
 */
export const read = Effect.fnUntraced(function*(
  settings: ExecutorSettings
): Effect.fn.Return<ExecutorChoice | undefined, CommandError> {
  const { scenario, speed, trace } = settings
  const executor = Option.getOrUndefined(settings.executor)
  if (executor !== "simulated") {
    const given = Option.isSome(scenario)
      ? "scenario"
      : Option.isSome(trace)
      ? "trace"
      : Option.isSome(speed)
      ? "speed"
      : undefined
    if (given !== undefined) {
      return yield* usage(`--${given} is only for --executor simulated; add that, or leave it out`)
    }
    return executor === undefined ? undefined : { _tag: "Process" }
  }
  const fromFile = Option.isNone(scenario)
    ? {}
    : yield* readFile(scenario.value, "scenario", ScenarioFile.decode)
  const recordedMs = Option.isNone(trace)
    ? {}
    : RecordedTimes.make(yield* readFile(trace.value, "trace", WfFormat.decode))
  return {
    _tag: "Simulated",
    scenario: { ...fromFile, recordedMs: { ...recordedMs, ...fromFile.recordedMs } },
    pace: { _tag: "Scaled", speed: Option.getOrElse(speed, () => 1) }
  }
})

/**
 * Reads a JSON file. Fails when it cannot be read, or with everything that is wrong with it.
 *
 * @category operations
 */
export const readFile = <A>(
  file: string,
  name: string,
  decode: (value: unknown) => Result.Result<A, ReadonlyArray<string>>
): Effect.Effect<A, CommandError> =>
  Effect.try({
    try: (): unknown => JSON.parse(readFileSync(file, "utf8")),
    catch: (cause) =>
      usage(
        `cannot read the ${name} ${file}: ${
          cause instanceof Error ? cause.message : String(cause)
        }`,
        cause
      )
  }).pipe(
    Effect.flatMap((value) =>
      Result.match(decode(value), {
        onFailure: (problems) =>
          Effect.fail(usage(`the ${name} ${file} is wrong:\n- ${problems.join("\n- ")}`)),
        onSuccess: Effect.succeed
      })
    )
  )

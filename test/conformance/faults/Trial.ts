/**
 * One trial: what is broken and how, what the caller must see, how many requests the service sees, and
 * what it holds afterwards. The table of the documentation is made of the same data.
 */
import { type BatchFailure, isBatchFailure } from "@batchwave/client/BatchFailure"
import type { TaskCollectionResult } from "@batchwave/client/TaskOutcome"
import type { EmulatorOptions } from "@batchwave/emulator/EmulatorOptions"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as FaultWorld from "./FaultWorld.ts"

/** How many requests: exactly so many, or from so many to so many. */
export type Count = number | readonly [least: number, most: number]

/** One trial. */
export interface Trial {
  /** Number of the fault in the matrix. */
  readonly row: number
  /** What holds: the name of the test. */
  readonly claim: string
  /** What the caller sees. */
  readonly outcome: string
  /** What the service sees, by operation; none of any other. */
  readonly requests: Readonly<Record<string, Count>>
  /** What the service holds in the end. */
  readonly held: string
  readonly tuning?: FaultWorld.Tuning
  readonly emulator?: Partial<EmulatorOptions>
  /** Runs before requests are counted. */
  readonly prepare?: (world: FaultWorld.FaultWorld) => Effect.Effect<unknown, unknown, Scope.Scope>
  /** Answers what the caller saw. */
  readonly run: (world: FaultWorld.FaultWorld) => Effect.Effect<string, unknown, Scope.Scope>
  /** Answers what the service holds. @default `tasksHeld` */
  readonly look?: (world: FaultWorld.FaultWorld) => Effect.Effect<string, unknown>
}

/** Says which tasks the job holds: `t0` to the last one without a gap, or all of them one by one. */
export const tasksHeld = (world: FaultWorld.FaultWorld): Effect.Effect<string> =>
  Effect.map(FaultWorld.idsHeld(world), (ids) => {
    if (ids.length === 0) return "no task"
    const isRow = ids.every((id, index) => id === `t${index}`)
    if (!isRow) return ids.join(", ")
    return ids.length === 1 ? "t0, once" : `t0 to t${ids.length - 1}, each once`
  })

/** Says what became of a collection: the number of outcomes of each kind. */
export const tell = ({ outcomes }: Pick<TaskCollectionResult, "outcomes">): string => {
  const counts = new Map<string, number>()
  for (const outcome of outcomes) {
    const error = "error" in outcome ? ` (${tellFailure(outcome.error)})` : ""
    const kind = outcome._tag + error
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return Array.from(counts, ([kind, count]) => `${count} ${kind}`).toSorted().join(", ")
}

/** Says which failure it is. */
export const tellFailure = (failure: unknown): string => {
  if (!isBatchFailure(failure)) {
    return typeof failure === "object" && failure !== null && "_tag" in failure
      ? String(failure._tag)
      : String(failure)
  }
  return [failure._tag, failure.code].filter((part) => part !== undefined).join(" ")
}

/** Runs what answers nothing, or answers in words; a failure is told by its kind. */
export const ending = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  words: (value: A) => string = () => "done"
): Effect.Effect<string, never, R> =>
  Effect.map(
    Effect.result(effect),
    (result) =>
      Result.isSuccess(result)
        ? words(result.success)
        : typeof result.failure === "object" && result.failure !== null
            && "outcomes" in result.failure && Array.isArray(result.failure.outcomes)
        ? `${tellFailure(result.failure)}: ${tell({ outcomes: result.failure.outcomes })}`
        : tellFailure(result.failure)
  )

/** Adds `t0` and so on as a collection and tells the end. */
export const addTasks = (
  { client }: FaultWorld.FaultWorld,
  count: number,
  options: Parameters<FaultWorld.Operations["tasks"]["addCollection"]>[2] = {}
): Effect.Effect<string> =>
  ending(
    client.tasks.addCollection(FaultWorld.jobId, FaultWorld.waitingTasks(count), options),
    tell
  )

/** The failure that an effect must end with. */
export const failureOf = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<BatchFailure, never, R> =>
  Effect.map(Effect.result(effect), (result) => {
    if (Result.isFailure(result) && isBatchFailure(result.failure)) return result.failure
    throw new Error("the call did not end with a BatchFailure")
  })

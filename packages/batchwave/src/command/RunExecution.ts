/**
 * A prepared run carried to its end, watched on the screen and steered by signals and wishes.
 *
 * The first signal detaches (or, when asked, cancels); whatever was durable stays resumable.
 */
import { FileOperations } from "@batchwave/client/FileOperations"
import type { Definition } from "@batchwave/core/Definition"
import type { RunState } from "@batchwave/core/RunState"
import type { LiveRun, RunResult, Wish } from "@batchwave/engine/Engine"
import type * as Recovery from "@batchwave/engine/Recovery"
import type { RunHeader } from "@batchwave/engine/RunHeader"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { BackendFacts } from "../run/Backend.ts"
import * as RunDirectory from "../run/RunDirectory.ts"
import * as RunSession from "../run/RunSession.ts"
import * as Steering from "../run/Steering.ts"
import * as TaskFiles from "../run/TaskFiles.ts"
import * as ProgressDisplay from "../screen/ProgressDisplay.ts"
import * as ProgressModel from "../screen/ProgressModel.ts"
import { Screen } from "../screen/Screen.ts"
import { counted } from "../screen/Words.ts"
import { CommandEnded, type CommandError, ofEngine, usage } from "./CommandError.ts"
import * as EventPrinting from "./EventPrinting.ts"
import * as ExitCode from "./ExitCode.ts"
import * as FailureLog from "./FailureLog.ts"
import * as RunEnding from "./RunEnding.ts"
import type { Ready } from "./RunPreparation.ts"
import type { RunSettings } from "./RunSettings.ts"
import { Signals } from "./Signals.ts"

/**
 * The settings of every command that runs something.
 *
 * @category models
 */
export type ExecutionSettings = Pick<
  RunSettings,
  "data" | "file" | "json" | "jsonl" | "noCache" | "onInterrupt" | "quiet" | "verbose"
>

/**
 * What to carry out.
 *
 * @category models
 */
export interface Execution extends Omit<Ready, "_tag"> {
  /** That of the pipeline, with what was asked for on top. */
  readonly definition: Definition
  /** Asked of the run before anything else. */
  readonly wishes: ReadonlyArray<Wish>
}

/**
 * Runs, and tells the end. Fails with `CommandEnded` when a node failed or the run was stopped.
 *
 * @category operations
 */
export const toTheEnd: (
  settings: ExecutionSettings,
  prepared: Execution
) => Effect.Effect<void, CommandEnded | CommandError, Scope.Scope | Screen | Signals> = Effect.fn(
  "RunExecution.toTheEnd"
)(function*(settings, prepared) {
  const ending = yield* prepared.isSimulated
    ? inVirtualTime(settings, prepared)
    : execute(settings, prepared, (live) => Steering.serve(prepared.openRun.directory, live))
  if (ending._tag === "Ended") {
    return yield* RunEnding.tell(settings, prepared, prepared.backend.name, ending.result)
  }
  yield* tellDetached(settings, prepared, ending)
  return yield* new CommandEnded({ exitCode: ExitCode.ofSignal(ending.signal) })
})

type Ending =
  | { readonly _tag: "Ended"; readonly result: RunResult }
  | {
    readonly _tag: "Stopped"
    readonly signal: ExitCode.StopSignal
    /** Tasks that the service holds and that can still run. */
    readonly tasksLeft: number
  }

const execute: (
  settings: ExecutionSettings,
  prepared: Execution,
  steering: (live: LiveRun) => Effect.Effect<void>
) => Effect.Effect<Ending, CommandError, Scope.Scope | Screen | Signals> = Effect.fnUntraced(
  function*(settings, prepared, steering) {
    const { config, definition, header, isSimulated, openRun, plan, wishes } = prepared
    const screen = yield* Screen
    const signals = yield* Signals
    const backend = yield* prepared.connect
    // A display that is redrawn by the clock would be redrawn for every moment that never passes.
    const display = yield* ProgressDisplay.make({ isQuiet: settings.quiet || isSimulated })
    const log = yield* FailureLog.make(
      plan,
      header.jobId,
      TaskFiles.ofAccount(Context.get(backend.services, FileOperations))
    )
    const printing = settings.jsonl ? yield* EventPrinting.make : undefined
    const cancel = yield* Deferred.make<void>()
    let held = 0
    const running = RunSession.run(openRun, backend, {
      definition,
      plan,
      header,
      config,
      wishes,
      // What a simulated task leaves behind is nobody's result.
      ...(settings.noCache || isSimulated
        ? {}
        : { cacheDirectory: RunDirectory.cacheOf(settings.data) }),
      observer: (events, atMs, state) =>
        Effect.andThen(display.observe(events, atMs, state), log.observe(events, state)),
      onResume: (table) => {
        held = table.adopted + table.resubmitted
        return screen.say(recoveryText(header.runId, table))
      },
      cancelWhen: Deferred.await(cancel),
      steering: (live) => Effect.andThen(printing?.begin(live) ?? Effect.void, steering(live))
    }).pipe(
      Effect.tap(() => Effect.andThen(display.finish, log.drain)),
      Effect.tap(() => printing?.drain ?? Effect.void),
      Effect.mapError((error) => ofEngine(error, header.runId, backend.endpoint)),
      Effect.map((result): Ending => ({ _tag: "Ended", result }))
    )
    const tasksLeft = (): number => {
      const state = display.state()
      return state === undefined ? held : ProgressModel.inServiceCount(state)
    }
    const stopping = Effect.gen(function*() {
      const signal = yield* signals.first
      if (signal === "SIGTERM" || settings.onInterrupt === "detach") {
        return { _tag: "Stopped", signal, tasksLeft: tasksLeft() } satisfies Ending
      }
      yield* screen.say("cancelling: waiting until every task in the service has ended")
      yield* Deferred.succeed(cancel, undefined)
      return yield* Effect.never
    })
    const ending = yield* Effect.raceFirst(running, stopping)
    yield* display.finish
    return ending
  }
)

/** Real time the modules of the emulator have to be loaded, in milliseconds. */
const outsideMsMax = 60_000

/**
 * The same in a time of its own, which begins now. Whoever asks it for something does so in real time. A
 * paused run takes no time once the service has nothing of it left, or years would pass until somebody
 * lets it go on.
 */
const inVirtualTime: (
  settings: ExecutionSettings,
  prepared: Execution
) => Effect.Effect<Ending, CommandError, Screen | Signals> = Effect.fnUntraced(
  function*(settings, prepared) {
    const VirtualTime = yield* Effect.promise(() => import("../virtual/VirtualTime.ts"))
    const services = yield* Effect.context()
    let state: RunState | undefined
    const steering = (live: LiveRun): Effect.Effect<void> =>
      Effect.flatMap(Clock.Clock, (clock) => {
        state = live.state
        const nowMs = Effect.sync(() => clock.currentTimeMillisUnsafe())
        return VirtualTime.outside(
          services,
          Steering.serve(prepared.openRun.directory, live, nowMs)
        )
      })
    return yield* VirtualTime.run(Effect.scoped(execute(settings, prepared, steering)), {
      seed: prepared.header.seed,
      startAtMs: yield* Clock.currentTimeMillis,
      outsideMsMax,
      isHeld: () =>
        state !== undefined && state.paused && state.activeCount === 0
        && state.outcome === undefined
    }).pipe(
      Effect.catchTag(
        "batchwave/virtual/VirtualTime/VirtualTimeOver",
        (error) =>
          Effect.fail(usage(`the simulated run does not come to an end: ${error.message}`, error))
      )
    )
  }
)

const tellDetached = Effect.fnUntraced(function*(
  settings: ExecutionSettings,
  { backend, header }: { readonly backend: BackendFacts; readonly header: RunHeader },
  ending: Ending & { readonly _tag: "Stopped" }
) {
  const screen = yield* Screen
  const tasks = counted(ending.tasksLeft, "task")
  const are = ending.tasksLeft === 1 ? "is" : "are"
  yield* screen.say(
    backend.name === "emulator"
      ? `stopped: the embedded emulator ends with this process; ${tasks} of it ${are} ended and will run again on resume`
      : `detached: ${tasks} ${
        ending.tasksLeft === 1 ? "keeps" : "keep"
      } running in the service at ${backend.endpoint} (job ${header.jobId})`
  )
  yield* screen.say(`resume with: ${RunEnding.resumeCommand(settings, header.runId)}`)
})

const recoveryText = (runId: string, table: Recovery.RecoveryTable): string => {
  const rows: ReadonlyArray<readonly [keyof Recovery.RecoveryTable, string]> = [
    ["settled", "nodes that need nothing more"],
    ["adopted", "tasks that the service holds and this run goes on with"],
    ["resubmitted", "tasks that were planned but never reached the service"],
    ["vanished", "tasks that the service does not know any more; their policy decides"],
    ["foreign", "tasks in the job that this run did not make; they are left alone"],
    ["waiting", "nodes that were not submitted yet"]
  ]
  return [
    `resuming run ${runId}:`,
    ...rows.map(([name, meaning]) =>
      `  ${name.padEnd(11)}  ${String(table[name]).padStart(6)}  ${meaning}`
    )
  ].join("\n")
}

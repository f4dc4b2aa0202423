/**
 * Runs the tasks of the emulator as real processes: sets up the task directory, starts the command
 * line as its own process group, enforces the wall clock and stores the output files.
 *
 * E1. No process of an execution is alive when `run` returns, fails or was interrupted, nor after
 *     the layer's scope closed (limits: rule G3 of ProcessGroup).
 * E2. `kill` only asks; the end is always reported by `run`, once.
 * E3. An execution whose process never ran has no exit code: it ends with `SetupFailed`. So does one
 *     whose outputs grew beyond their limit, since that is a full disk to the service.
 * E4. Executions with the same id follow each other, so a task directory has one process group at
 *     most.
 * E5. The process sees the allow-listed variables of this process, its own and the supervisor's,
 *     nothing else.
 *
 * Commands run with the rights of this process; the checks on files keep honest tasks apart and are
 * no sandbox. Linux and macOS only.
 */
import { BlobStorage } from "@batchwave/client/BlobStorage"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { mkdirSync, realpathSync } from "node:fs"
import process from "node:process"
import * as CommandLine from "./CommandLine.ts"
import type { CodedProblem, Execution, ExecutionEnd, SharedFiles } from "./Execution.ts"
import { attemptSync } from "./FileFault.ts"
import * as LaunchProblem from "./LaunchProblem.ts"
import * as NetworkRules from "./NetworkRules.ts"
import * as OutputFiles from "./OutputFiles.ts"
import * as OutputLimit from "./OutputLimit.ts"
import * as ProcessGroup from "./ProcessGroup.ts"
import * as ResourceFiles from "./ResourceFiles.ts"
import * as RunningTable from "./RunningTable.ts"
import type { StorageAccess } from "./StorageAccess.ts"
import * as Supervisor from "./Supervisor.ts"
import * as TaskDirectory from "./TaskDirectory.ts"

/** The variables a task inherits unless the options name others. */
export const environmentAllowListDefault: ReadonlyArray<string> = [
  "PATH",
  "HOME",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR"
]

/** The time between SIGTERM and SIGKILL unless the options name another. */
export const graceMsDefault = 1_000

/** The largest file that is downloaded unless the options name another bound: 16 GiB. */
export const resourceFileBytesMaxDefault = 16 * 1_073_741_824

/** Settings of the executor. */
export interface ProcessExecutorOptions {
  /** Where `file:` URLs of resource and output files may lead; none means nowhere. */
  readonly allowedDirectories: ReadonlyArray<string>
  /** Hosts that resource and output files may come from and go to; see NetworkRules. @default none */
  readonly allowedHosts?: ReadonlyArray<string>
  /** Largest resource file that is downloaded, in bytes. @default resourceFileBytesMaxDefault */
  readonly resourceFileBytesMax?: number
  /** What the outputs of one execution may hold together, in bytes. @default outputBytesMaxDefault */
  readonly outputBytesMax?: number
  /** Names of inherited variables. @default environmentAllowListDefault */
  readonly environmentAllowList?: ReadonlyArray<string>
  /** Milliseconds between SIGTERM and SIGKILL. @default graceMsDefault */
  readonly graceMs?: number
}

/** What the executor can do. */
export interface ProcessExecutorShape {
  /**
   * Runs one execution to its end; `onStarted` runs once the process exists and gets its id.
   *
   * Never fails: what can go wrong is an {@link ExecutionEnd}. Interruption ends the process group
   * and returns after it is gone.
   */
  readonly run: (
    execution: Execution,
    onStarted?: (pid: number) => Effect.Effect<void>
  ) => Effect.Effect<ExecutionEnd>
  /** Asks all executions with this id to end and returns at once; an unknown id is no problem. */
  readonly kill: (id: string) => Effect.Effect<void>
}

/** Runs executions as process groups. */
export class ProcessExecutor extends Context.Service<ProcessExecutor, ProcessExecutorShape>()(
  "@batchwave/emulator/executor/ProcessExecutor"
) {
  /**
   * The executor; closing its scope ends every execution and waits for it. A rule for hosts that is
   * none is a defect.
   */
  static layer(options: ProcessExecutorOptions): Layer.Layer<ProcessExecutor> {
    return Layer.effect(ProcessExecutor, make(options))
  }
}

/** The settled options and the executions that have not ended. */
interface Workshop {
  readonly access: StorageAccess
  readonly inherited: Readonly<Record<string, string>>
  readonly graceMs: number
  readonly outputBytesMax: number
  readonly running: RunningTable.RunningTable
  isClosed: boolean
}

const make = Effect.fnUntraced(function*(options: ProcessExecutorOptions) {
  const workshop: Workshop = {
    access: yield* openAccess(options),
    inherited: yield* readInherited(options.environmentAllowList ?? environmentAllowListDefault),
    graceMs: options.graceMs ?? graceMsDefault,
    outputBytesMax: options.outputBytesMax ?? OutputLimit.outputBytesMaxDefault,
    running: RunningTable.make(),
    isClosed: false
  }
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      // A first task finds it ready.
      Supervisor.ensure()
      const killAll = () => {
        for (const { pid } of RunningTable.list(workshop.running)) {
          if (pid !== undefined) ProcessGroup.killNow(pid)
        }
      }
      process.once("exit", killAll)
      return killAll
    }),
    (killAll) => Effect.sync(() => process.off("exit", killAll))
  )
  yield* Effect.addFinalizer(() => close(workshop))
  yield* Effect.forkScoped(OutputLimit.watch(workshop.running, workshop.outputBytesMax))
  return ProcessExecutor.of({
    run: Effect.fn("ProcessExecutor.run")((execution, onStarted = () => Effect.void) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          const running = RunningTable.register(workshop.running, execution.id)
          if (workshop.isClosed) RunningTable.wake(running, "terminated")
          return running
        }),
        (running) => runRegistered(workshop, running, execution, onStarted),
        (running) =>
          Effect.sync(() => RunningTable.unregister(workshop.running, execution.id, running))
      )
    ),
    kill: Effect.fn("ProcessExecutor.kill")((id) =>
      Effect.sync(() => {
        for (const running of RunningTable.list(workshop.running, id)) {
          RunningTable.wake(running, "terminated")
        }
      })
    )
  })
})

const openAccess = Effect.fnUntraced(function*(
  options: ProcessExecutorOptions
): Effect.fn.Return<StorageAccess, never, Scope.Scope> {
  const guard = NetworkRules.make(options.allowedHosts ?? [])
  if (Result.isFailure(guard)) return yield* Effect.die(guard.failure)
  const services = yield* Layer.build(BlobStorage.layer({ guard: guard.success }))
  return {
    allowedDirectories: options.allowedDirectories,
    blobs: Context.get(services, BlobStorage),
    resourceFileBytesMax: options.resourceFileBytesMax ?? resourceFileBytesMaxDefault
  }
})

/** Reads the allow-listed variables that are set; a value that cannot be read is a defect. */
const readInherited = Effect.fnUntraced(function*(names: ReadonlyArray<string>) {
  const variables: Array<readonly [string, string]> = []
  for (const name of names) {
    const value = yield* Effect.orDie(Config.option(Config.String(name)))
    if (Option.isSome(value)) variables.push([name, value.value])
  }
  return Object.fromEntries(variables)
})

/** Ends every execution and waits for all of them. */
const close = Effect.fnUntraced(function*(workshop: Workshop) {
  workshop.isClosed = true
  const unfinished = RunningTable.list(workshop.running)
  for (const running of unfinished) RunningTable.wake(running, "terminated")
  yield* Effect.forEach(unfinished, (running) => Deferred.await(running.done), { discard: true })
})

const runRegistered = Effect.fnUntraced(function*(
  workshop: Workshop,
  running: RunningTable.Running,
  execution: Execution,
  onStarted: (pid: number) => Effect.Effect<void>
): Effect.fn.Return<ExecutionEnd> {
  yield* RunningTable.awaitTurn(running)
  const work = runProcess(workshop, running, execution, onStarted)
  const { wallClockMs } = execution
  const processEnd = wallClockMs === undefined
    ? yield* work
    : yield* Effect.raceFirst(work, expire(running, wallClockMs))
  if (processEnd._tag === "Over") return processEnd.end
  const uploadFailure = yield* OutputFiles.upload({
    access: workshop.access,
    directory: processEnd.directory,
    environment: processEnd.environment,
    exitCode: processEnd.end.exitCode
  }, execution.outputFiles)
  return uploadFailure === undefined ? processEnd.end : { ...processEnd.end, uploadFailure }
})

/** Wakes the execution when its time is over and then waits to be interrupted. */
const expire = (running: RunningTable.Running, wallClockMs: number): Effect.Effect<never> =>
  Effect.sleep(wallClockMs).pipe(
    Effect.andThen(Effect.sync(() => RunningTable.wake(running, "wallClock"))),
    Effect.andThen(Effect.never)
  )

/** The end of the process and what the upload after it needs. */
type ProcessEnd =
  | {
    readonly _tag: "Uploadable"
    readonly end: Extract<ExecutionEnd, { readonly _tag: "Exited" }>
    readonly directory: TaskDirectory.TaskDirectory
    readonly environment: Readonly<Record<string, string>>
  }
  | { readonly _tag: "Over"; readonly end: ExecutionEnd }

const runProcess = Effect.fnUntraced(
  function*(
    workshop: Workshop,
    running: RunningTable.Running,
    execution: Execution,
    onStarted: (pid: number) => Effect.Effect<void>
  ): Effect.fn.Return<ProcessEnd, CodedProblem> {
    yield* refuseIfStopped(running)
    const words = yield* wordsOf(execution)
    const directory = yield* TaskDirectory.prepare(
      execution.taskDirectory,
      execution.keepsOutputs,
      execution.isEmptied
    ).pipe(Effect.mapError(LaunchProblem.taskDirectory))
    yield* bringFiles(workshop, running, execution, directory)
    const environment = {
      ...workshop.inherited,
      AZ_BATCH_TASK_DIR: directory.path,
      AZ_BATCH_TASK_WORKING_DIR: directory.workingDirectory,
      ...execution.environment
    }
    running.outputsDirectory = directory.path
    const end = yield* runLeader(
      workshop,
      running,
      startLeader(running, directory, environment, words),
      onStarted
    )
    return end._tag === "Exited"
      ? { _tag: "Uploadable", end, directory, environment }
      : { _tag: "Over", end }
  },
  Effect.catch((problem) =>
    Effect.succeed<ProcessEnd>({ _tag: "Over", end: { _tag: "SetupFailed", ...problem } })
  )
)

/** Fails when the execution was asked to end; only valid before its process is started. */
const refuseIfStopped = Effect.fnUntraced(function*(running: RunningTable.Running) {
  if (!Deferred.isDoneUnsafe(running.wake)) return undefined
  const why = yield* Deferred.await(running.wake)
  return yield* Effect.fail(LaunchProblem.stopped(why === "wallClock" ? why : "terminated"))
})

const wordsOf = ({ commandLine }: Execution) =>
  Effect.mapError(
    Effect.fromResult(CommandLine.split(commandLine)),
    (problem): CodedProblem => ({
      code: "CommandLaunchFailed",
      message: CommandLine.describe(problem)
    })
  )

/**
 * Brings the resource files, if there are any, unless the execution is asked to end meanwhile.
 *
 * Without files nothing is asked here: the service says that the task runs, so that its process is
 * started although it is ended at once, and has an exit code.
 */
const bringFiles = Effect.fnUntraced(function*(
  workshop: Workshop,
  running: RunningTable.Running,
  { resourceFiles, shared }: Execution,
  { workingDirectory }: TaskDirectory.TaskDirectory
): Effect.fn.Return<void, CodedProblem> {
  if (shared === undefined && resourceFiles.length === 0) return
  yield* Effect.raceFirst(
    Effect.andThen(
      shared === undefined ? Effect.void : setUpShared(workshop, shared),
      ResourceFiles.stage(workshop.access, workingDirectory, resourceFiles)
    ),
    Effect.andThen(
      Deferred.await(running.wake),
      Effect.andThen(refuseIfStopped(running), Effect.never)
    )
  )
  yield* refuseIfStopped(running)
})

/** Makes the directory all instances of a task share on a node, and brings its files. */
const setUpShared = Effect.fnUntraced(function*(
  workshop: Workshop,
  { directory, resourceFiles }: SharedFiles
): Effect.fn.Return<void, CodedProblem> {
  const real = yield* attemptSync(directory, () => {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    return realpathSync(directory)
  }).pipe(Effect.mapError(LaunchProblem.taskDirectory))
  yield* ResourceFiles.stage(workshop.access, real, resourceFiles)
})

/** Starts the program; from here on its exit wakes the execution. */
const startLeader = (
  running: RunningTable.Running,
  directory: TaskDirectory.TaskDirectory,
  environment: Readonly<Record<string, string>>,
  [program = "", ...programArguments]: ReadonlyArray<string>
): Effect.Effect<ProcessGroup.ProcessGroup, CodedProblem> => {
  if (program === "") return Effect.fail(LaunchProblem.noProgram)
  return ProcessGroup.start(
    { program, programArguments, environment, ...TaskDirectory.placeOf(directory) },
    () => RunningTable.wake(running, "exited")
  ).pipe(Effect.mapError((fault) => LaunchProblem.start(program, fault)))
}

/** Waits for the leader or for a reason to end it; leaves no process of the group (E1). */
const runLeader = (
  { graceMs, outputBytesMax }: Workshop,
  running: RunningTable.Running,
  start: Effect.Effect<ProcessGroup.ProcessGroup, CodedProblem>,
  onStarted: (pid: number) => Effect.Effect<void>
): Effect.Effect<ExecutionEnd, CodedProblem> => {
  let isGone = false
  return Effect.acquireUseRelease(
    start,
    Effect.fnUntraced(function*(group): Effect.fn.Return<ExecutionEnd> {
      running.pid = group.pid
      yield* onStarted(group.pid)
      const why = yield* Deferred.await(running.wake)
      const finish = why === "exited"
        ? ProcessGroup.sweep(group)
        : ProcessGroup.terminate(group, why === "outputLimit" ? 0 : graceMs)
      const exitCode = yield* Effect.uninterruptible(finish)
      isGone = true
      if (why === "outputLimit") {
        return { _tag: "SetupFailed", ...OutputLimit.problem(outputBytesMax) }
      }
      return why === "exited"
        ? { _tag: "Exited", exitCode }
        : { _tag: "Killed", reason: why, exitCode }
    }),
    Effect.fnUntraced(function*(group) {
      if (!isGone) yield* ProcessGroup.terminate(group, graceMs)
      running.pid = undefined
      running.outputsDirectory = undefined
      ProcessGroup.forget(group)
    })
  )
}

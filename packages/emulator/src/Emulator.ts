/**
 * An embedded Batch account on loopback: tasks, jobs, files, pools and nodes, with real processes
 * behind them.
 *
 * Closing the scope ends all connections, then all processes. What was acknowledged outlives it, and
 * every other end, when the options name a data directory.
 */
import * as Fact from "@batchwave/sim/Fact"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { EmulatorError } from "./EmulatorError.ts"
import * as EmulatorOptions from "./EmulatorOptions.ts"
import { Executor } from "./Executor.ts"
import { ProcessExecutor } from "./executor/ProcessExecutor.ts"
import * as FaultPlan from "./FaultPlan.ts"
import * as FaultReport from "./FaultReport.ts"
import * as Inputs from "./Inputs.ts"
import * as HostGuard from "./middleware/HostGuard.ts"
import * as OperationIds from "./OperationIds.ts"
import * as ProcessRuns from "./ProcessRuns.ts"
import * as RequestLog from "./RequestLog.ts"
import * as Runner from "./Runner.ts"
import * as Server from "./Server.ts"
import * as ServerIdentity from "./ServerIdentity.ts"
import * as SimulatedRuns from "./SimulatedRuns.ts"
import type { State } from "./State.ts"
import * as StateOpening from "./StateOpening.ts"
import type { TruthEvent } from "./TruthEvent.ts"

/**
 * What a client needs to know of a running emulator.
 *
 * @category models
 */
export interface EmulatorShape {
  /** Where it listens, such as `http://127.0.0.1:41234`, or the same with `https`. */
  readonly endpoint: string
  readonly account: string
  /** The account key in base64. */
  readonly key: string
  /** The id of the pool there is from the start. */
  readonly pool: string
  /** The directory of nodes and tasks, by its real path. */
  readonly dataDirectory: string
  /** The file with the generated authority that clients have to trust; only with https. */
  readonly certificateFile: string | undefined
  /** Faults and the log of requests, for whoever started the emulator. */
  readonly control: EmulatorControl
  /** What really happens from the moment it is run on. */
  readonly truth: Stream.Stream<TruthEvent>
}

/**
 * The same as the endpoints below `/_batchwave/`, without a request.
 *
 * @category models
 */
export interface EmulatorControl {
  /** Puts a fault plan in force, in place of the one before. Fails with what is wrong with it. */
  readonly putFaults: (plan: FaultPlan.FaultPlan) => Effect.Effect<void, EmulatorError>
  /** Ends the plan in force, if there is one. */
  readonly clearFaults: Effect.Effect<void>
  /** The plan in force and its counts. */
  readonly faults: Effect.Effect<FaultReport.FaultReport>
  /** The counts of requests and the latest of them. */
  readonly requests: Effect.Effect<RequestLog.RequestReport>
  /** The account's time, in whole milliseconds since 1970. */
  readonly nowMs: Effect.Effect<number>
  /**
   * Moves virtual time to the next event and lets all happen that is due then; answers with the new
   * time, or nothing when no event is to come. Fails when the time is not virtual.
   */
  readonly advance: Effect.Effect<number | undefined, EmulatorError>
}

/**
 * Starts an emulator for the life of the scope. Fails when an option is wrong, the port is taken or
 * the directory cannot be used.
 *
 * @category constructors
 */
export const make = Effect.fn("Emulator.make")(function*(
  options: EmulatorOptions.EmulatorOptions
): Effect.fn.Return<EmulatorShape, EmulatorError, Scope.Scope> {
  const { runner, state } = yield* assemble(options)
  const { settings } = state
  const identity = yield* ServerIdentity.open(state)
  const port = yield* Server.listen(state, runner, identity)
  return announce(state, runner, settings.host, port, identity)
})

/** The parts of an emulator that nobody can address yet. */
interface Assembled {
  readonly state: State
  readonly runner: Runner.Runner
}

/**
 * Puts everything of an emulator together but the way requests come to it.
 *
 * @internal
 */
export const assemble = Effect.fnUntraced(function*(
  options: EmulatorOptions.EmulatorOptions
): Effect.fn.Return<Assembled, EmulatorError, Scope.Scope> {
  const state = yield* StateOpening.open(EmulatorOptions.settle(options))
  const executor = yield* Layer.build(executorOf(state))
  const runner = yield* Effect.provideContext(Runner.make(state), executor)
  state.provideFiles = Context.get(executor, Executor).provideFiles
  return { state, runner }
})

/**
 * Begins to act under an address.
 *
 * @internal
 */
export const announce = (
  state: State,
  runner: Runner.Runner,
  host: string,
  port: number,
  identity?: ServerIdentity.ServerIdentity
): EmulatorShape => {
  const { settings } = state
  for (const name of HostGuard.namesOf(host, port)) state.hosts.add(name)
  const scheme = identity === undefined ? "http" : "https"
  state.endpoint = `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`
  runner.drain()
  return {
    endpoint: state.endpoint,
    account: settings.account,
    key: settings.key,
    pool: settings.pool,
    dataDirectory: settings.dataDirectory,
    certificateFile: identity?.authorityFile,
    control: makeControl(state, runner),
    truth: truthOf(state)
  }
}

const truthOf = (state: State): Stream.Stream<TruthEvent> =>
  Stream.callback((queue) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        Fact.keepFacts(state.account)
        return state.truth.listen((event) => Queue.offerUnsafe(queue, event))
      }),
      (unlisten) => Effect.sync(unlisten)
    )
  )

const executorOf = (state: State): Layer.Layer<Executor> => {
  const { allowedDirectories, allowedHosts, executor, graceMs, resourceFileBytesMax } =
    state.settings
  if (executor?._tag === "Simulated") return SimulatedRuns.layer(state, executor.scenario)
  return Layer.provide(
    ProcessRuns.layer(state),
    ProcessExecutor.layer({
      allowedDirectories,
      allowedHosts,
      resourceFileBytesMax,
      outputBytesMax: state.settings.taskOutputBytesMax,
      ...(graceMs === undefined ? {} : { graceMs })
    })
  )
}

const makeControl = (state: State, runner: Runner.Runner): EmulatorControl => ({
  putFaults: Effect.fnUntraced(function*(plan) {
    const decoded = FaultPlan.decode(plan)
    const problems = Result.isFailure(decoded)
      ? decoded.failure
      : FaultPlan.problems(decoded.success, OperationIds.all)
    if (problems.length > 0) {
      return yield* new EmulatorError({ reason: "InvalidOptions", message: problems.join(" ") })
    }
    Inputs.faultsPut(state, plan, state.clock.nowMs())
    runner.drain()
  }),
  clearFaults: Effect.sync(() => {
    Inputs.faultsPut(state, undefined, state.clock.nowMs())
    runner.drain()
  }),
  faults: Effect.sync(() => FaultReport.make(state)),
  requests: Effect.sync(() => RequestLog.report(state.requests)),
  nowMs: Effect.sync(() => state.clock.nowMs()),
  advance: Effect.suspend(() => {
    if (state.clock.pace._tag !== "Virtual") {
      return Effect.fail(
        new EmulatorError({
          reason: "InvalidOptions",
          message: "Only virtual time can be advanced; start the emulator with a virtual pace."
        })
      )
    }
    const atMs = runner.nextEventMs()
    if (atMs === Infinity) return Effect.undefined
    state.clock.jump(atMs)
    runner.advance()
    return Effect.succeed(state.clock.nowMs())
  })
})

/**
 * A running emulator.
 *
 * @category services
 */
export class Emulator extends Context.Service<Emulator, EmulatorShape>()(
  "@batchwave/emulator/Emulator"
) {
  /** Starts an emulator for the life of the scope. */
  static readonly make = make

  /** Starts an emulator with the layer and ends it with it. */
  static layer(options: EmulatorOptions.EmulatorOptions): Layer.Layer<Emulator, EmulatorError> {
    return Layer.effect(Emulator, make(options))
  }
}

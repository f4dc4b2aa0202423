/**
 * How an emulator comes to its state: a new one, or the one its data directory remembers, brought up to
 * the moment its emulator ended and then on to this start.
 *
 * @internal
 */
import * as Random from "@batchwave/core/Random"
import * as Account from "@batchwave/sim/Account"
import * as Fact from "@batchwave/sim/Fact"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Buffer } from "node:buffer"
import { createSecretKey } from "node:crypto"
import { existsSync, mkdirSync, renameSync } from "node:fs"
import { mkdir, rm } from "node:fs/promises"
import * as Path from "node:path"
import * as AccessToken from "./AccessToken.ts"
import * as AccountClock from "./AccountClock.ts"
import * as DataDirectory from "./DataDirectory.ts"
import { EmulatorError } from "./EmulatorError.ts"
import * as EmulatorOptions from "./EmulatorOptions.ts"
import * as EntityTag from "./EntityTag.ts"
import { attempt } from "./executor/FileFault.ts"
import * as Leftovers from "./executor/Leftovers.ts"
import * as FaultControl from "./FaultControl.ts"
import * as Inputs from "./Inputs.ts"
import * as Ledger from "./ledger/Ledger.ts"
import type { LogRefused } from "./ledger/LogHeader.ts"
import * as Snapshot from "./ledger/Snapshot.ts"
import * as NodeLayout from "./NodeLayout.ts"
import * as RenderedTasks from "./RenderedTasks.ts"
import * as RequestLog from "./RequestLog.ts"
import type { State } from "./State.ts"
import * as TaskTemplates from "./TaskTemplates.ts"
import * as TimeText from "./TimeText.ts"
import * as TruthLog from "./TruthLog.ts"

/**
 * Opens the state for the life of the scope. Fails when a setting is wrong, or the directory or the
 * file of the truth cannot be used.
 */
export const open = Effect.fnUntraced(function*(
  given: EmulatorOptions.Settings
): Effect.fn.Return<State, EmulatorError, Scope.Scope> {
  const problems = EmulatorOptions.problems(given)
  if (problems.length > 0) {
    return yield* new EmulatorError({ reason: "InvalidOptions", message: problems.join(" ") })
  }
  const clock = yield* Clock.Clock
  const { isKept, path } = yield* DataDirectory.open(given.dataDirectory)
  const truth = yield* openTruth(given.truthFile)
  const fresh = makeFresh({ ...given, dataDirectory: path }, truth, clock)
  const state = isKept ? yield* openKept(fresh, clock) : begin(fresh, fresh.clock.nowMs())
  yield* makeDirectories(state)
  return state
})

const openTruth = (
  path: string | undefined
): Effect.Effect<TruthLog.TruthLog, EmulatorError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => TruthLog.make(path),
      catch: (cause) =>
        new EmulatorError({
          reason: "DirectoryUnusable",
          message: `Cannot write to ${path}; give a file that can be written to.`,
          cause
        })
    }),
    (truth) => Effect.sync(truth.close)
  )

/** A state in which nothing has happened. */
export const makeFresh = (
  settings: EmulatorOptions.PlacedSettings,
  truth: TruthLog.TruthLog,
  realClock: Clock.Clock
): State => {
  const clock = AccountClock.make(paceOf(settings), realClock)
  return {
    settings,
    clock,
    account: Account.make({
      pool: EmulatorOptions.firstPoolOf(settings),
      seed: settings.seed,
      activeJobsMax: settings.activeJobsMax,
      poolsMax: settings.poolsMax,
      allocationMs: settings.allocationMs,
      rules: EmulatorOptions.storedOf(settings),
      nowMs: clock.nowMs()
    }),
    credential: {
      account: settings.account,
      key: createSecretKey(Buffer.from(settings.key, "base64")),
      isToken: AccessToken.checkOf(settings.tokens),
      unknownTokenStatus: Number(settings.unknownTokenStatus)
    },
    random: Random.make(settings.seed + 1),
    times: TimeText.make(),
    tags: EntityTag.make(),
    renderedTasks: RenderedTasks.make(),
    taskTemplates: TaskTemplates.make(),
    taskRecords: [],
    goneRecords: new Map(),
    jobRecords: new Map(),
    poolRecords: new WeakMap(),
    hosts: new Set(),
    faults: { active: undefined },
    requests: RequestLog.make(),
    endpoint: "",
    requestsInHand: 0,
    provideFiles: () => Effect.void,
    inputsCount: 0,
    ledger: undefined,
    truth,
    removals: new Map(),
    orders: [],
    leaving: new Map()
  }
}

/** Begins a new account. */
export const begin = (state: State, nowMs: number): State => {
  const { faults } = state.settings
  if (faults !== undefined) FaultControl.put(state, faults, nowMs)
  Inputs.recordPools(state, nowMs)
  if (state.truth.isHeard()) Fact.keepFacts(state.account)
  state.truth.open(state.inputsCount, nowMs, false)
  return state
}

const openKept = Effect.fnUntraced(function*(
  fresh: State,
  clock: Clock.Clock
): Effect.fn.Return<State, EmulatorError, Scope.Scope> {
  const { account, dataDirectory } = fresh.settings
  const directory = DataDirectory.stateDirectory(dataDirectory)
  const report = yield* problemReporter
  const options: Ledger.LedgerOptions = { directory, header: { account }, onProblem: report }
  const found = existsSync(directory)
    ? yield* attemptLedger(dataDirectory, () => Ledger.find(options))
    : undefined
  if (found === undefined) {
    const state = begin(fresh, fresh.clock.nowMs())
    const ledger = yield* acquireLedger(
      dataDirectory,
      () => Ledger.begin(options, Snapshot.take(state))
    )
    return { ...state, ledger }
  }
  if (found.header.account !== account) {
    return yield* new EmulatorError({
      reason: "DirectoryUnusable",
      message: `${dataDirectory} is the data of the account ${found.header.account}, not of `
        + `${account}; name that account, or give another data directory.`
    })
  }
  const remembered = yield* attemptLedger(dataDirectory, () => replay(fresh, found))
  const tornBytes = found.tornBytes()
  if (tornBytes > 0) {
    yield* Effect.logWarning(
      `The last ${tornBytes} bytes of ${found.path} were never acknowledged and are dropped`
    )
  }
  const ledger = yield* acquireLedger(dataDirectory, () => found.resume())
  const time = AccountClock.make(paceOf(fresh.settings), clock, remembered.account.nowMs)
  const state = { ...remembered, ledger, clock: time, settings: fresh.settings }
  yield* Leftovers.end(dataDirectory)
  goOn(state)
  yield* attemptLedger(dataDirectory, () => clearGround(state))
  return state
})

/** Brings a fresh state to where the log ends. */
export const replay = (fresh: State, found: Ledger.Part): State => {
  let state = fresh
  found.read(
    (content) => {
      state = Snapshot.restore(fresh, content)
      if (state.truth.isHeard()) Fact.keepFacts(state.account)
    },
    (content) => Inputs.replay(state, content)
  )
  return state
}

/** Goes on with a state whose emulator ended, under the settings of this start. */
const goOn = (state: State): void => {
  const { settings } = state
  const nowMs = state.clock.nowMs()
  state.truth.open(state.inputsCount, nowMs, true)
  Inputs.opened(state, EmulatorOptions.storedOf(settings), settings.faults, nowMs)
}

/** Moves everything aside that was to be removed and may be there still, before anything runs. */
const clearGround = (state: State): void => {
  const { inputsCount, orders, removals, settings: { dataDirectory } } = state
  const trash = Path.join(dataDirectory, NodeLayout.trash)
  mkdirSync(trash, { recursive: true, mode: 0o700 })
  // No two starts have the same number of inputs behind them.
  for (const [index, directory] of [...removals.keys()].entries()) {
    const path = Path.join(dataDirectory, directory)
    if (existsSync(path)) renameSync(path, Path.join(trash, `left-${inputsCount}-${index}`))
  }
  removals.clear()
  orders.length = 0
}

const paceOf = ({ executor }: EmulatorOptions.Settings): AccountClock.Pace =>
  (executor?._tag === "Simulated" ? executor.pace : undefined) ?? AccountClock.realPace

const acquireLedger = (
  dataDirectory: string,
  make: () => Ledger.Ledger
): Effect.Effect<Ledger.Ledger, EmulatorError, Scope.Scope> =>
  Effect.acquireRelease(
    attemptLedger(dataDirectory, make),
    (ledger) => Effect.sync(ledger.close)
  )

const attemptLedger = <A>(
  dataDirectory: string,
  work: () => A
): Effect.Effect<A, EmulatorError> =>
  Effect.try({
    try: work,
    catch: (cause) =>
      new EmulatorError({
        reason: "DirectoryUnusable",
        message: isRefused(cause)
          ? cause.message
          : `Cannot use ${dataDirectory} as data directory; give one that can be written to.`,
        cause
      })
  })

const isRefused = (cause: unknown): cause is LogRefused =>
  typeof cause === "object" && cause !== null && "_tag" in cause && cause._tag === "LogRefused"

/** Says from anywhere that something could not be written. */
const problemReporter = Effect.map(
  Effect.context(),
  (context) => (message: string, cause: unknown): void => {
    Effect.runForkWith(context)(Effect.logError(message, cause))
  }
)

/** Makes the directories of all nodes, and empties the trash of an earlier emulator. */
const makeDirectories = (state: State): Effect.Effect<void, EmulatorError> => {
  const { account, settings: { dataDirectory } } = state
  const trash = Path.join(dataDirectory, NodeLayout.trash)
  const directories = Account.presentNodes(account).flatMap((node) =>
    NodeLayout.nodeDirectories.map((name) =>
      Path.join(NodeLayout.nodeRoot(dataDirectory, node.id), name)
    )
  )
  directories.push(trash)
  return attempt(trash, () => rm(trash, { recursive: true, force: true })).pipe(
    Effect.andThen(
      Effect.forEach(
        directories,
        (directory) => attempt(directory, () => mkdir(directory, { recursive: true, mode: 0o700 })),
        { discard: true }
      )
    ),
    Effect.mapError((cause) =>
      new EmulatorError({
        reason: "DirectoryUnusable",
        message: `Cannot use ${dataDirectory} as data directory; give one that can be written to.`,
        cause
      })
    )
  )
}

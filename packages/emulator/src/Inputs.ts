/**
 * The one way into the state of an emulator. Everything that changes it is an input: a request, a
 * report of the runner, the passing of time, the loss of a node, a restart. An input is written down
 * before it is applied, and applying the same inputs to the same state again gives the same state.
 *
 * N1 nothing else changes what `Snapshot` keeps.
 * N2 what an input does depends on the state, the input and its time, and on nothing else; reads of
 *    the account are no inputs.
 * N3 an input that cannot be written down is refused if somebody asked for it, and written down later
 *    if it reports what has happened.
 *
 * @internal
 */
import * as Account from "@batchwave/sim/Account"
import * as Fact from "@batchwave/sim/Fact"
import type * as Pool from "@batchwave/sim/Pool"
import * as Restart from "@batchwave/sim/Restart"
import * as Runs from "@batchwave/sim/Runs"
import type { TaskEnd } from "@batchwave/sim/TaskEnd"
import * as Limits from "@batchwave/wire/Limits"
import { Buffer } from "node:buffer"
import * as EmulatorOptions from "./EmulatorOptions.ts"
import * as ErrorReply from "./ErrorReply.ts"
import type { Exchange, Handler } from "./Exchange.ts"
import * as FaultControl from "./FaultControl.ts"
import type { FaultPlan } from "./FaultPlan.ts"
import type { Verdict } from "./Faults.ts"
import * as Snapshot from "./ledger/Snapshot.ts"
import * as NodeLayout from "./NodeLayout.ts"
import * as PoolDocument from "./PoolDocument.ts"
import * as Routes from "./Routes.ts"
import { firstMark, orderRemoval, removeFiles, type State } from "./State.ts"

/** A request that may change something, without what only its connection needs. */
interface RequestInput {
  readonly _tag: "Request"
  readonly method: string
  readonly path: string
  readonly query: ReadonlyArray<readonly [string, string]>
  readonly headers: Exchange["headers"]
  readonly base: string
  readonly requestId: string
  readonly faults?: Verdict
}

/** Any input; the body of a request stands apart. */
type Input =
  | RequestInput
  | { readonly _tag: "RunStarted"; readonly generation: number }
  | { readonly _tag: "RunEnded"; readonly generation: number; readonly end: TaskEnd }
  | { readonly _tag: "TimePassed" }
  | {
    readonly _tag: "NodeMoved"
    readonly nodeIndex: number
    /** Absent for a node that comes back. */
    readonly absence?: Pool.NodeAbsence
  }
  | { readonly _tag: "FaultsPut"; readonly plan?: FaultPlan }
  | {
    readonly _tag: "Opened"
    readonly settings: EmulatorOptions.StoredSettings
    readonly plan?: FaultPlan
  }

/** An input as it is written down: with its time, and with what must be so when it is applied. */
interface Entry {
  readonly atMs: number
  readonly input: Input
  /** The account's time, the next number and the next generation before the input. */
  readonly before: readonly [number, number, number]
}

/** Headers that say who asks, which is nobody's business later. */
const unwrittenHeaders = new Set(["authorization", "proxy-authorization", "cookie"])

/** Lets a request's handler act; writes the request down first if it is no read. */
export const request = (exchange: Exchange, handle: Handler): ReturnType<Handler> => {
  const { operation: { method, operationId }, state } = exchange
  if (method === "GET" || method === "HEAD") return handle(exchange)
  if (state.ledger === undefined) state.inputsCount++
  else {
    const { base, body, faults, headers, nowMs, path, query, requestId } = exchange
    const input: RequestInput = {
      _tag: "Request",
      method,
      path,
      query: [...query],
      headers: Object.fromEntries(
        Object.entries(headers).filter(([name]) => !unwrittenHeaders.has(name))
      ),
      base,
      requestId,
      ...(faults === undefined ? {} : { faults })
    }
    if (!write(state, input, nowMs, withoutPasswords(operationId, body))) {
      return ErrorReply.make(exchange, "InternalError")
    }
  }
  try {
    return handle(exchange)
  } finally {
    settle(state)
  }
}

/** Tells the account that a run is about to launch; answers whether it is still wanted. */
export const runStarted = (state: State, generation: number, nowMs: number): boolean =>
  report(state, { _tag: "RunStarted", generation }, nowMs)

/** Tells the account how a run ended. */
export const runEnded = (state: State, generation: number, end: TaskEnd, nowMs: number): void => {
  report(state, { _tag: "RunEnded", generation, end }, nowMs)
}

/** Lets the account do what is due. */
export const timePassed = (state: State, nowMs: number): void => {
  report(state, { _tag: "TimePassed" }, nowMs)
}

/** Takes a node away or brings it back. */
export const nodeMoved = (
  state: State,
  nodeIndex: number,
  absence: Pool.NodeAbsence | undefined,
  nowMs: number
): void => {
  const moved = { _tag: "NodeMoved", nodeIndex } as const
  report(state, absence === undefined ? moved : { ...moved, absence }, nowMs)
}

/** Puts a fault plan in force, or ends the one that is. */
export const faultsPut = (state: State, plan: FaultPlan | undefined, nowMs: number): void => {
  report(state, { _tag: "FaultsPut", ...(plan === undefined ? {} : { plan }) }, nowMs)
}

/** Goes on with an account whose emulator ended, under the settings of this start. */
export const opened = (
  state: State,
  settings: EmulatorOptions.StoredSettings,
  plan: FaultPlan | undefined,
  nowMs: number
): void => {
  report(state, { _tag: "Opened", settings, ...(plan === undefined ? {} : { plan }) }, nowMs)
}

/** Applies an input that was written down. Answers with nothing, or why it cannot be. */
export const replay = (state: State, content: Buffer): string | undefined => {
  const line = content.indexOf(10)
  // The record's checksum and the version of its file vouch for the shape.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const entry = JSON.parse(content.toString("utf8", 0, line)) as Entry
  const { account } = state
  const [accountMs, number, generation] = entry.before
  if (account.nextNumber !== number || account.nextGeneration !== generation) {
    return `input ${state.inputsCount + 1} does not follow from those before it`
  }
  account.nowMs = accountMs
  state.inputsCount++
  if (entry.input._tag === "Request") {
    repeat(state, entry.input, content.toString("utf8", line + 1), entry.atMs)
  } else {
    apply(state, entry.input, entry.atMs)
  }
  settle(state)
  account.instructions = []
  return undefined
}

const repeat = (state: State, input: RequestInput, body: string, nowMs: number): void => {
  const found = Routes.find(input.method, input.path)
  if ("isPathKnown" in found) return
  const { parameters, route: { handle, operation } } = found
  const { base, faults, headers, path, requestId } = input
  const exchange = {
    state,
    operation,
    nowMs,
    requestId,
    base,
    path,
    parameters,
    query: new Map(input.query),
    headers,
    body,
    ...(faults === undefined ? {} : { faults })
  }
  try {
    handle(exchange)
  } catch {
    // What broke down then breaks down now, at the same place.
  }
}

const report = (state: State, input: Exclude<Input, RequestInput>, nowMs: number): boolean => {
  if (state.ledger !== undefined) write(state, input, nowMs, "")
  else state.inputsCount++
  const answer = apply(state, input, nowMs)
  settle(state)
  return answer
}

const apply = (state: State, input: Exclude<Input, RequestInput>, nowMs: number): boolean => {
  const { account } = state
  switch (input._tag) {
    case "RunStarted":
      clearGround(state, input.generation)
      return Runs.taskStarted(account, input.generation, nowMs)
    case "RunEnded":
      Runs.taskEnded(account, input.generation, input.end, nowMs)
      return true
    case "TimePassed":
      Runs.advance(account, nowMs)
      return true
    case "NodeMoved":
      if (input.absence === undefined) Runs.returnNode(account, input.nodeIndex, nowMs)
      else Runs.loseNode(account, input.nodeIndex, nowMs, input.absence)
      return true
    case "FaultsPut":
      if (input.plan === undefined) FaultControl.clear(state, nowMs)
      else FaultControl.put(state, input.plan, nowMs)
      return true
    case "Opened":
      open(state, input.settings, input.plan, nowMs)
      return true
    default:
      return input satisfies never
  }
}

/** A snapshot of more tasks would keep requests waiting: 3 µs a task. */
const snapshotTasksMax = 10_000

/** Writes an input down; answers whether it stands there. What happened is written later if need be. */
const write = (state: State, input: Input, nowMs: number, body: string): boolean => {
  const { account, ledger } = state
  if (ledger === undefined) return true
  if (ledger.isFull()) {
    if (account.tasks.length > snapshotTasksMax) ledger.compactAside()
    else ledger.compact(Snapshot.take(state))
  }
  const entry: Entry = {
    atMs: nowMs,
    input,
    before: [account.nowMs, account.nextNumber, account.nextGeneration]
  }
  const content = Buffer.from(`${JSON.stringify(entry)}\n${body}`)
  const isWritten = input._tag === "Request" ? ledger.append(content) : ledger.appendInTime(content)
  if (isWritten) state.inputsCount++
  return isWritten
}

/** Passwords and keys of a pool's users are not kept, so they are not written down either. */
const withoutPasswords = (operationId: string, body: string): string => {
  if (operationId !== "Pool_Add" || !body.includes("userAccounts")) return body
  try {
    return JSON.stringify(
      JSON.parse(
        body,
        (name, value: unknown) =>
          (name === "password" || name === "sshPrivateKey") && typeof value === "string"
            ? "not kept"
            : value
      )
    )
  } catch {
    return ""
  }
}

/** A run that begins finds its directory free of what was deleted there. */
const clearGround = (state: State, generation: number): void => {
  const { chores, placements } = state.account
  const run = placements.get(generation) ?? chores.get(generation)
  if (run === undefined || state.removals.size === 0) return
  const { job, node } = run
  if ("task" in run) {
    state.removals.delete(NodeLayout.taskDirectory("", node.id, job.id, run.task.id))
  }
  state.removals.delete(NodeLayout.jobDirectory("", node.id, job.id))
}

const open = (
  state: State,
  settings: EmulatorOptions.StoredSettings,
  plan: FaultPlan | undefined,
  nowMs: number
): void => {
  state.settings = EmulatorOptions.recalled(state.settings, settings)
  const { activeJobsMax, allocationMs, poolChanges, poolsMax } = settings
  FaultControl.renew(state, plan, nowMs)
  const lost = Restart.apply(state.account, {
    pool: EmulatorOptions.firstPoolOf(settings),
    changes: poolChanges,
    activeJobsMax,
    poolsMax,
    allocationMs,
    rules: settings,
    ...(plan === undefined ? {} : { faults: plan })
  }, nowMs)
  for (const { job, node, task } of lost) {
    orderRemoval(state, "task", NodeLayout.taskDirectory("", node.id, job.id, task.id))
  }
  recordPools(state, nowMs)
}

/** Gives pools that were made without a request the records all pools have. */
export const recordPools = (state: State, nowMs: number): void => {
  for (const pool of state.account.pools.values()) {
    if (state.poolRecords.has(pool)) continue
    state.poolRecords.set(pool, {
      ...firstMark(state, nowMs),
      members: PoolDocument.defaultMembers,
      resizeTimeout: Limits.resizeTimeoutDefault
    })
  }
}

/** What follows every input. */
const settle = (state: State): void => {
  if (state.leaving.size > 0) forgetJobs(state)
  for (const { jobId, taskId } of Account.takeExpiries(state.account)) {
    removeFiles(state, jobId, taskId)
  }
  if (state.account.facts !== undefined) {
    const facts = Fact.takeFacts(state.account)
    if (facts.length > 0) state.truth.facts(state.inputsCount, facts)
  }
}

/** Forgets the jobs that are gone. Their directories are to go at once, so that the ids are free. */
const forgetJobs = (state: State): void => {
  const { account } = state
  for (const [job, taskIndexes] of state.leaving) {
    if (Account.findJob(account, job.id) === job) continue
    state.leaving.delete(job)
    state.jobRecords.delete(job.index)
    for (const index of taskIndexes) {
      if (account.tasks[index] === undefined) state.taskRecords[index] = undefined
    }
    for (const node of Account.presentNodes(account)) {
      orderRemoval(state, "job", NodeLayout.jobDirectory("", node.id, job.id))
    }
  }
}

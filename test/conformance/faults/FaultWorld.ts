/**
 * One emulator, a fault proxy before it, and a client that goes through the proxy.
 *
 * The emulator answers only requests addressed to its own port, so it has the proxy's port on another
 * loopback address (on Linux all of 127.0.0.0/8 is loopback). Past the proxy goes a second client, which
 * looks at what the service really holds.
 */
import { BatchClient, type BatchClientOptions } from "@batchwave/client/BatchClient"
import { FileOperations } from "@batchwave/client/FileOperations"
import { JobOperations } from "@batchwave/client/JobOperations"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import { TaskWatch } from "@batchwave/client/TaskWatch"
import * as Emulator from "@batchwave/emulator/Emulator"
import type { EmulatorOptions } from "@batchwave/emulator/EmulatorOptions"
import type { Fault } from "@batchwave/emulator/Fault"
import type { FaultMatch, ServerFaults } from "@batchwave/emulator/FaultPlan"
import type { TaskAddParameter } from "@batchwave/wire/Task"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as FaultProxy from "./FaultProxy.ts"

/** The operations of one client. */
export interface Operations {
  readonly tasks: TaskOperations["Service"]
  readonly jobs: JobOperations["Service"]
  readonly files: FileOperations["Service"]
  readonly watch: TaskWatch["Service"]
}

/** What a trial plays with. */
export interface FaultWorld {
  /** Where the client under test goes: the proxy. */
  readonly endpoint: string
  readonly account: string
  readonly key: string
  readonly pool: string
  /** Gone with the scope. */
  readonly directory: string
  readonly proxy: FaultProxy.FaultProxy
  readonly control: Emulator.EmulatorControl
  /** The client under test. */
  readonly client: Operations
  /** The client past the proxy; not to be used while faults are in force. */
  readonly direct: Operations
}

/** Settings of a client under test beside where it goes. */
export type Tuning = Partial<BatchClientOptions>

/** The job there is from the start. */
export const jobId = "job"

/** Quick retries, but time enough for a busy machine. */
export const quickTuning = {
  attemptTimeoutMs: 10_000,
  deadlineMs: 20_000,
  backoffMsMin: 10,
  backoffMsMax: 40,
  retryAfterMsMax: 400
} as const

/** Starts a world with an empty job for the life of the scope. */
export const make = Effect.fnUntraced(function*(
  tuning: Tuning = {},
  options: Partial<EmulatorOptions> = {}
): Effect.fn.Return<FaultWorld, Error, Scope.Scope> {
  const directory = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "batchwave-faults-"))),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
  )
  const { emulator, proxy } = yield* pair({ dataDirectory: directory, ...options }, 0)
  const { account, control, key, pool } = emulator
  const place = { endpoint: `http://127.0.0.1:${proxy.port}`, account, key }
  const direct = yield* connect({ ...place, endpoint: emulator.endpoint })
  yield* direct.jobs.add({ id: jobId, poolInfo: { poolId: pool } })
  return {
    ...place,
    pool,
    directory,
    proxy,
    control,
    client: yield* connect(place, tuning),
    direct
  }
})

/** Tries further ports when the one that is free on one address is taken on the other. */
const pair = (
  options: EmulatorOptions,
  tries: number
): Effect.Effect<Pair, Error, Scope.Scope> =>
  Effect.gen(function*() {
    const proxy = yield* FaultProxy.make({ target: { host: serviceHost } })
    const emulator = yield* Emulator.make({ ...options, host: serviceHost, port: proxy.port })
    return { proxy, emulator }
  }).pipe(
    Effect.catch((error) => tries < 5 ? pair(options, tries + 1) : Effect.fail(error))
  )

interface Pair {
  readonly proxy: FaultProxy.FaultProxy
  readonly emulator: Emulator.EmulatorShape
}

const serviceHost = "127.0.0.2"

/** Makes a client for the life of the scope. */
export const connect = (
  { account, endpoint, key }: Pick<FaultWorld, "endpoint" | "account" | "key">,
  tuning: Tuning = {}
): Effect.Effect<Operations, Error, Scope.Scope> =>
  Effect.map(
    Layer.build(BatchClient.layer({
      endpoint,
      account,
      ...(tuning.credential === undefined ? { key: Redacted.make(key) } : {}),
      ...quickTuning,
      ...tuning
    })),
    (services) => ({
      tasks: Context.get(services, TaskOperations),
      jobs: Context.get(services, JobOperations),
      files: Context.get(services, FileOperations),
      watch: Context.get(services, TaskWatch)
    })
  )

/** Puts one fault in force, by default for the first request of the operations. */
export const breakOne = (
  { control }: FaultWorld,
  operation: string,
  fault: Fault,
  when: FaultMatch = { nth: 1 }
): Effect.Effect<void> =>
  Effect.orDie(
    control.putFaults({
      rules: [{ when: Object.assign({ operations: [operation] }, when), fault }]
    })
  )

/** Puts faults of the server as a whole in force. */
export const breakServer = ({ control }: FaultWorld, server: ServerFaults): Effect.Effect<void> =>
  Effect.orDie(control.putFaults({ server, rules: [] }))

/** Tasks that no node is wide enough for, so that they stay active. */
export const waitingTasks = (count: number): ReadonlyArray<TaskAddParameter> =>
  Array.from({ length: count }, (_, index) => waitingTask(`t${index}`))

/** A task that stays active. */
export const waitingTask = (
  id: string,
  more: Partial<TaskAddParameter> = {}
): TaskAddParameter => Object.assign({ id, commandLine: "true", requiredSlots: 200 }, more)

/** The ids that the job really holds, sorted by number. */
export const idsHeld = ({ control, direct }: FaultWorld): Effect.Effect<ReadonlyArray<string>> =>
  control.clearFaults.pipe(
    Effect.andThen(Stream.runCollect(direct.tasks.list(jobId, { select: ["id"] }))),
    Effect.map((tasks) => tasks.map(({ id = "" }) => id).toSorted(byNumber)),
    Effect.orDie
  )

const byNumber = (left: string, right: string): number =>
  left.localeCompare(right, "en", { numeric: true })

/** Waits until a task is completed. */
export const completed = ({ direct }: FaultWorld, taskId: string): Effect.Effect<void> =>
  direct.tasks.get(jobId, taskId, { select: ["id", "state"] }).pipe(
    Effect.repeat({ until: ({ state }) => state === "completed", schedule: Schedule.spaced(20) }),
    Effect.timeout("10 seconds"),
    Effect.asVoid,
    Effect.orDie
  )

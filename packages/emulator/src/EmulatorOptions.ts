/**
 * The settings of an emulator, their defaults, and the well-known development account.
 */
import type { PoolOptions } from "@batchwave/sim/Pool"
import type { RestartOptions } from "@batchwave/sim/Restart"
import * as Scenario from "@batchwave/sim/Scenario"
import * as Result from "effect/Result"
import { isIP } from "node:net"
import { availableParallelism } from "node:os"
import * as Path from "node:path"
import type * as AccessToken from "./AccessToken.ts"
import { type Pace, realPace } from "./AccountClock.ts"
import * as NetworkRules from "./executor/NetworkRules.ts"
import { resourceFileBytesMaxDefault } from "./executor/ProcessExecutor.ts"
import * as FaultPlan from "./FaultPlan.ts"
import * as OperationIds from "./OperationIds.ts"
import * as Switches from "./Switches.ts"

/**
 * The account of an emulator that names no other.
 *
 * @category values
 */
export const developmentAccount = "batchwave"

/**
 * The key of the development account: public, and therefore accepted on loopback only.
 *
 * @category values
 */
export const developmentKey =
  "YmF0Y2h3YXZlIGVtdWxhdG9yOiB0aGlzIGtleSBpcyBwdWJsaWMgYW5kIG9ubHkgZm9yIGxvb3BiYWNrIHVzZSEh"

/**
 * The pool of an emulator that names no other.
 *
 * @category values
 */
export const developmentPool = "batchwave"

/**
 * Who carries tasks out: processes of this machine, or a scenario that says how they would go, without
 * running anything. The account's time passes at the `pace`; with processes it is the real time.
 *
 * @category models
 */
export type ExecutorChoice =
  | { readonly _tag: "Process" }
  | {
    readonly _tag: "Simulated"
    readonly scenario: Scenario.Scenario
    /** @default realPace */
    readonly pace?: Pace
  }

/**
 * Settings of an emulator.
 *
 * @category models
 */
export interface EmulatorOptions extends Partial<Switches.Switches> {
  /** Address to listen on; another than loopback needs a key of its own. @default "127.0.0.1" */
  readonly host?: string
  /** Port to listen on; 0 takes a free one. @default 0 */
  readonly port?: number
  /**
   * Serves https: with a certificate generated at the start, or with one of your own and its key,
   * both PEM. @default plain http
   */
  readonly https?: "generated" | { readonly certificate: string; readonly key: string }
  /** @default developmentAccount */
  readonly account?: string
  /** Base64. @default developmentKey */
  readonly key?: string
  /** Access tokens taken as `Authorization: Bearer`. @default none */
  readonly tokens?: AccessToken.Issuer
  /** Id of the pool there is from the start. @default developmentPool */
  readonly pool?: string
  /**
   * Where everything is kept; made when missing. What was acknowledged is there again at the next
   * start in it, whatever ended this one. One emulator at a time.
   *
   * @default a temporary directory, for files only; nothing outlives the emulator
   */
  readonly dataDirectory?: string
  /** A file that is told what really happens, as `TruthEvent` says; it is added to. @default none */
  readonly truthFile?: string
  /** Number of nodes of that pool. @default 1 */
  readonly nodes?: number
  /** Slots of each of them, 1 to 256. @default the number of cores */
  readonly slotsPerNode?: number
  /** Must be named when the host is not loopback. @default processes */
  readonly executor?: ExecutorChoice
  /** How the scheduler fills nodes. @default "spread" */
  readonly nodeFillType?: "spread" | "pack"
  /** Directories `file:` URLs of resource and output files may lead to. @default none */
  readonly allowedDirectories?: ReadonlyArray<string>
  /**
   * Hosts that resource and output files may come from and go to besides loopback: names,
   * `*.suffix`, `*`, addresses, ranges such as `10.0.0.0/8`. @default none
   */
  readonly allowedHosts?: ReadonlyArray<string>
  /**
   * The storage account whose containers `autoStorageContainerName` names: its URL with a
   * signature, or a `file:` URL of a directory with a directory for each container.
   * @default tasks that name such a container are refused
   */
  readonly autoStorage?: string
  /** Largest resource file that is downloaded, in bytes. @default 17179869184 */
  readonly resourceFileBytesMax?: number
  /** Milliseconds between SIGTERM and SIGKILL of a task's processes. @default the executor's */
  readonly graceMs?: number
  /** Seed of orders and node choices. @default 1 */
  readonly seed?: number
  /** What goes wrong from the start; see `FaultPlan`. @default nothing */
  readonly faults?: FaultPlan.FaultPlan
}

/**
 * Settings with every default filled in.
 *
 * @category models
 */
export type Settings =
  & Required<
    Omit<
      EmulatorOptions,
      "executor" | "graceMs" | "faults" | "autoStorage" | "https" | "dataDirectory" | "truthFile"
    >
  >
  & {
    readonly dataDirectory: string | undefined
    readonly truthFile: string | undefined
    /** What was asked of the first pool, and not filled in. */
    readonly poolChanges: RestartOptions["changes"]
    readonly executor: ExecutorChoice | undefined
    readonly graceMs: number | undefined
    readonly faults: FaultPlan.FaultPlan | undefined
    readonly autoStorage: string | undefined
    readonly https: EmulatorOptions["https"] | undefined
  }

/**
 * Settings of an emulator that has its directory.
 *
 * @category models
 */
export type PlacedSettings = Settings & {
  /** By its real path. */
  readonly dataDirectory: string
}

/**
 * The pool an account begins with.
 *
 * @category operations
 */
export const firstPoolOf = (
  { nodeFillType, nodes, pool, slotsPerNode }: Pick<
    Settings,
    "nodeFillType" | "nodes" | "pool" | "slotsPerNode"
  >
): PoolOptions => ({
  id: pool,
  nodesCount: nodes,
  slotsPerNode,
  fillType: nodeFillType,
  isInterNode: true
})

/**
 * The settings a data directory remembers, because the account was shaped by them: all switches, and
 * what is named here. They stand in files, so none may be secret.
 *
 * @category models
 */
export type StoredSettings =
  & Switches.Switches
  & Pick<Settings, "pool" | "nodes" | "slotsPerNode" | "nodeFillType" | "seed" | "poolChanges">
  & { readonly hasAutoStorage: boolean }

/**
 * The settings to remember.
 *
 * @category operations
 */
export const storedOf = (settings: Settings): StoredSettings => {
  const { autoStorage, nodeFillType, nodes, pool, poolChanges, seed, slotsPerNode } = settings
  return {
    ...Switches.only(settings),
    pool,
    nodes,
    slotsPerNode,
    nodeFillType,
    seed,
    poolChanges,
    hasAutoStorage: autoStorage !== undefined
  }
}

/**
 * The settings an account was under, as far as they were remembered.
 *
 * @category operations
 */
export const recalled = (
  settings: PlacedSettings,
  { hasAutoStorage, ...stored }: StoredSettings
): PlacedSettings => ({
  ...settings,
  ...stored,
  autoStorage: hasAutoStorage ? settings.autoStorage ?? "file:///not-kept" : undefined
})

/**
 * Fills the defaults in.
 *
 * @category operations
 */
export const settle = (options: EmulatorOptions): Settings => ({
  ...Switches.settle(options),
  host: options.host ?? "127.0.0.1",
  port: options.port ?? 0,
  https: options.https,
  account: options.account ?? developmentAccount,
  key: options.key ?? developmentKey,
  tokens: options.tokens ?? [],
  pool: options.pool ?? developmentPool,
  dataDirectory: options.dataDirectory === undefined
    ? undefined
    : Path.resolve(options.dataDirectory),
  truthFile: options.truthFile === undefined ? undefined : Path.resolve(options.truthFile),
  nodes: options.nodes ?? 1,
  slotsPerNode: options.slotsPerNode ?? Math.min(256, availableParallelism()),
  executor: options.executor,
  nodeFillType: options.nodeFillType ?? "spread",
  allowedDirectories: options.allowedDirectories ?? [],
  allowedHosts: options.allowedHosts ?? [],
  autoStorage: options.autoStorage,
  resourceFileBytesMax: options.resourceFileBytesMax ?? resourceFileBytesMaxDefault,
  graceMs: options.graceMs,
  seed: options.seed ?? 1,
  faults: options.faults,
  poolChanges: {
    ...(options.nodes === undefined ? {} : { nodesCount: options.nodes }),
    ...(options.slotsPerNode === undefined ? {} : { slotsPerNode: options.slotsPerNode }),
    ...(options.nodeFillType === undefined ? {} : { fillType: options.nodeFillType })
  }
})

const base64Form = /^[A-Za-z0-9+/]+={0,2}$/
const idForm = /^[A-Za-z0-9_-]{1,64}$/

/**
 * Lists everything wrong with settings, one sentence each.
 *
 * @category operations
 */
export const problems = (settings: Settings): ReadonlyArray<string> => {
  const found: Array<string> = []
  const wholeNumber = (name: keyof Settings, value: number, least: number, most: number) => {
    if (Number.isInteger(value) && value >= least && value <= most) return
    found.push(`${name} must be a whole number from ${least} to ${most}, not ${value}.`)
  }
  wholeNumber("port", settings.port, 0, 65_535)
  wholeNumber("nodes", settings.nodes, 0, 10_000)
  wholeNumber("slotsPerNode", settings.slotsPerNode, 1, 256)
  found.push(...Switches.problems(settings))
  wholeNumber("resourceFileBytesMax", settings.resourceFileBytesMax, 0, Number.MAX_SAFE_INTEGER)
  if (!/^[a-z0-9]{3,24}$/.test(settings.account)) {
    found.push("account must be 3 to 24 lower-case letters and digits.")
  }
  if (!idForm.test(settings.pool)) {
    found.push("pool must be 1 to 64 letters, digits, hyphens and underscores.")
  }
  if (!base64Form.test(settings.key) || settings.key.length % 4 !== 0) {
    found.push("key must be base64.")
  }
  if (anyAddresses.has(settings.host)) {
    found.push(
      `Listening on ${settings.host} has no address to tell: give the one that clients use.`
    )
  }
  if (!isLoopback(settings.host) && settings.key === developmentKey) {
    found.push(`Listening on ${settings.host} needs a key of its own: the default key is public.`)
  }
  found.push(...executorProblems(settings))
  const rules = NetworkRules.make(settings.allowedHosts)
  if (Result.isFailure(rules)) found.push(...rules.failure)
  if (settings.autoStorage !== undefined && !/^(?:https?|file):\/\//i.test(settings.autoStorage)) {
    found.push("autoStorage must be an http, https or file URL.")
  }
  return settings.faults === undefined ? found : [...found, ...faultProblems(settings.faults)]
}

/** Addresses that stand for all of a machine's; requests could not be held to one. */
const anyAddresses: ReadonlySet<string> = new Set(["0.0.0.0", "::"])

const executorProblems = ({ executor, host }: Settings): ReadonlyArray<string> => {
  if (executor === undefined) {
    return isLoopback(host) ? [] : [
      `Listening on ${host} lets others run commands on this machine: name the executor, processes or a simulation.`
    ]
  }
  if (executor._tag === "Process") return []
  const { pace = realPace, scenario } = executor
  const found = Scenario.problems(scenario).map((problem) => `The scenario: ${problem}`)
  if (pace._tag === "Scaled" && !(pace.speed >= speedMin && pace.speed <= speedMax)) {
    found.push(`speed must be from ${speedMin} to ${speedMax}, not ${pace.speed}.`)
  }
  return found
}

/** The slowest pace of the account's time, as a factor on real time. */
export const speedMin = 0.001

/** The fastest pace of the account's time, as a factor on real time. */
export const speedMax = 1_000_000

const faultProblems = (plan: FaultPlan.FaultPlan): ReadonlyArray<string> => {
  const decoded = FaultPlan.decode(plan)
  return Result.isFailure(decoded) ? decoded.failure : FaultPlan.problems(plan, OperationIds.all)
}

/**
 * Tells whether a host is only reachable from this machine.
 *
 * @category guards
 */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."))

/**
 * The switches of an emulator: limits and lags that can be set, and every answer of the service that
 * nobody has confirmed, with our guess as the default and what else it might be.
 *
 * The table in docs/fidelity.md is written from this one.
 */
import { defaults as ruleDefaults, type ServiceRules } from "@batchwave/sim/ServiceRules"
import * as Result from "effect/Result"

/**
 * A whole number within bounds, both included.
 *
 * @category models
 */
export interface NumberSwitch {
  readonly _tag: "Number"
  readonly default: number
  readonly least: number
  readonly most: number
  readonly about: string
}

/**
 * One of several words; the first is the default.
 *
 * @category models
 */
export interface ChoiceSwitch<A extends string = string> {
  readonly _tag: "Choice"
  readonly choices: readonly [A, ...ReadonlyArray<A>]
  readonly about: string
}

/**
 * Yes or no.
 *
 * @category models
 */
export interface FlagSwitch {
  readonly _tag: "Flag"
  readonly default: boolean
  readonly about: string
}

/**
 * Any switch.
 *
 * @category models
 */
export type Switch = NumberSwitch | ChoiceSwitch | FlagSwitch

const whole = (initial: number, least: number, most: number, about: string): NumberSwitch => ({
  _tag: "Number",
  default: initial,
  least,
  most,
  about
})

const choice = <const A extends string>(
  choices: readonly [A, ...ReadonlyArray<A>],
  about: string
): ChoiceSwitch<A> => ({ _tag: "Choice", choices, about })

/** A guess that the account itself acts by; its default is the account's. */
const rule = <const Name extends keyof ServiceRules>(
  name: Name,
  others: ReadonlyArray<ServiceRules[Name]>,
  about: string
): ChoiceSwitch<ServiceRules[Name]> => ({
  _tag: "Choice",
  choices: [ruleDefaults[name], ...others],
  about
})

/** Limits, lags and strictness. */
const limits = {
  bodyBytesMax: whole(1_048_576, 1024, 67_108_864, "largest request body in bytes"),
  collectionTasksMax: whole(100, 1, 10_000, "most tasks in a collection"),
  pageItemsMax: whole(1000, 1, 1000, "most items of a page, whatever is asked for"),
  taskCountsLagMs: whole(0, 0, 86_400_000, "milliseconds that task counts may lag behind"),
  statisticsLagMs: whole(
    1_800_000,
    0,
    86_400_000,
    "milliseconds for which `$expand=stats` tells nothing yet of what was just made"
  ),
  allocationMs: whole(0, 0, 86_400_000, "milliseconds until nodes that were asked for join"),
  taskOutputBytesMax: whole(
    4_294_967_296,
    1,
    1_000_000_000_000_000,
    "most bytes in a task's `stdout.txt` and `stderr.txt`; one that writes more ends with `DiskFull`"
  ),
  activeJobsMax: whole(1000, 1, 1_000_000, "jobs that are not completed at the same time"),
  poolsMax: whole(100, 1, 10_000, "pools at the same time"),
  isQueryStrict: {
    _tag: "Flag",
    default: true,
    about: "query parameters that the operation does not have are refused"
  },
  apiVersions: choice(["listed", "any"], "versions a request may name")
} as const satisfies Record<string, Switch>

/** Guesses that only show on the wire. */
const wireGuesses = {
  collectionOverflowCode: choice(
    ["InvalidPropertyValue", "InvalidRequestBody", "RequestBodyTooLarge"],
    "code of a collection with too many tasks"
  ),
  oversizedBodies: choice(
    ["untouched", "carriedOut"],
    "whether a request that is refused as too large (413) is carried out all the same"
  ),
  duplicateTasks: choice(
    ["secondRefused", "requestRefused"],
    "a task id twice in one collection: the second is `TaskExists`, or all is `InvalidRequestBody`"
  ),
  unknownTokenStatus: choice(["401", "403"], "status of an unknown or expired access token"),
  listOrder: choice(["added", "id"], "order of listings of tasks, jobs, pools and nodes"),
  reactivationETags: choice(
    ["new", "same"],
    "ETag and Last-Modified after a reactivation; with `same`, `If-Match` stops no late duplicate"
  ),
  int64Form: choice(["number", "text"], "how 64-bit numbers stand in documents"),
  absentValues: choice(
    ["unmatched", "differ"],
    "whether `ne` in a filter passes what has no value"
  ),
  workingDirectories: choice(["kept", "emptied"], "the working directory before another try"),
  subtaskDirectories: choice(
    ["numbered", "named"],
    "the directory of subtask 1 in that of its task: `1`, or `subtask1`"
  )
} as const satisfies Record<string, Switch>

/** Guesses that the account acts by. */
const ruleGuesses = {
  wallClockExitCode: rule(
    "wallClockExitCode",
    ["windows", "none"],
    "exit code of a process that its wall clock ended: of the signal, -1073741510, or none"
  ),
  wallClockOfRetries: rule("wallClockOfRetries", ["kept"], "the wall clock of a retry"),
  retryCountsBelowMinusOne: rule(
    "retryCountsBelowMinusOne",
    ["unlimited"],
    "retry counts below -1"
  ),
  jobRetryCounts: rule("jobRetryCounts", ["allTasks"], "whom a job's new retry count reaches"),
  parentIds: rule("parentIds", ["exactCase"], "how ids in `dependsOn` are compared"),
  unknownParents: rule(
    "unknownParents",
    ["refused"],
    "dependencies on tasks that are not there yet"
  ),
  dependencyCycles: rule("dependencyCycles", ["refused"], "tasks that depend on each other"),
  reactivatedParents: rule(
    "reactivatedParents",
    ["block"],
    "what dependents of a parent do that succeeds after a reactivation"
  ),
  deletedParents: rule("deletedParents", ["forgotten"], "parents deleted after they satisfied"),
  exitCodeOverlaps: rule("exitCodeOverlaps", ["range"], "exact exit code and range that overlap"),
  unfitTasks: rule("unfitTasks", ["refused"], "tasks that need more slots than a node has"),
  preemptions: rule("preemptions", ["requeues"], "whether a preemption counts as a requeue"),
  updatesOfCompletedTasks: rule(
    "updatesOfCompletedTasks",
    ["accepted"],
    "update of a completed task; refused with `TaskCompleted`"
  ),
  tasksOfDisabledJobs: rule(
    "tasksOfDisabledJobs",
    ["locked"],
    "terminate, delete and update of tasks of a disabled job; locked is `JobDisabled`"
  ),
  tasksOfEndedJobs: rule(
    "tasksOfEndedJobs",
    ["locked"],
    "delete of tasks of a job that is over; locked is `JobCompleted`"
  )
} as const satisfies Record<keyof ServiceRules, Switch>

/**
 * All switches by name.
 *
 * @category values
 */
export const table = { ...limits, ...wireGuesses, ...ruleGuesses } as const

/**
 * The names of the switches that stand for guesses.
 *
 * @category values
 */
export const guesses: ReadonlySet<string> = new Set(
  Object.keys({ ...wireGuesses, ...ruleGuesses })
)

type ValueOf<A> = A extends ChoiceSwitch<infer Word> ? Word
  : A extends NumberSwitch ? number
  : boolean

/**
 * A value for each switch.
 *
 * @category models
 */
export type Switches = {
  readonly [Name in keyof typeof table]: ValueOf<(typeof table)[Name]>
}

/**
 * The default of each switch.
 *
 * @category values
 */
export const defaultOf = (each: Switch): number | string | boolean =>
  each._tag === "Choice" ? each.choices[0] : each.default

/**
 * The defaults of all switches.
 *
 * @category values
 */
export const defaults: Switches = {
  bodyBytesMax: table.bodyBytesMax.default,
  collectionTasksMax: table.collectionTasksMax.default,
  pageItemsMax: table.pageItemsMax.default,
  taskCountsLagMs: table.taskCountsLagMs.default,
  statisticsLagMs: table.statisticsLagMs.default,
  allocationMs: table.allocationMs.default,
  taskOutputBytesMax: table.taskOutputBytesMax.default,
  activeJobsMax: table.activeJobsMax.default,
  poolsMax: table.poolsMax.default,
  isQueryStrict: table.isQueryStrict.default,
  apiVersions: table.apiVersions.choices[0],
  collectionOverflowCode: table.collectionOverflowCode.choices[0],
  oversizedBodies: table.oversizedBodies.choices[0],
  duplicateTasks: table.duplicateTasks.choices[0],
  unknownTokenStatus: table.unknownTokenStatus.choices[0],
  listOrder: table.listOrder.choices[0],
  reactivationETags: table.reactivationETags.choices[0],
  int64Form: table.int64Form.choices[0],
  absentValues: table.absentValues.choices[0],
  workingDirectories: table.workingDirectories.choices[0],
  subtaskDirectories: table.subtaskDirectories.choices[0],
  wallClockExitCode: table.wallClockExitCode.choices[0],
  wallClockOfRetries: table.wallClockOfRetries.choices[0],
  retryCountsBelowMinusOne: table.retryCountsBelowMinusOne.choices[0],
  jobRetryCounts: table.jobRetryCounts.choices[0],
  parentIds: table.parentIds.choices[0],
  unknownParents: table.unknownParents.choices[0],
  dependencyCycles: table.dependencyCycles.choices[0],
  reactivatedParents: table.reactivatedParents.choices[0],
  deletedParents: table.deletedParents.choices[0],
  exitCodeOverlaps: table.exitCodeOverlaps.choices[0],
  unfitTasks: table.unfitTasks.choices[0],
  preemptions: table.preemptions.choices[0],
  updatesOfCompletedTasks: table.updatesOfCompletedTasks.choices[0],
  tasksOfDisabledJobs: table.tasksOfDisabledJobs.choices[0],
  tasksOfEndedJobs: table.tasksOfEndedJobs.choices[0]
}

/**
 * Fills the defaults in.
 *
 * @category operations
 */
export const settle = (given: Partial<Switches>): Switches => ({ ...defaults, ...given })

/**
 * The switches among other settings, and nothing else.
 *
 * @category operations
 */
export const only = (values: Switches): Switches => ({
  ...defaults,
  ...Object.fromEntries(Object.entries(values).filter(([name]) => Object.hasOwn(table, name)))
})

/**
 * Lists everything wrong with values of switches, one sentence each; absent ones are right.
 *
 * @category operations
 */
export const problems = (values: Partial<Switches>): ReadonlyArray<string> =>
  Object.entries(table).flatMap(([name, each]) => {
    const value: unknown = Reflect.get(values, name)
    return value === undefined || isValue(each, value)
      ? []
      : [`${name} must be ${valuesOf(each)}, not ${JSON.stringify(value)}.`]
  })

/**
 * Reads `name=value` as it stands on a command line. Fails with a sentence that says what there is.
 *
 * @category decoding
 */
export const read = (text: string): Result.Result<Partial<Switches>, string> => {
  const sign = text.indexOf("=")
  const name = sign < 0 ? text : text.slice(0, sign)
  if (!isName(name)) {
    return Result.fail(`there is no switch ${name}; there are ${Object.keys(table).join(", ")}`)
  }
  const each: Switch = table[name]
  const given = sign < 0 ? "" : text.slice(sign + 1)
  const value = each._tag === "Number"
    ? (/^-?\d{1,15}$/.test(given) ? Number(given) : Number.NaN)
    : each._tag === "Flag" && (given === "true" || given === "false")
    ? given === "true"
    : given
  return isValue(each, value)
    ? Result.succeed({ [name]: value })
    : Result.fail(`${name} must be ${valuesOf(each)}, not ${given === "" ? "nothing" : given}`)
}

/**
 * Says which values a switch takes.
 *
 * @category reads
 */
export const valuesOf = (each: Switch): string => {
  switch (each._tag) {
    case "Number":
      return `a whole number from ${each.least} to ${each.most}`
    case "Choice":
      return each.choices.join(" or ")
    case "Flag":
      return "true or false"
    default:
      return each satisfies never
  }
}

const isName = (name: string): name is keyof typeof table => Object.hasOwn(table, name)

const isValue = (each: Switch, value: unknown): boolean => {
  switch (each._tag) {
    case "Number":
      return typeof value === "number" && Number.isInteger(value) && value >= each.least &&
        value <= each.most
    case "Choice":
      return each.choices.some((word) => word === value)
    case "Flag":
      return typeof value === "boolean"
    default:
      return each satisfies never
  }
}

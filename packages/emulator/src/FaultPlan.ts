/**
 * A fault plan: which requests, runs and nodes go wrong, when, and how, as plain JSON.
 *
 * F1 the same plan and the same sequence of requests give the same faults: a rule counts the requests
 *    it matches, and its draws depend on the seed, its place in the plan and that count alone.
 * F2 all rules are looked at in order; delays add up, and of the faults that end a request the first
 *    one holds. A rule that was outdone did not fire.
 */
import * as FaultScript from "@batchwave/sim/FaultScript"
import * as IdPattern from "@batchwave/sim/IdPattern"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { Fault } from "./Fault.ts"
import { NodeRule, RunFault } from "./RunFault.ts"

const Counter = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))
const Ms = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** The conditions rules of every kind have. */
const counted = {
  /** Milliseconds since the plan was put. @default 0 */
  fromMs: Schema.optionalKey(Ms),
  /** Milliseconds since the plan was put; not included. @default for ever */
  untilMs: Schema.optionalKey(Ms),
  /** Only the nth of all that match the rest, counted from 1. */
  nth: Schema.optionalKey(Counter),
  /** Only the nth, the 2nth and so on. */
  everyNth: Schema.optionalKey(Counter),
  /** With this probability, drawn for each match. @default 1 */
  probability: Schema.optionalKey(
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
  ),
  /** The most times the rule fires. @default no limit */
  countMax: Schema.optionalKey(Counter)
} as const

/**
 * Which requests a rule is about; all of what is given must hold. Operations, jobs and tasks are
 * compared without regard to case.
 *
 * @category models
 */
export const FaultMatch = Schema.Struct({
  /** Operation ids such as `Task_AddCollection`, with `*` and `?`. @default all */
  operations: Schema.optionalKey(Schema.NonEmptyArray(Schema.String)),
  /** The id of the job, with `*` and `?`. */
  jobs: Schema.optionalKey(Schema.String),
  /** The id of the task, or of one task of a collection, with `*` and `?`. */
  tasks: Schema.optionalKey(Schema.String),
  ...counted
})

/** Which requests a rule is about. */
export interface FaultMatch extends Schema.Schema.Type<typeof FaultMatch> {}

/**
 * One rule.
 *
 * @category models
 */
export const FaultRule = Schema.Struct({
  /** Tells the rule in reports and logs. @default "rule-1" for the first, and so on */
  name: Schema.optionalKey(Schema.String.check(Schema.isBetweenLength(1, 100))),
  /** @default every request */
  when: Schema.optionalKey(FaultMatch),
  fault: Fault
})

/** One rule. */
export interface FaultRule extends Schema.Schema.Type<typeof FaultRule> {}

/**
 * Which runs a rule is about; all of what is given must hold.
 *
 * @category models
 */
export const RunMatch = Schema.Struct({
  /** The id of the job, with `*` and `?`. */
  jobs: Schema.optionalKey(Schema.String),
  /** The id of the task, with `*` and `?`. */
  tasks: Schema.optionalKey(Schema.String),
  /** Only the try after so many retries. */
  retryCount: Schema.optionalKey(Ms),
  ...counted
})

/** Which runs a rule is about. */
export interface RunMatch extends Schema.Schema.Type<typeof RunMatch> {}

/**
 * One rule over runs of tasks. Of several the first that fires holds.
 *
 * @category models
 */
export const RunRule = Schema.Struct({
  /** Tells the rule in reports. @default "run-1" for the first, and so on */
  name: Schema.optionalKey(Schema.String.check(Schema.isBetweenLength(1, 100))),
  /** @default every run */
  when: Schema.optionalKey(RunMatch),
  fault: RunFault
})

/** One rule over runs of tasks. */
export interface RunRule extends Schema.Schema.Type<typeof RunRule> {}

/**
 * What goes wrong with the server as a whole, as long as the plan holds.
 *
 * @category models
 */
export const ServerFaults = Schema.Struct({
  /** Milliseconds the server's clock is ahead, for its Date header and the age of signatures. */
  dateOffsetMs: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: -86_400_000 * 366, maximum: 86_400_000 * 366 }))
  ),
  /** Milliseconds that all times in documents are ahead, `Last-Modified` included. */
  timesOffsetMs: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: -86_400_000 * 366, maximum: 86_400_000 * 366 }))
  ),
  /** Milliseconds after which a connection without a request is closed, without a word of warning. */
  idleCloseMs: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3_600_000 }))
  )
})

/** What goes wrong with the server as a whole. */
export interface ServerFaults extends Schema.Schema.Type<typeof ServerFaults> {}

/** The most rules of a kind. */
export const rulesMax = FaultScript.rulesMax

/**
 * A fault plan.
 *
 * @category models
 */
export const FaultPlan = Schema.Struct({
  /** Seed of every draw. @default 1 */
  seed: Schema.optionalKey(Schema.Int),
  server: Schema.optionalKey(ServerFaults),
  /** What goes wrong with runs of tasks. @default nothing */
  runs: Schema.optionalKey(Schema.Array(RunRule).check(Schema.isMaxLength(rulesMax))),
  /** Which nodes are taken away, and when. @default none */
  nodes: Schema.optionalKey(Schema.Array(NodeRule).check(Schema.isMaxLength(rulesMax))),
  /** What goes wrong with requests. */
  rules: Schema.Array(FaultRule).check(Schema.isMaxLength(rulesMax))
})

/** A fault plan. */
export interface FaultPlan extends Schema.Schema.Type<typeof FaultPlan> {}

/**
 * Reads a plan. Unknown members are errors. Fails with one sentence for each problem, each with the
 * path of the value.
 *
 * @category decoding
 */
export const decode = (value: unknown): Result.Result<FaultPlan, ReadonlyArray<string>> =>
  Result.mapError(
    decodeStrictly(value),
    ({ issue }) =>
      formatIssue(issue).issues.slice(0, problemsMax).map(({ message, path }) => {
        const place = (path ?? []).map((key) => String(typeof key === "object" ? key.key : key))
        return `${["faults", ...place].join(".")}: ${message}`
      })
  )

/**
 * Lists everything wrong with a plan that its shape does not tell, given the operations there are.
 *
 * @category decoding
 */
export const problems = (
  plan: FaultPlan,
  operationIds: ReadonlyArray<string>
): ReadonlyArray<string> => [
  ...plan.rules.flatMap((rule, index) => ruleProblems(rule, index, operationIds)),
  ...FaultScript.problems(plan)
]

const problemsMax = 20

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const decodeStrictly = Schema.decodeUnknownResult(FaultPlan, {
  errors: "all",
  onExcessProperty: "error"
})

const ruleProblems = (
  rule: FaultRule,
  index: number,
  operationIds: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const { fault, when = {} } = rule
  const place = `faults.rules.${index}`
  const found: Array<string> = []
  for (const pattern of when.operations ?? []) {
    if (operationIds.some((id) => IdPattern.matches(pattern, id))) continue
    found.push(`${place}.when.operations: no operation is called ${pattern}.`)
  }
  const items = fault._tag === "Collection" ? fault.items ?? [] : []
  const patterns = [
    ...(when.operations ?? []),
    when.jobs,
    when.tasks,
    ...items.map((item) => item.tasks),
    "tasks" in fault ? fault.tasks : undefined
  ]
  return [...found, ...windowProblems(place, when), ...patternProblems(place, patterns)]
}

const windowProblems = (
  place: string,
  { fromMs = 0, untilMs = Infinity }: { readonly fromMs?: number; readonly untilMs?: number }
): ReadonlyArray<string> =>
  untilMs > fromMs ? [] : [`${place}.when.untilMs: it must be later than fromMs.`]

const patternProblems = (
  place: string,
  patterns: ReadonlyArray<string | undefined>
): ReadonlyArray<string> =>
  patterns.filter((pattern) => pattern !== undefined && pattern.length > IdPattern.lengthMax)
    .map(() => `${place}: a pattern may have ${IdPattern.lengthMax} characters.`)

/**
 * One way to run a pipeline: what an experiment compares.
 */
import * as Definition from "@batchwave/core/Definition"
import * as GuardedPolicy from "@batchwave/core/GuardedPolicy"
import * as MemberCheck from "@batchwave/core/MemberCheck"
import * as Policy from "@batchwave/core/Policy"
import type { Policies } from "@batchwave/core/Reactor"
import type { DependencyMode, FailureMode, RunLimits } from "@batchwave/core/RunMode"
import * as RunMode from "@batchwave/core/RunMode"
import type { ResiliencePolicy } from "@batchwave/wire/Resilience"
import { pollMsMax, pollMsMin, type PollPolicy, type SubmitPolicy } from "./VirtualDriver.ts"

/**
 * A value of a parameter of a sweep.
 *
 * @category models
 */
export type ParameterValue = number | string | boolean

/**
 * Where an arm stands in a sweep: the value of each parameter.
 *
 * @category models
 */
export type Point = { readonly [parameter: string]: ParameterValue }

/**
 * An arm. What it leaves out is as in a run of the pipeline.
 *
 * @category models
 */
export interface Arm {
  /** Tells the arm in tables and files; unique in its experiment. */
  readonly name: string
  /**
   * The policy of every node, in the place of those the pipeline gives to its tasks.
   * @default the pipeline's own
   */
  readonly policy?: Policy.Policy
  /** @default "eager" */
  readonly mode?: DependencyMode
  /** @default "keepGoing" */
  readonly failureMode?: FailureMode
  /** @default only the slots of a compute node */
  readonly limits?: RunLimits
  /** How often the job is listed. @default that of the engine */
  readonly poll?: PollPolicy
  /** How requests are made. @default that of the engine */
  readonly submit?: SubmitPolicy
  /** How often and when the client makes a refused request again. @default that of the client */
  readonly client?: Partial<ResiliencePolicy>
  /** Of an arm of a sweep; reports draw the measure by it. @default none */
  readonly point?: Point
}

/**
 * Makes an arm.
 *
 * @category constructors
 */
export const make = (name: string, rest: Omit<Arm, "name"> = {}): Arm => ({ name, ...rest })

/**
 * What an arm is, in one line.
 *
 * @category rendering
 */
export const describe = (arm: Arm): string =>
  [
    arm.policy?.description ?? "the pipeline's own policies",
    ...(arm.mode === undefined ? [] : [`mode ${arm.mode}`]),
    ...(arm.failureMode === undefined ? [] : [`on failure ${arm.failureMode}`]),
    ...settingsOf("limits", arm.limits),
    ...settingsOf("poll", arm.poll),
    ...settingsOf("submit", arm.submit),
    ...settingsOf("client", arm.client)
  ].join("; ")

const settingsOf = (name: string, settings: object | undefined): ReadonlyArray<string> =>
  settings === undefined
    ? []
    : [`${name} ${Object.entries(settings).map(([key, value]) => `${key} ${value}`).join(", ")}`]

/**
 * Whether a value that came from outside, such as the export of a module, is a policy.
 *
 * @category guards
 */
export const isPolicy = (value: unknown): value is Policy.Policy =>
  typeof value === "object" && value !== null
  && "description" in value && typeof value.description === "string"
  && "decide" in value && typeof value.decide === "function"

const members: MemberCheck.Known<Arm> = {
  name: true,
  policy: true,
  mode: true,
  failureMode: true,
  limits: true,
  poll: true,
  submit: true,
  client: true,
  point: true
}

/**
 * Lists the members of a value from outside that no arm has, one sentence each.
 *
 * @category guards
 */
export const unknownOf = (value: object): ReadonlyArray<string> =>
  MemberCheck.unknown(value, members)

/**
 * Whether a value that came from outside is an arm: a name, and nothing that an arm does not have.
 *
 * @category guards
 */
export const isArm = (value: unknown): value is Arm =>
  typeof value === "object" && value !== null
  && "name" in value && typeof value.name === "string"
  && (!("policy" in value) || value.policy === undefined || isPolicy(value.policy))
  && unknownOf(value).length === 0

/** What a number of an arm may be; `isWhole` where parts make no sense. */
interface Range {
  readonly min: number
  readonly isWhole?: boolean
  /** Whether it may be infinite, which means never. */
  readonly isEndless?: boolean
}

const numbers: {
  readonly limits: { readonly [Name in keyof Required<RunLimits>]: Range }
  readonly poll: { readonly [Name in keyof Required<PollPolicy>]: Range }
  readonly submit: { readonly [Name in keyof Required<SubmitPolicy>]: Range }
  readonly client: { readonly [Name in keyof ResiliencePolicy]: Range }
} = {
  limits: {
    activeSlotsMax: { min: 1, isWhole: true },
    unansweredMax: { min: 1, isWhole: true },
    nodeSlotsMax: { min: 1, isWhole: true }
  },
  poll: {
    msMin: { min: 1 },
    msMax: { min: 1 },
    overlapMs: { min: 0 },
    pollsPerSweep: { min: 1, isWhole: true },
    stuckAfterMs: { min: 1, isEndless: true }
  },
  submit: {
    tasksPerRequest: { min: 1, isWhole: true },
    concurrency: { min: 1, isWhole: true },
    patienceMs: { min: 1 },
    timeoutMs: { min: 1 },
    giveUpAfterMs: { min: 1, isEndless: true }
  },
  client: {
    attemptsMax: { min: 1, isWhole: true },
    attemptTimeoutMs: { min: 1 },
    deadlineMs: { min: 1 },
    backoffMsMin: { min: 0 },
    backoffMsMax: { min: 0 },
    retryAfterMsMax: { min: 0 }
  }
}

const modes: ReadonlySet<unknown> = new Set<DependencyMode>(["eager", "waves", "native"])

/**
 * Lists what is wrong with an arm, one sentence each; none when it can be run.
 *
 * @category operations
 */
export const problems = (arm: Arm): ReadonlyArray<string> => {
  const found = [...unknownOf(arm)]
  const { failureMode, mode, policy, poll } = arm
  if (policy !== undefined && !isPolicy(policy)) found.push("policy must be a policy.")
  else found.push(...(policy?.problems ?? []).map((problem) => `its policy: ${problem}`))
  if (mode !== undefined && !modes.has(mode)) {
    found.push(`mode must be one of eager, waves, native, not ${shown(mode)}.`)
  }
  if (failureMode !== undefined && RunMode.parseFailureMode(shown(failureMode)) === undefined) {
    found.push(
      "failureMode must be one of keepGoing, drain, failFast, tolerate:N, tolerate:N%, not "
        + `${shown(failureMode)}.`
    )
  }
  for (const part of ["limits", "poll", "submit", "client"] as const) {
    found.push(...numberProblems(part, numbers[part], arm[part] ?? {}))
  }
  const { msMax = pollMsMax, msMin = pollMsMin } = poll ?? {}
  if (msMin > msMax) {
    found.push(`poll.msMin must be at most poll.msMax, which is ${msMax}, not ${msMin}.`)
  }
  return found
}

/** A value from outside, whatever it is, in few words. */
const shown = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? `${value}` : JSON.stringify(value)

const numberProblems = (
  part: string,
  known: { readonly [name: string]: Range },
  given: object
): ReadonlyArray<string> =>
  Object.entries(given).flatMap(([name, value]: [string, unknown]) => {
    const place = `${part}.${name}`
    if (!Object.hasOwn(known, name)) {
      return [`${place} is not known; there are ${Object.keys(known).join(", ")}.`]
    }
    const { isEndless = false, isWhole = false, min = 0 } = known[name] ?? {}
    const isGood = value === undefined || (typeof value === "number" && value >= min
      && (!isWhole || Number.isInteger(value)) && (isEndless || value < Infinity))
    return isGood
      ? []
      : [
        `${place} must be a ${isWhole ? "whole " : ""}number of at least ${min}, not ${
          shown(value)
        }.`
      ]
  })

/**
 * The policies of a run of a definition by an arm. A policy that answers what is no decision throws when
 * it is asked, and says so: what it would come to in a run is no result.
 *
 * @category conversions
 */
export const policiesOf = (arm: Arm, definition: Definition.Definition): Policies => {
  const { policy } = arm
  return GuardedPolicy.policies({
    policyOf: policy === undefined
      ? Definition.policiesOf(definition, Policy.defaultPolicy)
      : () => policy,
    checkOutput: GuardedPolicy.outputCheck(
      definition.checkOutput,
      (why) => fail(`the pipeline's check of an output ${why}`)
    ),
    ...(definition.classify === undefined ? {} : { classify: definition.classify })
  }, {
    decision: (why) => fail(`a policy of arm "${arm.name}" ${why}`),
    failure: (why) => fail(`the pipeline's classify function ${why}`)
  })
}

const fail = (message: string): never => {
  throw new Error(message)
}

/**
 * The part of a fault plan that is about tasks and nodes, as plain data: what a server and a
 * simulation do alike.
 */
import type { Counted } from "./FaultCounter.ts"
import * as IdPattern from "./IdPattern.ts"
import type { NodeFault, NodeRule } from "./NodeFault.ts"
import type { RunFault } from "./RunFault.ts"

/**
 * Which runs a rule is about; all of what is given must hold.
 *
 * @category models
 */
export interface RunMatch extends Counted {
  /** The id of the job, with `*` and `?`. */
  readonly jobs?: string
  /** The id of the task, with `*` and `?`. */
  readonly tasks?: string
  /** Only the try after so many retries. */
  readonly retryCount?: number
}

/**
 * One rule over runs of tasks. Of several the first that fires holds.
 *
 * @category models
 */
export interface RunRule {
  /** Tells the rule in reports. @default "run-1" for the first, and so on */
  readonly name?: string
  /** @default every run */
  readonly when?: RunMatch
  readonly fault: RunFault
}

/**
 * What goes wrong with runs and nodes.
 *
 * @category models
 */
export interface FaultScript {
  /** Seed of every draw. @default 1 */
  readonly seed?: number
  readonly runs?: ReadonlyArray<RunRule>
  readonly nodes?: ReadonlyArray<NodeRule>
}

/** The most rules of a kind. */
export const rulesMax = 1000

/**
 * Lists what is wrong with a script, one sentence each, every place under `place`; none when it can be
 * in force.
 *
 * @category operations
 */
export const problems = (script: FaultScript, place = "faults"): ReadonlyArray<string> => {
  const { nodes = [], runs = [], seed = 1 } = script
  const check = checkerOf(place)
  if (!Number.isInteger(seed)) check.say("seed", `it must be a whole number, not ${seed}.`)
  for (const [name, rules] of [["runs", runs], ["nodes", nodes]] as const) {
    if (rules.length > rulesMax) {
      check.say(name, `it has ${rules.length} rules; at most ${rulesMax}.`)
    }
  }
  runs.forEach((rule, index) => checkRun(checkerOf(`${place}.runs.${index}`, check.found), rule))
  nodes.forEach((rule, index) => checkNode(checkerOf(`${place}.nodes.${index}`, check.found), rule))
  return check.found
}

interface Checker {
  readonly found: Array<string>
  readonly say: (name: string, problem: string) => void
  readonly atLeast: (name: string, value: number | undefined, min: number) => void
  readonly count: (name: string, value: number | undefined, min: number) => void
  readonly share: (name: string, value: number | undefined) => void
  readonly patterns: (...values: ReadonlyArray<string | undefined>) => void
}

const checkerOf = (place: string, found: Array<string> = []): Checker => {
  const say = (name: string, problem: string): void => {
    found.push(`${name === "" ? place : `${place}.${name}`}: ${problem}`)
  }
  return {
    found,
    say,
    atLeast: (name, value, least) => {
      if (value === undefined || value >= least) return
      say(name, `it must be at least ${least}, not ${value}.`)
    },
    count: (name, value, least) => {
      if (value === undefined || Number.isInteger(value) && value >= least) return
      say(name, `it must be a whole number of at least ${least}, not ${value}.`)
    },
    share: (name, value = 1) => {
      if (!(value >= 0 && value <= 1)) say(name, `it must be from 0 to 1, not ${value}.`)
    },
    patterns: (...values) => {
      for (const value of values) {
        if (value !== undefined && value.length > IdPattern.lengthMax) {
          say("", `a pattern may have ${IdPattern.lengthMax} characters.`)
        }
      }
    }
  }
}

const checkRun = (check: Checker, { fault, when = {} }: RunRule): void => {
  const { fromMs = 0, untilMs = Infinity } = when
  check.atLeast("when.fromMs", when.fromMs, 0)
  if (!(untilMs > fromMs)) check.say("when.untilMs", "it must be later than fromMs.")
  check.count("when.nth", when.nth, 1)
  check.count("when.everyNth", when.everyNth, 1)
  check.count("when.countMax", when.countMax, 1)
  check.count("when.retryCount", when.retryCount, 0)
  check.share("when.probability", when.probability)
  check.patterns(when.jobs, when.tasks)
  checkFault(check, fault)
}

const checkFault = (check: Checker, fault: RunFault): void => {
  switch (fault._tag) {
    case "Exit":
      if (!Number.isInteger(fault.exitCode)) {
        check.say("fault.exitCode", `it must be a whole number, not ${fault.exitCode}.`)
      }
      return check.atLeast("fault.afterMs", fault.afterMs, 0)
    case "Hold":
      return check.atLeast("fault.forMs", fault.forMs, 0)
    case "Slow":
      check.atLeast("fault.factor", fault.factor, 1)
      return check.atLeast("fault.extraMs", fault.extraMs, 0)
    case "NodeTaken":
      check.atLeast("fault.afterMs", fault.afterMs, 0)
      return checkAbsence(check, fault, "fault.")
    case "SetupFailed":
    case "UploadFailed":
      if (fault.code === "") check.say("fault.code", "it must not be empty.")
      return
    case "Hang":
      return
    default: {
      const other: { readonly _tag: unknown } = fault satisfies never
      check.say("fault", `there is no fault ${String(other._tag)}.`)
    }
  }
}

const checkNode = (check: Checker, rule: NodeRule): void => {
  const { atMs, everyMs, untilMs } = rule
  check.atLeast("atMs", atMs, 0)
  check.count("everyMs", everyMs, 1)
  check.count("countMax", rule.countMax, 1)
  check.share("probability", rule.probability)
  check.patterns(rule.nodes)
  checkAbsence(check, rule, "")
  if (untilMs === undefined) return
  if (!(untilMs > atMs)) check.say("untilMs", "it must be later than atMs.")
  if (everyMs === undefined) check.say("untilMs", "it needs everyMs.")
}

const checkAbsence = (
  check: Checker,
  { replaceAfterMs, returnAfterMs }: NodeFault,
  prefix: string
): void => {
  check.atLeast(`${prefix}returnAfterMs`, returnAfterMs, 0)
  check.atLeast(`${prefix}replaceAfterMs`, replaceAfterMs, 0)
  if (returnAfterMs !== undefined && replaceAfterMs !== undefined) {
    check.say(prefix.slice(0, -1), "a node comes back or is replaced; give one of the two.")
  }
}

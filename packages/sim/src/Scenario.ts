/**
 * How runs and nodes would behave, as plain data: durations, failures by class and node, memory,
 * stuck and slow runs, set-up and upload failures, boots and losses of nodes.
 *
 * A scenario tells how the world is, whatever is asked of it; what is to go wrong at a certain request
 * or time is the matter of a fault plan. All durations are milliseconds, and all patterns have `*` for
 * any characters and `?` for one.
 *
 * Rules work member by member: of all rules that match, the first that has a member decides it. So a
 * rule for few tasks stands before one for all and only says what is different.
 */
import * as MemberCheck from "@batchwave/core/MemberCheck"
import * as Distribution from "./Distribution.ts"
import * as IdPattern from "./IdPattern.ts"

/**
 * One way to end with a nonzero exit code.
 *
 * @category models
 */
export interface ExitFailure {
  readonly exitCode: number
  /** Of each run, from 0 to 1. The probabilities of one list must not exceed 1 together. */
  readonly probability: number
  /** The part of its duration the run lasts before it fails, from 0 to 1. @default 1 */
  readonly part?: number
}

/**
 * A failure before or after the process.
 *
 * @category models
 */
export interface CodedFailure {
  /** Of each run, from 0 to 1. */
  readonly probability: number
  /** The code that the service tells. */
  readonly code?: string
}

/**
 * What memory a task needs, and what it gets.
 *
 * @category models
 */
export interface MemoryRule {
  /** Drawn once for each task, so that another try needs as much as the first. */
  readonly needMiB: Distribution.Distribution
  /** What each required slot brings. A run that needs more ends when it has used all it has. */
  readonly perSlotMiB: number
  /** @default 137 */
  readonly exitCode?: number
}

/**
 * How the runs of some tasks go.
 *
 * @category models
 */
export interface TaskRule {
  /** Ids. The n-th resubmission `id-rn` of a task counts as the task. @default "*" */
  readonly tasks?: string
  /**
   * The runs of a task that are meant, counted from 1 through retries, reactivations and resubmissions.
   * @default all
   */
  readonly attempts?: { readonly from?: number; readonly to?: number }
  /** Of the process. @default 0, which takes a millisecond */
  readonly duration?: Distribution.Distribution
  /** Before the process: downloads and preparation. @default 0 */
  readonly setup?: Distribution.Distribution
  /** After the process: uploads. @default 0 */
  readonly upload?: Distribution.Distribution
  readonly failures?: ReadonlyArray<ExitFailure>
  readonly memory?: MemoryRule
  /** How likely a run never ends by itself. @default 0 */
  readonly stuckProbability?: number
  /** Runs that take `factor` times as long. */
  readonly straggler?: { readonly probability: number; readonly factor: number }
  /** Ends the run before its process. @default code "BlobDownloadMiscError" */
  readonly setupFailure?: CodedFailure
  /** Fails to store the files of a run that exited with 0. @default code "FileUploadMiscError" */
  readonly uploadFailure?: CodedFailure
  /** `{task}`, `{attempt}` and `{node}` stand for those of the run. @default "" */
  readonly stdout?: string
  /** The same for stderr. @default "" */
  readonly stderr?: string
  /**
   * The text of files a run that exits with 0 leaves in its working directory, by relative path with
   * slashes, such as the JSON of an output; the same names stand for the same things. @default none
   */
  readonly files?: Readonly<Record<string, string>>
}

/**
 * How some nodes behave. A node boots, is up for its life, is away, and boots again.
 *
 * @category models
 */
export interface NodeRule {
  /** Ids. @default "*" */
  readonly nodes?: string
  /** How long runs take on the node, as a factor, drawn once for each node. @default 1 */
  readonly slowness?: Distribution.Distribution
  /** Failures of runs by where they run, besides those of their tasks. */
  readonly failures?: ReadonlyArray<ExitFailure>
  /** From joining or coming back until tasks are taken. @default 0 */
  readonly boot?: Distribution.Distribution
  /** From the end of a boot until the node is preempted or lost. @default for ever */
  readonly life?: Distribution.Distribution
  /** From the loss until the next boot. @default it never comes back */
  readonly away?: Distribution.Distribution
}

/**
 * How one run went, as a journal tells it.
 *
 * @category models
 */
export interface RecordedRun {
  /** All of it, set-up and upload included. */
  readonly durationMs: number
  /** @default 0 */
  readonly exitCode?: number
  /** The code of the failure before its process. */
  readonly setupFailure?: string
  /** The code of the failure to store its files; with an exit code of 0. */
  readonly uploadFailure?: string
  /** Slots it had. A run that ran out of memory (137) does so again with no more than these. */
  readonly slots?: number
}

/**
 * A world for tasks to run in.
 *
 * @category models
 */
export interface Scenario {
  /** Of every draw. @default 1 */
  readonly seed?: number
  readonly tasks?: ReadonlyArray<TaskRule>
  readonly nodes?: ReadonlyArray<NodeRule>
  /**
   * Durations by task id, as a trace or a journal recorded them; they come before the `duration` of
   * every rule. The n-th resubmission `id-rn` of a task counts as the task.
   */
  readonly recordedMs?: Readonly<Record<string, number>>
  /**
   * Runs by task id, the first, the second and so on through retries, reactivations and resubmissions:
   * they come before every rule, and what goes beyond them is drawn.
   */
  readonly recordedRuns?: Readonly<Record<string, ReadonlyArray<RecordedRun>>>
}

/** How many rules of a kind a scenario may have. */
export const rulesMax = 50

const members: MemberCheck.Known<Scenario> = {
  seed: true,
  tasks: true,
  nodes: true,
  recordedMs: true,
  recordedRuns: true
}

const taskMembers: MemberCheck.Known<TaskRule> = {
  tasks: true,
  attempts: true,
  duration: true,
  setup: true,
  upload: true,
  failures: true,
  memory: true,
  stuckProbability: true,
  straggler: true,
  setupFailure: true,
  uploadFailure: true,
  stdout: true,
  stderr: true,
  files: true
}

const nodeMembers: MemberCheck.Known<NodeRule> = {
  nodes: true,
  slowness: true,
  failures: true,
  boot: true,
  life: true,
  away: true
}

/**
 * Lists what is wrong with a scenario, one sentence each; none when it can be used.
 *
 * @category operations
 */
export const problems = (scenario: Scenario): ReadonlyArray<string> => {
  const found = [...MemberCheck.unknown(scenario, members)]
  const { seed = 1 } = scenario
  if (!Number.isInteger(seed)) found.push(`seed must be a whole number, not ${seed}.`)
  for (const name of ["tasks", "nodes"] as const) {
    const count = scenario[name]?.length ?? 0
    if (count > rulesMax) found.push(`${name} has ${count} rules; at most ${rulesMax}.`)
  }
  scenario.tasks?.forEach((rule, index) => checkTask(found, rule, `tasks[${index}]`))
  scenario.nodes?.forEach((rule, index) => checkNode(found, rule, `nodes[${index}]`))
  for (const [id, durationMs] of Object.entries(scenario.recordedMs ?? {})) {
    if (Number.isFinite(durationMs) && durationMs >= 0) continue
    found.push(`recordedMs["${id}"] must be a number of at least 0, not ${durationMs}.`)
  }
  for (const [id, runs] of Object.entries(scenario.recordedRuns ?? {})) {
    runs.forEach((run, index) => checkRecorded(found, run, `recordedRuns["${id}"][${index}]`))
  }
  return found
}

const checkRecorded = (
  found: Array<string>,
  { durationMs, exitCode = 0 }: RecordedRun,
  place: string
): void => {
  if (!(Number.isFinite(durationMs) && durationMs >= 0)) {
    found.push(`${place}.durationMs must be a number of at least 0, not ${durationMs}.`)
  }
  if (!Number.isInteger(exitCode)) {
    found.push(`${place}.exitCode must be a whole number, not ${exitCode}.`)
  }
}

const checkTask = (found: Array<string>, rule: TaskRule, place: string): void => {
  found.push(...MemberCheck.unknown(rule, taskMembers, `${place}.`))
  checkPattern(found, rule.tasks, `${place}.tasks`)
  const { from = 1, to = Infinity } = rule.attempts ?? {}
  if (!(from >= 1 && to >= from)) {
    found.push(
      `${place}.attempts must run from 1 or more to the same or more, not ${from} to ${to}.`
    )
  }
  for (const name of ["duration", "setup", "upload"] as const) {
    checkDistribution(found, rule[name], `${place}.${name}`)
  }
  checkFailures(found, rule.failures, `${place}.failures`)
  checkDistribution(found, rule.memory?.needMiB, `${place}.memory.needMiB`)
  if (rule.memory !== undefined && !(rule.memory.perSlotMiB > 0)) {
    found.push(`${place}.memory.perSlotMiB must be above 0, not ${rule.memory.perSlotMiB}.`)
  }
  for (const path of Object.keys(rule.files ?? {})) {
    if (relativePath.test(path)) continue
    found.push(`${place}.files["${path}"] must be a relative path without "." and "..".`)
  }
  checkProbability(found, rule.stuckProbability, `${place}.stuckProbability`)
  for (const name of ["straggler", "setupFailure", "uploadFailure"] as const) {
    checkProbability(found, rule[name]?.probability, `${place}.${name}.probability`)
  }
  if (rule.straggler !== undefined && !(rule.straggler.factor >= 0)) {
    found.push(`${place}.straggler.factor must be at least 0, not ${rule.straggler.factor}.`)
  }
}

const relativePath = /^(?!(?:.*\/)?\.{0,2}(?:\/|$))[^\\\0]+$/

const checkNode = (found: Array<string>, rule: NodeRule, place: string): void => {
  found.push(...MemberCheck.unknown(rule, nodeMembers, `${place}.`))
  checkPattern(found, rule.nodes, `${place}.nodes`)
  for (const name of ["slowness", "boot", "life", "away"] as const) {
    checkDistribution(found, rule[name], `${place}.${name}`)
  }
  checkFailures(found, rule.failures, `${place}.failures`)
}

const checkPattern = (found: Array<string>, pattern = "*", place: string): void => {
  if (pattern.length > 0 && pattern.length <= IdPattern.lengthMax) return
  found.push(`${place} must have 1 to ${IdPattern.lengthMax} characters, not ${pattern.length}.`)
}

const checkDistribution = (
  found: Array<string>,
  distribution: Distribution.Distribution | undefined,
  place: string
): void => {
  if (distribution !== undefined) found.push(...Distribution.problems(distribution, place))
}

const checkProbability = (found: Array<string>, probability = 0, place: string): void => {
  if (probability >= 0 && probability <= 1) return
  found.push(`${place} must be from 0 to 1, not ${probability}.`)
}

const checkFailures = (
  found: Array<string>,
  failures: ReadonlyArray<ExitFailure> = [],
  place: string
): void => {
  let sum = 0
  for (const [index, { exitCode, part = 1, probability }] of failures.entries()) {
    checkProbability(found, probability, `${place}[${index}].probability`)
    checkProbability(found, part, `${place}[${index}].part`)
    if (!Number.isInteger(exitCode) || exitCode === 0) {
      found.push(
        `${place}[${index}].exitCode must be a whole number other than 0, not ${exitCode}.`
      )
    }
    sum += probability
  }
  if (sum > 1 + 1e-9) found.push(`${place} have probabilities of ${sum} together; at most 1.`)
}

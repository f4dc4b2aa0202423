/**
 * Reads a journal as a stranger would and says what breaks the rules of a run. Shares with the
 * reactor only the plan, the names of events, and nothing that decides.
 */
import { classOf } from "../src/Failure.ts"
import type { Plan } from "../src/Plan.ts"
import type { RunEvent } from "../src/RunEvent.ts"
import type { RunLimits } from "../src/RunMode.ts"
import type { ParentOutcome } from "../src/TriggerRule.ts"
import { ruleOf } from "../src/Workflow.ts"
import { expected } from "./TriggerTable.ts"

export interface Entry {
  readonly event: RunEvent
  readonly atMs: number
}

interface Life {
  outcome: ParentOutcome | undefined
  /** Whether it was planned since it last began to wait. */
  wasPlanned: boolean
  /** Whether the service ever held it for this outcome. */
  wasInService: boolean
  isInService: boolean
  isUnanswered: boolean
  isRetrying: boolean
  wasCancelledDirectly: boolean
  submission: number
  slots: number
  lastClass: string
}

interface Reading {
  readonly plan: Plan
  readonly lives: ReadonlyArray<Life>
  readonly problems: Array<string>
  mode: string
  isPaused: boolean
  isStopping: boolean
  stopsFinalizers: boolean
  heldUntilMs: number
  isProbing: boolean
  limits: RunLimits
  isFinished: boolean
}

/** Everything that breaks a rule, in the order of the journal. */
export const problemsOf = (plan: Plan, journal: ReadonlyArray<Entry>): ReadonlyArray<string> => {
  const reading: Reading = {
    plan,
    lives: plan.workflow.nodes.map(({ slots }) => ({
      outcome: undefined,
      wasPlanned: false,
      wasInService: false,
      isInService: false,
      isUnanswered: false,
      isRetrying: false,
      wasCancelledDirectly: false,
      submission: 0,
      slots,
      lastClass: ""
    })),
    problems: [],
    mode: "",
    isPaused: false,
    isStopping: false,
    stopsFinalizers: false,
    heldUntilMs: 0,
    isProbing: false,
    limits: {},
    isFinished: false
  }
  for (const { atMs, event } of journal) {
    read(reading, event, atMs)
    if (event._tag === "SubmissionPlanned" || event._tag === "ReactivationPlanned") {
      checkCrowd(reading)
    }
  }
  if (reading.isFinished) checkEnd(reading)
  return reading.problems
}

const complain = (reading: Reading, node: number, what: string): void => {
  reading.problems.push(`${reading.plan.names[node] ?? "run"}: ${what}`)
}

const read = (reading: Reading, event: RunEvent, atMs: number): void => {
  if (reading.isFinished && event._tag !== "RerunRequested") {
    complain(reading, -1, `${event._tag} after the end`)
  }
  switch (event._tag) {
    case "RunStarted":
      reading.mode = event.dependencyMode
      return
    case "SubmissionPlanned":
      for (const { node, submission } of event.tasks) planned(reading, node, submission)
      return
    case "ReactivationPlanned":
      return planned(reading, event.task.node, event.task.submission)
    case "PauseRequested":
      reading.isPaused = true
      return
    case "ResumeRequested":
      reading.isPaused = false
      return
    case "LimitsChanged":
      reading.limits = event.limits
      return
    case "SubmissionHeld":
      reading.heldUntilMs = event.untilMs
      reading.isProbing = false
      return
    case "AlarmRang":
      if (reading.heldUntilMs > 0 && atMs >= reading.heldUntilMs) {
        reading.heldUntilMs = 0
        reading.isProbing = true
      }
      return
    case "RunStopping":
      reading.isStopping = true
      reading.isPaused = false
      reading.stopsFinalizers = event.withFinalizers === true
      return
    case "RerunRequested":
      for (const node of event.nodes) {
        const life = reading.lives[node]!
        life.slots = event.slots ?? life.slots
      }
      reading.isFinished = false
      reading.isStopping = false
      reading.stopsFinalizers = false
      reading.heldUntilMs = 0
      reading.isProbing = false
      return
    case "RunFinished":
      reading.isFinished = true
      return
    default:
      return readNodes(reading, event)
  }
}

const readNodes = (reading: Reading, event: RunEvent): void => {
  switch (event._tag) {
    case "TasksAccepted":
      for (const { node } of event.tasks) reading.lives[node]!.isUnanswered = false
      return
    case "TaskStarted":
    case "TaskRequeued":
      reading.lives[event.task.node]!.isUnanswered = false
      return
    case "TaskEnded":
      if (event.end.result === "success") {
        reading.heldUntilMs = 0
        reading.isProbing = false
      }
      return leave(reading, event.task.node)
    case "TaskRejected":
    case "TaskVanished":
    case "TaskLost":
      return leave(reading, event.task.node)
    case "TasksTerminated":
      for (const { node } of event.tasks) leave(reading, node)
      return
    case "ReactivationRefused":
      leave(reading, event.task.node)
      reading.lives[event.task.node]!.isRetrying = true
      return
    case "RetryDecided": {
      const life = reading.lives[event.node]!
      life.isRetrying = true
      const { decision } = event
      if (decision.slots === undefined) return
      const isMemory = decision.reason.startsWith("out of memory")
      if (!isMemory) complain(reading, event.node, `slots change after ${decision.reason}`)
      if (event.via !== "resubmit") complain(reading, event.node, "slots change on the same task")
      life.slots = decision.slots
      return
    }
    case "FailureClassified":
      reading.lives[event.node]!.lastClass = classOf(event.failure)
      return
    case "NodesWithdrawn":
      for (const node of event.nodes) {
        leave(reading, node)
        reading.lives[node]!.isRetrying = false
        reading.lives[node]!.wasPlanned = false
      }
      return
    case "CancelRequested":
      for (const node of event.nodes ?? []) reading.lives[node]!.wasCancelledDirectly = true
      return
    case "NodesReopened":
      for (const node of event.nodes) reopen(reading, node)
      return
    default:
      return readOutcomes(reading, event)
  }
}

const readOutcomes = (reading: Reading, event: RunEvent): void => {
  switch (event._tag) {
    case "NodeSucceeded":
    case "NodeSubstituted":
      return settle(reading, event.node, "succeeded")
    case "NodeFailed":
      return settle(reading, event.node, "failed")
    case "NodesBlocked":
      return event.nodes.forEach((node) => settle(reading, node, "blocked"))
    case "NodesCancelled":
      return event.nodes.forEach((node) => settle(reading, node, "cancelled"))
    case "NodesSkipped":
      return event.nodes.forEach((node) => settle(reading, node, "skipped"))
    default:
      return
  }
}

const reopen = (reading: Reading, node: number): void => {
  const life = reading.lives[node]!
  if (life.outcome === undefined) complain(reading, node, "reopened without having settled")
  life.outcome = undefined
  life.wasPlanned = false
  life.wasInService = false
  life.isRetrying = false
  life.wasCancelledDirectly = false
}

const leave = ({ lives }: Reading, node: number): void => {
  lives[node]!.isInService = false
  lives[node]!.isUnanswered = false
}

const settle = (reading: Reading, node: number, outcome: ParentOutcome): void => {
  const life = reading.lives[node]!
  if (life.outcome !== undefined) complain(reading, node, `${life.outcome} became ${outcome}`)
  if (life.isInService && outcome !== "cancelled") {
    complain(reading, node, `${outcome} while the service holds it`)
  }
  life.outcome = outcome
  if (outcome === "cancelled" && reading.isStopping) life.wasCancelledDirectly = true
  leave(reading, node)
}

const parentsOf = ({ plan: { graph } }: Reading, node: number): ReadonlyArray<number> => [
  ...graph.parents.subarray(graph.parentOffsets[node], graph.parentOffsets[node + 1])
]

const verdictOf = (reading: Reading, node: number) =>
  expected(
    ruleOf(reading.plan.workflow.nodes[node]!),
    parentsOf(reading, node).map((parent) =>
      [reading.plan.names[parent]!, reading.lives[parent]!.outcome ?? "open"] as const
    )
  )

const planned = (reading: Reading, node: number, submission: number): void => {
  const life = reading.lives[node]!
  const isFinalizer = reading.plan.workflow.nodes[node]?.finalizer === true
  if (life.outcome !== undefined) complain(reading, node, `planned after it ${life.outcome}`)
  if (life.isInService) complain(reading, node, "planned while the service holds it")
  if (submission < life.submission || submission > life.submission + 1) {
    complain(reading, node, `submission ${submission} after ${life.submission}`)
  }
  if (reading.isPaused) complain(reading, node, "planned in a pause")
  if (reading.heldUntilMs > 0) complain(reading, node, "planned while a breaker is open")
  if (reading.isStopping && (!isFinalizer || reading.stopsFinalizers)) {
    complain(reading, node, "planned after the stop")
  }
  if (!life.isRetrying) checkRule(reading, node)
  if (isFinalizer && !isEveryOrdinarySettled(reading)) {
    complain(reading, node, "a finalizer planned before the rest has settled")
  }
  life.wasPlanned = true
  life.wasInService = true
  life.isInService = true
  life.isUnanswered = true
  life.isRetrying = false
  life.submission = submission
}

const checkRule = (reading: Reading, node: number): void => {
  if (reading.mode !== "native") {
    const verdict = verdictOf(reading, node)
    if (verdict !== "run") complain(reading, node, `planned although its rule says ${verdict}`)
  } else if (ruleOf(reading.plan.workflow.nodes[node]!) === "allSucceeded") {
    for (const parent of parentsOf(reading, node)) {
      const { outcome, wasPlanned } = reading.lives[parent]!
      if (outcome !== "succeeded" && !(outcome === undefined && wasPlanned)) {
        complain(reading, node, `planned although its parent is ${outcome ?? "not there"}`)
      }
    }
  }
  if (reading.mode !== "waves") return
  const level = reading.plan.levelOf[node]!
  const isHeld = reading.lives.some((life, other) =>
    life.outcome === undefined && reading.plan.levelOf[other]! < level
    && reading.plan.workflow.nodes[other]?.finalizer !== true
  )
  if (isHeld && reading.plan.workflow.nodes[node]?.finalizer !== true) {
    complain(reading, node, "planned before the wave below has settled")
  }
}

const isEveryOrdinarySettled = ({ lives, plan }: Reading): boolean =>
  lives.every((life, node) =>
    life.outcome !== undefined || plan.workflow.nodes[node]?.finalizer === true
  )

/**
 * Limits, pools and mutexes, after every plan. Limits are never lowered in the worlds checked; in the
 * native mode, a task that others wait for in the service may go beyond them.
 */
const checkCrowd = (reading: Reading): void => {
  const { lives, limits, plan } = reading
  const held = lives.filter((life) => life.isInService)
  const slots = held.reduce((sum, life) => sum + life.slots, 0)
  const isNative = reading.mode === "native"
  if (!isNative && slots > (limits.activeSlotsMax ?? Infinity) && held.length > 1) {
    complain(reading, -1, `${slots} slots in ${held.length} tasks`)
  }
  const unanswered = lives.filter((life) => life.isUnanswered).length
  if (unanswered > (limits.unansweredMax ?? Infinity)) {
    complain(reading, -1, `${unanswered} unanswered requests`)
  }
  if (!isNative && reading.isProbing && held.length > 1) {
    complain(reading, -1, "two tasks probe at a time")
  }
  const places = new Map<string, number>()
  lives.forEach((life, node) => {
    if (!life.isInService) return
    const { mutex, pools = [] } = plan.workflow.nodes[node]!
    for (const name of [...pools, ...(mutex === undefined ? [] : [`mutex ${mutex}`])]) {
      const taken = (places.get(name) ?? 0) + 1
      places.set(name, taken)
      const size = name.startsWith("mutex ") ? 1 : plan.workflow.pools?.[name] ?? 0
      if (taken > size) complain(reading, node, `${name} holds ${taken} of ${size}`)
    }
  })
}

/**
 * Whether the service may have let it run, since all that is against it are parents that were cancelled by
 * name, or because of such parents of theirs: they may have ended well in the service before, and their
 * ends be told after the child's.
 */
const wasLetGo = (reading: Reading, node: number): boolean =>
  reading.mode === "native" && ruleOf(reading.plan.workflow.nodes[node]!) === "allSucceeded"
  && parentsOf(reading, node).every((parent) => {
    const { outcome, wasCancelledDirectly, wasInService } = reading.lives[parent]!
    return outcome === "succeeded" || (outcome === "cancelled" && wasInService
      && (wasCancelledDirectly || wasLetGo(reading, parent)))
  })

const checkEnd = (reading: Reading): void => {
  reading.lives.forEach((life, node) => {
    const { outcome } = life
    if (outcome === undefined) return complain(reading, node, "never settled")
    if (life.wasCancelledDirectly) return
    const verdict = verdictOf(reading, node)
    if (life.wasPlanned) {
      if (verdict !== "run" && !wasLetGo(reading, node)) {
        complain(reading, node, `ran although its rule says ${verdict}`)
      }
    } else if (verdict !== outcome) {
      complain(reading, node, `ended ${outcome} where its rule says ${verdict}`)
    }
  })
}

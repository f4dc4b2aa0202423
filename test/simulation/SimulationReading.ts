/**
 * Reads a journal from its first event to its last as a stranger would, against the truth.
 */
import type { ExternalEvent, RunEvent, TaskReference } from "@batchwave/core/RunEvent"
import type { RunLimits } from "@batchwave/core/RunMode"
import type { Workflow } from "@batchwave/core/Workflow"
import type { Evidence } from "./SimulationChecker.ts"
import { refusesSubstitutes } from "./SimulationPlan.ts"
import * as Rule from "./SimulationRule.ts"
import type { TaskLife, Truth } from "./SimulationTruth.ts"

/** What the journal says of one node so far. */
export interface NodeNote {
  fate: Rule.Fate
  isPlanned: boolean
  /** Whether its result comes from the cache. */
  isRecalled: boolean
  isHeld: boolean
  isUnanswered: boolean
  isCancelledDirectly: boolean
  submission: number
  slots: number
  /** When its decided retry is due; absent when none is. */
  retryDueMs: number | undefined
  /** Whether a retry was decided that is to reactivate. */
  retryVia: string
}

/** What was intended with one task. */
export interface Intents {
  plannedAtMs: number
  readonly reactivationsAtMs: Array<number>
  /** Since when nobody wants it to be added; `Infinity` while somebody does. */
  goneAtMs: number
}

/** The journal, read. */
export interface Reading {
  readonly evidence: Evidence
  readonly truth: Truth
  readonly nodes: ReadonlyArray<NodeNote>
  readonly indexOf: ReadonlyMap<string, number>
  readonly levels: ReadonlyArray<number>
  readonly intents: Map<string, Intents>
  readonly problems: Array<string>
  /** Unsettled nodes by level, without finalizers. */
  readonly openByLevel: Array<number>
  mode: string
  limits: RunLimits
  isPaused: boolean
  stopping: string | undefined
  stopsFinalizers: boolean
  /** Whether the run was ever stopped, and whether parts of it ran again. */
  isStopped: boolean
  isRerun: boolean
  isCancelled: boolean
  heldUntilMs: number
  isProbing: boolean
  outcome: string | undefined
  heldCount: number
  heldSlots: number
  unansweredCount: number
  readonly places: Map<string, number>
}

/** Reads it all. */
export const read = (evidence: Evidence, truth: Truth): Reading => {
  const { workflow } = evidence
  const indexOf = new Map(workflow.nodes.map(({ name }, index) => [name, index]))
  const levels: Array<number> = []
  for (const node of workflow.nodes) {
    levels.push(1 + Math.max(-1, ...node.after.map((name) => levels[indexOf.get(name)!]!)))
  }
  const reading: Reading = {
    evidence,
    truth,
    nodes: workflow.nodes.map(({ slots }) => ({
      fate: "open",
      isPlanned: false,
      isRecalled: false,
      isHeld: false,
      isUnanswered: false,
      isCancelledDirectly: false,
      submission: 0,
      slots,
      retryDueMs: undefined,
      retryVia: ""
    })),
    indexOf,
    levels,
    intents: new Map(),
    problems: [],
    openByLevel: openByLevel(workflow, levels),
    mode: "",
    limits: {},
    isPaused: false,
    stopping: undefined,
    stopsFinalizers: false,
    isStopped: false,
    isRerun: false,
    isCancelled: false,
    heldUntilMs: 0,
    isProbing: false,
    outcome: undefined,
    heldCount: 0,
    heldSlots: 0,
    unansweredCount: 0,
    places: new Map()
  }
  let lastMs = 0
  for (const { atMs, events } of evidence.journal) {
    if (atMs < lastMs) reading.problems.push(`S19 the journal goes back from ${lastMs} to ${atMs}`)
    lastMs = atMs
    for (const event of events) {
      if (reading.outcome !== undefined && event._tag !== "RerunRequested") {
        reading.problems.push(`S1 ${event._tag} after the end`)
      }
      take(reading, event, atMs)
    }
  }
  return reading
}

const openByLevel = (workflow: Workflow, levels: ReadonlyArray<number>): Array<number> => {
  const open: Array<number> = Array.from({ length: 1 + Math.max(...levels) }, () => 0)
  workflow.nodes.forEach(({ finalizer }, index) => {
    if (finalizer !== true) open[levels[index]!]!++
  })
  return open
}

const say = (reading: Reading, node: number, problem: string): void => {
  const [invariant = "", ...rest] = problem.split(" ")
  const name = reading.evidence.workflow.nodes[node]?.name ?? "run"
  reading.problems.push(`${invariant} ${name} ${rest.join(" ")}`)
}

const isFinalizer = ({ evidence }: Reading, node: number): boolean =>
  evidence.workflow.nodes[node]?.finalizer === true

const take = (reading: Reading, event: RunEvent, atMs: number): void => {
  switch (event._tag) {
    case "RunStarted":
      reading.mode = event.dependencyMode
      return
    case "LimitsChanged":
      reading.limits = event.limits
      return
    case "PauseRequested":
      reading.isPaused = true
      return
    case "ResumeRequested":
      reading.isPaused = false
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
      reading.stopping = event.why
      reading.isStopped = true
      reading.isCancelled = event.why === "cancel"
      reading.stopsFinalizers = event.withFinalizers === true
      reading.isPaused = false
      if (event.why !== "drain") giveUpAdds(reading, atMs)
      return
    case "RunFinished":
      reading.outcome = event.outcome
      return
    case "RerunRequested":
      reading.isRerun = true
      for (const node of event.nodes) {
        reading.nodes[node]!.slots = event.slots ?? reading.nodes[node]!.slots
      }
      return
    case "NodesReopened":
      reading.stopping = undefined
      reading.isCancelled = false
      reading.stopsFinalizers = false
      reading.heldUntilMs = 0
      reading.isProbing = false
      // What the stop has ordered to end still ends.
      for (const node of event.nodes) reopen(reading, node)
      return
    case "SubmissionPlanned":
      for (const task of event.tasks) plan(reading, task, atMs, false)
      return checkCrowd(reading)
    case "ReactivationPlanned":
      plan(reading, event.task, atMs, true)
      return checkCrowd(reading)
    case "RetryDecided": {
      const note = reading.nodes[event.node]!
      if (note.isHeld) say(reading, event.node, "S4 is retried while the service holds it")
      note.retryDueMs = event.dueAtMs
      note.retryVia = event.via
      note.slots = event.decision.slots ?? note.slots
      return
    }
    case "NodesWithdrawn":
      for (const node of event.nodes) {
        leave(reading, node)
        reading.nodes[node]!.retryDueMs = undefined
        reading.nodes[node]!.isPlanned = false
        giveUpAdd(reading, node, atMs)
      }
      return
    case "FailureClassified":
      return
    case "NodeSucceeded":
      if (!reading.nodes[event.node]!.isRecalled) checkSuccess(reading, event.node, atMs)
      return settle(reading, event.node, "succeeded", atMs)
    case "CacheAsked":
      for (const node of event.nodes) {
        if (reading.nodes[node]!.isPlanned) {
          say(reading, node, "S2 is looked up after it was planned")
        }
        checkRule(reading, node)
      }
      return
    case "NodeSubstituted":
      checkSubstitute(reading, event)
      return settle(reading, event.node, "succeeded", atMs)
    case "NodeFailed":
      return settle(reading, event.node, "failed", atMs)
    case "NodesBlocked":
      event.nodes.forEach((node, at) => {
        const by = reading.nodes[event.by[at]!]
        if (by?.fate !== "failed" && by?.fate !== "blocked") {
          say(reading, node, `S1 is blocked by a node that is ${by?.fate}`)
        }
        settle(reading, node, "blocked", atMs)
      })
      return
    case "NodesCancelled":
      return event.nodes.forEach((node) => settle(reading, node, "cancelled", atMs))
    case "NodesSkipped":
      return event.nodes.forEach((node) => settle(reading, node, "skipped", atMs))
    default:
      return hear(reading, event, atMs)
  }
}

/** What stands in for an output has been through its check, which completes what it does not refuse. */
const checkSubstitute = (
  reading: Reading,
  { node, outputs }: Extract<RunEvent, { readonly _tag: "NodeSubstituted" }>
): void => {
  for (const value of Object.values(outputs)) {
    if (!Array.isArray(value) || refusesSubstitutes(reading.evidence.workflow.nodes[node]!.name)) {
      say(reading, node, `got the substitute ${JSON.stringify(value)}, unchecked`)
    }
  }
}

type News = Exclude<ExternalEvent, {
  readonly _tag:
    | "RunStarted"
    | "LimitsChanged"
    | "PauseRequested"
    | "ResumeRequested"
    | "AlarmRang"
    | "RerunRequested"
}>

/** What the world is said to have done, against what it did. */
const hear = (reading: Reading, event: News, atMs: number): void => {
  switch (event._tag) {
    case "CancelRequested":
      for (const node of event.nodes ?? []) {
        reading.nodes[node]!.isCancelledDirectly = true
        giveUpAdd(reading, node, atMs)
      }
      return
    case "CacheHit":
      if (event.node % 2 === 1) say(reading, event.node, "S11 is found in a cache that has it not")
      reading.nodes[event.node]!.isRecalled = true
      return
    case "CacheMissed":
      if (event.node % 2 === 0) say(reading, event.node, "S11 is missed in a cache that has it")
      return
    case "FailureModeChanged":
      return
    case "TasksAccepted":
      for (const task of event.tasks) {
        answer(reading, task.node)
        if ((lifeOf(reading, task)?.addedAtMs[0] ?? Infinity) > atMs) {
          say(reading, task.node, "S11 is accepted but was never added")
        }
      }
      return
    case "TaskStarted":
      answer(reading, event.task.node)
      if ((lifeOf(reading, event.task)?.startedAtMs[0] ?? Infinity) > atMs) {
        say(reading, event.task.node, "S11 is said to run but never did")
      }
      return
    case "TaskRequeued":
      if (againAtMs(lifeOf(reading, event.task)) > atMs) {
        say(reading, event.task.node, "S11 is said to be requeued but never was")
      }
      return
    case "TaskEnded":
      return hearEnd(reading, event, atMs)
    case "TaskVanished": {
      const life = lifeOf(reading, event.task)
      if (life !== undefined && (life.deletedAtMs[0] ?? Infinity) > atMs) {
        say(reading, event.task.node, "S11 is said to have vanished but is there")
      }
      giveUpAdd(reading, event.task.node, atMs)
      return leave(reading, event.task.node)
    }
    case "TasksTerminated":
      for (const task of event.tasks) {
        const life = lifeOf(reading, task)
        const isRunning = life?.runs.some(({ fromMs, toMs }) => fromMs < atMs && atMs < toMs)
        if (life !== undefined && isRunning === true && !isLate(reading, life)) {
          say(reading, task.node, "S9 is said to be terminated but runs")
        }
        leave(reading, task.node)
      }
      return
    case "ReactivationRefused": {
      const note = reading.nodes[event.task.node]!
      leave(reading, event.task.node)
      note.retryDueMs = atMs
      note.retryVia = "resubmit"
      return
    }
    case "TaskRejected":
    case "TaskLost":
      say(reading, event.task.node, `S11 ${event._tag}, which this world never does`)
      return leave(reading, event.task.node)
    case "OutputsCollected":
    case "OutputInvalid":
    case "TaskStuck":
      return
    default:
      return say(reading, -1, `S11 ${event._tag}, which this world never does`)
  }
}

const hearEnd = (
  reading: Reading,
  { end, task }: ExternalEvent & { readonly _tag: "TaskEnded" },
  atMs: number
): void => {
  const { clockSkewMs, healMs, newsMsMax } = reading.evidence
  const trueAtMs = Number(end.transition) - clockSkewMs
  const truth = lifeOf(reading, task)?.ends.find((each) => Math.abs(each.atMs - trueAtMs) < 0.01)
  if (truth === undefined) say(reading, task.node, `S11 is said to have ended at ${trueAtMs}`)
  else if (truth.result !== end.result) {
    say(reading, task.node, `S11 ended with ${truth.result}, which the journal calls ${end.result}`)
  }
  if (end.result === "success") {
    reading.heldUntilMs = 0
    reading.isProbing = false
  }
  const sinceMs = Math.max(trueAtMs, healMs)
  if (atMs - sinceMs > newsMsMax) {
    say(reading, task.node, `L1 ended at ${trueAtMs}, which was learnt at ${atMs} only`)
  }
  leave(reading, task.node)
}

/**
 * Whether a task was sent to the queue when its node had been given up: a request that arrives late
 * cannot be taken back, and what it starts is nobody's any more.
 */
export const isLate = (
  { intents }: Pick<Reading, "intents">,
  { addedAtMs, node, reactivatedAtMs, submission }: TaskLife
): boolean =>
  Math.max(...addedAtMs, ...reactivatedAtMs)
    > (intents.get(`${node}/${submission}`)?.goneAtMs ?? Infinity)

const lifeOf = ({ truth }: Reading, { node, submission }: TaskReference): TaskLife | undefined =>
  truth.lives.get(submission === 1 ? `n${node}` : `n${node}-r${submission}`)

/** When the task was first back in the queue: put there by the service, or added once more after it was deleted. */
const againAtMs = (life: TaskLife | undefined): number =>
  Math.min(life?.requeuedAtMs[0] ?? Infinity, life?.addedAtMs[1] ?? Infinity)

/** A node that succeeded has truly run to a good end. */
const checkSuccess = (reading: Reading, node: number, atMs: number): void => {
  const { submission } = reading.nodes[node]!
  const life = lifeOf(reading, { node, submission })
  const isGood = life?.ends.some((end) =>
    end.atMs <= atMs && end.result === "success" && end.exitCode === 0
  )
  if (isGood !== true) say(reading, node, "S1 succeeded without a good end")
}

const answer = (reading: Reading, node: number): void => {
  const note = reading.nodes[node]!
  if (note.isUnanswered) reading.unansweredCount--
  note.isUnanswered = false
}

const placesOf = (reading: Reading, node: number): ReadonlyArray<string> => {
  const { mutex, pools = [] } = reading.evidence.workflow.nodes[node]!
  return mutex === undefined ? pools : [...pools, `mutex ${mutex}`]
}

const hold = (reading: Reading, node: number, sign: 1 | -1): void => {
  reading.heldCount += sign
  reading.heldSlots += sign * reading.nodes[node]!.slots
  for (const place of placesOf(reading, node)) {
    reading.places.set(place, (reading.places.get(place) ?? 0) + sign)
  }
}

const leave = (reading: Reading, node: number): void => {
  const note = reading.nodes[node]!
  answer(reading, node)
  if (note.isHeld) hold(reading, node, -1)
  note.isHeld = false
}

const giveUpAdd = (reading: Reading, node: number, atMs: number): void => {
  const intents = reading.intents.get(`${node}/${reading.nodes[node]!.submission}`)
  if (intents !== undefined) intents.goneAtMs = Math.min(intents.goneAtMs, atMs)
}

const giveUpAdds = (reading: Reading, atMs: number): void => {
  reading.nodes.forEach((note, node) => {
    const isSpared = isFinalizer(reading, node) && !reading.stopsFinalizers
    if (note.fate === "open" && !isSpared) giveUpAdd(reading, node, atMs)
  })
}

const settle = (reading: Reading, node: number, fate: Rule.Fate, atMs: number): void => {
  const note = reading.nodes[node]!
  if (note.fate !== "open") say(reading, node, `S1 was ${note.fate} and became ${fate}`)
  if (note.isHeld && fate !== "cancelled") {
    say(reading, node, `S1 ${fate} while the service holds it`)
  }
  if (fate === "succeeded" && note.isCancelledDirectly) {
    say(reading, node, "S9 succeeded after somebody had cancelled it")
  }
  if (fate === "cancelled" && reading.stopping !== undefined) note.isCancelledDirectly = true
  if (note.fate === "open" && !isFinalizer(reading, node)) {
    reading.openByLevel[reading.levels[node]!]!--
  }
  note.fate = fate
  note.retryDueMs = undefined
  giveUpAdd(reading, node, atMs)
  leave(reading, node)
}

const reopen = (reading: Reading, node: number): void => {
  const note = reading.nodes[node]!
  if (note.fate === "open") say(reading, node, "S1 is reopened without having settled")
  else if (!isFinalizer(reading, node)) reading.openByLevel[reading.levels[node]!]!++
  note.fate = "open"
  note.isPlanned = false
  note.isRecalled = false
  note.isCancelledDirectly = false
  note.retryDueMs = undefined
}

const plan = (reading: Reading, task: TaskReference, atMs: number, isAgain: boolean): void => {
  const { node, submission } = task
  const note = reading.nodes[node]!
  if (note.fate !== "open") say(reading, node, `S1 is planned after it ${note.fate}`)
  if (note.isHeld) say(reading, node, "S3 is planned while the service holds it")
  if (submission !== note.submission + (isAgain ? 0 : 1)) {
    say(reading, node, `S3 has submission ${submission} after ${note.submission}`)
  }
  if (reading.isPaused) say(reading, node, "S10 is planned in a pause")
  if (reading.heldUntilMs > 0) say(reading, node, "S10 is planned while a breaker is open")
  if (reading.stopping !== undefined && (!isFinalizer(reading, node) || reading.stopsFinalizers)) {
    say(reading, node, `S10 is planned after ${reading.stopping}`)
  }
  if (note.retryDueMs === undefined) {
    if (isAgain || note.isPlanned) say(reading, node, "S4 is planned again without a decision")
    else checkRule(reading, node)
  } else {
    if (note.retryDueMs > atMs) {
      say(reading, node, `S4 is retried ${note.retryDueMs - atMs} ms early`)
    }
    if ((note.retryVia === "reactivate") !== isAgain) {
      say(reading, node, "S4 is not retried as decided")
    }
  }
  // Nobody wants the task before it any more; a late request may add it once more if it was deleted.
  if (!isAgain) giveUpAdd(reading, node, atMs)
  note.isPlanned = true
  note.isHeld = true
  note.isUnanswered = true
  note.retryDueMs = undefined
  note.submission = submission
  reading.unansweredCount++
  hold(reading, node, 1)
  const key = `${node}/${submission}`
  const intents = reading.intents.get(key)
  if (isAgain && intents !== undefined) {
    intents.reactivationsAtMs.push(atMs)
    intents.goneAtMs = Infinity
  }
  if (!isAgain) {
    reading.intents.set(key, { plannedAtMs: atMs, reactivationsAtMs: [], goneAtMs: Infinity })
  }
}

/** S2, and the barrier of waves. */
const checkRule = (reading: Reading, node: number): void => {
  const authored = reading.evidence.workflow.nodes[node]!
  const rule = Rule.ruleOf(authored)
  const isMet = Rule.mayRun(
    rule,
    authored.after.map((name) => {
      const parent = reading.nodes[reading.indexOf.get(name)!]!
      const isWaitedFor = reading.mode === "native" && rule === "allSucceeded"
        && parent.fate === "open" && parent.isPlanned
      return [name, isWaitedFor ? "succeeded" : parent.fate] as const
    })
  )
  if (!isMet) say(reading, node, "S2 is planned although its rule is not met")
  if (isFinalizer(reading, node)) {
    const isAnyOpen = reading.openByLevel.some((count) => count > 0)
    if (isAnyOpen) say(reading, node, "S2 is a finalizer and planned before the rest has settled")
  } else if (reading.mode === "waves") {
    const level = reading.levels[node]!
    const isHeld = reading.openByLevel.some((count, below) => below < level && count > 0)
    if (isHeld) say(reading, node, "S2 is planned before the wave below has settled")
  }
}

/** S12: limits, pools and mutexes. Where the service itself holds tasks back, they may exceed slots. */
const checkCrowd = (reading: Reading): void => {
  const { heldCount, heldSlots, isProbing, limits, mode, unansweredCount } = reading
  const { activeSlotsMax = Infinity, unansweredMax = Infinity } = limits
  if (mode !== "native" && heldCount > 1 && heldSlots > activeSlotsMax) {
    say(reading, -1, `S12 holds ${heldSlots} slots of ${activeSlotsMax}`)
  }
  if (mode !== "native" && isProbing && heldCount > 1) say(reading, -1, "S12 probes with two tasks")
  if (unansweredCount > unansweredMax) {
    say(reading, -1, `S12 has ${unansweredCount} requests unanswered of ${unansweredMax}`)
  }
  for (const [place, count] of reading.places) {
    const size = place.startsWith("mutex ") ? 1 : reading.evidence.workflow.pools?.[place] ?? 0
    if (count > size) say(reading, -1, `S12 holds ${count} of ${size} in ${place}`)
  }
}

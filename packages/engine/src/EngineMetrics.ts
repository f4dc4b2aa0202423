/**
 * What a run counts and times, read off its events as they become durable; `docs/observability.md`
 * lists every metric. Attributes are few and bounded: an outcome, a failure class, a state. No run,
 * node or task.
 *
 * What happened before this process took over a run is not counted again.
 */
import * as Failure from "@batchwave/core/Failure"
import { nodeStateNames } from "@batchwave/core/NodeState"
import type { RunEvent } from "@batchwave/core/RunEvent"
import type { RunState } from "@batchwave/core/RunState"
import type * as Context from "effect/Context"
import * as Metric from "effect/Metric"

/** The least time between two counts of nodes by their state, in milliseconds. */
const sampleMs = 5_000

const counter = (name: string, description: string) => {
  const series = new Map<string, Metric.Counter<number>>()
  return (attribute?: string, value = ""): Metric.Counter<number> => {
    const known = series.get(value)
    if (known !== undefined) return known
    const attributes = attribute === undefined ? undefined : { [attribute]: value }
    const made = Metric.counter(name, { description, attributes, incremental: true })
    series.set(value, made)
    return made
  }
}

const settled = counter("batchwave_engine_nodes_settled_total", "Nodes that have settled")
const submissions = counter("batchwave_engine_submissions_total", "Tasks planned to be added")
const accepted = counter("batchwave_engine_tasks_accepted_total", "Tasks that the service took")
const reactivations = counter("batchwave_engine_reactivations_total", "Reactivations planned")
const failures = counter("batchwave_engine_nodes_failed_total", "Nodes that failed for good")
const retries = counter("batchwave_engine_retries_total", "Retries decided")
const cacheAnswers = counter("batchwave_engine_cache_answers_total", "Answers of the result cache")
const hindrances = counter("batchwave_engine_hindrances_total", "Things that kept a run waiting")
const events = counter("batchwave_engine_events_total", "Events made durable")

/** Polls of the job that were made. */
export const polls = counter("batchwave_engine_polls_total", "Polls of the job")()

const gauge = (name: string, description: string) => Metric.gauge(name, { description })

const activeTasks = gauge("batchwave_engine_tasks_active", "Tasks that the service may hold")
const activeSlots = gauge("batchwave_engine_slots_active", "Task slots of those")
const unanswered = gauge("batchwave_engine_requests_unanswered", "Requests without an answer yet")
const windowSize = gauge(
  "batchwave_engine_window_size",
  "Unanswered requests allowed while the service throttles; 0 when nothing limits them"
)
const nodes = nodeStateNames.map((state) =>
  Metric.gauge("batchwave_engine_nodes", {
    description: "Nodes of the run by state",
    attributes: { state }
  })
)

/** As `Metric.timer`, without a duration for each update. */
const timer = (name: string, description: string) =>
  Metric.histogram(name, {
    description,
    attributes: { time_unit: "milliseconds" },
    boundaries: Metric.exponentialBoundaries({ start: 0.5, factor: 2, count: 35 })
  })

const queueTime = timer(
  "batchwave_engine_queue_milliseconds",
  "From the plan to add or reactivate a task until it was seen to run or to have ended"
)
const runTime = timer(
  "batchwave_engine_run_milliseconds",
  "Run time of an attempt, by the service's clock"
)
const reactionTime = timer(
  "batchwave_engine_reaction_milliseconds",
  "From events taken to their decisions durable"
)
const appendTime = timer(
  "batchwave_engine_journal_append_milliseconds",
  "One append to the journal, with its synchronisation"
)

/**
 * One reaction of the run, as it is measured.
 *
 * @category models
 */
export interface MeasuredReaction {
  readonly events: ReadonlyArray<RunEvent>
  readonly atMs: number
  readonly appendMs: number
  readonly totalMs: number
}

/**
 * When nodes were counted last, in epoch milliseconds.
 *
 * @category models
 */
export interface Sampler {
  atMs: number
}

/**
 * Counts what a reaction did to a state, once it is durable.
 *
 * @category operations
 */
export const observe = (
  state: RunState,
  reaction: MeasuredReaction,
  context: Context.Context<never>,
  sampler: Sampler
): void => {
  reactionTime.updateUnsafe(reaction.totalMs, context)
  appendTime.updateUnsafe(reaction.appendMs, context)
  events().updateUnsafe(reaction.events.length, context)
  let succeeded = 0
  for (const event of reaction.events) {
    if (event._tag === "NodeSucceeded") succeeded++
    else count(state, event, reaction.atMs, context)
  }
  if (succeeded > 0) settled("outcome", "succeeded").updateUnsafe(succeeded, context)
  gaugeState(state, context)
  if (reaction.atMs - sampler.atMs < sampleMs && state.outcome === undefined) return
  sampler.atMs = reaction.atMs
  sample(state, context)
}

const gaugeState = (state: RunState, context: Context.Context<never>): void => {
  activeTasks.updateUnsafe(state.activeCount, context)
  activeSlots.updateUnsafe(state.activeSlots, context)
  unanswered.updateUnsafe(state.unansweredCount, context)
  windowSize.updateUnsafe(state.limits.unansweredMax ?? 0, context)
}

const count = (
  state: RunState,
  event: RunEvent,
  atMs: number,
  context: Context.Context<never>
): void => {
  const settle = (outcome: string, nodeCount = 1): void =>
    settled("outcome", outcome).updateUnsafe(nodeCount, context)
  switch (event._tag) {
    case "SubmissionPlanned":
      return submissions().updateUnsafe(event.tasks.length, context)
    case "TasksAccepted":
      return accepted().updateUnsafe(event.tasks.length, context)
    case "ReactivationPlanned":
      return reactivations().updateUnsafe(1, context)
    case "TaskStarted":
      return queueTime.updateUnsafe(
        Math.max(0, atMs - state.plannedAtMs[event.task.node]!),
        context
      )
    case "TaskEnded":
      return runTime.updateUnsafe(event.end.runTimeMs, context)
    case "RetryDecided":
      return retries("via", event.via).updateUnsafe(1, context)
    case "CacheHit":
      return cacheAnswers("answer", "hit").updateUnsafe(1, context)
    case "CacheMissed":
      return cacheAnswers("answer", "miss").updateUnsafe(1, context)
    case "RunHindered":
      return hindrances("cause", event.cause).updateUnsafe(1, context)
    case "NodeSubstituted":
      return settle("succeeded")
    case "NodeFailed":
      failures("class", Failure.classOf(event.failure)).updateUnsafe(1, context)
      return settle("failed")
    case "NodesBlocked":
      return settle("blocked", event.nodes.length)
    case "NodesCancelled":
      return settle("cancelled", event.nodes.length)
    case "NodesSkipped":
      return settle("skipped", event.nodes.length)
    default:
      return
  }
}

/**
 * Counts nodes by their state. `O(nodes)`.
 *
 * @category operations
 */
export const sample = (state: RunState, context: Context.Context<never>): void => {
  const counts = new Float64Array(nodeStateNames.length)
  for (const nodeState of state.nodeStates) counts[nodeState]!++
  nodes.forEach((one, index) => one.updateUnsafe(counts[index]!, context))
}

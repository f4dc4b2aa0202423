/**
 * What a story left behind, in the words of the simulation's checker: tasks by the index of their node,
 * times as numbers.
 */
import * as Plan from "@batchwave/core/Plan"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as TaskNaming from "@batchwave/core/TaskNaming"
import * as RunConfig from "@batchwave/engine/RunConfig"
import type { Fact } from "@batchwave/sim/Fact"
import type { Outcome } from "./FullStackWorld.ts"
import type { Evidence } from "./SimulationChecker.ts"

/** The longest a request is on its way: all attempts of a call, each as late as can be. */
const requestMsMax = 900_000

/** The longest that the requests of one look at the job may take together, once all is well. */
const requestsMsMax = 600_000

/** What this world does besides what the checker's own world does. */
const unknownThere: ReadonlySet<string> = new Set(["RunHindered", "RunUnhindered", "JobReplaced"])

/** Makes the evidence. Throws when the story's workflow is invalid. */
export const make = (outcome: Outcome): Evidence => {
  const { beganAtMs, report, resumedAtMs, story } = outcome
  const made = Plan.make(story.workflow)
  if (made._tag === "Invalid") throw new Error(JSON.stringify(made.errors))
  const naming = TaskNaming.make(made.plan)
  return {
    workflow: made.plan.workflow,
    journal: journalOf(outcome),
    facts: outcome.truth.flatMap((event): ReadonlyArray<Fact> => {
      if (event._tag !== "TaskAdded" && event._tag !== "TaskMoved") return []
      const task = naming.taskOf(event.taskId)
      if (task === undefined) return [event]
      const suffix = task.submission === 1 ? "" : `-r${task.submission}`
      return [{ ...event, taskId: `n${task.node}${suffix}` }]
    }),
    report,
    chunkMax: 0,
    clockSkewMs: 0,
    requestMsMax,
    healMs: Math.max(beganAtMs + story.healAfterMs, resumedAtMs),
    // What every listing since left out shows in the next that is made to find such ends.
    newsMsMax: (3 + RunConfig.defaults.pollsPerSweep) * story.pollMsMax + story.pollMsMin
      + requestsMsMax
  }
}

const withNumber = (event: RunEvent): RunEvent =>
  event._tag === "TaskEnded"
    ? {
      ...event,
      end: { ...event.end, transition: String(Date.parse(event.end.transition)) }
    }
    : event

type Batch = Evidence["journal"][number]

/** Without the ends of a run that was opened again: the checker's own world ends once. */
const journalOf = ({ journal }: Outcome): Evidence["journal"] => {
  const batches = journal.map((line): Batch => JSON.parse(line))
  const isReopening = ({ events }: Batch) => events.some(({ _tag }) => _tag === "NodesReopened")
  const reopenedAt = batches.findLastIndex(isReopening)
  return batches.map(({ atMs, events }, place) => ({
    atMs,
    events: events.filter(({ _tag }) =>
      !unknownThere.has(_tag) && !(_tag === "RunFinished" && place < reopenedAt)
    ).map(withNumber)
  }))
}

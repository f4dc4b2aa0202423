/**
 * Puts fault plans in force and ends them: what is about requests stays with the server, what is about
 * tasks and nodes goes to the account, and the clock that tells times is set.
 *
 * @internal
 */
import * as Runs from "@batchwave/sim/Runs"
import * as TaskHistory from "@batchwave/sim/TaskHistory"
import type { FaultPlan } from "./FaultPlan.ts"
import * as Faults from "./Faults.ts"
import type { State } from "./State.ts"
import * as TimeText from "./TimeText.ts"

/** Puts a plan in force in place of the one before, with all counts at 0. */
export const put = (state: State, plan: FaultPlan, nowMs: number): void => {
  renew(state, plan, nowMs)
  Runs.putFaults(state.account, plan, nowMs)
}

/** Ends the plan in force, if there is one. */
export const clear = (state: State, nowMs: number): void => {
  renew(state, undefined, nowMs)
  Runs.clearFaults(state.account, nowMs)
}

/** Does what is to be done outside the account for another plan, or none. */
export const renew = (state: State, plan: FaultPlan | undefined, nowMs: number): void => {
  const { account, faults, goneRecords } = state
  if (plan === undefined) faults.active = undefined
  else Faults.put(faults, plan, nowMs)
  const keepMs = plan === undefined ? 0 : lookBackMs(plan)
  account.history = keepMs > 0 ? TaskHistory.make(keepMs) : undefined
  goneRecords.clear()
  tellTimes(state, plan?.server?.timesOffsetMs ?? 0)
}

/** The longest that any listing lags. */
const lookBackMs = ({ rules }: FaultPlan): number =>
  Math.max(
    0,
    ...rules.map(({ fault }) => fault._tag === "Stale" ? fault.lagMs + (fault.jitterMs ?? 0) : 0)
  )

const tellTimes = ({ renderedTasks, times }: State, offsetMs: number): void => {
  if (times.offsetMs === offsetMs) return
  TimeText.setOffset(times, offsetMs)
  renderedTasks.length = 0
}

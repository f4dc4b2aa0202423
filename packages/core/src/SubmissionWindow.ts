/**
 * How the submission window follows the service: halved by each call that the service cannot take for
 * now, doubled by each that it takes, gone when it is as wide as a call.
 */
import type { ExternalEvent } from "./RunEvent.ts"
import type { RunState } from "./RunState.ts"

/** Tasks of one request: the window is never narrower. */
const unansweredMin = 100

/** From here on the window narrows nothing. */
const unansweredFull = 10_000

/**
 * The events that a call with so many tasks amounts to; `refusal` tells why the service did not take
 * all of them, if it did not for a reason that passes. `untilMs` is when the run gives up.
 *
 * @category operations
 */
export const adapt = (
  state: Pick<RunState, "limits" | "hindrances">,
  call: { readonly sent: number; readonly refusal?: string; readonly untilMs: number }
): ReadonlyArray<ExternalEvent> => {
  const { unansweredMax: window, ...others } = state.limits
  if (call.refusal !== undefined) {
    const unansweredMax = Math.max(unansweredMin, Math.floor((window ?? call.sent) / 2))
    return [
      {
        _tag: "RunHindered",
        cause: "throttling",
        message: call.refusal,
        untilMs: call.untilMs
      },
      {
        _tag: "LimitsChanged",
        limits: { ...others, unansweredMax },
        reason: "the service does not take more for now"
      }
    ]
  }
  if (!state.hindrances.has("throttling")) return []
  const unansweredMax = (window ?? unansweredFull) * 2
  return unansweredMax < unansweredFull
    ? [{
      _tag: "LimitsChanged",
      limits: { ...others, unansweredMax },
      reason: "the service recovers"
    }]
    : [
      { _tag: "RunUnhindered", cause: "throttling" },
      { _tag: "LimitsChanged", limits: others, reason: "the service has recovered" }
    ]
}

/**
 * What keeps a whole run waiting at the moment, in words: the account, the service or the way to it.
 */
import { lengthText } from "./LengthText.ts"
import type { Hindrance, HindranceNote } from "./RunEvent.ts"
import type { RunState } from "./RunState.ts"

/**
 * One cause, as it stands.
 *
 * @category models
 */
export interface Standing extends HindranceNote {
  readonly cause: Hindrance
}

/**
 * All of them, the oldest first.
 *
 * @category queries
 */
export const of = ({ hindrances }: RunState): ReadonlyArray<Standing> => {
  const standings: Array<Standing> = []
  for (const [cause, standing] of hindrances) standings.push({ cause, ...standing })
  return standings.toSorted((left, right) => left.sinceMs - right.sinceMs)
}

/**
 * Says one in a sentence: what the run waits for, for how long, what was said, and when it gives up.
 *
 * @category rendering
 */
export const describe = (
  { cause, message, sinceMs, untilMs }: Standing,
  nowMs: number
): string =>
  `${titleOf(cause)} for ${lengthText(nowMs - sinceMs)}: ${message}`
  + (untilMs === undefined ? "" : ` (the run gives up in ${lengthText(untilMs - nowMs)})`)

/**
 * What a cause is, in a few words.
 *
 * @category rendering
 */
export const titleOf = (cause: Hindrance): string => {
  switch (cause) {
    case "quota":
      return "the account has no room for a job"
    case "throttling":
      return "the service takes less than it is given"
    case "jobDisabled":
      return "the job is disabled"
    case "noProgress":
      return "nothing happens"
    case "unreachable":
      return "the service does not answer"
    default:
      return cause
  }
}

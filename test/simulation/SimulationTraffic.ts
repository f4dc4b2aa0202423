/**
 * What left the orchestrator, against how much and how early it may: S12 to S15 and S17.
 */
import type { Sent } from "@batchwave/lab/VirtualDriver"

/** Every attempt of a run, and by what it is judged. Milliseconds. */
export interface Traffic {
  /** In the order in which they left. */
  readonly sent: ReadonlyArray<Sent>
  /** When a life of the orchestrator was ended from outside, by life. */
  readonly deaths: ReadonlyMap<number, number>
  /** When the run ended; `Infinity` when it did not. */
  readonly endMs: number
  readonly clockSkewMs: number
  readonly timeoutMs: number
  readonly patienceMs: number
  /** Requests of a kind under way at a time. */
  readonly concurrency: number
}

/** How far a signature may be off once the service has been heard. */
const signatureMsMax = 60_000

/** Everything that breaks an invariant. */
export const problemsOf = (traffic: Traffic): ReadonlyArray<string> => {
  const problems: Array<string> = []
  checkLives(traffic, problems)
  checkSignatures(traffic, problems)
  checkCrowds(traffic, problems)
  checkWaits(traffic, problems)
  return problems
}

/** When an attempt is over for whoever made it, and whether it was answered. */
const endOf = ({ atMs, fate }: Sent, timeoutMs: number) => {
  const heardMs = atMs + fate.requestMs + fate.replyMs
  return heardMs < atMs + timeoutMs
    ? { atMs: heardMs, isHeard: true }
    : { atMs: atMs + timeoutMs, isHeard: false }
}

/** S15: one life follows another. S17: nothing leaves after the end. */
const checkLives = ({ deaths, endMs, sent }: Traffic, problems: Array<string>): void => {
  let last = 0
  for (const { atMs, life, request } of sent) {
    if (life < last) problems.push(`S15 ${request._tag} of life ${life} in life ${last}`)
    last = Math.max(last, life)
    const diedAtMs = deaths.get(life) ?? Infinity
    if (atMs > diedAtMs) problems.push(`S15 ${request._tag} at ${atMs}, dead since ${diedAtMs}`)
    if (atMs > endMs) problems.push(`S17 ${request._tag} at ${atMs}, after the end at ${endMs}`)
  }
}

/** S14: every attempt is signed afresh, for the time of the service once that is known. */
const checkSignatures = (
  { clockSkewMs, sent, timeoutMs }: Traffic,
  problems: Array<string>
): void => {
  let life = 0
  let heardAtMs = Infinity
  for (const attempt of sent) {
    if (attempt.life !== life) heardAtMs = Infinity
    life = attempt.life
    const isKnown = heardAtMs < attempt.atMs
    const aheadMs = attempt.dateMs - attempt.atMs
    const offMs = aheadMs - clockSkewMs
    const isFresh = Math.abs(offMs) <= signatureMsMax
      || (!isKnown && Math.abs(aheadMs) <= signatureMsMax)
    if (!isFresh) {
      problems.push(`S14 ${attempt.request._tag} at ${attempt.atMs} is signed ${offMs} ms off`)
    }
    const end = endOf(attempt, timeoutMs)
    // An answer that only says "trouble" tells no time to whoever asked.
    if (end.isHeard && attempt.fate.trouble === undefined) {
      heardAtMs = Math.min(heardAtMs, end.atMs)
    }
  }
}

const groupOf = ({ request }: Sent): string | undefined => {
  switch (request._tag) {
    case "AddTasks":
      return "adds"
    case "ReactivateTask":
    case "TerminateTask":
    case "ReadOutputs":
      return "actions"
    default:
      return undefined
  }
}

/** S12: no more under way at a time than was allowed. */
const checkCrowds = (
  { concurrency, sent, timeoutMs }: Traffic,
  problems: Array<string>
): void => {
  const underWay = new Map<string, Array<number>>()
  for (const attempt of sent) {
    const group = groupOf(attempt)
    if (group === undefined) continue
    const key = `${attempt.life} ${group}`
    const open = (underWay.get(key) ?? []).filter((atMs) => atMs > attempt.atMs)
    open.push(endOf(attempt, timeoutMs).atMs)
    underWay.set(key, open)
    if (open.length > concurrency) problems.push(`S12 ${open.length} ${group} at a time`)
  }
}

const keysOf = ({ life, request }: Sent): ReadonlyArray<string> => {
  switch (request._tag) {
    case "AddTasks":
      return request.tasks.map(({ node, submission }) => `${life} add ${node}/${submission}`)
    case "ReactivateTask":
      return [`${life} reactivate ${request.task.node}/${request.execution}`]
    case "GetTask":
    case "TerminateTask":
    case "ReadOutputs":
      return []
    default:
      return [`${life} ${request._tag}`]
  }
}

/** S13: what has failed is not asked again before it may be. */
const checkWaits = (
  { patienceMs, sent, timeoutMs }: Traffic,
  problems: Array<string>
): void => {
  const earliestMs = new Map<string, number>()
  for (const attempt of sent) {
    const end = endOf(attempt, timeoutMs)
    const { trouble } = attempt.fate
    const isPoll = attempt.request._tag === "ListTasks"
    const waitMs = Math.max(isPoll ? 0 : patienceMs, trouble?.retryAfterMs ?? 0)
    for (const key of keysOf(attempt)) {
      const mayMs = earliestMs.get(key) ?? 0
      if (attempt.atMs < mayMs) {
        problems.push(`S13 ${key} is asked again ${mayMs - attempt.atMs} ms early`)
      }
      if (!end.isHeard) earliestMs.set(key, end.atMs + (isPoll ? 0 : patienceMs))
      else if (trouble !== undefined) earliestMs.set(key, end.atMs + waitMs)
    }
  }
}

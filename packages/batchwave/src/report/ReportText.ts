/**
 * The facts of a run's report in words, for the terminal and the page.
 */
import * as Requeues from "@batchwave/core/Requeues"
import * as DateTime from "effect/DateTime"
import { counted, duration } from "../screen/Words.ts"
import type { RunReport } from "./RunReport.ts"

/** Names of a chain that are told: its beginning and its end. */
const chainMax = 12

/**
 * What the run was and what it came to, a sentence each, then where its time went.
 *
 * @category rendering
 */
export const factsOf = (report: RunReport): ReadonlyArray<string> => {
  const counts = Object.entries(report.counts)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(", ")
  const { liveAtMs } = report
  const outcome = liveAtMs !== undefined
    ? `goes on; as of ${timeText(liveAtMs)}`
    : report.outcome === "unfinished"
    ? "is unfinished"
    : report.outcome
  return [
    `run ${report.run} of "${report.pipeline}" ${outcome}: ${
      counted(report.nodes.length, "node")
    }, ${counts}`,
    `${timeText(report.startedAtMs)} to ${
      liveAtMs === undefined ? timeText(report.endedAtMs) : "now"
    }, ${
      duration(report.lengthMs)
    }; ${report.mode}, ${report.failureMode}, seed ${report.seed}; pool ${report.pool} at ${report.endpoint}`,
    `${counted(report.executions.length, "execution")}, at most ${report.runningMax} at a time; ${
      report.retries === 1 ? "1 retry" : `${report.retries} retries`
    }${report.cached === 0 ? "" : `, ${report.cached} from the cache`}; ${
      duration(report.slotMs)
    } of slot time, ${duration(report.wastedSlotMs)} of it without success`,
    ...(report.requeues === undefined ? [] : [`tasks were ${Requeues.text(report.requeues)}`]),
    ...(report.chain.length === 0 ? [] : [
      `what ended last: ${chainText(report.chain)}; of ${duration(report.lengthMs)} it ran ${
        duration(report.chainRunMs)
      } and waited ${duration(report.chainWaitMs)} in the service`
    ])
  ]
}

const chainText = (chain: ReadonlyArray<string>): string => {
  if (chain.length <= chainMax) return chain.join(" → ")
  const half = chainMax / 2
  const between = chain.length - chainMax
  return [...chain.slice(0, half), `… ${between} more …`, ...chain.slice(-half)].join(" → ")
}

/**
 * A point in time in ISO 8601, universal time.
 *
 * @category rendering
 */
export const timeText = (atMs: number): string => DateTime.formatIso(DateTime.makeUnsafe(atMs))

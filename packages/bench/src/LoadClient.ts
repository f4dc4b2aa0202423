/**
 * The load generator seen from the process of the server: orders go out, counts come back.
 */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import type { TaskVariety } from "./BenchTasks.ts"

/** One piece of work for the generator. */
export interface Order {
  /**
   * Makes a job in place of an old one; adds tasks by 100; waits until all tasks have completed; reads
   * all pages of a listing.
   */
  readonly work: "newJob" | "add" | "settle" | "list"
  readonly endpoint: string
  readonly account: string
  /** In base64. */
  readonly key: string
  readonly poolId: string
  readonly jobId: string
  readonly oldJobId?: string
  readonly tasksCount: number
  /** How the tasks differ. @default "alike" */
  readonly variety?: TaskVariety
  /** Requests at once; a listing reads one page after the other. */
  readonly inFlight: number
  /** What follows the version in the query of a listing. */
  readonly query?: string
}

/** What became of an order. */
export interface Outcome {
  /** Tasks that were added, have completed or were listed. */
  readonly count: number
  readonly error?: string
}

/** A running generator. */
export interface LoadClient {
  readonly child: ChildProcess
}

/** Starts a generator. */
export const start = (): LoadClient => ({
  child: fork(new URL("loadGenerator.ts", import.meta.url), [], { execArgv: [] })
})

/** Has an order carried out and answers with its count; orders must not overlap. */
export const carryOut = async ({ child }: LoadClient, order: Order): Promise<number> => {
  const answered = once(child, "message")
  child.send(order)
  const [outcome]: ReadonlyArray<Outcome> = await answered
  if (outcome === undefined) throw new Error("the load generator said nothing")
  if (outcome.error !== undefined) throw new Error(outcome.error)
  return outcome.count
}

/** Ends a generator. */
export const stop = ({ child }: LoadClient): void => child.disconnect()

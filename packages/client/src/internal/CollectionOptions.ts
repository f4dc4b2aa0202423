/**
 * Makes the numbers that a caller gives to `addCollection` fit to be counted with.
 *
 * A number that is none would let nothing be sent, and one that is no whole number would cut a chunk in
 * two places at once: the one is refused, the other is rounded down.
 */
import { TasksApi } from "@batchwave/wire/TasksApi"
import type { BatchFailure } from "../BatchFailure.ts"
import type { AddCollectionOptions } from "../TaskOperations.ts"
import { ofRefusal } from "./FailureOf.ts"

/** Requests in flight when the caller does not say. */
export const concurrencyDefault = 4

/** Requests in flight at most, whatever the caller says. */
export const concurrencyMax = 1024

/** Tasks per request at most. @source Task_AddCollection 2024-02-01.19.0 */
export const tasksPerRequestMax = 100

/** Refuses numbers that are none, all at once; `undefined` when all is well. */
export const refusalOf = (
  jobId: string,
  options: AddCollectionOptions
): BatchFailure | undefined => {
  const { bodyBytesMax, concurrency, tasksPerRequestMax } = options
  const odd = Object.entries({ bodyBytesMax, concurrency, tasksPerRequestMax })
    .flatMap(([name, value]) => Number.isNaN(value) ? [name] : [])
  return odd.length === 0 ? undefined : ofRefusal(
    { operation: TasksApi.addCollection.operationId, jobId, attempts: 0, ambiguous: false },
    "OptionInvalid",
    `nothing was sent, because ${odd.join(" and ")} must be a number.`
  )
}

/** Requests in flight, a whole number from 1 to `concurrencyMax`. */
export const workersOf = ({ concurrency = concurrencyDefault }: AddCollectionOptions): number =>
  within(concurrency, concurrencyMax)

/**
 * Requests in a row that may use up their attempts before the rest is left unsent: no fewer than the caller
 * has in flight.
 */
export const exhaustedMaxOf = ({ concurrency = 1 }: AddCollectionOptions): number =>
  Math.max(3, within(concurrency, concurrencyMax))

/** Tasks per request, a whole number from 1 to `tasksPerRequestMax`. */
export const tasksMaxOf = (options: AddCollectionOptions): number =>
  within(options.tasksPerRequestMax ?? tasksPerRequestMax, tasksPerRequestMax)

const within = (value: number, max: number): number => Math.min(max, Math.max(1, Math.floor(value)))

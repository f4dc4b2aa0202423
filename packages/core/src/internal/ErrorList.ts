/**
 * Collects the problems of a workflow up to a bound and counts the rest.
 */
import type { PlanError } from "../PlanError.ts"

/** How many problems are listed one by one. */
export const errorsMax = 100

/**
 * A growing list of problems.
 */
export interface ErrorList {
  readonly shown: Array<PlanError>
  /** How many were found but not kept. */
  omittedCount: number
}

/**
 * Makes an empty list.
 */
export const make = (): ErrorList => ({ shown: [], omittedCount: 0 })

/**
 * Whether the next problem would still be kept, so that costly details are worth finding.
 */
export const hasRoom = (list: ErrorList): boolean => list.shown.length < errorsMax

/**
 * Adds a problem.
 */
export const add = (list: ErrorList, error: PlanError): void => {
  if (hasRoom(list)) list.shown.push(error)
  else list.omittedCount++
}

/**
 * Adds a problem before all others, which stays even when the list is full.
 */
export const addFirst = (list: ErrorList, error: PlanError): void => {
  list.shown.unshift(error)
  if (list.shown.length > errorsMax) {
    list.shown.pop()
    list.omittedCount++
  }
}

/**
 * The problems in the order found, with a last one that counts what was left out.
 */
export const toErrors = (list: ErrorList): ReadonlyArray<PlanError> =>
  list.omittedCount === 0
    ? list.shown
    : [...list.shown, { _tag: "MoreErrors", count: list.omittedCount }]

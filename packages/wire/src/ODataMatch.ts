/**
 * Evaluates filters: texts compare without case, times to the seventh digit, and a property that
 * has no value matches nothing, not even `ne` unless that is asked for.
 */
import { absurd } from "effect/Function"
import * as Iso8601 from "./Iso8601.ts"
import type { Comparison, ComparisonOperator, Filter, Literal } from "./OData.ts"
import * as Rfc1123 from "./Rfc1123.ts"

/** Gives the value of a property such as `executionInfo/exitCode`, or `undefined` when it has none. */
export type Read = (property: string) => string | number | boolean | undefined

const byOrder = (left: string, right: string): number => left < right ? -1 : left > right ? 1 : 0

const asTimestamp = (value: string): string => {
  const dateMs = Rfc1123.dateToEpochMs(value)
  return dateMs === undefined ? value : Iso8601.timestampOfEpochMs(dateMs)
}

const orderOf = (value: string | number | boolean, literal: Literal): number | undefined => {
  switch (literal._tag) {
    case "Integer":
      return typeof value === "number" ? value - literal.value : undefined
    case "Boolean":
      return typeof value === "boolean" ? Number(value) - Number(literal.value) : undefined
    case "Text":
      return typeof value === "string"
        ? byOrder(value.toLowerCase(), literal.value.toLowerCase())
        : undefined
    case "Timestamp":
      return typeof value === "string"
        ? Iso8601.compareTimestamps(value, asTimestamp(literal.value))
        : undefined
    default:
      return absurd(literal)
  }
}

const holds = (operator: ComparisonOperator, order: number): boolean => {
  switch (operator) {
    case "eq":
      return order === 0
    case "ne":
      return order !== 0
    case "gt":
      return order > 0
    case "ge":
      return order >= 0
    case "lt":
      return order < 0
    case "le":
      return order <= 0
    default:
      return absurd(operator)
  }
}

const matchesComparison = (
  comparison: Comparison,
  read: Read,
  isAbsentDifferent: boolean
): boolean => {
  const value = read(comparison.property)
  if (value === undefined) return isAbsentDifferent && comparison.operator === "ne"
  const order = orderOf(value, comparison.literal)
  return order !== undefined && holds(comparison.operator, order)
}

/**
 * Tells whether a thing whose properties `read` gives passes a filter; `isAbsentDifferent` lets what
 * has no value differ from every value.
 */
export const matches = (filter: Filter, read: Read, isAbsentDifferent = false): boolean => {
  switch (filter._tag) {
    case "Comparison":
      return matchesComparison(filter, read, isAbsentDifferent)
    case "StartsWith": {
      const value = read(filter.property)
      return typeof value === "string" &&
        value.toLowerCase().startsWith(filter.prefix.toLowerCase())
    }
    case "And":
      return filter.operands.every((operand) => matches(operand, read, isAbsentDifferent))
    case "Or":
      return filter.operands.some((operand) => matches(operand, read, isAbsentDifferent))
    default:
      return absurd(filter)
  }
}

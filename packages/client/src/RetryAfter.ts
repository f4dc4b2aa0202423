/**
 * The wait a reply asks for, from its headers.
 *
 * Understood: `retry-after-ms` and `x-ms-retry-after-ms` in milliseconds, `Retry-After` in seconds
 * or as an HTTP date. A date is measured against the reply's own `Date`, because the local clock may
 * be wrong. Negative and unreadable values count as no hint at all; a date in the past is a hint of
 * zero.
 */
import type { IncomingHttpHeaders } from "node:http"
import { parseHttpDate } from "./internal/HttpDate.ts"

/** The wait asked for in milliseconds, unclamped, or `undefined` for none or nonsense. */
export const retryAfterMs = (headers: IncomingHttpHeaders, nowMs: number): number | undefined =>
  number(headers["retry-after-ms"], 1)
    ?? number(headers["x-ms-retry-after-ms"], 1)
    ?? number(headers["retry-after"], 1000)
    ?? untilDate(headers["retry-after"], headers.date, nowMs)

const decimal = /^\s*\d+(\.\d+)?\s*$/

const number = (value: string | Array<string> | undefined, unitMs: number): number | undefined =>
  typeof value === "string" && decimal.test(value) ? Number(value) * unitMs : undefined

const untilDate = (
  value: string | undefined,
  serverDate: string | undefined,
  nowMs: number
): number | undefined => {
  const atMs = value === undefined ? undefined : parseHttpDate(value)
  if (atMs === undefined) return undefined
  const serverMs = serverDate === undefined ? undefined : parseHttpDate(serverDate)
  return Math.max(0, atMs - (serverMs ?? nowMs))
}

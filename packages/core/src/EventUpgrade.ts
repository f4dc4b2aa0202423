/**
 * Reads events of older journals as events of today.
 *
 * | version | what changed                                                                       |
 * | ------- | ---------------------------------------------------------------------------------- |
 * | 1       | the first released                                                                 |
 * | 2       | the failure class `Terminated` is called `Cancelled`; new events and optional fields |
 */
import type { RunEvent } from "./RunEvent.ts"

/**
 * Turns an event as any released version wrote it into one of `eventVersion`. Events of today come
 * back as they are.
 *
 * @category operations
 */
export const upgrade = (event: RunEvent): RunEvent => {
  if (event._tag !== "NodeFailed") return event
  const tag: string = event.failure._tag
  if (tag !== "Terminated") return event
  const message = "message" in event.failure ? event.failure.message : ""
  return { ...event, failure: { _tag: "Cancelled", message } }
}

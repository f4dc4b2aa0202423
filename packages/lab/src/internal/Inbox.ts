/**
 * What the orchestrator has heard and the reactor has not yet.
 */
import type { ExternalEvent } from "@batchwave/core/RunEvent"
import type { Memory } from "./DriverState.ts"

/** Puts an event in. Most reactions answer to one, and an array that grows has room for seventeen. */
export const put = (memory: Memory, event: ExternalEvent): void => {
  if (memory.inbox.length === 0) memory.inbox = [event]
  else memory.inbox.push(event)
}

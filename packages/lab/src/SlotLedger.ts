/**
 * What the slots of a simulated account were used for: the truth behind the measures of cost, which an
 * orchestrator cannot see as a whole.
 *
 * L1 Every run is counted once, when it ends or when the time of the trial is up. One that ends with exit code 0 and stores its files was
 *    useful, all others were waste: failed, killed, lost with their node.
 */
import type { TaskEnd } from "@batchwave/sim/TaskEnd"

/**
 * One run of a task, for a timeline. Times in milliseconds from the beginning.
 *
 * @category models
 */
export interface Span {
  readonly taskId: string
  readonly nodeId: string
  readonly slots: number
  readonly fromMs: number
  readonly untilMs: number
  readonly end: "succeeded" | "failed" | "killed"
}

/**
 * The totals so far. `slotMs` are slots times milliseconds.
 *
 * @category models
 */
export interface SlotLedger {
  usedSlotMs: number
  wastedSlotMs: number
  /** From when a task was ready to start until it started, all runs together. */
  queuedMs: number
  /** Absent unless a timeline is wanted. */
  readonly spans: Array<Span> | undefined
}

/**
 * Makes an empty ledger.
 *
 * @category constructors
 */
export const make = (options: { readonly withSpans?: boolean } = {}): SlotLedger => ({
  usedSlotMs: 0,
  wastedSlotMs: 0,
  queuedMs: 0,
  spans: options.withSpans === true ? [] : undefined
})

/**
 * Notes a run that has ended.
 *
 * @category operations
 */
export const note = (
  ledger: SlotLedger,
  run: Omit<Span, "end" | "untilMs">,
  untilMs: number,
  end: TaskEnd
): void => {
  const usedMs = (untilMs - run.fromMs) * run.slots
  const isUseful = end._tag === "Exited" && end.exitCode === 0 && end.uploadFailure === undefined
  ledger.usedSlotMs += usedMs
  if (!isUseful) ledger.wastedSlotMs += usedMs
  ledger.spans?.push({
    ...run,
    untilMs,
    end: isUseful ? "succeeded" : end._tag === "Killed" ? "killed" : "failed"
  })
}

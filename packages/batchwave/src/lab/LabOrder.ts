/**
 * An order to run trials and its answer: what threads of the laboratory are asked and what they say. No
 * effect is loaded here, so that a thread is ready soon.
 */
import type { Experiment } from "@batchwave/lab/Experiment"
import * as Trial from "@batchwave/lab/Trial"
import * as Variant from "@batchwave/lab/Variant"

/**
 * An order to a thread: run these trials of all arms.
 *
 * @category models
 */
export interface Order {
  readonly from: number
  /** Not included. */
  readonly until: number
  /** What is changed of the experiment. @default nothing */
  readonly variant?: Variant.Variant
}

/**
 * What a thread says: the outcomes of the order, or why there are none.
 *
 * @category models
 */
export type Answer =
  | { readonly outcomes: ReadonlyArray<Trial.Outcome> }
  | { readonly problem: string }

/**
 * Carries out an order on this thread.
 *
 * @category operations
 */
export const carryOut = (experiment: Experiment, order: Order): Answer => {
  const outcomes: Array<Trial.Outcome> = []
  const varied = Variant.apply(experiment, order.variant ?? {})
  for (let trial = order.from; trial < order.until; trial++) {
    for (const arm of varied.arms) {
      try {
        outcomes.push(Trial.run(varied, arm, trial))
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause)
        return { problem: `trial ${trial} of the arm "${arm.name}" broke: ${why}` }
      }
    }
  }
  return { outcomes }
}

/**
 * How nodes live in a scenario: they boot, are up, are away, and boot again.
 *
 * @see ScenarioModel for what the answers depend on.
 */
import * as Random from "@batchwave/core/Random"
import * as ScenarioModel from "./ScenarioModel.ts"

/**
 * One round of a node's life. Milliseconds, whole.
 *
 * @category models
 */
export interface NodeCourse {
  /** Until it takes tasks. */
  readonly bootMs: number
  /** From then until it is lost, at least 1; `Infinity` for never. */
  readonly lifeMs: number
  /** From then until it boots again; `Infinity` for never. */
  readonly awayMs: number
}

/**
 * Tells how the n-th round of a node's life goes, counted from 1.
 *
 * @category operations
 */
export const make = (
  model: ScenarioModel.ScenarioModel,
  nodeId: string,
  round: number
): NodeCourse => {
  const { away, boot, life } = ScenarioModel.nodeConduct(model, nodeId)
  const random = ScenarioModel.stream(model, nodeId, round)
  const bootUnit = Random.nextUnit(random)
  const lifeUnit = Random.nextUnit(random)
  const awayUnit = Random.nextUnit(random)
  return {
    bootMs: Math.round(boot?.(bootUnit) ?? 0),
    lifeMs: Math.max(1, Math.round(life?.(lifeUnit) ?? Infinity)),
    awayMs: Math.round(away?.(awayUnit) ?? Infinity)
  }
}

/**
 * The quantities of a world that can be turned: every number in its plain data that is an amount, a
 * probability or a time, by its path, such as `pool.nodes` or `tasks[0].failures[1].probability`.
 *
 * Not among them are exit codes, seeds, prices, and recorded values.
 */
import type { World } from "./World.ts"

/**
 * One quantity.
 *
 * @category models
 */
export interface WorldKnob {
  /** As in a file of the world: the rules of the scenario stand at the top. */
  readonly path: string
  readonly value: number
  /** Only whole numbers make sense. */
  readonly isWhole: boolean
  /** The most it can be; 1 of a probability. */
  readonly max: number
}

const shares: ReadonlySet<string> = new Set([
  "probability",
  "part",
  "stuckProbability",
  "errorShare"
])

const wholes: ReadonlySet<string> = new Set([
  "nodes",
  "slotsPerNode",
  "burst",
  "fromMs",
  "untilMs",
  "forMs",
  "afterMs",
  "extraMs",
  "atMs",
  "everyMs",
  "retryAfterMs",
  "returnAfterMs",
  "replaceAfterMs"
])

const amounts: ReadonlySet<string> = new Set([
  "value",
  "min",
  "max",
  "mean",
  "median",
  "sigma",
  "scale",
  "shape",
  "factor",
  "perSlotMiB",
  "requestsPerSecond"
])

/** Of the world itself; those of its scenario are at the top. */
const parts: ReadonlyArray<"pool" | "link" | "faults"> = ["pool", "link", "faults"]

/**
 * All quantities of a world, in the order of its data.
 *
 * @category queries
 */
export const all = (world: World): ReadonlyArray<WorldKnob> => {
  const found: Array<WorldKnob> = []
  for (const part of parts) collect(found, world[part], part, part)
  collect(found, world.scenario.tasks, "tasks", "tasks")
  collect(found, world.scenario.nodes, "nodes", "nodes")
  return found
}

/**
 * The world with one quantity changed. Throws when the path leads to none.
 *
 * @category operations
 */
export const set = (world: World, path: string, value: number): World => {
  if (!all(world).some((knob) => knob.path === path)) {
    throw new Error(`the world "${world.name}" has no quantity ${path}`)
  }
  const steps = path.split(/[.[\]]+/).filter((step) => step !== "")
  const isScenario = steps[0] === "tasks" || steps[0] === "nodes"
  return isScenario
    ? { ...world, scenario: changed(world.scenario, steps, value) }
    : changed(world, steps, value)
}

/**
 * Lists what is wrong with ranges of quantities of a world, one sentence each.
 *
 * @category operations
 */
export const rangeProblems = (
  world: World,
  ranges: Readonly<Record<string, readonly [low: number, high: number]>>
): ReadonlyArray<string> => {
  const known = new Map(all(world).map((knob) => [knob.path, knob]))
  return Object.entries(ranges).flatMap(([path, [low, high]]) => {
    const knob = known.get(path)
    if (knob === undefined) {
      return [
        `vary: the world has no quantity ${path}; it has ${[...known.keys()].join(", ")}.`
      ]
    }
    return low < high && low >= 0 && high <= knob.max
      ? []
      : [
        `vary: ${path} needs two ends from 0 to ${knob.max}, the lower first, not ${low} and ${high}.`
      ]
  })
}

const collect = (
  found: Array<WorldKnob>,
  value: unknown,
  path: string,
  name: string
): void => {
  if (Array.isArray(value)) {
    value.forEach((item, index) => collect(found, item, `${path}[${index}]`, ""))
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) collect(found, item, `${path}.${key}`, key)
  } else if (typeof value === "number") {
    const isShare = shares.has(name)
    const isWhole = wholes.has(name)
    if (!isShare && !isWhole && !amounts.has(name)) return
    found.push({ path, value, isWhole, max: isShare ? 1 : Infinity })
  }
}

/** A copy in which the value at the end of the steps is another. */
const changed = <A extends object>(
  of: A,
  [step = "", ...rest]: Array<string>,
  value: number
): A => {
  const copy = Array.isArray(of) ? of.slice() : { ...of }
  const inner: unknown = Reflect.get(of, step)
  const next = rest.length > 0 && typeof inner === "object" && inner !== null
    ? changed(inner, rest, value)
    : value
  Reflect.set(copy, step, next)
  return isLike(of, copy) ? copy : of
}

/** A copy has the members of what it was made from. */
const isLike = <A extends object>(of: A, copy: object): copy is A =>
  Array.isArray(of) === Array.isArray(copy)

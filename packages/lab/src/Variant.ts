/**
 * An experiment with something changed: what an adaptive method (search, sensitivity) asks for next. Plain
 * data, so that worker threads make the same experiment from it.
 */
import * as Experiment from "./Experiment.ts"
import * as WorldKnob from "./WorldKnob.ts"

/**
 * The change. What is absent stays.
 *
 * @category models
 */
export interface Variant {
  /** Only these arms, in this order. */
  readonly arms?: ReadonlyArray<string>
  readonly seed?: number
  /** One combination of a grid, by its place, with its share of the confidence. */
  readonly cell?: number
  /** A quantity of the world, in the place of its own. */
  readonly knob?: { readonly path: string; readonly value: number }
}

/**
 * The experiment with the change. Throws when it names an arm, a combination or a knob that is not there.
 *
 * @category operations
 */
export const apply = (
  experiment: Experiment.Experiment,
  { arms, cell, knob, seed }: Variant
): Experiment.Experiment => ({
  ...(cell === undefined ? experiment : cellAt(experiment, cell)),
  ...(seed === undefined ? {} : { seed }),
  ...(arms === undefined ? {} : {
    arms: arms.map((name) => {
      const arm = experiment.arms.find((each) => each.name === name)
      if (arm === undefined) throw new Error(`the experiment has no arm "${name}"`)
      return arm
    })
  }),
  ...(knob === undefined
    ? {}
    : { world: WorldKnob.set(experiment.world, knob.path, knob.value) })
})

const cellAt = (whole: Experiment.Experiment, place: number): Experiment.Experiment => {
  const cells = Experiment.cellsOf(whole)
  const { grid: _, ...experiment } = whole
  const cell = cells[place]
  if (cell === undefined) throw new Error(`the experiment has no combination ${place}`)
  const { workload, world } = cell
  return {
    ...experiment,
    workload,
    world,
    name: `${workload.name} in ${world.name}`,
    confidence: 1 - (1 - experiment.confidence) / cells.length
  }
}

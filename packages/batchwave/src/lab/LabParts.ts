/**
 * From what the files of a request hold to its experiment: flags come before what a file says, and every
 * problem is told at once. No effect is loaded here, so that a thread is ready soon.
 */
import * as Experiment from "@batchwave/lab/Experiment"
import type { Workload } from "@batchwave/lab/Workload"
import * as World from "@batchwave/lab/World"
import { existsSync } from "node:fs"
import { extname, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import type { Loaded } from "./ArmFile.ts"
import type { LabRequest } from "./LabRequest.ts"

/**
 * What was loaded, or what is wrong with it, one sentence each.
 *
 * @category models
 */
export interface Parts {
  /** The experiment that the file of the request exports, if it does. */
  readonly own: Experiment.Experiment | undefined
  /** Of the modules of arms, in the order of the request. */
  readonly arms: ReadonlyArray<Loaded>
  readonly world: World.World | ReadonlyArray<string>
  /** Further ones. */
  readonly worlds: ReadonlyArray<World.World | ReadonlyArray<string>>
  readonly workload: Workload | ReadonlyArray<string>
}

/** The world when nobody says. */
const worldDefault = World.flaky

const modules: ReadonlySet<string> = new Set([".ts", ".mts", ".js", ".mjs"])

/**
 * The experiment that a module exports; nothing of another module, or of one that cannot be loaded: that
 * is left to the loader of pipelines.
 *
 * @category operations
 */
export const ownExperiment = (file: string): Promise<Experiment.Experiment | undefined> => {
  const path = resolve(file)
  if (!modules.has(extname(path).toLowerCase()) || !existsSync(path)) {
    return Promise.resolve(undefined)
  }
  return import(pathToFileURL(path).href).then(
    (loaded: { readonly default?: unknown }) =>
      Experiment.isExperiment(loaded.default) ? loaded.default : undefined,
    () => undefined
  )
}

/**
 * The world of a request that needs no file for it: one built in, or that of its own experiment.
 *
 * @category queries
 */
export const worldAtHand = (
  { scenario }: LabRequest,
  own: Experiment.Experiment | undefined
): World.World | undefined =>
  scenario === undefined ? own?.world ?? worldDefault : World.builtIn.get(scenario)

/**
 * Puts an experiment together, or tells everything that is wrong. Throws what `Experiment.make` throws.
 *
 * @category constructors
 */
export const assemble = (
  request: LabRequest,
  parts: Parts
): Experiment.Experiment | ReadonlyArray<string> => {
  const { own, workload, world, worlds } = parts
  const problems: Array<string> = []
  if (own !== undefined && request.param.length > 0) {
    problems.push(
      `--param ${
        request.param[0]
      }: ${request.file} is an experiment, whose workload is made in it; set `
        + "the parameter there"
    )
  }
  const arms = armsOf(request, parts, problems)
  if (isProblems(world)) problems.push(...world)
  for (const each of worlds) if (isProblems(each)) problems.push(...each)
  if (isProblems(workload)) problems.push(...workload)
  if (problems.length > 0 || isProblems(world) || isProblems(workload)) return problems
  const { scenario } = request
  const pooled = inPoolOf(request)
  const grid = gridOf(request, parts)
  const experiment = {
    ...(own ?? { workload }),
    ...choicesOf(request, own),
    ...(grid === undefined ? {} : { grid }),
    arms,
    world: pooled(world)
  }
  if (own !== undefined && scenario === undefined) return Experiment.make(experiment)
  const { workloads = [workload], worlds: all = [world] } = grid ?? {}
  const names = [workloads, all].map((each) => each.length === 1 ? each[0]?.name : undefined)
  return Experiment.make({
    ...experiment,
    workload,
    name: `${names[0] ?? `${workloads.length} workloads`} in ${names[1] ?? `${all.length} worlds`}`
  })
}

/** A world with the pool that the request asks for. */
const inPoolOf = ({ nodes, slots }: LabRequest) => (world: World.World): World.World => ({
  ...world,
  pool: {
    nodes: nodes ?? world.pool.nodes,
    slotsPerNode: slots ?? world.pool.slotsPerNode
  }
})

/** Worlds of the request come in the place of those of the experiment; workloads stay its own. */
const gridOf = (
  request: LabRequest,
  { own, world, worlds }: Parts
): Experiment.Grid | undefined => {
  const asked = request.scenario === undefined
    ? own?.grid?.worlds
    : [world, ...worlds].flatMap((each) => isProblems(each) ? [] : [each])
  const { workloads } = own?.grid ?? {}
  const isGrid = own?.grid !== undefined || worlds.length > 0
  return !isGrid ? undefined : {
    ...(workloads === undefined ? {} : { workloads }),
    ...(asked === undefined ? {} : { worlds: asked.map(inPoolOf(request)) })
  }
}

/**
 * Whether it is what is wrong instead of a thing.
 *
 * @category guards
 */
export const isProblems = (made: object): made is ReadonlyArray<string> => Array.isArray(made)

const choicesOf = (
  request: LabRequest,
  own: Experiment.Experiment | undefined
): Partial<Experiment.Experiment> => {
  const { confidence, measures, relevant, search, seed, stopsWhenClear, trials, vary } = request
  return {
    ...(trials === undefined ? {} : { trials }),
    ...(seed === undefined ? {} : { seed }),
    ...(measures === undefined ? {} : { measures }),
    ...(stopsWhenClear === undefined ? {} : { stopsWhenClear }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(relevant === undefined ? {} : { relevant }),
    ...(search === undefined ? {} : { search: { ...own?.search, ...search } }),
    ...(vary === undefined ? {} : { vary })
  }
}

const armsOf = (
  { baseline }: LabRequest,
  { arms: loaded, own, workload }: Parts,
  problems: Array<string>
): Experiment.Experiment["arms"] => {
  // A file that cannot be loaded may have arms.
  if (loaded.length === 0 && own === undefined && !isProblems(workload)) {
    problems.push(
      "no arm is given; add --arm FILE for each module of policies to compare, or --arm pipeline "
        + "for the pipeline as it is"
    )
  }
  for (const each of loaded) problems.push(...each.problems)
  const arms = loaded.length === 0 ? own?.arms ?? [] : loaded.flatMap((each) => each.arms)
  if (baseline === undefined) return arms
  const first = arms.find(({ name }) => name === baseline)
  if (first === undefined) {
    const known = arms.map(({ name }) => name).join(", ")
    problems.push(`--baseline ${baseline}: there is no such arm; the arms are ${known}`)
    return arms
  }
  return [first, ...arms.filter((arm) => arm !== first)]
}

/**
 * Measures contenders side by side: every round runs all of them once in a new random order, so that
 * a slow phase of the machine hits all alike, and the rounds give a median and a spread.
 *
 * The first figure is CPU time of this process (`process.cpuUsage`, all threads: collector and
 * compiler included) because it moves less than the wall clock on a shared machine.
 */

/** Something to measure. */
export interface Contender {
  readonly name: string
  /** Makes what the next `run` needs, at once or by a promise; not measured. */
  readonly prepare?: () => unknown
  /**
   * Does the work once and returns how many items it handled, or also what it took, when other
   * processes had a part in it; throws if the work went wrong.
   */
  readonly run: () => number | Taken | Promise<number | Taken>
}

/** What the work took, when this process's own clock cannot tell. */
export interface Taken {
  readonly items: number
  readonly cpuMicros: number
  readonly wallMicros: number
}

/** What one contender needed for one item, over all rounds. */
export interface Measurement {
  readonly name: string
  readonly items: number
  readonly cpuMicrosPerItem: Spread
  readonly wallMicrosPerItem: Spread
}

/** The middle of the rounds and their extremes. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  /** In the order of the rounds, so that two contenders can be compared within each. */
  readonly rounds: ReadonlyArray<number>
}

/** Runs every contender `warmUps` times unmeasured and then `rounds` times interleaved. */
export const measure = async (
  contenders: ReadonlyArray<Contender>,
  options: { readonly rounds: number; readonly warmUps?: number }
): Promise<ReadonlyArray<Measurement>> => {
  for (let warmUp = 0; warmUp < (options.warmUps ?? 1); warmUp++) {
    for (const contender of contenders) {
      await contender.prepare?.()
      await contender.run()
    }
  }
  const samples = contenders.map((contender) => ({
    name: contender.name,
    items: 0,
    cpu: new Array<number>(),
    wall: new Array<number>()
  }))
  for (let round = 0; round < options.rounds; round++) {
    for (const place of shuffledPlaces(contenders.length)) {
      const contender = contenders[place]
      const sample = samples[place]
      if (contender === undefined || sample === undefined) continue
      await contender.prepare?.()
      collectGarbage()
      const wallStart = performance.now()
      const cpuStart = process.cpuUsage()
      const done = await contender.run()
      const cpu = process.cpuUsage(cpuStart)
      const wallMicros = (performance.now() - wallStart) * 1000
      const taken = typeof done === "object"
        ? done
        : { items: done, cpuMicros: cpu.user + cpu.system, wallMicros }
      sample.wall.push(taken.wallMicros / taken.items)
      sample.cpu.push(taken.cpuMicros / taken.items)
      sample.items = taken.items
    }
  }
  return samples.map(({ cpu, items, name, wall }) => ({
    name,
    items,
    cpuMicrosPerItem: spreadOf(cpu),
    wallMicrosPerItem: spreadOf(wall)
  }))
}

/** The median of the ratios `ours / theirs` of each round: noise that hits a round cancels. */
export const pairedRatio = (
  measurements: ReadonlyArray<Measurement>,
  ours: string,
  theirs: string,
  figure: "cpuMicrosPerItem" | "wallMicrosPerItem" = "cpuMicrosPerItem"
): number => {
  const of = (name: string): ReadonlyArray<number> => {
    const found = measurements.find((measurement) => measurement.name === name)
    if (found === undefined) throw new Error(`no contender is named "${name}"`)
    return found[figure].rounds
  }
  const right = of(theirs)
  return spreadOf(of(ours).map((value, round) => value / (right[round] ?? Number.NaN))).median
}

/** Frees what is unreachable, when Node was started with `--expose-gc`. */
export const collectGarbage = (): void => {
  globalThis.gc?.()
}

/** The median and the extremes of some figures. */
export const spreadOf = (rounds: ReadonlyArray<number>): Spread => {
  const sorted = rounds.toSorted((left, right) => left - right)
  const middle = sorted.length / 2
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN
  const high = sorted[Math.floor(middle)] ?? Number.NaN
  return {
    median: (low + high) / 2,
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
    rounds
  }
}

const shuffledPlaces = (count: number): ReadonlyArray<number> => {
  const places = Array.from({ length: count }, (_, place) => place)
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1))
    const held = places[last] ?? 0
    places[last] = places[other] ?? 0
    places[other] = held
  }
  return places
}

/**
 * Graphs in the shapes of known scientific workflows, of any size.
 *
 * F1 With the sizes of a recorded workflow of its family, a generated graph has the same width at every
 *    level and the same numbers of parents and children (tested where recordings are at hand: Montage,
 *    1000Genome, BLAST, BWA, SRA search). The shapes of the others follow their published generators.
 * F2 Run times are log-normal with the mean and deviation that were measured for the kind of task, drawn
 *    from the seed. Where none is known to us the node has no estimate, and the scenario draws.
 *
 * @source WfInstances (WfCommons), runs on Chameleon: montage 2mass-005d-001, 1000genome 10ch-100k-001,
 *   blast small-001, bwa small-001, srasearch 50a-001
 * @source Bharathi, Chervenak, Deelman, Mehta, Su and Vahi (2008), Characterization of scientific
 *   workflows, and its workflow generator: CyberShake, Epigenomics, LIGO Inspiral, SIPHT
 * @source WfCommons, Pegasus instances, seismology: its structure
 */
import * as Definition from "@batchwave/core/Definition"
import * as Random from "@batchwave/core/Random"
import * as Workflow from "@batchwave/core/Workflow"
import * as Distribution from "@batchwave/sim/Distribution"
import * as Workload from "./Workload.ts"

/**
 * What every family takes.
 *
 * @category models
 */
export interface FamilyOptions {
  /** Of the run times. @default 1 */
  readonly seed?: number
}

/** A kind of task: the mean and the deviation of its run time, in seconds. */
type Kind = readonly [mean: number, deviation: number]

/**
 * Mosaics of the sky: `bands` of `images` each. The images of a band lie in a square as far as they
 * go, and those that touch, corners included, are fitted to each other.
 *
 * @category constructors
 */
export const montage = (
  { bands = 3, images, seed }:
    & { readonly images: number; readonly bands?: number }
    & FamilyOptions
): Workload.Workload => {
  const graph = graphOf(seed, { images, bands })
  const side = Math.ceil(Math.sqrt(images))
  const viewers: Array<string> = []
  for (const band of range(bands)) {
    const projected = range(images).map((image) =>
      graph.add(`mProject-${band}-${image}`, [17.3, 1.13])
    )
    const fits = range(images).flatMap((image) =>
      neighboursOf(image, side).filter((other) => other < images).map((other) =>
        graph.add(`mDiffFit-${band}-${image}-${other}`, [0.27, 0.25], [
          projected[image],
          projected[other]
        ])
      )
    )
    const concatenated = graph.add(`mConcatFit-${band}`, [0.19, 0], fits)
    const model = graph.add(`mBgModel-${band}`, [0.79, 0.04], [concatenated])
    const corrected = projected.map((parent, image) =>
      graph.add(`mBackground-${band}-${image}`, [0.4, 0.12], [parent, model])
    )
    const table = graph.add(`mImgtbl-${band}`, [0.17, 0.01], corrected)
    viewers.push(graph.add(`mAdd-${band}`, [0.18, 0], [...corrected, table]))
  }
  viewers.forEach((sum, band) => graph.add(`mViewer-${band}`, [0.12, 0.04], [sum]))
  if (bands > 1) graph.add("mViewer-colour", [0.12, 0.04], viewers)
  return graph.workload(`montage-${bands}x${images}`)
}

/** Those to the right and in the row below, so that each pair comes once. */
const neighboursOf = (image: number, side: number): ReadonlyArray<number> => {
  const column = image % side
  return [
    ...(column < side - 1 ? [image + 1] : []),
    ...(column > 0 ? [image + side - 1] : []),
    image + side,
    ...(column < side - 1 ? [image + side + 1] : [])
  ]
}

/**
 * Genomes of many people: `chromosomes`, each read in `individuals` parts that are merged, sifted, and
 * compared for each of `populations` in two ways.
 *
 * @category constructors
 */
export const genome1000 = (
  { chromosomes, individuals, populations = 7, seed }:
    & {
      readonly chromosomes: number
      readonly individuals: number
      readonly populations?: number
    }
    & FamilyOptions
): Workload.Workload => {
  const graph = graphOf(seed, { chromosomes, individuals, populations })
  for (const chromosome of range(chromosomes)) {
    const parts = range(individuals).map((part) =>
      graph.add(`individuals-${chromosome}-${part}`, [73.23, 20.16])
    )
    const merged = graph.add(`individuals_merge-${chromosome}`, [37.44, 1.43], parts)
    const sifted = graph.add(`sifting-${chromosome}`, [2.81, 2.51])
    for (const population of range(populations)) {
      const place = `${chromosome}-${population}`
      graph.add(`mutation_overlap-${place}`, [9.31, 10.91], [sifted, merged])
      graph.add(`frequency-${place}`, [109.36, 20.05], [sifted, merged])
    }
  }
  return graph.workload(`1000genome-${chromosomes}x${individuals}`)
}

/**
 * A sequence search that is split in `parts`.
 *
 * @category constructors
 */
export const blast = (
  { parts, seed }: { readonly parts: number } & FamilyOptions
): Workload.Workload => {
  const graph = graphOf(seed, { parts })
  const split = graph.add("split_fasta", [0.05, 0])
  const searches = range(parts).map((part) => graph.add(`blastall-${part}`, [9.57, 0.34], [split]))
  graph.add("cat_blast", [0.03, 0], searches)
  graph.add("cat", [0.01, 0], searches)
  return graph.workload(`blast-${parts}`)
}

/**
 * An alignment of reads that is split in `parts`, after the reference was indexed.
 *
 * @category constructors
 */
export const bwa = (
  { parts, seed }: { readonly parts: number } & FamilyOptions
): Workload.Workload => {
  const graph = graphOf(seed, { parts })
  const both = [graph.add("fastq_reduce", [0.05, 0]), graph.add("bwa_index", [80.65, 0])]
  const aligned = range(parts).map((part) => graph.add(`bwa-${part}`, [2.99, 1.8], both))
  graph.add("cat_bwa", [0.61, 0], aligned)
  graph.add("cat", [0.02, 0], aligned)
  return graph.workload(`bwa-${parts}`)
}

/** Files that one merge of a search takes. */
const mergedMax = 25

/**
 * A search in `accessions` of a read archive, each fetched first, merged by 25.
 *
 * @category constructors
 */
export const sraSearch = (
  { accessions, seed }: { readonly accessions: number } & FamilyOptions
): Workload.Workload => {
  const graph = graphOf(seed, { accessions })
  const index = graph.add("bowtie2-build", [17.45, 0])
  const found = range(accessions).map((accession) =>
    graph.add(`bowtie2-${accession}`, [46.42, 18.48], [
      index,
      graph.add(`fasterq-dump-${accession}`, [1271.09, 657.67])
    ])
  )
  const merges = range(Math.ceil(accessions / mergedMax)).map((merge) =>
    graph.add(
      `merge-${merge}`,
      [0.21, 0.11],
      found.slice(merge * mergedMax, (merge + 1) * mergedMax)
    )
  )
  if (merges.length > 1) graph.add("merge-all", [0.21, 0.11], merges)
  return graph.workload(`srasearch-${accessions}`)
}

/**
 * Epigenomes: `lanes` of a sequencer, each cut in `splits` that go through four steps, one after the
 * other; run times of these are shares of a lane of 351 MB.
 *
 * @category constructors
 */
export const epigenomics = (
  { lanes, seed, splits }:
    & { readonly lanes: number; readonly splits: number }
    & FamilyOptions
): Workload.Workload => {
  const graph = graphOf(seed, { lanes, splits })
  const shareOf = (seconds: number): Kind => [seconds / splits, 0.1 * seconds / splits]
  const merged = range(lanes).map((lane) => {
    const cut = graph.add(`fastqSplit-${lane}`, [45.8, 14.2])
    const mapped = range(splits).map((split) => {
      const place = `${lane}-${split}`
      const filtered = graph.add(`filterContams-${place}`, shareOf(41.4), [cut])
      const sanger = graph.add(`sol2sanger-${place}`, shareOf(11.6), [filtered])
      const binary = graph.add(`fastq2bfq-${place}`, shareOf(19.6), [sanger])
      return graph.add(`map-${place}`, shareOf(84.9), [binary])
    })
    return graph.add(`mapMerge-${lane}`, undefined, mapped)
  })
  const [only] = merged
  const all = merged.length === 1 && only !== undefined
    ? only
    : graph.add("mapMerge-all", undefined, merged)
  graph.add("pileup", undefined, [graph.add("maqIndex", undefined, [all])])
  return graph.workload(`epigenomics-${lanes}x${splits}`)
}

/**
 * Earthquake hazards at a site: `ruptures`, each with `variations` of which a seismogram and its peak are
 * made, all collected at the end.
 *
 * @category constructors
 */
export const cyberShake = (
  { ruptures, seed, variations }:
    & { readonly ruptures: number; readonly variations: number }
    & FamilyOptions
): Workload.Workload => {
  const graph = graphOf(seed, { ruptures, variations })
  const seismograms: Array<string> = []
  const peaks: Array<string> = []
  for (const rupture of range(ruptures)) {
    const extracted = graph.add(`ExtractSGT-${rupture}`, [137.45, 206])
    for (const variation of range(variations)) {
      const place = `${rupture}-${variation}`
      const made = graph.add(`SeismogramSynthesis-${place}`, [43.4, 31], [extracted])
      seismograms.push(made)
      peaks.push(graph.add(`PeakValCalcOkaya-${place}`, [1.09, 1.93], [made]))
    }
  }
  const count = seismograms.length
  graph.add("ZipSeis", [count * 0.0175, 0], seismograms)
  graph.add("ZipPSA", [count * 0.0129, 0], peaks)
  return graph.workload(`cybershake-${ruptures}x${variations}`)
}

/**
 * A search for gravitational waves: `groups` of `banks` of templates, filtered, checked for coincidence,
 * and filtered again with what was left.
 *
 * @category constructors
 */
export const ligoInspiral = (
  { banks, groups, seed }:
    & { readonly groups: number; readonly banks: number }
    & FamilyOptions
): Workload.Workload => {
  const graph = graphOf(seed, { groups, banks })
  for (const group of range(groups)) {
    const filtered = range(banks).map((bank) =>
      graph.add(`Inspiral1-${group}-${bank}`, [460.21, 545], [
        graph.add(`TmpltBank-${group}-${bank}`, [18.14, 0.42])
      ])
    )
    const coincident = graph.add(`Thinca1-${group}`, [5.37, 0.24], filtered)
    const again = range(banks).map((bank) =>
      graph.add(`Inspiral2-${group}-${bank}`, [460.21, 545], [
        graph.add(`TrigBank-${group}-${bank}`, [5.11, 0.32], [coincident])
      ])
    )
    graph.add(`Thinca2-${group}`, [5.37, 0.24], again)
  }
  return graph.workload(`ligo-inspiral-${groups}x${banks}`)
}

/**
 * A search for small RNAs in `replicons`, each with `patsers` that are put together and 12 tasks besides.
 *
 * @category constructors
 */
export const sipht = (
  { patsers = 18, replicons, seed }:
    & { readonly replicons: number; readonly patsers?: number }
    & FamilyOptions
): Workload.Workload => {
  const graph = graphOf(seed, { replicons, patsers })
  for (const replicon of range(replicons)) {
    const add = (name: string, kind: Kind, after: ReadonlyArray<string> = []): string =>
      graph.add(`${name}-${replicon}`, kind, after)
    const sites = range(patsers).map((patser) => add(`Patser-${patser}`, [1.27, 0.33]))
    const together = add("Patser_concate", [0.08, 0.1], sites)
    const srna = add("SRNA", [361.33, 342], [
      add("Findterm", [1349.47, 796]),
      add("RNAMotif", [36.42, 8.84]),
      add("Transterm", [55.78, 48]),
      add("Blast", [2350.58, 1016])
    ])
    const parsed = add("FFN_parse", [1.64, 0.24], [srna])
    add("SRNA_annotate", [1.68, 0.96], [
      srna,
      together,
      add("Blast_candidate", [5.18, 0.99], [srna]),
      add("Blast_QRNA", [1412.09, 98.5], [srna]),
      add("Blast_synteny", [33, 0], [srna, parsed]),
      add("Blast_paralogues", [4.99, 1.15], [srna])
    ])
  }
  return graph.workload(`sipht-${replicons}x${patsers}`)
}

/**
 * Cross-correlation of seismic signals: `pairs`, and one task that sifts what fits. No run times are
 * known to us.
 *
 * @category constructors
 */
export const seismology = ({ pairs }: { readonly pairs: number }): Workload.Workload => {
  const graph = graphOf(1, { pairs })
  graph.add(
    "siftSTFByMisfit",
    undefined,
    range(pairs).map((pair) => graph.add(`sG1IterDecon-${pair}`, undefined))
  )
  return graph.workload(`seismology-${pairs}`)
}

const range = (count: number): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, index) => index)

/** Collects nodes, parents before their children. Throws with every size that is none. */
const graphOf = (seed = 1, sizes: Readonly<Record<string, number>>) => {
  const wrong = Object.entries(sizes).filter(([, size]) => !Number.isInteger(size) || size < 1)
  if (wrong.length > 0) {
    const told = wrong.map(([name, size]) => `${name} is ${size}`).join(", ")
    throw new Error(`a workload needs whole numbers of at least 1, and ${told}`)
  }
  const random = Random.make(seed)
  const nodes: Array<Workflow.WorkflowNode> = []
  return {
    add: (
      name: string,
      kind: Kind | undefined,
      after: ReadonlyArray<string | undefined> = []
    ): string => {
      const estimateMs = kind === undefined ? undefined : drawMs(kind, Random.nextUnit(random))
      nodes.push(Workflow.node(name, "true", {
        after: after.filter((parent) => parent !== undefined),
        ...(estimateMs === undefined ? {} : { estimateMs })
      }))
      return name
    },
    workload: (name: string): Workload.Workload =>
      Workload.make(Definition.make(Workflow.make(name, nodes)))
  }
}

/** A log-normal run time with this mean and deviation, in whole milliseconds. */
const drawMs = ([mean, deviation]: Kind, unit: number): number => {
  const variance = Math.log1p((deviation / mean) ** 2)
  const median = mean * Math.exp(-variance / 2)
  const quantile = Distribution.quantileOf({
    _tag: "LogNormal",
    median,
    sigma: Math.sqrt(variance)
  })
  return Math.max(1, Math.round(quantile(unit) * 1_000))
}

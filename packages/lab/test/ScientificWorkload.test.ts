/** Generated workflows have the numbers that their sources state. */
import { assert, describe, it } from "@effect/vitest"
import * as Quantiles from "../src/Quantiles.ts"
import * as Families from "../src/ScientificWorkload.ts"
import type { Workload } from "../src/Workload.ts"

const countsOf = ({ plan }: Workload): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const name of plan.names) {
    const kind = name.replace(/(-(\d+|all|colour))+$/, "")
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

describe("ScientificWorkload", () => {
  it("makes as many tasks of each kind as the published generators", () => {
    assert.deepStrictEqual(countsOf(Families.epigenomics({ lanes: 1, splits: 5 })), {
      fastqSplit: 1,
      filterContams: 5,
      sol2sanger: 5,
      fastq2bfq: 5,
      map: 5,
      mapMerge: 1,
      maqIndex: 1,
      pileup: 1
    })
    assert.strictEqual(countsOf(Families.epigenomics({ lanes: 3, splits: 5 }))["mapMerge"], 4)
    assert.deepStrictEqual(countsOf(Families.cyberShake({ ruptures: 3, variations: 4 })), {
      ExtractSGT: 3,
      SeismogramSynthesis: 12,
      PeakValCalcOkaya: 12,
      ZipSeis: 1,
      ZipPSA: 1
    })
    assert.deepStrictEqual(countsOf(Families.ligoInspiral({ groups: 2, banks: 7 })), {
      TmpltBank: 14,
      Inspiral1: 14,
      Thinca1: 2,
      TrigBank: 14,
      Inspiral2: 14,
      Thinca2: 2
    })
    const sipht = Families.sipht({ replicons: 2 })
    assert.strictEqual(sipht.plan.names.length, 2 * (12 + 18))
    assert.strictEqual(countsOf(sipht)["Patser"], 36)
    assert.deepStrictEqual(countsOf(Families.seismology({ pairs: 6 })), {
      sG1IterDecon: 6,
      siftSTFByMisfit: 1
    })
  })

  it("fits each pair of images that touch, once", () => {
    const fits = (images: number) => countsOf(Families.montage({ images, bands: 1 }))["mDiffFit"]
    // In a square of side s there are 2s(s−1) sides and 2(s−1)² corners in common.
    assert.deepStrictEqual([4, 9, 16, 100].map(fits), [6, 20, 42, 342])
    assert.strictEqual(fits(2), 1)
  })

  it("draws run times with the mean and deviation that were measured, the same for a seed", () => {
    const times = (seed: number) =>
      Object.entries(Families.ligoInspiral({ groups: 4, banks: 200, seed }).recordedMs)
        .flatMap(([id, ms]) => id.startsWith("Inspiral") ? [ms / 1_000] : [])
    const { mean, variance } = Quantiles.moments(times(1))
    assert.approximately(mean, 460, 40)
    assert.approximately(Math.sqrt(variance), 545, 150)
    assert.deepStrictEqual(times(1), times(1))
    assert.notDeepEqual(times(1), times(2))
  })

  it("names every size that is none", () => {
    assert.throws(
      () => Families.genome1000({ chromosomes: 0, individuals: 1.5 }),
      "at least 1, and chromosomes is 0, individuals is 1.5"
    )
  })
})

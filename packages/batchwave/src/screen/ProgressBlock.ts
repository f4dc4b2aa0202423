/**
 * The progress of a run as a block of lines for a terminal: one bar a wave, then one line for all.
 */
import { cleanLine } from "./CleanText.ts"
import * as ProgressModel from "./ProgressModel.ts"
import type { Style } from "./Style.ts"
import { clipped, counted, duration } from "./Words.ts"

/**
 * How much room there is.
 *
 * @category models
 */
export interface BlockOptions {
  readonly columns: number
  /** Lines the block may take, at least 3. */
  readonly linesMax: number
  readonly elapsedMs: number
  readonly style: Style
}

const labelColumns = 22
const barColumnsMax = 30

/**
 * Draws the block. When the waves do not fit, those that have settled are left out first, then those
 * furthest ahead; the last line counts what is not shown.
 *
 * @category rendering
 */
export const render = (
  progress: ProgressModel.RunProgress,
  options: BlockOptions
): ReadonlyArray<string> => {
  const wavesMax = Math.max(1, options.linesMax - 2)
  const { after, before, shown } = choose(progress.waves, wavesMax)
  const lines = shown.map((wave) => waveLine(wave, options))
  const hidden = [
    ...(before > 0 ? [`${counted(before, "wave")} before`] : []),
    ...(after > 0 ? [`${counted(after, "wave")} after`] : [])
  ]
  if (hidden.length > 0) lines.push(options.style.faint(`  ${hidden.join(", ")}`))
  lines.push(totalLine(progress.all, options))
  return lines
}

interface Choice {
  readonly shown: ReadonlyArray<ProgressModel.WaveProgress>
  readonly before: number
  readonly after: number
}

const choose = (waves: ReadonlyArray<ProgressModel.WaveProgress>, max: number): Choice => {
  if (waves.length <= max) return { shown: waves, before: 0, after: 0 }
  const open = waves.findIndex(({ counts }) => ProgressModel.settledCount(counts) < counts.total)
  const first = Math.min(open === -1 ? waves.length : open, waves.length - max)
  return {
    shown: waves.slice(first, first + max),
    before: first,
    after: waves.length - first - max
  }
}

const waveLine = (wave: ProgressModel.WaveProgress, options: BlockOptions): string => {
  const name = cleanLine(wave.label ?? `wave ${wave.wave}`)
  const label = clipped(name, labelColumns).padEnd(labelColumns)
  const barColumns = Math.min(barColumnsMax, Math.max(8, options.columns - labelColumns - 40))
  return `  ${label} ${bar(wave.counts, barColumns, options.style)} ${
    phases(wave.counts, options.style)
  }`
}

/**
 * A bar whose filled part is the settled share: never full before everything has settled, never
 * empty once something has.
 */
const bar = (
  counts: Readonly<ProgressModel.PhaseCounts>,
  columns: number,
  style: Style
): string => {
  const settled = ProgressModel.settledCount(counts)
  const share = counts.total === 0 ? 1 : settled / counts.total
  const filled = settled === counts.total
    ? columns
    : Math.min(columns - 1, Math.max(settled > 0 ? 1 : 0, Math.floor(share * columns)))
  const paint = counts.failed + counts.lost > 0 ? style.bad : style.good
  return paint("█".repeat(filled)) + style.faint("░".repeat(columns - filled))
}

const phases = (counts: Readonly<ProgressModel.PhaseCounts>, style: Style): string => {
  const parts = [`${ProgressModel.settledCount(counts)}/${counts.total}`]
  if (counts.running > 0) parts.push(`${counts.running} running`)
  if (counts.active > counts.running) parts.push(`${counts.active - counts.running} queued`)
  if (counts.retrying > 0) parts.push(style.warn(`${counts.retrying} retrying`))
  if (counts.failed > 0) parts.push(style.bad(`${counts.failed} failed`))
  if (counts.lost > 0) parts.push(style.faint(`${counts.lost} not run`))
  return parts.join("  ")
}

const totalLine = (
  all: Readonly<ProgressModel.PhaseCounts>,
  { elapsedMs, style }: BlockOptions
): string =>
  `  ${style.strong(`${all.succeeded} of ${counted(all.total, "node")} done`)}  ${
    phases(all, style)
  }  ${style.faint(duration(elapsedMs))}`

/** What each quantity does to a mean difference: a row each, the greatest swing first. */
import type { Effect, Probe } from "../Sensitivity.ts"
import { axis, drawing, escaped, place, type Scale, scaleOf } from "../SvgDrawing.ts"
import type { Comparison } from "../Verdict.ts"
import { figure } from "./Figures.ts"

const width = 860
const left = 300
const right = width - 70
const rowHeight = 40

/** Quantities that are drawn. */
const rowsMax = 20

/** The differences of one arm at the ends of each quantity, beside the one of the world as it is. */
export const swings = (
  effects: ReadonlyArray<Effect>,
  index: number,
  base: Comparison | undefined,
  title: string
): string => {
  const shown = effects.slice(0, rowsMax)
  const differences = shown.flatMap(({ probes }) =>
    probes.flatMap(({ comparisons }) => comparisons[index]?.difference ?? [])
  )
  const scale = scaleOf(
    [0, ...differences.flatMap(({ estimate, high, low }) => [low, estimate, high])],
    left,
    right
  )
  const bottom = 8 + shown.length * rowHeight
  const upright = (kind: string, value: number): string =>
    `<line class="${kind}" x1="${place(scale.at(value))}" x2="${
      place(scale.at(value))
    }" y1="8" y2="${bottom}"/>`
  return drawing(`difference in ${title} by quantity`, width, bottom + 36, [
    axis(scale, 8, bottom, `difference in ${title}`),
    upright("zero", 0),
    upright("line", base?.difference.estimate ?? 0),
    ...shown.map(({ path, probes, base: own }, row) => {
      const top = 8 + row * rowHeight
      const ends = [probes[0], probes.at(-1)].flatMap((probe) =>
        probe === undefined || probe.value === own ? [] : [probe]
      )
      return `<text x="${left - 12}" y="${top + 24}" text-anchor="end">${
        escaped(path.length > 44 ? `…${path.slice(-43)}` : path)
      }</text>${
        ends.map((probe, lane) =>
          mark(probe, index, top + (ends.length === 1 ? 20 : 12 + lane * 16), scale)
        ).join("")
      }`
    })
  ])
}

const mark = (
  { comparisons, value }: Probe,
  index: number,
  y: number,
  scale: Scale
): string => {
  const { at } = scale
  const comparison = comparisons[index]
  if (comparison === undefined) return ""
  const { difference: { estimate, ...difference }, verdict } = comparison
  const [low, high] = [Math.max(scale.low, difference.low), Math.min(scale.high, difference.high)]
  const tone = verdict === "cannot tell" ? "unsure" : verdict
  return `<line class="stroke ${tone}" x1="${place(at(low))}" x2="${
    place(at(high))
  }" y1="${y}" y2="${y}"/><circle class="${tone}" cx="${
    place(at(estimate))
  }" cy="${y}" r="4"/><text class="tick" x="${place(at(high) + 7)}" y="${y + 4}">${
    escaped(figure(value))
  }</text>`
}

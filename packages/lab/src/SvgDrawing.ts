/** Pieces of SVG, drawn from numbers. Nothing is looked up or measured. */
import { figure } from "./internal/Figures.ts"

/**
 * Text as it may stand in HTML and SVG.
 *
 * @category rendering
 */
export const escaped = (raw: string): string =>
  raw.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll("\"", "&quot;")

/**
 * A linear scale from values to places.
 *
 * @category models
 */
export interface Scale {
  readonly low: number
  readonly high: number
  readonly at: (value: number) => number
}

/**
 * A scale over all of some values; a single value gets room on both sides.
 *
 * @category constructors
 */
export const scaleOf = (
  values: Iterable<number>,
  from: number,
  to: number
): Scale => {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) [low, high] = [0, 1]
  if (low === high) [low, high] = [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2]
  return { low, high, at: (value) => from + (value - low) / (high - low) * (to - from) }
}

/**
 * Round values within a scale, about `count` of them.
 *
 * @category rendering
 */
export const ticksOf = ({ high, low }: Scale, count = 6): ReadonlyArray<number> => {
  const rough = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10)
  const ticks: Array<number> = []
  for (let tick = Math.ceil(low / step); tick * step <= high; tick++) ticks.push(tick * step)
  return ticks
}

/**
 * A number as an attribute.
 *
 * @category rendering
 */
export const place = (value: number): string => String(Math.round(value * 100) / 100)

/**
 * A horizontal axis with its ticks and lines over the height of the chart.
 *
 * @category rendering
 */
export const axis = (scale: Scale, top: number, bottom: number, title: string): string => {
  const middle = (scale.at(scale.low) + scale.at(scale.high)) / 2
  const ticks = ticksOf(scale).map((tick) => {
    const x = place(scale.at(tick))
    return `<line class="grid" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}"/>`
      + `<text class="tick" x="${x}" y="${bottom + 14}" text-anchor="middle">${
        escaped(figure(tick))
      }</text>`
  })
  return `${ticks.join("")}<text class="tick" x="${place(middle)}" y="${
    bottom + 30
  }" text-anchor="middle">${escaped(title)}</text>`
}

/**
 * A drawing with a title for those who cannot see it.
 *
 * @category rendering
 */
export const drawing = (
  title: string,
  width: number,
  height: number,
  parts: ReadonlyArray<string>
): string =>
  `<svg role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`
  + `<title>${escaped(title)}</title>${parts.join("")}</svg>`

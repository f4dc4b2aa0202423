/** The charts of a report: distributions, paired differences, the front, a timeline. */
import type { Interval } from "../Bootstrap.ts"
import * as Quantiles from "../Quantiles.ts"
import type { Span } from "../SlotLedger.ts"
import { axis, drawing, escaped, place, type Scale, scaleOf } from "../SvgDrawing.ts"
import { figure } from "./Figures.ts"

const width = 860
const left = 220
const right = width - 20
const rowHeight = 56
const binsMin = 24
const binsMax = 60

/** Values of each row as a histogram, with the middle half and the median; all on one scale. */
export const distributions = (
  rows: ReadonlyArray<{ readonly name: string; readonly values: Float64Array }>,
  title: string
): string => {
  const scale = scaleOf(rows.flatMap(({ values }) => [...values]), left, right)
  const bottom = 8 + rows.length * rowHeight
  return drawing(title, width, bottom + 36, [
    axis(scale, 8, bottom, title),
    ...rows.map(({ name, values }, row) => {
      const top = 8 + row * rowHeight
      const sorted = values.toSorted()
      const [q1, middle, q3] = [0.25, 0.5, 0.75].map((share) =>
        scale.at(Quantiles.quantile(sorted, share))
      )
      return label(name, top + 30, `arm-${row % 6}`)
        + histogram(values, scale, top + 4, top + 42, `arm-${row % 6}`)
        + `<line class="box" x1="${place(q1 ?? 0)}" x2="${place(q3 ?? 0)}" y1="${top + 47}" y2="${
          top + 47
        }"/><circle cx="${place(middle ?? 0)}" cy="${top + 47}" r="4"/>`
    })
  ])
}

/** Differences arm − baseline of each row, with zero and the interval of the mean. */
export const differences = (
  rows: ReadonlyArray<{
    readonly name: string
    readonly values: Float64Array
    readonly interval: Interval
    readonly kind: "better" | "worse" | "cannot tell"
  }>,
  title: string
): string => {
  const scale = scaleOf([0, ...rows.flatMap(({ values }) => [...values])], left, right)
  const bottom = 8 + rows.length * rowHeight
  const zero = place(scale.at(0))
  const within = (value: number) => Math.min(right, Math.max(left, scale.at(value)))
  return drawing(title, width, bottom + 36, [
    axis(scale, 8, bottom, title),
    `<line class="zero" x1="${zero}" x2="${zero}" y1="8" y2="${bottom}"/>`,
    ...rows.map(({ interval, kind, name, values }, row) => {
      const top = 8 + row * rowHeight
      const tone = kind === "cannot tell" ? "unsure" : kind
      return label(name, top + 30, tone) + histogram(values, scale, top + 4, top + 42, tone)
        + `<line class="box" x1="${place(within(interval.low))}" x2="${
          place(within(interval.high))
        }" y1="${top + 47}" y2="${top + 47}"/><circle cx="${
          place(within(interval.estimate))
        }" cy="${top + 47}" r="4"/>`
    })
  ])
}

/** One point a row; those on the front are filled. */
export const scatter = (
  points: ReadonlyArray<{
    readonly name: string
    readonly x: number
    readonly y: number
    readonly isFront: boolean
    /** Whether its name is written beside it, not only shown when it is pointed at. */
    readonly isNamed: boolean
  }>,
  titles: { readonly x: string; readonly y: string }
): string => {
  const bottom = 300
  const across = scaleOf(points.map(({ x }) => x), left + 30, right - 130)
  const up = scaleOf(points.map(({ y }) => y), bottom - 20, 28)
  const names = namesOf(
    points.map(({ isNamed, name, x, y }) => ({
      name: isNamed ? name : "",
      x: across.at(x),
      y: up.at(y)
    }))
  )
  return drawing(`${titles.y} over ${titles.x}`, width, bottom + 36, [
    axis(across, 14, bottom, titles.x),
    `<text class="tick" x="8" y="18">${escaped(titles.y)}</text>`,
    ...[up.low, up.high].map((value) =>
      `<text class="tick" x="${left}" y="${place(up.at(value) + 4)}" text-anchor="end">${
        escaped(figure(value))
      }</text>`
    ),
    ...points.map(({ isFront, name, x, y }, row) =>
      `<circle class="arm-${row % 6}${isFront ? "" : " hollow"}" cx="${place(across.at(x))}" cy="${
        place(up.at(y))
      }" r="6"><title>${escaped(name)}</title></circle>`
    ),
    ...names
  ])
}

/** About the width of a character. */
const characterWidth = 6.8

/** Half the width that a point takes. */
const pointRoom = 8

/** Names beside their points: on the left where the right has no room, further down where one is taken. */
const namesOf = (
  points: ReadonlyArray<{ readonly name: string; readonly x: number; readonly y: number }>
): ReadonlyArray<string> => {
  const taken: Array<{ readonly from: number; readonly until: number; readonly y: number }> = points
    .map(({ x, y }) => ({ from: x - pointRoom, until: x + pointRoom, y: y + 4 }))
  return points.map(({ name, x, y }) => {
    if (name === "") return ""
    const length = name.length * characterWidth
    const isRight = x + 11 + length <= width
    const from = isRight ? x + 11 : x - 11 - length
    const until = from + length
    let at = y + 4
    while (taken.some((one) => one.from < until && from < one.until && Math.abs(one.y - at) < 14)) {
      at += 14
    }
    taken.push({ from, until, y: at })
    return `<text x="${place(isRight ? from : until)}" y="${place(at)}"${
      isRight ? "" : " text-anchor=\"end\""
    }>${escaped(name)}</text>`
  })
}

/** Runs drawn on one timeline. */
export const spansMax = 5_000

/** Which run was when on which node; a row for each run that a node had at the same time. */
export const timeline = (spans: ReadonlyArray<Span>, title: string): string => {
  const shown = spans.toSorted((a, b) => a.fromMs - b.fromMs).slice(0, spansMax)
  const nodes = [...new Set(shown.map(({ nodeId }) => nodeId))].toSorted((a, b) =>
    a.localeCompare(b, "en", { numeric: true })
  )
  const busyUntil = new Map(nodes.map((node) => [node, new Array<number>()]))
  const placed = shown.map((span) => {
    const lanes = busyUntil.get(span.nodeId) ?? []
    const free = lanes.findIndex((untilMs) => untilMs <= span.fromMs)
    const lane = free < 0 ? lanes.length : free
    lanes[lane] = span.untilMs
    return { span, lane }
  })
  const laneHeight = 7
  const tops = new Map<string, number>()
  let top = 8
  for (const node of nodes) {
    tops.set(node, top)
    top += Math.max(2, busyUntil.get(node)?.length ?? 0) * laneHeight + 4
  }
  const endMs = Math.max(1, ...shown.map(({ untilMs }) => untilMs))
  const scale = scaleOf([0, endMs / 60_000], left, right)
  const lines = nodes.map((node) => label(node, (tops.get(node) ?? 0) + 10, "plain"))
  const bars = placed.map(({ lane, span }) => {
    const from = scale.at(span.fromMs / 60_000)
    const length = Math.max(0.5, scale.at(span.untilMs / 60_000) - from)
    return `<rect class="${span.end}" x="${place(from)}" y="${
      (tops.get(span.nodeId) ?? 0) + lane * laneHeight
    }" width="${place(length)}" height="${laneHeight - 1}"><title>${escaped(span.taskId)}: ${
      escaped(figure((span.untilMs - span.fromMs) / 1000))
    } s, ${span.end}</title></rect>`
  })
  return drawing(title, width, top + 36, [axis(scale, 8, top, "minutes"), ...lines, ...bars])
}

const label = (name: string, y: number, tone: string): string =>
  `<text class="${tone}" x="${left - 12}" y="${y}" text-anchor="end">${
    escaped(name.length > 32 ? `${name.slice(0, 31)}…` : name)
  }</text>`

const histogram = (
  values: Float64Array,
  scale: Scale,
  top: number,
  bottom: number,
  tone: string
): string => {
  const bins = new Float64Array(
    Math.max(binsMin, Math.min(binsMax, Math.ceil(values.length / 2)))
  )
  for (const value of values) {
    const share = (value - scale.low) / (scale.high - scale.low)
    const bin = Math.min(bins.length - 1, Math.max(0, Math.floor(share * bins.length)))
    bins[bin] = (bins[bin] ?? 0) + 1
  }
  const most = Math.max(...bins)
  const step = (right - left) / bins.length
  return Array.from(bins, (count, bin) => {
    if (count === 0) return ""
    const height = Math.max(1, count / most * (bottom - top))
    return `<rect class="${tone}" x="${place(left + bin * step)}" y="${
      place(bottom - height)
    }" width="${place(step - 0.5)}" height="${place(height)}"/>`
  }).join("")
}

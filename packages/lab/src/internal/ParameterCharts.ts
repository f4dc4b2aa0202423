/** The charts of a sweep: a heat map of two parameters, and lines by each one. */
import type { ParameterValue } from "../Arm.ts"
import { section } from "../HtmlPage.ts"
import { axis, drawing, escaped, place, type Scale, scaleOf, ticksOf } from "../SvgDrawing.ts"
import type { Direction } from "../Verdict.ts"
import { figure } from "./Figures.ts"
import { axesOf, type Axis, type Cell, cellAt } from "./ParameterGrid.ts"

const width = 860
const left = 150
const right = width - 20

/** Sections of a page; none without parameters. */
export const sections = (
  cells: ReadonlyArray<Cell>,
  title: string,
  direction: Direction
): ReadonlyArray<string> => {
  const axes = axesOf(cells)
  const [down, across] = axes
  const map = axes.length === 2 && down !== undefined && across !== undefined
    ? [section(
      `${title} by ${down.name} and ${across.name}`,
      "Means over trials, the stronger the colour the better; the best has a frame.",
      heatMap(cells, down, across, title, direction)
    )]
    : []
  return [
    ...map,
    ...axes.map((one) =>
      section(
        `${title} by ${one.name}`,
        axes.length === 1
          ? "Means over trials."
          : "Means over trials: a thin line for each setting of the other parameters, and their mean.",
        lines(cells, one, title)
      )
    )
  ]
}

const rowHeight = 34

/** A cell a point, the stronger its colour the better. */
export const heatMap = (
  cells: ReadonlyArray<Cell>,
  down: Axis,
  across: Axis,
  title: string,
  direction: Direction
): string => {
  const goodness = ({ value }: Cell): number => direction === "lower" ? -value : value
  const scale = scaleOf(cells.map(goodness), 0.04, 0.62)
  const best = Math.max(...cells.map(goodness))
  const step = (right - left) / across.values.length
  const bottom = 12 + down.values.length * rowHeight
  const parts = down.values.flatMap((y, row) => {
    const top = 12 + row * rowHeight
    const name = `<text class="tick" x="${left - 12}" y="${top + 21}" text-anchor="end">${
      escaped(text(y))
    }</text>`
    return [name].concat(across.values.map((x, column) => {
      const cell = cellAt(cells, [across.name, x], [down.name, y])
      if (cell === undefined) return ""
      const at = left + column * step
      const isBest = goodness(cell) === best
      return `<rect class="arm-0" fill-opacity="${place(scale.at(goodness(cell)))}" x="${
        place(at + 1)
      }" y="${top + 1}" width="${place(step - 2)}" height="${rowHeight - 2}"${
        isBest ? " stroke=\"currentColor\" stroke-width=\"2\"" : ""
      }/><text x="${place(at + step / 2)}" y="${top + 21}" text-anchor="middle">${
        escaped(figure(cell.value))
      }</text>`
    }))
  })
  const names = across.values.map((x, column) =>
    `<text class="tick" x="${place(left + (column + 0.5) * step)}" y="${
      bottom + 16
    }" text-anchor="middle">${escaped(text(x))}</text>`
  )
  return drawing(`${title} by ${down.name} and ${across.name}`, width, bottom + 40, [
    ...parts,
    ...names,
    `<text class="tick" x="${place((left + right) / 2)}" y="${bottom + 34}" text-anchor="middle">${
      escaped(across.name)
    }</text>`,
    `<text class="tick" x="8" y="${12 + 21}">${escaped(down.name)}</text>`
  ])
}

const text = (value: ParameterValue): string =>
  typeof value === "number" ? figure(value) : String(value)

const chartTop = 28
const chartBottom = 250

/** The measure by one parameter. */
export const lines = (cells: ReadonlyArray<Cell>, of: Axis, title: string): string => {
  const up = scaleOf(cells.map(({ value }) => value), chartBottom - 8, chartTop + 8)
  const at = placesOf(of)
  const groups = Map.groupBy(
    cells,
    ({ point: { [of.name]: _, ...others } }) => JSON.stringify(others)
  )
  const paths = [...groups.values()].map((group) => curve(group, of, at, up, "thin"))
  const means = of.values.flatMap((value): Array<Cell> => {
    const here = cells.filter(({ point }) => point[of.name] === value)
    const sum = here.reduce((total, cell) => total + cell.value, 0)
    return here.length === 0 ? [] : [{ point: { [of.name]: value }, value: sum / here.length }]
  })
  return drawing(`${title} by ${of.name}`, width, chartBottom + 36, [
    ...acrossAxis(of, at),
    ...ticksOf(up, 5).map((tick) => {
      const y = place(up.at(tick))
      return `<line class="grid" x1="${left}" x2="${right}" y1="${y}" y2="${y}"/>`
        + `<text class="tick" x="${left - 8}" y="${place(up.at(tick) + 4)}" text-anchor="end">${
          escaped(figure(tick))
        }</text>`
    }),
    `<text class="tick" x="8" y="18">${escaped(title)}</text>`,
    ...(groups.size > 1 ? paths : []),
    curve(means, of, at, up, "bold"),
    ...means.map(({ point, value }) =>
      `<circle class="arm-0" cx="${place(at.of(point[of.name]))}" cy="${
        place(up.at(value))
      }" r="4"><title>${
        escaped(`${text(point[of.name] ?? "")}: ${figure(value)}`)
      }</title></circle>`
    )
  ])
}

const curve = (
  cells: ReadonlyArray<Cell>,
  of: Axis,
  at: Places,
  up: Scale,
  kind: "thin" | "bold"
): string => {
  const points = of.values.flatMap((value) => {
    const cell = cells.find(({ point }) => point[of.name] === value)
    return cell === undefined ? [] : [`${place(at.of(value))},${place(up.at(cell.value))}`]
  })
  return `<polyline class="line ${kind}" points="${points.join(" ")}"/>`
}

interface Places {
  readonly of: (value: ParameterValue | undefined) => number
  /** Undefined where values are names. */
  readonly scale: Scale | undefined
}

/** Numbers stand where they belong, on a logarithmic scale when they reach over more than a decade. */
const placesOf = ({ values }: Axis): Places => {
  const numbers = values.flatMap((value) => typeof value === "number" ? [value] : [])
  const isNumeric = numbers.length === values.length
  const least = Math.min(...numbers)
  if (isNumeric && (least <= 0 || Math.max(...numbers) <= least * 10)) {
    const scale = scaleOf(numbers, left + 20, right - 20)
    return { scale, of: (value) => scale.at(Number(value)) }
  }
  if (isNumeric) {
    const logs = scaleOf(numbers.map(Math.log), left + 20, right - 20)
    return { scale: undefined, of: (value) => logs.at(Math.log(Number(value))) }
  }
  const places = scaleOf([0, values.length - 1], left + 40, right - 40)
  return {
    scale: undefined,
    of: (value) => places.at(value === undefined ? 0 : values.indexOf(value))
  }
}

const acrossAxis = (of: Axis, { of: at, scale }: Places): ReadonlyArray<string> => {
  if (scale !== undefined) return [axis(scale, chartTop, chartBottom, of.name)]
  return [
    ...of.values.map((value) => {
      const x = place(at(value))
      return `<line class="grid" x1="${x}" x2="${x}" y1="${chartTop}" y2="${chartBottom}"/>`
        + `<text class="tick" x="${x}" y="${chartBottom + 14}" text-anchor="middle">${
          escaped(text(value))
        }</text>`
    }),
    `<text class="tick" x="${(left + right) / 2}" y="${chartBottom + 30}" text-anchor="middle">${
      escaped(of.name)
    }</text>`
  ]
}

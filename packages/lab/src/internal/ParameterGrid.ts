/** The arms of a sweep by their parameters. */
import type { Analysis } from "../Analysis.ts"
import type { ParameterValue, Point } from "../Arm.ts"
import type { Table } from "../LabText.ts"
import { figure, headOf } from "./Figures.ts"

/** A point and what was measured there. */
export interface Cell {
  readonly point: Point
  readonly value: number
}

/** A parameter that takes more than one value, with its values in ascending order where they have one. */
export interface Axis {
  readonly name: string
  readonly values: ReadonlyArray<ParameterValue>
}

/** The parameters that change from cell to cell, in the order of the sweep. */
export const axesOf = (cells: ReadonlyArray<Cell>): ReadonlyArray<Axis> => {
  const names = [...new Set(cells.flatMap(({ point }) => Object.keys(point)))]
  return names.flatMap((name) => {
    const values = [...new Set(cells.flatMap(({ point }) => point[name] ?? []))]
    return values.length < 2 ? [] : [{ name, values: values.toSorted(byValue) }]
  })
}

const byValue = (left: ParameterValue, right: ParameterValue): number =>
  typeof left === "number" && typeof right === "number" ? left - right : 0

/** The cell at a value of each of two parameters. */
export const cellAt = (
  cells: ReadonlyArray<Cell>,
  x: readonly [name: string, value: ParameterValue],
  y: readonly [name: string, value: ParameterValue]
): Cell | undefined => cells.find(({ point }) => point[x[0]] === x[1] && point[y[0]] === y[1])

/** Two parameters as a table: the means of the main measure. */
export const tables = ({ arms, header }: Analysis): ReadonlyArray<Table> => {
  const main = header.measures[0] ?? "makespan"
  return tablesOf(
    arms.flatMap(({ measures: { [main]: { mean } }, point }) =>
      point === undefined ? [] : [{ point, value: mean }]
    ),
    headOf(main)
  )
}

/** The same of cells. */
export const tablesOf = (
  cells: ReadonlyArray<Cell>,
  title: string
): ReadonlyArray<Table> => {
  const [down, across, ...more] = axesOf(cells)
  if (down === undefined || across === undefined || more.length > 0) return []
  return [{
    title: `${title} by ${down.name} (down) and ${across.name} (across)`,
    head: [down.name, ...across.values.map(String)],
    rows: down.values.map((y) =>
      [String(y)].concat(across.values.map((x) => {
        const cell = cellAt(cells, [across.name, x], [down.name, y])
        return cell === undefined ? "" : figure(cell.value)
      }))
    )
  }]
}

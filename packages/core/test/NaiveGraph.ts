/**
 * Graphs for properties, and the obvious quadratic answers the planner is compared with.
 */
import * as FastCheck from "fast-check"
import * as TaskGraph from "../src/TaskGraph.ts"

/** For each node, its parents. */
export type Rows = ReadonlyArray<ReadonlyArray<number>>

/** Compresses rows of parents into a graph. */
export const toGraph = (rows: Rows): TaskGraph.TaskGraph => {
  const offsets = new Int32Array(rows.length + 1)
  rows.forEach((row, node) => {
    offsets[node + 1] = (offsets[node] ?? 0) + row.length
  })
  return TaskGraph.make(rows.length, offsets, Int32Array.from(rows.flat()))
}

/** Acyclic graphs whose parents all come before their children. */
export const authoredRows = (nodesMax: number): FastCheck.Arbitrary<Rows> =>
  FastCheck.integer({ min: 0, max: nodesMax }).chain((count) =>
    FastCheck.tuple(
      ...Array.from({ length: count }, (_, node) =>
        node === 0
          ? FastCheck.constant<Array<number>>([])
          : FastCheck.uniqueArray(FastCheck.nat({ max: node - 1 }), { maxLength: 4 }))
    )
  )

/** Acyclic graphs in any numbering. */
export const acyclicRows = (nodesMax: number): FastCheck.Arbitrary<Rows> =>
  authoredRows(nodesMax).chain((rows) =>
    FastCheck.shuffledSubarray(rows.map((_, node) => node), {
      minLength: rows.length,
      maxLength: rows.length
    }).map((numberOf) => renumber(rows, numberOf))
  )

/** Graphs of any kind, cycles likely, without self-dependencies. */
export const anyRows = (nodesMax: number): FastCheck.Arbitrary<Rows> =>
  FastCheck.integer({ min: 2, max: nodesMax }).chain((count) =>
    FastCheck.tuple(
      ...Array.from({ length: count }, (_, node) =>
        FastCheck.uniqueArray(FastCheck.nat({ max: count - 1 }), { maxLength: 3 })
          .map((row) =>
            row.filter((parent) => parent !== node)
          ))
    )
  )

const renumber = (rows: Rows, numberOf: ReadonlyArray<number>): Rows => {
  const renamed: Array<ReadonlyArray<number>> = rows.map(() => [])
  rows.forEach((row, node) => {
    renamed[numberOf[node] ?? 0] = row.map((parent) => numberOf[parent] ?? 0)
  })
  return renamed
}

/** The weight of the heaviest chain that ends with each node, by repeated relaxation. */
export const finishTimes = (rows: Rows, weights: ReadonlyArray<number>): ReadonlyArray<number> => {
  const finish = rows.map((_, node) => weights[node] ?? 0)
  for (let round = 0; round < rows.length; round++) {
    rows.forEach((row, node) => {
      for (const parent of row) {
        finish[node] = Math.max(finish[node] ?? 0, (finish[parent] ?? 0) + (weights[node] ?? 0))
      }
    })
  }
  return finish
}

/** The longest number of edges from a root, by repeated relaxation. */
export const levels = (rows: Rows): ReadonlyArray<number> =>
  finishTimes(rows, rows.map(() => 1)).map((finish) => finish - 1)

/** The nodes that never become startable when started nodes are crossed off round by round. */
export const stuckNodes = (rows: Rows): ReadonlyArray<number> => {
  const done = new Set<number>()
  for (let round = 0; round < rows.length; round++) {
    rows.forEach((row, node) => {
      if (row.every((parent) => done.has(parent))) done.add(node)
    })
  }
  return rows.flatMap((_, node) => done.has(node) ? [] : [node])
}

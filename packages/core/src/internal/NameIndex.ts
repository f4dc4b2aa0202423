/**
 * Looks up the index of a name.
 */

/**
 * A closed set of names with their indexes.
 */
export interface NameIndex {
  /** The index of the first node with that name. */
  readonly indexOf: (name: string) => number | undefined
  /** The indexes whose name an earlier node has already, ascending. */
  readonly repeated: ReadonlyArray<number>
}

/**
 * Indexes the names by their position.
 */
export const make = (names: ReadonlyArray<string>): NameIndex => {
  const table = new Map<string, number>()
  const repeated: Array<number> = []
  for (let index = 0; index < names.length; index++) {
    const name = names[index]!
    if (table.has(name)) repeated.push(index)
    else table.set(name, index)
  }
  return { indexOf: (name) => table.get(name), repeated }
}

/**
 * Looks up the index of a name in 7 bytes a name beside the names themselves: an open-addressed
 * table whose slots hold the index and, in the bits the index does not need, a piece of the hash
 * that spares most comparisons of unequal names.
 *
 * N1 A name that occurs twice has the index of its first place.
 * N2 A look-up reads at most `probesMax` slots. Names that collide more, which takes intent, are
 *    put in a `Map` instead.
 */

/**
 * A closed set of names with their indexes.
 */
export interface NameIndex {
  /** The index of the first node with that name. */
  readonly indexOf: (name: string) => number | undefined
  /**
   * As `indexOf` for each of `wanted`, into `found` from `offset` on; -1 for a name that is not
   * there.
   */
  readonly indexesOf: (wanted: ReadonlyArray<string>, found: Int32Array, offset: number) => void
  /** The indexes whose name an earlier node has already, ascending. */
  readonly repeated: ReadonlyArray<number>
}

/** Slots for each name. */
const slotsPerName = 1.75

/** Names looked up together. */
const blockSize = 1024

/**
 * Slots read for one name before the table is given up.
 */
export const probesMax = 1024

/**
 * Indexes the names by their position; keeps the array.
 */
export const make = (names: ReadonlyArray<string>): NameIndex => {
  const repeated: Array<number> = []
  const table = makeTable(names)
  for (let index = 0; index < names.length; index++) {
    const found = insert(table, names[index]!, index)
    if (found === full) return makeMap(names)
    if (found !== index) repeated.push(index)
  }
  return {
    indexOf: (name) => {
      const found = find(table, name)
      return found === absent ? undefined : found
    },
    indexesOf: (wanted, found, offset) => {
      for (let start = 0; start < wanted.length; start += blockSize) {
        findBlock(table, wanted, start, found.subarray(offset + start))
      }
    },
    repeated
  }
}

interface Table {
  readonly names: ReadonlyArray<string>
  /** 0 is free; otherwise `index + 1` above `tagBits` bits from the low end of the hash. */
  readonly slots: Int32Array
  /** The high end of the hash chooses the slot. */
  readonly slotsPerHash: number
  readonly tagBits: number
  /** Scratch of `findBlock`. */
  readonly hashes: Int32Array
  readonly entries: Int32Array
}

const makeTable = (names: ReadonlyArray<string>): Table => {
  const slotCount = Math.floor(names.length * slotsPerName) + 1
  return {
    names,
    slots: new Int32Array(slotCount),
    slotsPerHash: slotCount / 2 ** 32,
    tagBits: Math.clz32(names.length),
    hashes: new Int32Array(blockSize),
    entries: new Int32Array(blockSize)
  }
}

const absent = -1
const full = -2

const find = (table: Table, name: string): number => {
  const { names, slots, tagBits } = table
  const hash = hashOf(name)
  const tag = hash & ((1 << tagBits) - 1)
  let slot = Math.floor((hash >>> 0) * table.slotsPerHash)
  for (;;) {
    const entry = slots[slot]!
    if (entry === 0) return absent
    if (((entry ^ tag) << (32 - tagBits)) === 0) {
      const index = (entry >>> tagBits) - 1
      if (names[index] === name) return index
    }
    if (++slot === slots.length) slot = 0
  }
}

/**
 * Looks up a block of names in passes that each wait for one place in memory. The waits of a pass
 * do not depend on each other, so that the processor overlaps them: in a large table almost all the
 * time of a look-up is waiting.
 */
const findBlock = (
  table: Table,
  wanted: ReadonlyArray<string>,
  start: number,
  found: Int32Array
): void => {
  const { entries, hashes, names, slots, slotsPerHash, tagBits } = table
  const count = Math.min(blockSize, wanted.length - start)
  for (let at = 0; at < count; at++) hashes[at] = hashOf(wanted[start + at]!)
  for (let at = 0; at < count; at++) {
    entries[at] = slots[Math.floor((hashes[at]! >>> 0) * slotsPerHash)]!
  }
  for (let at = 0; at < count; at++) {
    const hash = hashes[at]!
    let entry = entries[at]!
    let slot = Math.floor((hash >>> 0) * slotsPerHash)
    while (entry !== 0 && ((entry ^ hash) << (32 - tagBits)) !== 0) {
      if (++slot === slots.length) slot = 0
      entry = slots[slot]!
    }
    found[at] = entry === 0 ? absent : (entry >>> tagBits) - 1
  }
  const lengths = entries
  for (let at = 0; at < count; at++) {
    const index = found[at]!
    lengths[at] = index === absent ? 0 : names[index]!.length
  }
  for (let at = 0; at < count; at++) {
    const index = found[at]!
    if (index === absent) continue
    const name = wanted[start + at]!
    if (lengths[at] !== name.length || names[index] !== name) found[at] = find(table, name)
  }
}

/** Returns `index` when the name is new, the index that has it already, or `full`. */
const insert = (table: Table, name: string, index: number): number => {
  const { names, slots, tagBits } = table
  const hash = hashOf(name)
  const tag = hash & ((1 << tagBits) - 1)
  let slot = Math.floor((hash >>> 0) * table.slotsPerHash)
  for (let probes = 0; probes < probesMax; probes++) {
    const entry = slots[slot]!
    if (entry === 0) {
      slots[slot] = ((index + 1) << tagBits) | tag
      return index
    }
    if (((entry ^ tag) << (32 - tagBits)) === 0) {
      const other = (entry >>> tagBits) - 1
      if (names[other] === name) return other
    }
    if (++slot === slots.length) slot = 0
  }
  return full
}

/**
 * The 32-bit hash of a name.
 */
export const hashOf = (name: string): number => {
  let hash = name.length
  for (let position = 0; position < name.length; position++) {
    hash = Math.imul(hash ^ name.charCodeAt(position), 0x5bd1e995)
    hash ^= hash >>> 15
  }
  hash = Math.imul(hash, 0x27d4eb2f)
  return hash ^ (hash >>> 15)
}

const makeMap = (names: ReadonlyArray<string>): NameIndex => {
  const indexes = new Map<string, number>()
  const repeated: Array<number> = []
  for (let index = 0; index < names.length; index++) {
    const name = names[index]!
    if (indexes.has(name)) repeated.push(index)
    else indexes.set(name, index)
  }
  return {
    indexOf: (name) => indexes.get(name),
    indexesOf: (wanted, found, offset) => {
      wanted.forEach((name, at) => {
        found[offset + at] = indexes.get(name) ?? absent
      })
    },
    repeated
  }
}

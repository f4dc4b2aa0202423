/**
 * Finds names that differ only in case, without keeping a lower-case copy of every name.
 */

/** Bits of the filter for each name; about 3 names in 100 pass it by accident. */
const bitsPerName = 32

/**
 * Groups the indexes of names that are different but equal when case is ignored; groups and members
 * in the order of `names`. `O(total length)`, 8 bytes a name while it works.
 */
export const find = (names: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<number>> => {
  const suspects = suspectIndexes(names)
  const groups = new Map<string, Array<number>>()
  for (const index of suspects) {
    const key = names[index]!.toLowerCase()
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [index])
    else if (group.every((other) => names[other] !== names[index])) group.push(index)
  }
  return [...groups.values()].filter((group) => group.length > 1)
}

/** The names whose caseless hash meets another one's. Equal names always meet. */
const suspectIndexes = (names: ReadonlyArray<string>): ReadonlyArray<number> => {
  const bitCount = 2 ** Math.min(31, Math.ceil(Math.log2(names.length * bitsPerName + 32)))
  const once = new Int32Array(bitCount / 32)
  const twice = new Int32Array(bitCount / 32)
  const hashes = new Int32Array(names.length)
  let isAnyTwice = false
  for (let index = 0; index < names.length; index++) {
    const hash = caselessHash(names[index]!) & (bitCount - 1)
    hashes[index] = hash
    const bit = 1 << (hash & 31)
    if ((once[hash >>> 5]! & bit) !== 0) {
      twice[hash >>> 5]! |= bit
      isAnyTwice = true
    }
    once[hash >>> 5]! |= bit
  }
  const suspects: Array<number> = []
  if (!isAnyTwice) return suspects
  for (let index = 0; index < names.length; index++) {
    const hash = hashes[index]!
    if ((twice[hash >>> 5]! & (1 << (hash & 31))) !== 0) suspects.push(index)
  }
  return suspects
}

const caselessHash = (name: string): number => {
  let hash = 0
  for (let position = 0; position < name.length; position++) {
    let unit = name.charCodeAt(position)
    if (unit > 127) return plainHash(name.toLowerCase())
    if (unit >= 65 && unit <= 90) unit += 32
    hash = Math.imul(hash ^ unit, 0x5bd1e995)
    hash ^= hash >>> 15
  }
  return hash
}

const plainHash = (name: string): number => {
  let hash = 0
  for (let position = 0; position < name.length; position++) {
    hash = Math.imul(hash ^ name.charCodeAt(position), 0x5bd1e995)
    hash ^= hash >>> 15
  }
  return hash
}

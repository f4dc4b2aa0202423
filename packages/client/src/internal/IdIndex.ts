/**
 * Finds ids that occur more than once, compared without case, over any number of ids: an
 * open-addressing table of indexes, cheaper than a set of lower-case strings.
 */

/**
 * Ids looked at together. Mostly they have not been looked at before, so that most of the time goes by
 * waiting for memory: short loops over a block have many reads on the way at once.
 */
const blockSize = 64

/**
 * True when every id is a text that is not empty and all are different, ignoring the case of ASCII
 * letters.
 * Expected O(total characters).
 */
export const areDistinct = (items: ReadonlyArray<{ readonly id: string }>): boolean => {
  let capacity = 16
  while (capacity < items.length * 2) capacity *= 2
  const slots = new Int32Array(capacity)
  const hashes = new Int32Array(items.length)
  const mask = capacity - 1
  const ids: Array<string> = []
  for (let start = 0; start < items.length; start += blockSize) {
    const end = Math.min(items.length, start + blockSize)
    for (let index = start; index < end; index++) {
      // A caller without types may leave holes, which have no id.
      const id = items[index]?.id
      if (typeof id !== "string" || id === "") return false
      ids[index - start] = id
    }
    for (let index = start; index < end; index++) hashes[index] = hashOf(ids[index - start]!)
    for (let index = start; index < end; index++) {
      const hash = hashes[index]!
      let slot = hash & mask
      for (let other = slots[slot]!; other !== 0; other = slots[slot]!) {
        const isSame = hashes[other - 1] === hash
          && areSame(items[other - 1]!.id, ids[index - start]!)
        if (isSame) return false
        slot = (slot + 1) & mask
      }
      slots[slot] = index + 1
    }
  }
  return true
}

const areSame = (left: string, right: string): boolean =>
  left.length === right.length && left.toLowerCase() === right.toLowerCase()

/** FNV-1a over the UTF-16 units with bit 5 set, which makes ASCII letters equal in either case. */
const hashOf = (id: string): number => {
  let hash = 0x811c_9dc5
  for (let at = 0; at < id.length; at++) {
    hash = Math.imul(hash ^ (id.charCodeAt(at) | 0x20), 0x0100_0193)
  }
  return hash ^ (hash >>> 15)
}

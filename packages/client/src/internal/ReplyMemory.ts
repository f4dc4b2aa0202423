/**
 * Memory of long replies, used again: a page of tasks is half a megabyte, and new memory of that size
 * comes from the system, page by page, each time.
 *
 * M1 Memory serves another reply only when it was given back, and it is given back once: whoever reads
 *    a reply without giving it back keeps it.
 * M2 What is kept is bounded in number and size, and a short reply does not get the memory of a long one.
 */

/** Memory for replies. */
export interface ReplyMemory {
  /** Memory of at least so many bytes, with any content. */
  readonly take: (bytes: number) => Buffer
  /** Takes memory back that `take` gave and nobody reads any more; anything else is ignored. */
  readonly giveBack: (memory: Buffer) => void
}

/** Bytes of a reply from which on its memory is used again. */
export const bytesMin = 128 * 1024

/** Bytes of memory that is kept, at most. */
const keptBytesMax = 2 * 1024 * 1024

/** Pieces of memory that are kept, at most. */
const keptMax = 4

/** Makes memory of which nothing is kept yet. */
export const make = (): ReplyMemory => {
  const kept: Array<Buffer> = []
  const lent = new WeakSet<Buffer>()
  return {
    take: (bytes) => {
      if (bytes < bytesMin || bytes > keptBytesMax) return Buffer.allocUnsafeSlow(bytes)
      const place = kept.findIndex(({ length }) => length >= bytes && length <= bytes * 2)
      const [found] = place < 0 ? [] : kept.splice(place, 1)
      const memory = found ?? Buffer.allocUnsafeSlow(bytes + (bytes >> 3))
      lent.add(memory)
      return memory
    },
    giveBack: (memory) => {
      if (!lent.delete(memory)) return
      if (kept.length >= keptMax) kept.shift()
      kept.push(memory)
    }
  }
}

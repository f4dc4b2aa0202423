/**
 * Writes texts as UTF-8 into memory that is used again: a body of 40 KB for each request would be
 * memory to find, to fill for the first time and to collect.
 */

/** Memory for bodies. */
export interface BodyBuffers {
  /** Writes a text; the bytes are the caller's until they are given back. */
  readonly write: (text: string) => Buffer
  /** Takes bytes back that nobody reads any more; others than those written here are left alone. */
  readonly giveBack: (body: Buffer) => void
}

/** Spare memory that is kept, in bytes: requests in flight of the usual length, or a few of the longest. */
export const spareBytesMax = 4 * 1024 * 1024

/** Bytes of the smallest memory. */
const bytesMin = 16 * 1024

/** Room that must be left for sure after a complete text: a character needs at most 4 bytes. */
const slackBytes = 4

/** Makes an empty store of memory. */
export const makeBodyBuffers = (): BodyBuffers => {
  const spares: Array<Buffer> = []
  let spareBytes = 0
  const lent = new WeakSet<ArrayBufferLike>()
  const lend = (memory: Buffer, length: number): Buffer => {
    lent.add(memory.buffer)
    return memory.subarray(0, length)
  }
  const take = (bytes: number): Buffer => {
    const spare = spares.pop()
    spareBytes -= spare?.length ?? 0
    return spare !== undefined && spare.length >= bytes
      ? spare
      : Buffer.allocUnsafeSlow(Math.max(bytesMin, bytes + (bytes >> 3)))
  }
  return {
    write: (text) => {
      const memory = take(text.length + slackBytes)
      const length = memory.write(text, 0, "utf8")
      if (length <= memory.length - slackBytes) return lend(memory, length)
      const wider = Buffer.allocUnsafeSlow(text.length * 3 + slackBytes)
      return lend(wider, wider.write(text, 0, "utf8"))
    },
    giveBack: ({ buffer }) => {
      if (!lent.delete(buffer) || spareBytes + buffer.byteLength > spareBytesMax) return
      spareBytes += buffer.byteLength
      spares.push(Buffer.from(buffer, 0, buffer.byteLength))
    }
  }
}

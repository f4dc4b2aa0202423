/**
 * The bodies of replies that are in memory: a text, or, if it is long, bytes in pieces. A page is put
 * together from the texts of its items; as one text it would be a megabyte, for which the system has to
 * find and clear memory every time, and that takes longer than the copying.
 *
 * R1 pieces lie in slabs that serve one reply at a time. Whoever has sent a body gives its slabs back;
 *    a body that nobody gives back costs nothing but the time to get another slab.
 *
 * @internal
 */
import { Buffer } from "node:buffer"

/** UTF-8 in pieces that are sent one after another. */
export interface Pieces {
  readonly pieces: ReadonlyArray<Buffer>
  readonly bytesCount: number
  readonly slabs: Array<Buffer>
}

/** What is sent without looking anywhere else. */
export type ReplyBody = string | Pieces

/** Shorter bodies stay texts. */
export const textCharactersMax = 65_536

/** Length of a slab: four make a usual page of 1000 tasks. */
export const slabBytes = 262_144

/** Slabs that are free, and how many of them are kept. */
const free: Array<Buffer> = []
const freeMax = 32

/** The most bytes of UTF-8 for a code unit of UTF-16. */
const unitBytesMax = 3

/** Joins texts, in pieces if they are long; the separator has at most 16 signs of ASCII. */
export const join = (texts: ReadonlyArray<string>, separator: string): ReplyBody => {
  let characters = 0
  for (let index = 0; index < texts.length; index++) characters += texts[index]!.length
  return characters + separator.length * texts.length <= textCharactersMax
    ? texts.join(separator)
    : joinLong(texts, Buffer.from(separator, "latin1"))
}

const joinLong = (texts: ReadonlyArray<string>, separator: Buffer): Pieces => {
  const pieces: Array<Buffer> = []
  const slabs: Array<Buffer> = []
  let slab = take(slabs)
  let used = 0
  let bytesCount = 0
  const add = (piece: Buffer): void => {
    if (piece.length === 0) return
    pieces.push(piece)
    bytesCount += piece.length
  }
  for (let index = 0; index < texts.length; index++) {
    const text = texts[index]!
    const bytesMax = text.length * unitBytesMax + separator.length
    if (slabBytes - used < bytesMax) {
      add(slab.subarray(0, used))
      slab = take(slabs)
      used = 0
    }
    if (index > 0) {
      for (let place = 0; place < separator.length; place++) slab[used++] = separator[place]!
    }
    if (bytesMax <= slabBytes) {
      used += slab.write(text, used)
      continue
    }
    // A text that no slab may hold has bytes of its own, after the separator.
    add(slab.subarray(0, used))
    add(Buffer.from(text, "utf8"))
    slab = take(slabs)
    used = 0
  }
  add(slab.subarray(0, used))
  return { pieces, bytesCount, slabs }
}

const take = (slabs: Array<Buffer>): Buffer => {
  const slab = free.pop() ?? Buffer.allocUnsafeSlow(slabBytes)
  slabs.push(slab)
  return slab
}

/** Gives the memory of a body back, which nobody may read any more. */
export const release = (body: ReplyBody): void => {
  if (typeof body === "string") return
  for (let slab = body.slabs.pop(); slab !== undefined; slab = body.slabs.pop()) {
    if (free.length < freeMax) free.push(slab)
  }
}

/** How many bytes are sent. */
export const bytesCountOf = (body: ReplyBody): number =>
  typeof body === "string" ? Buffer.byteLength(body) : body.bytesCount

/** All bytes in one, apart from the slabs. */
export const bytesOf = (body: ReplyBody): Buffer =>
  typeof body === "string"
    ? Buffer.from(body, "utf8")
    : Buffer.concat(body.pieces, body.bytesCount)

/** The text. */
export const textOf = (body: ReplyBody): string =>
  typeof body === "string" ? body : bytesOf(body).toString("utf8")

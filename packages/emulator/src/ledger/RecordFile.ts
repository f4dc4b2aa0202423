/**
 * A file of records, each with its length and checksums: what is read back is what was written, and a
 * file that breaks off in the middle of a record is told from one that was damaged.
 *
 * A record is a head of 12 bytes (length, CRC-32 of the content, CRC-32 of these 8 bytes, all little
 * endian) and its content.
 *
 * R1 an append is one `write(2)`: after it returned, the record survives the end of the process. After
 *    a loss of power the last records may be missing.
 * R2 an append that failed leaves nothing behind.
 * R3 only the last record can be torn: cut short, or wrong and followed by nothing. Whatever else is
 *    wrong is damage.
 *
 * @internal
 */
import { Buffer } from "node:buffer"
import { ftruncateSync, readSync, writeSync } from "node:fs"
import { crc32 } from "node:zlib"

const headBytes = 12

/** Content is read in pieces of this size at most, so that no length can ask for absurd memory. */
const recordBytesMax = 0xffff_ffff

/** Damage at a place of a file. */
export interface Damage {
  readonly _tag: "Damage"
  readonly offset: number
}

/** The record at a place, the end of the file, a torn end, or damage. */
export type Read =
  | { readonly _tag: "Record"; readonly content: Buffer; readonly nextOffset: number }
  | { readonly _tag: "End" }
  | { readonly _tag: "Torn"; readonly offset: number }
  | Damage

/** A record as it stands in a file. */
export const encode = (content: Buffer): Buffer => {
  const record = Buffer.allocUnsafe(headBytes + content.length)
  record.writeUInt32LE(content.length, 0)
  record.writeUInt32LE(crc32(content), 4)
  record.writeUInt32LE(crc32(record.subarray(0, 8)), 8)
  content.copy(record, headBytes)
  return record
}

/** Appends a record at the end of a file; answers with the new end. Throws what the system throws. */
export const append = (file: number, endOffset: number, content: Buffer): number => {
  if (content.length > recordBytesMax) throw new RangeError(`a record of ${content.length} bytes`)
  const record = encode(content)
  try {
    let written = 0
    while (written < record.length) {
      written += writeSync(file, record, written, record.length - written, endOffset + written)
    }
  } catch (cause) {
    ftruncateSync(file, endOffset)
    throw cause
  }
  return endOffset + record.length
}

/** Reads the record at a place of a file of `sizeBytes` bytes. */
export const read = (file: number, offset: number, sizeBytes: number): Read => {
  if (offset === sizeBytes) return { _tag: "End" }
  if (sizeBytes - offset < headBytes) return { _tag: "Torn", offset }
  const head = readFully(file, offset, headBytes)
  if (crc32(head.subarray(0, 8)) !== head.readUInt32LE(8)) {
    return isBlank(file, offset, sizeBytes) ? { _tag: "Torn", offset } : { _tag: "Damage", offset }
  }
  const nextOffset = offset + headBytes + head.readUInt32LE(0)
  if (nextOffset > sizeBytes) return { _tag: "Torn", offset }
  const content = readFully(file, offset + headBytes, nextOffset - offset - headBytes)
  if (crc32(content) === head.readUInt32LE(4)) return { _tag: "Record", content, nextOffset }
  return nextOffset === sizeBytes || isBlank(file, nextOffset, sizeBytes)
    ? { _tag: "Torn", offset }
    : { _tag: "Damage", offset }
}

const readFully = (file: number, offset: number, bytes: number): Buffer => {
  const buffer = Buffer.allocUnsafe(bytes)
  let done = 0
  while (done < bytes) {
    const count = readSync(file, buffer, done, bytes - done, offset + done)
    if (count === 0) throw new Error(`the file ended ${bytes - done} bytes too early`)
    done += count
  }
  return buffer
}

/** Whether a file holds nothing but zeros from a place on, as a file system leaves after a power loss. */
const isBlank = (file: number, offset: number, sizeBytes: number): boolean => {
  const chunkBytes = 65_536
  for (let at = offset; at < sizeBytes; at += chunkBytes) {
    const chunk = readFully(file, at, Math.min(chunkBytes, sizeBytes - at))
    if (chunk.some((byte) => byte !== 0)) return false
  }
  return true
}

/**
 * HMAC-SHA256 of many short texts with one key, from two hash states that are made of the key once.
 *
 * `createHmac` looks its algorithm up and takes the key in anew for each text, which costs more than
 * the hashing and, among the work of a request, twice as much as two copies of states. The states are
 * opaque like a key's handle; the bytes they are made of are wiped before `make` returns.
 *
 * @source RFC 2104
 */
import { createHash, type KeyObject } from "node:crypto"

/** The HMAC of a text's UTF-8 bytes, in base64. */
export type KeyedHash = (text: string) => string

const algorithm = "sha256"

/** Bytes that SHA-256 takes in at once. */
const blockBytes = 64

/** Makes the HMAC of a secret key. */
export const make = (key: KeyObject): KeyedHash => {
  const secret = key.export()
  const inner = createHash(algorithm)
  const outer = createHash(algorithm)
  const block = Buffer.alloc(blockBytes)
  if (secret.length > blockBytes) createHash(algorithm).update(secret).digest().copy(block)
  else secret.copy(block)
  fold(block, 0x36)
  inner.update(block)
  fold(block, 0x36 ^ 0x5c)
  outer.update(block)
  block.fill(0)
  secret.fill(0)
  return (text) => outer.copy().update(inner.copy().update(text, "utf8").digest()).digest("base64")
}

const fold = (block: Buffer, pad: number): void => {
  for (let at = 0; at < block.length; at++) block[at] = (block[at] ?? 0) ^ pad
}

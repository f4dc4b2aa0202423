/**
 * HMAC-SHA256 of many short texts with one key, from two hash states that are made of the key once.
 *
 * `createHmac` looks its algorithm up and takes the key in anew for each text, which costs more than
 * the hashing and, among the work of a request, twice as much as two copies of states. The states are
 * opaque like a key's handle; the bytes they are made of are wiped before `make` returns.
 *
 * The last few texts are remembered with their hashes: what is signed of a request is its date, to a
 * second, its target and its length, so that many requests of one second have the same text.
 *
 * @source RFC 2104
 */
import { createHash, type KeyObject } from "node:crypto"

/** The HMAC of a text's UTF-8 bytes, in base64. */
export type KeyedHash = (text: string) => string

const algorithm = "sha256"

/** Texts remembered at most; then all are forgotten. */
const rememberedMax = 64

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
  const remembered = new Map<string, string>()
  return (text) => {
    const known = remembered.get(text)
    if (known !== undefined) return known
    const hash = outer.copy().update(inner.copy().update(text, "utf8").digest()).digest("base64")
    if (remembered.size >= rememberedMax) remembered.clear()
    remembered.set(text, hash)
    return hash
  }
}

const fold = (block: Buffer, pad: number): void => {
  for (let at = 0; at < block.length; at++) block[at] = (block[at] ?? 0) ^ pad
}

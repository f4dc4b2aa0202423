/**
 * SHA-256 of a text, for names that must come out the same everywhere. It is made for short texts, and
 * not for secrets: it takes no care of how long it takes.
 *
 * @source FIPS 180-4, section 6.2
 */

const blockBytes = 64

/** The first 32 bits of the fractional parts of roots of the first primes. */
const rootBits = (root: number): number => Math.floor((root - Math.floor(root)) * 2 ** 32) >>> 0

const primes = ((): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let candidate = 2; found.length < 64; candidate++) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate)
  }
  return found
})()

const roundConstants = Uint32Array.from(primes, (prime) => rootBits(Math.cbrt(prime)))

const initial = Uint32Array.from(primes.slice(0, 8), (prime) => rootBits(Math.sqrt(prime)))

/**
 * The digest of a text in UTF-8, in 64 lower-case hexadecimal digits. Lone surrogates count as U+FFFD.
 *
 * @category operations
 */
export const hex = (text: string): string => {
  const message = padded(utf8Of(text))
  const hash = Uint32Array.from(initial)
  const schedule = new Uint32Array(64)
  for (let offset = 0; offset < message.length; offset += blockBytes) {
    for (let word = 0; word < 16; word++) {
      const place = offset + 4 * word
      schedule[word] = message[place]! << 24 | message[place + 1]! << 16
        | message[place + 2]! << 8 | message[place + 3]!
    }
    absorb(hash, schedule)
  }
  return Array.from(hash, (word) => word.toString(16).padStart(8, "0")).join("")
}

const utf8Of = (text: string): Array<number> => {
  const bytes: Array<number> = []
  for (const character of text.toWellFormed()) {
    const point = character.codePointAt(0) ?? 0
    const tail = (shift: number): number => 0x80 | point >> shift & 0x3f
    if (point < 0x80) bytes.push(point)
    else if (point < 0x800) bytes.push(0xc0 | point >> 6, tail(0))
    else if (point < 0x1_0000) bytes.push(0xe0 | point >> 12, tail(6), tail(0))
    else bytes.push(0xf0 | point >> 18, tail(12), tail(6), tail(0))
  }
  return bytes
}

/** A one, zeros, and the length in bits. */
const padded = (bytes: Array<number>): Uint8Array => {
  const blocks = Math.ceil((bytes.length + 9) / blockBytes)
  const message = new Uint8Array(blocks * blockBytes)
  message.set(bytes)
  message[bytes.length] = 0x80
  new DataView(message.buffer).setBigUint64(message.length - 8, BigInt(bytes.length) * 8n)
  return message
}

const turned = (word: number, bits: number): number => word >>> bits | word << 32 - bits

const absorb = (hash: Uint32Array, schedule: Uint32Array): void => {
  for (let word = 16; word < 64; word++) {
    const [early, late] = [schedule[word - 15]!, schedule[word - 2]!]
    const first = turned(early, 7) ^ turned(early, 18) ^ early >>> 3
    const second = turned(late, 17) ^ turned(late, 19) ^ late >>> 10
    schedule[word] = schedule[word - 16]! + first + schedule[word - 7]! + second
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash
  for (let round = 0; round < 64; round++) {
    const high = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
    const chosen = e & f ^ ~e & g
    const step = h + high + chosen + roundConstants[round]! + schedule[round]! | 0
    const low = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)
    const most = a & b ^ a & c ^ b & c
    h = g
    g = f
    f = e
    e = d + step | 0
    d = c
    c = b
    b = a
    a = step + low + most | 0
  }
  ;[a, b, c, d, e, f, g, h].forEach((word, place) => {
    hash[place]! += word
  })
}

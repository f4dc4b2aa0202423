/**
 * The HMAC made of two hash states is the HMAC of the standard.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { createHmac, createSecretKey } from "node:crypto"
import * as KeyedHash from "../src/internal/KeyedHash.ts"

const expected = (key: Uint8Array, text: string): string =>
  createHmac("sha256", key).update(text, "utf8").digest("base64")

describe("KeyedHash", () => {
  it("agrees with RFC 4231, test case 2", () => {
    const hash = KeyedHash.make(createSecretKey(Buffer.from("Jefe")))
    assert.strictEqual(
      Buffer.from(hash("what do ya want for nothing?"), "base64").toString("hex"),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
  })

  it("agrees with createHmac for keys below, at and above a block, however often it is asked", () => {
    for (const length of [1, 63, 64, 65, 200]) {
      const key = Buffer.alloc(length, length)
      const hash = KeyedHash.make(createSecretKey(key))
      for (const text of ["", "a", "é\n", ""]) {
        assert.strictEqual(hash(text), expected(key, text), `${length} bytes, "${text}"`)
      }
    }
  })

  it("agrees with createHmac for random keys and texts", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 80 }),
        fc.string({ unit: "binary", maxLength: 40 }),
        (key, text) => {
          const hash = KeyedHash.make(createSecretKey(key))
          assert.strictEqual(hash(text), expected(key, text))
        }
      )
    )
  })

  it("agrees with createHmac for more texts than it remembers, with two keys in turn", () => {
    const keys = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)].map((bytes) => ({
      bytes,
      hash: KeyedHash.make(createSecretKey(bytes))
    }))
    for (const at of [0, 0, 1, 63, 64, 65, 0, 1, 64, 130, 0]) {
      for (let text = at; text < at + 70; text++) {
        for (const { bytes, hash } of keys) {
          assert.strictEqual(hash(`text ${text}`), expected(bytes, `text ${text}`))
        }
      }
    }
  })

  it("leaves the key as it was", () => {
    const bytes = Buffer.alloc(64, 3)
    const key = createSecretKey(bytes)
    KeyedHash.make(key)
    assert.deepStrictEqual(key.export(), Buffer.alloc(64, 3))
    assert.deepStrictEqual(bytes, Buffer.alloc(64, 3))
  })
})

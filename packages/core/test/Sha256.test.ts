import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { createHash } from "node:crypto"
import * as Sha256 from "../src/Sha256.ts"

const expected = (text: string): string => createHash("sha256").update(text).digest("hex")

describe("Sha256", () => {
  it("gives the digests of the standard", () => {
    assert.strictEqual(
      Sha256.hex("abc"),
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    assert.strictEqual(
      Sha256.hex(""),
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
  })

  it("agrees with the platform on either side of every length of a block", () => {
    for (let length = 0; length < 200; length++) {
      const text = "x".repeat(length)
      assert.strictEqual(Sha256.hex(text), expected(text), `${length} characters`)
    }
  })

  it("agrees with the platform on any text, lone surrogates included", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
      assert.strictEqual(Sha256.hex(text), expected(text))
    }))
    for (const text of ["\ud800", "a\udc00b", "\udc00\ud800", "ü€😀"]) {
      assert.strictEqual(Sha256.hex(text), expected(text))
    }
  })
})

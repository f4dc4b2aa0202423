import { assert, describe, it } from "@effect/vitest"
import { clean, cleanLine } from "batchwave/screen/CleanText"
import * as fc from "fast-check"

const esc = "\u{1b}"

describe("CleanText", () => {
  it("removes colours, cursor moves, titles and links, and keeps the text", () => {
    assert.strictEqual(clean(`${esc}[31mred${esc}[0m ${esc}[2A${esc}[Jup`), "red up")
    assert.strictEqual(clean(`${esc}]0;owned\u{7}title`), "title")
    assert.strictEqual(clean(`${esc}]8;;http://x${esc}\\link${esc}]8;;${esc}\\`), "link")
    assert.strictEqual(clean(`a\u{9b}31mb\u{9d}0;t\u{9c}c`), "abc")
    assert.strictEqual(clean(`${esc}P1$qm${esc}\\x${esc}c${esc}(By`), "xy")
  })

  it("keeps the lines after a sequence that never ends", () => {
    assert.strictEqual(clean(`${esc}]0;open\nnext`), "\nnext")
  })

  it("keeps line breaks and tabs, and removes every other control character", () => {
    assert.strictEqual(clean("a\tb\nc\r\nd\re\u{0}\u{7f}\u{85}f"), "a\tb\nc\ndef")
  })

  it("leaves nothing that a terminal obeys, for any text, and changes nothing twice", () => {
    const hostile = fc.string({
      unit: fc.constantFrom(esc, "[", "]", "0", ";", "m", "\u{7}", "\\", "\n", "\u{9b}", "a", "P")
    })
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: "binary" })), (text) => {
        const once = clean(text)
        const isPlain = Array.from(once).every((character) => {
          const code = character.codePointAt(0) ?? 0
          return code === 9 || code === 10 || (code >= 0x20 && code < 0x7f) || code > 0x9f
        })
        assert.isTrue(isPlain)
        assert.strictEqual(clean(once), once)
      })
    )
  })

  it("puts a name on one line", () => {
    assert.strictEqual(cleanLine(`a\nb\tc${esc}[1m`), "a b c")
  })
})

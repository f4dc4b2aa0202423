import { assert, describe, it } from "@effect/vitest"
import * as Style from "batchwave/screen/Style"

const facts: Style.ColorFacts = {
  flag: "auto",
  noColor: "",
  forceColor: "",
  term: "xterm",
  isTerminal: true
}

describe("Style", () => {
  it("colours a terminal and nothing else by default", () => {
    assert.isTrue(Style.wantsColor(facts))
    assert.isFalse(Style.wantsColor({ ...facts, isTerminal: false }))
    assert.isFalse(Style.wantsColor({ ...facts, term: "dumb" }))
  })

  it("lets the flag win over NO_COLOR, and NO_COLOR over FORCE_COLOR", () => {
    assert.isFalse(Style.wantsColor({ ...facts, noColor: "1", forceColor: "1" }))
    assert.isTrue(Style.wantsColor({ ...facts, flag: "always", noColor: "1", isTerminal: false }))
    assert.isFalse(Style.wantsColor({ ...facts, flag: "never", forceColor: "1" }))
  })

  it("forces colour off a terminal, unless the variable says 0 or false", () => {
    const piped = { ...facts, isTerminal: false }
    assert.isTrue(Style.wantsColor({ ...piped, forceColor: "1" }))
    assert.isFalse(Style.wantsColor({ ...piped, forceColor: "0" }))
    assert.isFalse(Style.wantsColor({ ...piped, forceColor: "false" }))
  })

  it("changes no text without colour", () => {
    const plain = Style.make(false)
    assert.strictEqual(plain.bad("x") + plain.faint("y"), "xy")
    assert.notStrictEqual(Style.make(true).bad("x"), "x")
  })
})

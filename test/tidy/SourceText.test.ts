/** The scanner under the tidy checks. */
import { assert, describe, it } from "@effect/vitest"
import { blank, importedModules } from "./SourceText.ts"

const specifiers = (text: string): ReadonlyArray<string> =>
  importedModules(text).map(({ specifier }) => specifier)

describe("SourceText", () => {
  it("blanks comments and strings without moving anything", () => {
    const text = "const a = \"b\" // c\n/* d\n */ const e = 'f' + `g`"
    const blanked = blank(text, { comments: true, strings: true })
    assert.strictEqual(blanked, "const a =         \n    \n    const e =     +    ")
    assert.strictEqual(blanked.length, text.length)
  })

  it("keeps code inside a template's braces", () => {
    const text = "const a = `x ${b({ c: `y ${d} z` })} // w` + e"
    const blanked = blank(text, { comments: true, strings: true })
    assert.include(blanked, "b({ c:")
    assert.include(blanked, "d")
    assert.include(blanked, "+ e")
    assert.notInclude(blanked, "w")
    assert.notInclude(blanked, "z")
  })

  it("does not take a quote in a regular expression for a string", () => {
    const text = "const a = /[\"'/]`/.test(b) // c\nconst d = e / f / g"
    assert.include(blank(text, { comments: true, strings: true }), "const d = e / f / g")
  })

  it("finds every form of import, types included, with its line", () => {
    const text = [
      "import * as A from \"a\"",
      "import {",
      "  type B",
      "} from \"./b.ts\"",
      "import \"c\"",
      "export * as D from \"./d.ts\"",
      "export type { E } from 'e'",
      "const f = await import(\"f\")"
    ].join("\n")
    assert.deepStrictEqual(importedModules(text), [
      { specifier: "a", line: 1 },
      { specifier: "./b.ts", line: 4 },
      { specifier: "c", line: 5 },
      { specifier: "./d.ts", line: 6 },
      { specifier: "e", line: 7 },
      { specifier: "f", line: 8 }
    ])
  })

  it("does not take text about an import for one", () => {
    assert.deepStrictEqual(specifiers("/**\n * import * as A from \"a\"\n */\n// import \"b\""), [])
    assert.deepStrictEqual(specifiers("const text = `\nimport * as A from \"a\"\n`"), [])
    assert.deepStrictEqual(specifiers("const text = 'import(\"a\")'"), [])
  })

  it("finds an import that follows an export without semicolons", () => {
    assert.deepStrictEqual(
      importedModules("export const a = 1\nimport * as B from \"b\""),
      [{ specifier: "b", line: 2 }]
    )
  })
})

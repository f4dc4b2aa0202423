/** File patterns match as the service describes, and never slowly. */
import * as FilePattern from "@batchwave/emulator/executor/FilePattern"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"

const matches = (pattern: string, path: string): boolean =>
  FilePattern.matches(FilePattern.parse(pattern), path)

/** The definition, written out with plain recursion: slow and short. */
const naive = (pattern: string, path: string): boolean => {
  const segments = pattern.split("/").filter((name) => name !== "")
  if (segments.at(-1) === "**") segments.push("*")
  return naivePath(segments, path.split("/"))
}

const naivePath = (
  [segment, ...segments]: ReadonlyArray<string>,
  names: ReadonlyArray<string>
): boolean => {
  const [name, ...rest] = names
  if (segment === undefined) return name === undefined
  if (segment === "**" && naivePath(segments, names)) return true
  if (name === undefined) return false
  if (segment === "**") return !name.startsWith(".") && naivePath([segment, ...segments], rest)
  if (name.startsWith(".") && !segment.startsWith(".") && !segment.startsWith("[.]")) return false
  return naiveName(Array.from(segment), Array.from(name)) && naivePath(segments, rest)
}

const naiveName = (pattern: ReadonlyArray<string>, name: ReadonlyArray<string>): boolean => {
  const [head, ...tail] = pattern
  const [character, ...rest] = name
  if (head === undefined) return character === undefined
  if (head === "*") {
    return naiveName(tail, name) || (character !== undefined && naiveName(pattern, rest))
  }
  const close = head === "[" ? pattern.indexOf("]", pattern[1] === "!" ? 3 : 2) : -1
  if (character === undefined) return false
  if (head === "?") return naiveName(tail, rest)
  if (close < 0) return head === character && naiveName(tail, rest)
  const isNegated = pattern[1] === "!"
  const members = pattern.slice(isNegated ? 2 : 1, close)
  const isMember = members.some((member, index) =>
    member === character
    || (index > 0 && index < members.length - 1 && member === "-"
      && String(members[index - 1]) <= character && character <= String(members[index + 1]))
  )
  return isMember !== isNegated && naiveName(pattern.slice(close + 1), rest)
}

const path = fc.array(
  fc.string({ unit: fc.constantFrom("a", "b", "c", ".", "*", "]"), minLength: 1, maxLength: 4 }),
  { minLength: 1, maxLength: 4 }
).map((names) => names.join("/"))

const piece = fc.constantFrom(
  "a",
  "b",
  "c",
  ".",
  "*",
  "?",
  "[ab]",
  "[a-c]",
  "[!ab]",
  "[!a-b]",
  "[*]",
  "[]a]",
  "[",
  "]",
  "[.]"
)

const pattern = fc.array(
  fc.oneof(
    { weight: 1, arbitrary: fc.constant("**") },
    {
      weight: 3,
      arbitrary: fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(""))
    }
  ),
  { minLength: 1, maxLength: 4 }
).map((segments) => segments.join("/"))

describe("FilePattern", () => {
  it("matches the examples of the service's description", () => {
    const table: ReadonlyArray<readonly [string, string, boolean]> = [
      ["abc*", "abc", true],
      ["abc*", "abcdef", true],
      ["abc*", "abc/def", false],
      ["a?c", "abc", true],
      ["a?c", "a😀c", true],
      ["a?c", "ac", false],
      ["[abc].txt", "b.txt", true],
      ["[a-c].txt", "c.txt", true],
      ["[a-c].txt", "d.txt", false],
      ["[!abc]", "d", true],
      ["[!abc]", "a", false],
      ["*.gif", ".a.gif", false],
      [".*.gif", ".a.gif", true],
      ["abc[*]", "abc*", true],
      ["abc[*]", "abcd", false],
      ["**/*.txt", "a.txt", true],
      ["**/*.txt", "x/y/a.txt", true],
      ["**/*.txt", "x/.y/a.txt", false],
      ["x/**", "x/y/z", true],
      ["x/**", "x", false],
      ["x/**/z", "x/z", true],
      ["a[b", "a[b", true],
      ["a**b", "a/b", false],
      ["a**b", "axxb", true]
    ]
    for (const [text, name, expected] of table) {
      assert.strictEqual(matches(text, name), expected, `${text} on ${name}`)
    }
  })

  it("matches what the written-out definition matches", () => {
    fc.assert(
      fc.property(pattern, path, (text, name) => {
        assert.strictEqual(matches(text, name), naive(text, name))
      }),
      { numRuns: 20_000 }
    )
  })

  it("calls a pattern literal exactly when it can match one path only", () => {
    const literals = ["a/b.txt", "abc[*]", "[?]x", "a[b"]
    const wildcards = ["*", "a?", "**/a", "[ab]", "[!a]"]
    for (const text of literals) assert.isTrue(FilePattern.isLiteral(FilePattern.parse(text)), text)
    for (const text of wildcards) {
      assert.isFalse(FilePattern.isLiteral(FilePattern.parse(text)), text)
    }
  })

  it("does not blow up on many stars", () => {
    const name = "a".repeat(255)
    assert.isFalse(matches(`${"*a".repeat(60)}*b`, name))
    assert.isFalse(matches(`${"**/".repeat(60)}b`, `${"a/".repeat(200)}c`))
  }, 500)

  it("does not blow up on many brackets that nothing closes", () => {
    assert.isFalse(matches("[".repeat(500_000), "a"))
    assert.isFalse(matches(`${"[!".repeat(250_000)}]a`, "a"))
  }, 2000)

  it("does not look at all members of a class for each name", () => {
    const members = Array.from(
      { length: 100_000 },
      (_, index) => String.fromCodePoint(66 + 2 * index)
    )
    const names = `${"a/".repeat(2000)}B`
    assert.isTrue(matches(`**/[${members.join("")}]`, names))
    assert.isFalse(matches(`**/[!${members.join("")}]`, names))
  }, 2000)

  it("passes a symbolic link by name but not by **", () => {
    const link = (text: string) => {
      const parsed = FilePattern.parse(text)
      return FilePattern.step(parsed, FilePattern.start(parsed), "link", true).length > 0
    }
    assert.deepStrictEqual(["link/a", "l*/a", "**/a", "**"].map(link), [true, true, false, true])
  })
})

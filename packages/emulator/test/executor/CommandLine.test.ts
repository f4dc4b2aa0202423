/** A command line is split as POSIX reads it, without any expansion. */
import * as CommandLine from "@batchwave/emulator/executor/CommandLine"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { execFileSync } from "node:child_process"

const words = (commandLine: string) => Result.getOrThrow(CommandLine.split(commandLine))

const word = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0"))

const awkward = fc.string({
  unit: fc.constantFrom("'", "\"", "\\", " ", "\n", "\t", "$", "`", "*", ";", "a", "é", "😀")
})

describe("CommandLine", () => {
  it("splits at blanks, groups by quotes and expands nothing", () => {
    const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
      ["", []],
      [" \t\n ", []],
      ["echo  a\tb\nc", ["echo", "a", "b", "c"]],
      [`sh -c 'echo "$x"; exit 3'`, ["sh", "-c", `echo "$x"; exit 3`]],
      [`a"b c"'d e'f`, ["ab cd ef"]],
      [`'' ""`, ["", ""]],
      [`"\\$ \\\` \\" \\\\ \\n"`, ["$ ` \" \\ \\n"]],
      ["a\\ b \\'", ["a b", "'"]],
      ["a\\\nb \\\n c \"d\\\ne\"", ["ab", "c", "de"]],
      ["echo $HOME *.txt ~ | wc > out # no", [
        "echo",
        "$HOME",
        "*.txt",
        "~",
        "|",
        "wc",
        ">",
        "out",
        "#",
        "no"
      ]]
    ]
    for (const [commandLine, expected] of cases) {
      assert.deepStrictEqual(words(commandLine), expected)
    }
  })

  it("refuses an open quote, a lone backslash and NUL, and points at them", () => {
    const refusals = ["ab 'c", "ab \"c\\\"", "ab\\", "ab\0"].map((commandLine) =>
      Result.match(CommandLine.split(commandLine), {
        onSuccess: () => undefined,
        onFailure: (refusal) => refusal
      })
    )
    assert.deepStrictEqual(refusals, [
      { reason: "UnclosedQuote", offset: 3 },
      { reason: "UnclosedQuote", offset: 3 },
      { reason: "TrailingBackslash", offset: 2 },
      { reason: "NulCharacter", offset: 2 }
    ])
  })

  it("gives back the words that were quoted", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(word, awkward)), (list) => {
        assert.deepStrictEqual(words(CommandLine.quote(list)), list)
      }),
      { numRuns: 1_000 }
    )
  })

  it("ends for every text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), awkward), (text) => {
        CommandLine.split(text)
      }),
      { numRuns: 1_000 }
    )
  })

  it("quotes so that a real shell reads the same words", () => {
    fc.assert(
      fc.property(fc.array(awkward, { minLength: 1, maxLength: 5 }), (list) => {
        const printed = execFileSync("/bin/sh", [
          "-c",
          `printf '%s\\0' ${CommandLine.quote(list)}`
        ])
        assert.deepStrictEqual(printed.toString("utf8").split("\0").slice(0, -1), list)
      }),
      { numRuns: 30 }
    )
  })
})

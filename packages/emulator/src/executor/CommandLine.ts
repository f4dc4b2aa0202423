/**
 * Splits a task's command line into the program and its arguments, the way a POSIX command line
 * is read when no shell interprets it.
 *
 * Quotes and backslashes group characters; nothing is expanded: `$x`, `*`, `~`, `;`, `|` and `>`
 * are ordinary characters, because a task that wants a shell has to name one.
 *
 * C1. `split(quote(words))` gives back `words` for every list of words.
 * C2. One pass, O(length), no regular expression runs over the input.
 *
 * @source POSIX.1-2024 XCU 2.2 (Quoting); Task_Add 2024-02-01.19.0 `commandLine` (no shell)
 */
import * as Result from "effect/Result"

/**
 * Why a command line cannot be split.
 *
 * `offset` counts UTF-16 units from the start and points at the quote that is never closed or at
 * the NUL character.
 */
export interface CommandLineRefusal {
  readonly reason: "UnclosedQuote" | "TrailingBackslash" | "NulCharacter"
  readonly offset: number
}

/** The blanks that separate words: space, tab, newline and carriage return. */
const blanks = " \t\n\r"

/** The characters a backslash protects inside double quotes (POSIX.1-2024 XCU 2.2.3). */
const escapableInDoubleQuotes = "$`\"\\"

/** A piece of a word, and where the reader goes on. */
interface Piece {
  readonly text: string
  readonly end: number
}

/**
 * Gives the words of a command line; an empty or blank line has none.
 *
 * `''` is an empty word. A backslash before a newline joins the lines.
 */
export const split = (
  commandLine: string
): Result.Result<ReadonlyArray<string>, CommandLineRefusal> => {
  const nulOffset = commandLine.indexOf("\0")
  if (nulOffset >= 0) return Result.fail({ reason: "NulCharacter", offset: nulOffset })
  const words: Array<string> = []
  let word: string | undefined
  let offset = 0
  while (offset < commandLine.length) {
    const character = commandLine.charAt(offset)
    if (blanks.includes(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
      offset += 1
      continue
    }
    if (character === "\\" && commandLine.charAt(offset + 1) === "\n") {
      offset += 2
      continue
    }
    const piece = readPiece(commandLine, offset)
    if (Result.isFailure(piece)) return Result.fail(piece.failure)
    word = (word ?? "") + piece.success.text
    offset = piece.success.end
  }
  if (word !== undefined) words.push(word)
  return Result.succeed(words)
}

/** Words made of these characters only are readable without quotes. */
const isPlainWord = (word: string): boolean => /^[A-Za-z0-9_@%+=:,./-]+$/.test(word)

/** Writes words as one command line which {@link split} (and any POSIX shell) reads back. */
export const quote = (words: ReadonlyArray<string>): string =>
  words.map((word) => isPlainWord(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`).join(" ")

/** Says a refusal in one sentence. */
export const describe = (refusal: CommandLineRefusal): string =>
  `The command line ${complaints[refusal.reason]} (character ${refusal.offset}).`

const complaints = {
  UnclosedQuote: "opens a quote and never closes it",
  TrailingBackslash: "ends with a backslash that protects nothing",
  NulCharacter: "holds a NUL character"
} as const

const readPiece = (
  commandLine: string,
  offset: number
): Result.Result<Piece, CommandLineRefusal> => {
  switch (commandLine.charAt(offset)) {
    case "'":
      return readSingleQuoted(commandLine, offset)
    case "\"":
      return readDoubleQuoted(commandLine, offset)
    case "\\":
      return offset + 1 < commandLine.length
        ? Result.succeed({ text: commandLine.charAt(offset + 1), end: offset + 2 })
        : Result.fail({ reason: "TrailingBackslash", offset })
    default:
      return Result.succeed(readPlain(commandLine, offset))
  }
}

/** Reads on to the next blank, quote or backslash. */
const readPlain = (commandLine: string, offset: number): Piece => {
  let end = offset + 1
  while (end < commandLine.length && !isSpecial(commandLine.charAt(end))) end += 1
  return { text: commandLine.slice(offset, end), end }
}

const isSpecial = (character: string): boolean => `${blanks}'"\\`.includes(character)

const readSingleQuoted = (
  commandLine: string,
  offset: number
): Result.Result<Piece, CommandLineRefusal> => {
  const close = commandLine.indexOf("'", offset + 1)
  return close < 0
    ? Result.fail({ reason: "UnclosedQuote", offset })
    : Result.succeed({ text: commandLine.slice(offset + 1, close), end: close + 1 })
}

const readDoubleQuoted = (
  commandLine: string,
  offset: number
): Result.Result<Piece, CommandLineRefusal> => {
  let text = ""
  let index = offset + 1
  while (index < commandLine.length) {
    const character = commandLine.charAt(index)
    if (character === "\"") return Result.succeed({ text, end: index + 1 })
    const next = commandLine.charAt(index + 1)
    if (character === "\\" && next === "\n") {
      index += 2
    } else if (character === "\\" && next !== "" && escapableInDoubleQuotes.includes(next)) {
      text += next
      index += 2
    } else {
      text += character
      index += 1
    }
  }
  return Result.fail({ reason: "UnclosedQuote", offset })
}

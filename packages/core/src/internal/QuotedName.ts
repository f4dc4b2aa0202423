/**
 * A name as it may be shown to a person: quoted, on one line, with everything that could move the
 * cursor, hide or reorder text written as an escape, and shortened in the middle when it is long.
 */

/** Longest text shown in full, in UTF-16 units. */
const lengthMax = 120

const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}"\\]/gu

const plain = /^[\p{L}\p{N}_.:/@+-]+$/u

/**
 * Quotes a text.
 */
export const quote = (text: string): string => `"${escape(text)}"`

/**
 * Shows a text without quotes where nothing in it needs them.
 */
export const quoteIfNeeded = (text: string): string =>
  text.length <= lengthMax && plain.test(text) ? text : quote(text)

/**
 * Quotes a list, the first few and how many more.
 */
export const quoteList = (texts: ReadonlyArray<string>, countMax: number): string => {
  const shown = texts.slice(0, countMax).map(quote).join(", ")
  return texts.length > countMax ? `${shown} and ${texts.length - countMax} more` : shown
}

const escape = (text: string): string => {
  const short = text.length <= lengthMax
    ? text
    : `${text.slice(0, lengthMax / 2)}…${text.slice(-lengthMax / 2)}`
  return short.replace(invisible, escapeOne)
}

const escapeOne = (found: string): string => {
  switch (found) {
    case "\"":
      return "\\\""
    case "\\":
      return "\\\\"
    case "\n":
      return "\\n"
    case "\r":
      return "\\r"
    case "\t":
      return "\\t"
    default:
      return `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`
  }
}

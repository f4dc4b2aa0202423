/**
 * Text from outside made fit for a terminal: task output, names and messages may hold escape
 * sequences, and none of them may move a cursor, set a title or hide a line.
 */

/**
 * Removes escape sequences (CSI, OSC, DCS and the like, in 7-bit and 8-bit form) and every other
 * control character except line break and tab.
 *
 * @source ECMA-48: control functions
 * @category operations
 */
export const clean = (text: string): string =>
  text
    .replaceAll(stringSequence, "")
    .replaceAll(controlSequence, "")
    .replaceAll(shortSequence, "")
    .replaceAll("\r\n", "\n")
    .replaceAll(control, "")

/**
 * The same on one line: line breaks and tabs become spaces.
 *
 * @category operations
 */
export const cleanLine = (text: string): string => clean(text).replaceAll(/[\n\t]/g, " ")

const escape = String.fromCharCode(0x1b)
const range = (from: number, to: number): string =>
  `${String.fromCharCode(from)}-${String.fromCharCode(to)}`

/** OSC, DCS, SOS, PM and APC up to their terminator; an unterminated one ends with its line. */
const stringSequence = new RegExp(
  `(?:${escape}[\\]PX^_]|[${String.fromCharCode(0x90, 0x98, 0x9d, 0x9e, 0x9f)}])`
    + `[^\\n${String.fromCharCode(0x07, 0x9c)}${escape}]*`
    + `(?:${String.fromCharCode(0x07)}|${String.fromCharCode(0x9c)}|${escape}\\\\)?`,
  "g"
)

const controlSequence = new RegExp(
  `(?:${escape}\\[|${String.fromCharCode(0x9b)})[0-?]*[ -/]*[@-~]?`,
  "g"
)

const shortSequence = new RegExp(`${escape}[ -/]*[0-~]?`, "g")

/** C0 without tab and line break, DEL, C1. */
const control = new RegExp(
  `[${range(0x00, 0x08)}${range(0x0b, 0x1f)}${range(0x7f, 0x9f)}]`,
  "g"
)

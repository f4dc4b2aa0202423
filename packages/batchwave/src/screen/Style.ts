/**
 * Colour on a terminal, or none.
 */

/**
 * Paints texts; the plain style returns them unchanged.
 *
 * @category models
 */
export interface Style {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly warn: (text: string) => string
  readonly strong: (text: string) => string
  readonly faint: (text: string) => string
}

/**
 * What decides whether a stream gets colour.
 *
 * @category models
 */
export interface ColorFacts {
  /** The `--color` flag. @default "auto" */
  readonly flag: "auto" | "always" | "never"
  /** `NO_COLOR`, empty when unset. */
  readonly noColor: string
  /** `FORCE_COLOR`, empty when unset. */
  readonly forceColor: string
  /** `TERM`, empty when unset. */
  readonly term: string
  readonly isTerminal: boolean
}

/**
 * Decides whether a stream gets colour: the flag first, then `NO_COLOR`, then `FORCE_COLOR`, then
 * what the stream is.
 *
 * @source no-color.org
 * @category queries
 */
export const wantsColor = (facts: ColorFacts): boolean => {
  if (facts.flag !== "auto") return facts.flag === "always"
  if (facts.noColor !== "") return false
  if (facts.forceColor !== "") return facts.forceColor !== "0" && facts.forceColor !== "false"
  return facts.isTerminal && facts.term !== "dumb"
}

/**
 * The style with or without colour.
 *
 * @category constructors
 */
export const make = (colored: boolean): Style => {
  const paint = (code: number) => (text: string): string =>
    colored ? `\u{1b}[${code}m${text}\u{1b}[0m` : text
  return { good: paint(32), bad: paint(31), warn: paint(33), strong: paint(1), faint: paint(2) }
}

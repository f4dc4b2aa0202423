/**
 * Hostile inputs for parsers, drawn from a seed: valid samples damaged in many ways, words of the
 * grammar in any order, long runs of one character, and characters no one expects.
 */

/** Draws whole numbers from 0 up to, and not including, a bound. */
export type Draw = (bound: number) => number

/** A source of numbers that are the same for the same seed and name. */
export const drawOf = (seed: number, name: string): Draw => {
  let state = seed >>> 0
  for (let index = 0; index < name.length; index++) {
    state = Math.imul(state ^ name.charCodeAt(index), 0x01000193) >>> 0
  }
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
}

/** One of some values. */
export const pick = <A>(draw: Draw, values: readonly [A, ...ReadonlyArray<A>]): A =>
  values[draw(values.length)] ?? values[0]

/** What texts are made of. */
export interface Vocabulary {
  /** Valid inputs to start from. */
  readonly samples: readonly [string, ...ReadonlyArray<string>]
  /** Words that mean something to the parser. */
  readonly words: readonly [string, ...ReadonlyArray<string>]
}

/** The longest text in characters. */
export const charactersMax = 16_384

/** One text in so many has a long run in it. */
const longRunOdds = 250

const oddCharacters = [
  "\0",
  "\t",
  "\n",
  "\r\n",
  "\u007f",
  "\u00a0",
  "\u0130",
  "\u0661",
  "\u2028",
  "\ud800",
  "\udfff",
  "\u{1f600}",
  "%",
  "%zz",
  "%00",
  "+",
  "-0",
  "''",
  "\"",
  "\\"
] as const

const characterOf = (draw: Draw): string =>
  draw(4) === 0 ? pick(draw, oddCharacters) : String.fromCharCode(32 + draw(95))

const damage = (draw: Draw, text: string, vocabulary: Vocabulary): string => {
  const at = draw(text.length + 1)
  const end = Math.min(text.length, at + draw(8))
  switch (draw(7)) {
    case 0:
      return text.slice(0, at) + characterOf(draw) + text.slice(at)
    case 1:
      return text.slice(0, at) + characterOf(draw) + text.slice(at + 1)
    case 2:
      return text.slice(0, at) + text.slice(end)
    case 3:
      return text.slice(0, end) + text.slice(at)
    case 4:
      return text.slice(0, at) + pick(draw, vocabulary.words) + text.slice(at)
    case 5:
      return text.slice(0, at) + pick(draw, vocabulary.samples) + text.slice(end)
    default:
      return draw(2) === 0 ? text.toUpperCase() : text.toLowerCase()
  }
}

const ofWords = (draw: Draw, { words }: Vocabulary): string => {
  const count = draw(24)
  let text = ""
  for (let index = 0; index < count; index++) {
    text += draw(8) === 0 ? characterOf(draw) : pick(draw, words)
    if (draw(2) === 0) text += " "
  }
  return text
}

const longRun = (draw: Draw, vocabulary: Vocabulary): string => {
  const unit = draw(2) === 0 ? pick(draw, vocabulary.words) : characterOf(draw)
  const length = 1 << (8 + draw(7))
  const run = unit.repeat(Math.max(1, Math.floor(length / Math.max(1, unit.length))))
  const sample = pick(draw, vocabulary.samples)
  const at = draw(sample.length + 1)
  return sample.slice(0, at) + run + sample.slice(at)
}

/** A hostile text. */
export const textOf = (draw: Draw, vocabulary: Vocabulary): string => {
  if (draw(longRunOdds) === 0) return longRun(draw, vocabulary).slice(0, charactersMax)
  if (draw(5) === 0) return ofWords(draw, vocabulary)
  let text = pick(draw, vocabulary.samples)
  for (let count = draw(5); count > 0; count--) text = damage(draw, text, vocabulary)
  return text.slice(0, charactersMax)
}

const junkOf = (draw: Draw): unknown => {
  const values: readonly [unknown, ...ReadonlyArray<unknown>] = [
    null,
    true,
    false,
    0,
    -1.5,
    Number.MAX_SAFE_INTEGER,
    "",
    characterOf(draw),
    String(draw(1000)),
    [],
    {},
    [null],
    { __proto__: null, constructor: 1, toString: "x", length: -1 }
  ]
  return pick(draw, values)
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A copy of a JSON value in which about one in so many places holds something else, or nothing. */
export const damagedJson = (draw: Draw, value: unknown, odds: number): unknown => {
  if (draw(odds) === 0) return junkOf(draw)
  if (Array.isArray(value)) {
    const items: ReadonlyArray<unknown> = value
    return items.map((item) => damagedJson(draw, item, odds))
  }
  if (!isRecord(value)) return value
  const entries = Object.entries(value).flatMap(([name, member]): Array<[string, unknown]> => {
    if (draw(odds) === 0) return []
    const key = draw(odds * 2) === 0 ? pick(draw, [name.toUpperCase(), "__proto__", ""]) : name
    return [[key, damagedJson(draw, member, odds)]]
  })
  return Object.fromEntries(entries)
}

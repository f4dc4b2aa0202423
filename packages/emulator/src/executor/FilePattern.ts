/**
 * The file patterns of `outputFiles`: `*`, `**`, `?`, `[abc]`, `[a-c]`, `[!abc]`, matched name by
 * name so that a directory walk can drop a branch as soon as no state is left.
 *
 * P1. `*`, `?` and `[…]` never match `/`; `**` as a whole segment matches any number of
 *     directories, none included; a trailing `**` also matches the files below.
 * P2. A name that starts with `.` is matched only by a segment that spells the dot.
 * P3. Matching is a set of states per segment and one remembered star inside a segment:
 *     O(pattern × name), never exponential.
 * P4. `[x]` with one plain character is an escape, so `abc[*]` is the literal name `abc*`.
 *
 * Repeated `**` segments are one. A `[` without its `]` is an ordinary character; `*` repeats inside a longer segment are one star.
 *
 * @source OutputFile.filePattern 2024-02-01.19.0; which of two readings is taken for a trailing
 * `**` and for P4 is our choice.
 */

/** Code points from one to another, both included. */
type Range = readonly [from: number, to: number]

/** One token of a wildcard segment. */
type Token =
  | { readonly _tag: "Character"; readonly character: string }
  | { readonly _tag: "AnyCharacter" }
  | { readonly _tag: "AnyCharacters" }
  | {
    readonly _tag: "Class"
    readonly isNegated: boolean
    /** Ascending, and none touches another. */
    readonly ranges: ReadonlyArray<Range>
  }

/** What one segment of a pattern accepts. */
export type Segment =
  | { readonly _tag: "Literal"; readonly name: string }
  | { readonly _tag: "Wildcard"; readonly tokens: ReadonlyArray<Token> }
  | { readonly _tag: "AnyDirectories" }

/** A pattern split at `/`; empty segments of the text are left out. */
export interface FilePattern {
  readonly segments: ReadonlyArray<Segment>
}

/** The indexes of the segments that may match next; `segments.length` means matched. */
export type States = ReadonlyArray<number>

/** Reads a pattern; every text is a pattern. */
export const parse = (text: string): FilePattern => {
  const names = text.split("/").filter((name) => name !== "")
    .filter((name, index, all) => name !== "**" || all[index - 1] !== "**")
  if (names.at(-1) === "**") names.push("*")
  return { segments: names.map(parseSegment) }
}

/** Says whether a pattern can match one path only. */
export const isLiteral = (pattern: FilePattern): boolean =>
  pattern.segments.every((segment) => segment._tag === "Literal")

/** The states before the first name. */
export const start = (pattern: FilePattern): States => close(pattern, [0])

/**
 * The states after a name was read; none means that nothing below that name matches.
 *
 * With `isLink` the name is a symbolic link, which `**` does not pass.
 */
export const step = (
  pattern: FilePattern,
  states: States,
  name: string,
  isLink = false
): States => {
  const reached: Array<number> = []
  for (const state of states) {
    const segment = pattern.segments[state]
    if (segment === undefined) continue
    if (segment._tag === "AnyDirectories") {
      if (!isLink && !name.startsWith(".")) reached.push(state)
    } else if (segmentMatches(segment, name)) {
      reached.push(state + 1)
    }
  }
  return close(pattern, reached)
}

/** Says whether the names read so far are a whole match. */
export const accepts = (pattern: FilePattern, states: States): boolean =>
  states.includes(pattern.segments.length)

/** Says whether something below the names read so far can match. */
export const continues = (pattern: FilePattern, states: States): boolean =>
  states.some((state) => state < pattern.segments.length)

/** The only names that can come next, or `undefined` when a wildcard is among the states. */
export const literalNames = (
  pattern: FilePattern,
  states: States
): ReadonlyArray<string> | undefined => {
  const names = new Set<string>()
  for (const state of states) {
    const segment = pattern.segments[state]
    if (segment === undefined) continue
    if (segment._tag !== "Literal") return undefined
    names.add(segment.name)
  }
  return [...names]
}

/** Says whether a `/`-separated path matches as a whole. */
export const matches = (pattern: FilePattern, path: string): boolean => {
  let states = start(pattern)
  for (const name of path.split("/")) states = step(pattern, states, name)
  return accepts(pattern, states)
}

/** Adds the states behind each `**`, which may match nothing; ascending and unique. */
const close = (pattern: FilePattern, states: ReadonlyArray<number>): States => {
  const closed = new Set<number>()
  for (const state of states) {
    // What is in the set already has been followed to its end.
    for (let index = state; !closed.has(index); index += 1) {
      closed.add(index)
      if (pattern.segments[index]?._tag !== "AnyDirectories") break
    }
  }
  return [...closed].toSorted((left, right) => left - right)
}

const parseSegment = (text: string): Segment => {
  if (text === "**") return { _tag: "AnyDirectories" }
  const characters = Array.from(text)
  // Where no bracket closes any more none is looked for: many open ones would cost their square.
  const lastClosing = characters.lastIndexOf("]")
  const tokens: Array<Token> = []
  let index = 0
  while (index < characters.length) {
    const character = characters[index] ?? ""
    const group = character === "[" && index < lastClosing
      ? parseClass(characters, index)
      : undefined
    if (group !== undefined) {
      tokens.push(group.token)
      index = group.end
      continue
    }
    if (character === "*") {
      if (tokens.at(-1)?._tag !== "AnyCharacters") tokens.push({ _tag: "AnyCharacters" })
    } else if (character === "?") {
      tokens.push({ _tag: "AnyCharacter" })
    } else {
      tokens.push({ _tag: "Character", character })
    }
    index += 1
  }
  return literalOf(tokens) ?? { _tag: "Wildcard", tokens }
}

const literalOf = (tokens: ReadonlyArray<Token>): Segment | undefined => {
  let name = ""
  for (const token of tokens) {
    if (token._tag !== "Character") return undefined
    name += token.character
  }
  return { _tag: "Literal", name }
}

/** Reads `[…]` at `index`; a `]` right after the opening (or after `!`) is a member. */
const parseClass = (
  characters: ReadonlyArray<string>,
  index: number
): { readonly token: Token; readonly end: number } | undefined => {
  const isNegated = characters[index + 1] === "!"
  const first = index + (isNegated ? 2 : 1)
  const last = characters.indexOf("]", first + 1)
  if (last < 0) return undefined
  const members = characters.slice(first, last)
  const only = members[0]
  if (members.length === 1 && only !== undefined && !isNegated) {
    return { token: { _tag: "Character", character: only }, end: last + 1 }
  }
  const ranges: Array<Range> = []
  for (let position = 0; position < members.length; position += 1) {
    const from = pointOf(members[position] ?? "")
    const to = members[position + 2]
    if (members[position + 1] === "-" && to !== undefined) {
      ranges.push([from, pointOf(to)])
      position += 2
    } else {
      ranges.push([from, from])
    }
  }
  return { token: { _tag: "Class", isNegated, ranges: merged(ranges) }, end: last + 1 }
}

const pointOf = (character: string): number => character.codePointAt(0) ?? 0

/** The same members in ascending ranges that do not touch; ranges without members are left out. */
const merged = (ranges: ReadonlyArray<Range>): ReadonlyArray<Range> => {
  const result: Array<Range> = []
  const sorted = ranges.filter(([from, to]) => from <= to).toSorted(([a], [b]) => a - b)
  for (const [from, to] of sorted) {
    const last = result.at(-1)
    if (last === undefined || from > last[1] + 1) result.push([from, to])
    else if (to > last[1]) result[result.length - 1] = [last[0], to]
  }
  return result
}

const isWithin = (ranges: ReadonlyArray<Range>, point: number): boolean => {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ranges[middle]?.[1] ?? 0) < point) low = middle + 1
    else high = middle
  }
  return (ranges[low]?.[0] ?? Infinity) <= point
}

const segmentMatches = (segment: Segment, name: string): boolean => {
  if (segment._tag === "Literal") return segment.name === name
  if (segment._tag === "AnyDirectories") return false
  const [first] = segment.tokens
  const spellsDot = first?._tag === "Character" && first.character === "."
  if (name.startsWith(".") && !spellsDot) return false
  return tokensMatch(segment.tokens, Array.from(name))
}

/** Walks both lists and, on a mismatch, lets the last star take one character more. */
const tokensMatch = (tokens: ReadonlyArray<Token>, name: ReadonlyArray<string>): boolean => {
  let tokenIndex = 0
  let nameIndex = 0
  let starIndex = -1
  let starNameIndex = 0
  while (nameIndex < name.length) {
    const token = tokens[tokenIndex]
    if (token?._tag === "AnyCharacters") {
      starIndex = tokenIndex
      starNameIndex = nameIndex
      tokenIndex += 1
    } else if (token !== undefined && tokenMatches(token, name[nameIndex] ?? "")) {
      tokenIndex += 1
      nameIndex += 1
    } else if (starIndex >= 0) {
      starNameIndex += 1
      nameIndex = starNameIndex
      tokenIndex = starIndex + 1
    } else {
      return false
    }
  }
  while (tokens[tokenIndex]?._tag === "AnyCharacters") tokenIndex += 1
  return tokenIndex === tokens.length
}

const tokenMatches = (token: Token, character: string): boolean => {
  if (token._tag === "Character") return token.character === character
  if (token._tag !== "Class") return true
  return isWithin(token.ranges, pointOf(character)) !== token.isNegated
}

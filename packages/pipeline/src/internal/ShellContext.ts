/**
 * Follows POSIX shell source far enough to know whether a quoted word may stand at a place.
 *
 * A value quoted with single quotes is one inert word only in plain source. Inside double quotes, a
 * comment, a here-document, backquotes or arithmetic, its quotes mean something else and its text
 * would be read as shell source.
 *
 * @source POSIX.1-2024, Shell Command Language, 2.2 Quoting and 2.6 Word Expansions
 * @internal
 */

/**
 * A piece of a command as this module sees it: source text, or a hole that a quoted word fills.
 *
 * @internal
 */
export type ShellPiece = { readonly _tag: "Source"; readonly text: string } | {
  readonly _tag: "Hole"
}

type Frame =
  | "double quotes"
  | "single quotes"
  | "backquotes"
  | "arithmetic"
  | "comment"
  | "heredoc"
  | "braces"
  | "substitution"
  | "parentheses"

interface Scan {
  readonly stack: Array<Frame>
  readonly heredocs: Array<{ readonly delimiter: string; readonly stripsTabs: boolean }>
  /** What active source ended with, where that changes the meaning of a hole. */
  pending: "" | "\\" | "$" | "<<"
  isWordStart: boolean
  /** Whether the character before was a closing parenthesis. */
  isAfterParenthesis: boolean
  /** A number sign may have begun a comment or not, so nothing that follows is certain. */
  isUnclear: boolean
}

/**
 * Lists why holes of a command are unsafe, once each; empty when every hole may take a quoted word.
 *
 * @internal
 */
export const unsafeHoles = (pieces: Iterable<ShellPiece>): ReadonlyArray<string> => {
  const scan: Scan = {
    stack: [],
    heredocs: [],
    pending: "",
    isWordStart: true,
    isAfterParenthesis: false,
    isUnclear: false
  }
  const problems = new Set<string>()
  let source = ""
  const flush = () => {
    scanSource(scan, source)
    source = ""
  }
  for (const piece of pieces) {
    if (piece._tag === "Source") {
      source += piece.text
      continue
    }
    flush()
    const problem = holeProblem(scan)
    if (problem !== undefined) problems.add(problem)
    scan.pending = ""
    scan.isWordStart = false
    scan.isAfterParenthesis = false
  }
  return [...problems]
}

const holeProblem = (scan: Scan): string | undefined => {
  if (scan.isUnclear) {
    return "a value stands after \")#\"; put a space before the #, or quote it"
  }
  if (scan.pending === "\\") {
    return "a value stands right after a backslash; remove the backslash"
  }
  if (scan.pending === "$") {
    return "a value stands right after a dollar sign; remove the dollar sign"
  }
  if (scan.pending === "<<") {
    return "a value stands as the delimiter of a here-document; use a fixed word"
  }
  const boundary = scan.stack.findLastIndex((frame) =>
    frame === "substitution" || frame === "parentheses"
  )
  if (scan.stack.includes("backquotes")) return "a value stands inside backquotes; use $(…)"
  for (const frame of scan.stack.slice(boundary + 1)) {
    switch (frame) {
      case "double quotes":
      case "single quotes":
        return `a value stands inside ${frame}; remove the quotes, sh quotes every value itself`
      case "arithmetic":
        return "a value stands inside $((…)); assign it to a shell variable first"
      case "comment":
        return "a value stands in a shell comment; remove it"
      case "heredoc":
        return "a value stands in a here-document; hand it over as an argument or an input"
      default:
    }
  }
  return undefined
}

const scanSource = (scan: Scan, source: string): void => {
  let index = 0
  while (index < source.length) {
    const frame = scan.stack[scan.stack.length - 1]
    if (scan.pending === "\\") {
      scan.pending = ""
      index++
    } else if (frame === "heredoc") index = skipHeredoc(scan, source, index)
    else if (frame === "single quotes") index = skipUntil(scan, source, index, "'")
    else if (frame === "comment") index = skipUntil(scan, source, index, "\n")
    else if (frame === "backquotes") index = scanBackquotes(scan, source, index)
    else index = scanActive(scan, source, index, frame)
  }
}

const skipUntil = (scan: Scan, source: string, from: number, end: string): number => {
  const found = source.indexOf(end, from)
  if (found < 0) return source.length
  scan.stack.pop()
  scan.isWordStart = end === "\n"
  // The newline that ends a comment may also start a here-document: let active scanning see it.
  return end === "\n" ? found : found + 1
}

/** The first backquote without a backslash ends the text, whatever quotes or comments are in it. */
const scanBackquotes = (scan: Scan, source: string, index: number): number => {
  const character = source.charAt(index)
  if (character === "\\") scan.pending = "\\"
  if (character === "`") scan.stack.pop()
  return index + 1
}

/** Scans one token where expansions are active: plain source, double quotes, braces. */
const scanActive = (
  scan: Scan,
  source: string,
  index: number,
  frame: Frame | undefined
): number => {
  const character = source.charAt(index)
  const isDollarBefore = scan.pending === "$"
  const wasWordStart = scan.isWordStart
  const wasAfterParenthesis = scan.isAfterParenthesis
  scan.pending = ""
  scan.isWordStart = false
  scan.isAfterParenthesis = false
  switch (character) {
    case "\\":
      scan.pending = "\\"
      if (source.charAt(index + 1) === "\n") {
        scan.isWordStart = wasWordStart
        scan.isAfterParenthesis = wasAfterParenthesis
      }
      return index + 1
    case "$":
      // Two of them are the number of the shell's process; the second one opens nothing.
      scan.pending = isDollarBefore ? "" : "$"
      return index + 1
    case "`":
      return toggle(scan, "backquotes", index)
    case "\"":
      return toggle(scan, "double quotes", index)
    case "{":
      if (isDollarBefore) scan.stack.push("braces")
      return index + 1
    case "}":
      if (frame === "braces") scan.stack.pop()
      return index + 1
    case "(":
      if (frame === "braces" && !isDollarBefore) return index + 1
      return openParenthesis(scan, source, index, isDollarBefore, frame)
    case ")":
      return closeParenthesis(scan, source, index, frame)
    default:
      return isPlain(scan)
        ? scanPlain(scan, source, index, { frame, wasWordStart, wasAfterParenthesis })
        : index + 1
  }
}

/** Scans what has a meaning only outside double quotes; between braces that is the quote alone. */
const scanPlain = (
  scan: Scan,
  source: string,
  index: number,
  { frame, wasAfterParenthesis, wasWordStart }: {
    readonly frame: Frame | undefined
    readonly wasAfterParenthesis: boolean
    readonly wasWordStart: boolean
  }
): number => {
  const character = source.charAt(index)
  if (character === "'") {
    scan.stack.push("single quotes")
    return index + 1
  }
  if (frame === "braces") return index + 1
  switch (character) {
    case "#":
      // After the end of a substitution the word goes on, after a subshell a comment begins, and where a
      // branch of a case ends which of both it is remains open.
      if (wasAfterParenthesis) scan.isUnclear = true
      else if (wasWordStart) scan.stack.push("comment")
      return index + 1
    case "<":
      return source.charAt(index + 1) === "<" ? openHeredoc(scan, source, index) : index + 1
    case "\n":
      scan.isWordStart = true
      if (scan.heredocs.length > 0) scan.stack.push("heredoc")
      return index + 1
    default:
      scan.isWordStart = " \t;&|".includes(character)
      return index + 1
  }
}

const isPlain = (scan: Scan): boolean => {
  for (let depth = scan.stack.length - 1; depth >= 0; depth--) {
    const frame = scan.stack[depth]
    if (frame === "substitution" || frame === "parentheses") return true
    if (frame !== "braces") return false
  }
  return true
}

const toggle = (scan: Scan, frame: Frame, index: number): number => {
  if (scan.stack[scan.stack.length - 1] === frame) scan.stack.pop()
  else scan.stack.push(frame)
  return index + 1
}

const openParenthesis = (
  scan: Scan,
  source: string,
  index: number,
  isDollarBefore: boolean,
  frame: Frame | undefined
): number => {
  if (isDollarBefore && source.charAt(index + 1) === "(") {
    scan.stack.push("arithmetic")
    return index + 2
  }
  if (isDollarBefore) scan.stack.push("substitution")
  else if (frame === "arithmetic") scan.stack.push("arithmetic")
  else if (isPlain(scan)) scan.stack.push("parentheses")
  scan.isWordStart = true
  return index + 1
}

const closeParenthesis = (
  scan: Scan,
  source: string,
  index: number,
  frame: Frame | undefined
): number => {
  scan.isAfterParenthesis = true
  if (frame === "substitution" || frame === "parentheses") scan.stack.pop()
  if (frame === "arithmetic") {
    scan.stack.pop()
    const isOutermost = scan.stack[scan.stack.length - 1] !== "arithmetic"
    if (isOutermost && source.charAt(index + 1) === ")") return index + 2
  }
  scan.isWordStart = true
  return index + 1
}

const openHeredoc = (scan: Scan, source: string, index: number): number => {
  const match = /^<<(-?)[ \t]*((?:'[^'\n]*'|"[^"\n]*"|\\.|[^\s;&|<>()'"\\])*)/.exec(
    source.slice(index)
  )
  if (match === null) return index + 2
  if (source.startsWith("<<<", index)) return index + 3
  const delimiter = (match[2] ?? "").replace(/['"\\]/g, "")
  scan.heredocs.push({ delimiter, stripsTabs: match[1] === "-" })
  scan.pending = "<<"
  return index + match[0].length
}

const skipHeredoc = (scan: Scan, source: string, from: number): number => {
  const heredoc = scan.heredocs[0]
  const end = source.indexOf("\n", from)
  // A line that a hole goes on with is no delimiter.
  if (end < 0) return source.length
  const line = source.slice(from, end)
  const content = heredoc?.stripsTabs === true ? line.replace(/^\t+/, "") : line
  if (heredoc === undefined || content === heredoc.delimiter) {
    scan.heredocs.shift()
    if (scan.heredocs.length === 0) {
      scan.stack.pop()
      scan.isWordStart = true
    }
  }
  return end + 1
}

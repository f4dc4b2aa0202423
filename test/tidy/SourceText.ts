/**
 * Reads TypeScript just far enough to tell code from comments and strings. The compiler in use has no
 * API for JavaScript, so the tidy checks stand on this scanner.
 */

/** What to overwrite with spaces; line breaks always stay, so that offsets and line numbers hold. */
export interface Blanking {
  readonly comments: boolean
  readonly strings: boolean
}

/** One module named in an `import`, an `export … from` or an `import()`. Lines count from 1. */
export interface ImportedModule {
  readonly specifier: string
  readonly line: number
}

interface Token {
  readonly kind: "comment" | "string"
  readonly start: number
  readonly end: number
}

/** The text with its comments, its strings or both replaced by spaces of the same length. */
export const blank = (text: string, blanking: Blanking): string => {
  let result = ""
  let position = 0
  for (const token of scan(text)) {
    const blanked = token.kind === "comment" ? blanking.comments : blanking.strings
    if (!blanked) continue
    result += text.slice(position, token.start)
    result += text.slice(token.start, token.end).replace(/[^\n]/g, " ")
    position = token.end
  }
  return result + text.slice(position)
}

const importForms = [
  /^[ \t]*(?:import|export)\b[^"'`;]*?\bfrom\s*(["'])([^"'\n]+)\1/gm,
  /^[ \t]*import\s*(["'])([^"'\n]+)\1/gm,
  /\bimport\s*\(\s*(["'`])([^"'`\n]+)\1/g
]

/** Every module a source names, in the order of the text. Comments do not count; types do. */
export const importedModules = (text: string): ReadonlyArray<ImportedModule> => {
  const code = blank(text, { comments: true, strings: false })
  const inert = blank(text, { comments: true, strings: true })
  return importForms
    .flatMap((form) =>
      [...code.matchAll(form)].map((match) => ({
        specifier: match[2] ?? "",
        start: match.index,
        end: match.index + match[0].length
      }))
    )
    // A match that begins inside a string is text about an import, not one.
    .filter(({ end, start }) => /\b(?:import|export)\b/.test(inert.slice(start, end)))
    .toSorted((left, right) => left.end - right.end)
    .map(({ end, specifier }) => ({ specifier, line: lineAt(text, end) }))
}

/** The line of an offset, from 1. */
export const lineAt = (text: string, offset: number): number =>
  text.slice(0, offset).split("\n").length

const scan = (text: string): ReadonlyArray<Token> => {
  const tokens: Array<Token> = []
  // Depths of braces at which a template's `${` was opened: its closing brace resumes the template.
  const templates: Array<number> = []
  let depth = 0
  let position = 0
  const take = (kind: Token["kind"], end: number): void => {
    tokens.push({ kind, start: position, end })
    position = end
  }
  const takeTemplate = (from: number): void => {
    const end = templateEnd(text, from)
    if (text.startsWith("${", end - 2)) {
      templates.push(depth)
      depth += 1
    }
    take("string", end)
  }
  while (position < text.length) {
    const character = text[position]
    if (text.startsWith("//", position)) take("comment", endOf(text, "\n", position, 0))
    else if (text.startsWith("/*", position)) take("comment", endOf(text, "*/", position + 2, 2))
    else if (character === "\"" || character === "'") take("string", quotedEnd(text, position))
    else if (character === "`") takeTemplate(position + 1)
    else if (character === "/" && startsRegularExpression(text, position)) {
      take("string", regularExpressionEnd(text, position))
    } else if (character === "}" && templates.at(-1) === depth - 1) {
      templates.pop()
      depth -= 1
      takeTemplate(position + 1)
    } else {
      if (character === "{") depth += 1
      if (character === "}") depth -= 1
      position += 1
    }
  }
  return tokens
}

const endOf = (text: string, mark: string, from: number, markLength: number): number => {
  const index = text.indexOf(mark, from)
  return index === -1 ? text.length : index + markLength
}

const quotedEnd = (text: string, start: number): number => {
  let position = start + 1
  while (position < text.length && text[position] !== text[start] && text[position] !== "\n") {
    position += text[position] === "\\" ? 2 : 1
  }
  return Math.min(position + 1, text.length)
}

/** Just past the closing backtick, or just past the `${` that interrupts the template. */
const templateEnd = (text: string, from: number): number => {
  let position = from
  while (position < text.length) {
    if (text[position] === "`") return position + 1
    if (text.startsWith("${", position)) return position + 2
    position += text[position] === "\\" ? 2 : 1
  }
  return text.length
}

/** A slash divides after a value and opens a regular expression everywhere else. */
const startsRegularExpression = (text: string, position: number): boolean => {
  const before = text.slice(Math.max(0, position - 200), position).trimEnd()
  return before === "" || /[([{,;:=!&|?+\-*%<>~^}]$/.test(before) ||
    /\b(?:return|typeof|case|of|in|yield)$/.test(before)
}

const regularExpressionEnd = (text: string, start: number): number => {
  let position = start + 1
  let inClass = false
  while (position < text.length && text[position] !== "\n" && (inClass || text[position] !== "/")) {
    if (text[position] === "[") inClass = true
    if (text[position] === "]") inClass = false
    position += text[position] === "\\" ? 2 : 1
  }
  return Math.min(position + 1, text.length)
}

/**
 * Paths that arrive from outside, reduced to a list of plain names before anything is opened.
 *
 * S1. No name of a result is empty, `.`, `..`, or holds `/`, `\` or NUL.
 * S2. A URL is percent-decoded exactly once, each name for itself, as strict UTF-8.
 * S3. A relative path is never percent-decoded; `%2e%2e` is then an ordinary name.
 *
 * Whether the names lead where they claim (symbolic links) is decided where they are opened.
 */
import * as Result from "effect/Result"

/** Why a path is not taken: not a `file:` URL at all, or one that could lead elsewhere. */
export interface PathRefusal {
  readonly reason: "NotFileUrl" | "Unsafe"
  readonly message: string
}

/** The names of a path from its root down. */
export type Names = ReadonlyArray<string>

const refuse = (reason: PathRefusal["reason"], message: string) => Result.fail({ reason, message })

/** Reads `file:///a/b` or `file://localhost/a/b` into the names below `/`. */
export const namesOfFileUrl = (url: string): Result.Result<Names, PathRefusal> => {
  const scheme = url.slice(0, Math.max(url.indexOf(":"), 0)).toLowerCase()
  if (scheme !== "file") {
    return refuse("NotFileUrl", `A URL with scheme ${JSON.stringify(scheme)} is not a file URL.`)
  }
  const rest = url.slice("file:".length)
  const slash = rest.startsWith("//") ? rest.indexOf("/", 2) : -1
  const host = slash < 0 ? "" : rest.slice(2, slash).toLowerCase()
  if (slash < 0 || (host !== "" && host !== "localhost")) {
    return refuse("Unsafe", "A file URL has to read file:///absolute/path.")
  }
  const path = rest.slice(slash)
  if (path.includes("?") || path.includes("#")) {
    return refuse("Unsafe", "A file URL takes no query and no fragment; write %3F or %23.")
  }
  const names: Array<string> = []
  for (const encoded of path.split("/")) {
    const name = decodeOnce(encoded)
    if (name === undefined) {
      return refuse("Unsafe", "The file URL holds a percent sign that is not encoded UTF-8.")
    }
    if (name === "" || name === ".") continue
    if (!isPlainName(name)) {
      return refuse("Unsafe", `The file URL holds the unsafe name ${JSON.stringify(name)}.`)
    }
    names.push(name)
  }
  return Result.succeed(names)
}

/** Reads a relative path such as `data/in.txt`; it has to name something. */
export const namesOfRelativePath = (path: string): Result.Result<Names, PathRefusal> => {
  const shown = JSON.stringify(path)
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) {
    return refuse("Unsafe", `The path ${shown} is absolute; give it relative.`)
  }
  const names = path.split("/").filter((name) => name !== "" && name !== ".")
  if (names.length === 0) return refuse("Unsafe", `The path ${shown} names no file.`)
  return names.every(isPlainName)
    ? Result.succeed(names)
    : refuse("Unsafe", `The path ${shown} holds "..", a backslash or a NUL character.`)
}

/** Says whether `path` is `root` or lies below it; both absolute and without `..`. */
export const isInside = (root: string, path: string): boolean =>
  path === root || path.startsWith(root === "/" ? root : `${root}/`)

const isPlainName = (name: string): boolean =>
  name !== "" && name !== "." && name !== ".." && !/[/\\\0]/.test(name)

const decodeOnce = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

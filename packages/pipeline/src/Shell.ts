/**
 * Shell commands as values. In `sh` the literal text is shell source and every interpolated value is
 * one quoted word, so no value can change what a command means.
 *
 * S1 Values are single-quoted for POSIX `sh`; an array becomes several words, an empty one none.
 * S2 A file is staged into the working directory and stands as its path there.
 * S3 A value where quoting cannot protect (inside quotes, a comment, a here-document, …) is a problem
 *    of the pipeline, and so is a value no process can receive: with NUL or half a surrogate pair.
 *    In shell source the plan finds those.
 *
 * @source POSIX.1-2024, Shell Command Language, 2.2.2 Single-Quotes
 */
import * as Predicate from "effect/Predicate"
import { isLocalFile, type LocalFile } from "./File.ts"
import { type ShellPiece, unsafeHoles } from "./internal/ShellContext.ts"
import { type AnyRef, type FileRef, isFileRef, isRef } from "./Ref.ts"

/**
 * The key that marks a command.
 *
 * @category type ids
 */
export const TypeId = "~@batchwave/pipeline/Command"

/**
 * A piece of a command: source text, a literal word still to be quoted, a JSON reference, a file, or
 * what is wrong at this place.
 *
 * @category models
 */
export type Piece =
  | { readonly _tag: "Source"; readonly text: string }
  | { readonly _tag: "Word"; readonly text: string }
  | { readonly _tag: "Ref"; readonly ref: AnyRef }
  | { readonly _tag: "File"; readonly file: FileRef | LocalFile }
  | { readonly _tag: "Problem"; readonly problem: string }

/**
 * A shell command, complete or a part of another.
 *
 * @category models
 */
export interface Command {
  readonly [TypeId]: typeof TypeId
  readonly pieces: ReadonlyArray<Piece>
}

/**
 * One value that `sh` takes as one word. An `each` handle's JSON `outputs` are several.
 *
 * @category models
 */
export type ShellWord = string | number | boolean | AnyRef | FileRef | LocalFile

/**
 * What `sh` takes between its literal parts.
 *
 * @category models
 */
export type ShellValue = ShellWord | Command | ReadonlyArray<ShellWord>

/**
 * Quotes text as one word of POSIX shell source.
 *
 * @category quoting
 */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

const template = (strings: TemplateStringsArray, ...values: ReadonlyArray<ShellValue>): Command => {
  const pieces: Array<Piece> = []
  strings.raw.forEach((text, index) => {
    pieces.push({ _tag: "Source", text: unescape(text) })
    if (index < values.length) collect(values[index], pieces)
  })
  return make(pieces)
}

/**
 * Makes a command from a template. The literal text is taken as typed, so `\n` and `\\` reach the
 * shell; write a backquote as `` \` `` and the shell's own `${NAME}` as `\${NAME}`.
 *
 * `sh.raw` inserts shell source without quoting it.
 *
 * @category constructors
 */
export const sh: typeof template & { readonly raw: (source: string) => Command } = Object.assign(
  template,
  { raw: (source: string): Command => make([{ _tag: "Source", text: source }]) }
)

/**
 * Tells a command from other values.
 *
 * @category guards
 */
export const isCommand = (value: unknown): value is Command => Predicate.hasProperty(value, TypeId)

/**
 * Lists what is wrong with a command (S3), once each.
 *
 * @category queries
 */
export const problems = (command: Command): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (const piece of command.pieces) {
    if (piece._tag === "Problem") found.push(piece.problem)
  }
  return [...new Set([...found, ...unsafeHoles(command.pieces.map(toShellPiece))])]
}

const make = (pieces: ReadonlyArray<Piece>): Command => ({ [TypeId]: TypeId, pieces })

const toShellPiece = (piece: Piece): ShellPiece =>
  piece._tag === "Source" ? piece : { _tag: "Hole" }

/** Undoes the two escapes a template literal forces on its author. */
const unescape = (raw: string): string => raw.replace(/\\(`|\$\{)/g, "$1")

const collect = (value: unknown, pieces: Array<Piece>): void => {
  if (isCommand(value)) {
    for (const piece of value.pieces) pieces.push(piece)
  } else if (Array.isArray(value) && !isRef(value)) {
    value.forEach((item: unknown, index) => {
      if (index > 0) pieces.push({ _tag: "Source", text: " " })
      pieces.push(toPiece(item))
    })
  } else pieces.push(toPiece(value))
}

const toPiece = (value: unknown): Piece => {
  if (typeof value === "string") {
    return isTransportable(value)
      ? { _tag: "Word", text: value }
      : {
        _tag: "Problem",
        problem: `the value ${JSON.stringify(value)} has a NUL character or half a surrogate pair`
      }
  }
  if (typeof value === "number" || typeof value === "boolean") {
    return { _tag: "Word", text: String(value) }
  }
  if (isRef(value)) return { _tag: "Ref", ref: value }
  if (isFileRef(value) || isLocalFile(value)) return { _tag: "File", file: value }
  return {
    _tag: "Problem",
    problem: `sh takes text, numbers, booleans, references, files and lists of them, not ${
      value === null
        ? "null"
        : value === undefined
        ? "undefined"
        : `a value of type ${typeof value}`
    }`
  }
}

const isTransportable = (text: string): boolean => !text.includes("\0") && text.isWellFormed()

/**
 * Typed promises of what a task will leave behind. A reference is made by the builder, used in the
 * inputs or the command of a later task, and becomes an edge of the graph there.
 */
import * as Suggestion from "@batchwave/core/Suggestion"
import type { InputSource, OutputReference } from "@batchwave/core/Workflow"
import * as Predicate from "effect/Predicate"

/**
 * The key that marks a JSON reference.
 *
 * @category type ids
 */
export const RefTypeId = "~@batchwave/pipeline/Ref"

/**
 * The key that marks a file reference.
 *
 * @category type ids
 */
export const FileRefTypeId = "~@batchwave/pipeline/FileRef"

/**
 * The key that marks a reference to several files of one task.
 *
 * @category type ids
 */
export const FilesRefTypeId = "~@batchwave/pipeline/FilesRef"

/**
 * Where a reference leads: one output with a path into it, or a list of such.
 *
 * @category models
 */
export type RefSource = Extract<InputSource, { readonly _tag: "Value" | "List" }>

/**
 * A JSON reference of any type.
 *
 * @category models
 */
export interface AnyRef {
  readonly [RefTypeId]: (_: never) => unknown
  readonly source: RefSource
}

/**
 * A promise of a JSON value of type `A`.
 *
 * @category models
 */
export interface Ref<A> extends AnyRef {
  readonly [RefTypeId]: (_: never) => A
  /** Leads into the value: a field of an object, or an index of a list. */
  at<K extends RefKey<A>>(key: K): Ref<A[K]>
}

/**
 * The keys `at` takes: the indexes of a list, the fields of an object, none of anything else.
 *
 * @category models
 */
export type RefKey<A> = [A] extends [ReadonlyArray<unknown>] ? Extract<keyof A, number>
  : [A] extends [object] ? Extract<keyof A, string>
  : never

/**
 * A promise of a file that a task leaves behind.
 *
 * @category models
 */
export interface FileRef {
  readonly [FileRefTypeId]: typeof FileRefTypeId
  readonly from: OutputReference
  /** Where the task writes it, relative to its working directory. */
  readonly path: string
}

/**
 * A promise of several files with known paths.
 *
 * @category models
 */
export interface FilesRef<Path extends string> {
  readonly [FilesRefTypeId]: typeof FilesRefTypeId
  readonly paths: ReadonlyArray<Path>
  /** One of the files; a path that was not declared is a problem of the pipeline. */
  readonly file: (path: Path) => FileRef
}

/**
 * Takes note of a mistake found while a pipeline is authored.
 *
 * @category models
 */
export type Report = (problem: string) => void

/**
 * Tells a JSON reference from other values.
 *
 * @category guards
 */
export const isRef = (value: unknown): value is AnyRef => Predicate.hasProperty(value, RefTypeId)

/**
 * Tells a file reference from other values.
 *
 * @category guards
 */
export const isFileRef = (value: unknown): value is FileRef =>
  Predicate.hasProperty(value, FileRefTypeId)

/**
 * Tells a reference to several files from other values.
 *
 * @category guards
 */
export const isFilesRef = (value: unknown): value is FilesRef<string> =>
  Predicate.hasProperty(value, FilesRefTypeId)

/**
 * Makes a JSON reference. An index past the end of a list is reported and leads to an empty list.
 *
 * @category constructors
 */
export const make = <A>(source: RefSource, report: Report): Ref<A> => ({
  [RefTypeId]: (never) => never,
  source,
  at: (key) => make(step(source, key, report), report)
})

/**
 * Makes a reference to one file output.
 *
 * @category constructors
 */
export const file = (from: OutputReference, path: string): FileRef => ({
  [FileRefTypeId]: FileRefTypeId,
  from,
  path
})

/**
 * Makes a reference to several file outputs of one node; `outputName` gives the name of each.
 *
 * @category constructors
 */
export const files = <Path extends string>(
  node: string,
  paths: ReadonlyArray<Path>,
  outputName: (path: string) => string,
  report: Report
): FilesRef<Path> => ({
  [FilesRefTypeId]: FilesRefTypeId,
  paths,
  file: (path) => {
    if (paths.includes(path)) return file({ node, output: outputName(path) }, path)
    report(
      `task "${node}" does not declare the output file "${path}"; ${Suggestion.advice(path, paths)}`
    )
    // Some declared file stands in; the pipeline will not compile.
    const standIn = paths[0] ?? path
    return file({ node, output: outputName(standIn) }, standIn)
  }
})

const emptyList: RefSource = { _tag: "List", items: [] }

const step = (source: RefSource, key: PropertyKey, report: Report): RefSource => {
  if (source._tag === "Value") return { ...source, path: [...source.path, String(key)] }
  const item = source.items[Number(key)]
  if (item === undefined || item._tag === "Literal" || item._tag === "Struct") {
    report(`there is no item ${String(key)} in a list of ${source.items.length} outputs`)
    return emptyList
  }
  return item
}

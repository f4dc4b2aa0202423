/**
 * What a pipeline answers when it has run: the body returns handles and references, and the value is
 * read from the outputs they stand for.
 */
import type { Json as JsonValue } from "@batchwave/core/Workflow"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import type { Json } from "./Output.ts"
import {
  type AnyRef,
  type FileRef,
  type FilesRef,
  isFileRef,
  isFilesRef,
  isRef,
  type Ref,
  type RefSource
} from "./Ref.ts"
import { type EachHandle, isHandle, type TaskHandle } from "./Task.ts"

/**
 * What a body may return.
 *
 * @category models
 */
export type Returnable =
  | null
  | undefined
  // A body without a return statement.
  | void
  | boolean
  | number
  | string
  | AnyRef
  | FileRef
  | FilesRef<string>
  | TaskHandle<unknown>
  | AnyEach
  | ReadonlyArray<Returnable>
  | { readonly [name: string]: Returnable }

/**
 * A fan-out of any outputs.
 *
 * @category models
 */
export type AnyEach = Pick<EachHandle<unknown>, "_tag" | "name" | "nodes" | "keys">

/**
 * The value of what a body returned: a JSON reference is its decoded value, a file is the location
 * that the artifact store gives, a task is its outputs, a fan-out is the list of those.
 *
 * @category models
 */
export type ValueOf<R> = R extends Ref<infer A> ? A
  : R extends FileRef ? string
  : R extends FilesRef<infer Path> ? { readonly [P in Path]: string }
  : R extends TaskHandle<infer Out> ? ValueOf<Out>
  : R extends EachHandle<infer Out> ? ReadonlyArray<ValueOf<Out>>
  : R extends null | boolean | number | string ? R
  : R extends undefined | void ? undefined
  : { readonly [Key in keyof R]: ValueOf<R[Key]> }

/**
 * Answers an output of a settled run: the JSON that its check let through, or the location of a file
 * as text; `undefined` when the node left nothing.
 *
 * @category models
 */
export type OutputLookup = (node: string, output: string) => JsonValue | undefined

/**
 * Reads the value of what a body returned. Fails with one sentence for each output that is missing
 * or does not decode.
 *
 * @category operations
 */
export const read = (
  returned: unknown,
  json: ReadonlyMap<string, ReadonlyMap<string, Json<unknown>>>,
  lookup: OutputLookup
): Result.Result<unknown, ReadonlyArray<string>> => {
  const problems = new Set<string>()
  const value = readAny(returned, { json, lookup, problems, decoded: new Map() })
  return problems.size === 0 ? Result.succeed(value) : Result.fail([...problems])
}

interface Reading {
  readonly json: ReadonlyMap<string, ReadonlyMap<string, Json<unknown>>>
  readonly lookup: OutputLookup
  readonly problems: Set<string>
  /** Each output is decoded once, however many references lead into it. */
  readonly decoded: Map<Json<unknown>, Map<string, unknown>>
}

const readAny = (returned: unknown, reading: Reading): unknown => {
  if (isRef(returned)) return readSource(returned.source, reading)
  if (isFileRef(returned)) return readFile(returned, reading)
  if (isFilesRef(returned)) {
    return Object.fromEntries(
      returned.paths.map((path) => [path, readFile(returned.file(path), reading)])
    )
  }
  if (isHandle(returned)) {
    return returned._tag === "Task"
      ? readAny(returned.output, reading)
      : returned.tasks.map((task) => readAny(task.output, reading))
  }
  if (Array.isArray(returned)) return returned.map((item: unknown) => readAny(item, reading))
  if (Predicate.isObject(returned)) {
    return Object.fromEntries(
      Object.entries(returned).map(([name, item]) => [name, readAny(item, reading)])
    )
  }
  return returned
}

const readFile = (file: FileRef, reading: Reading): unknown => {
  const location = reading.lookup(file.from.node, file.from.output)
  if (typeof location !== "string") {
    reading.problems.add(`task "${file.from.node}" left no file "${file.path}"`)
  }
  return location
}

const readSource = (source: RefSource, reading: Reading): unknown => {
  if (source._tag === "List") {
    return source.items.map((item) =>
      item._tag === "Value" || item._tag === "List" ? readSource(item, reading) : undefined
    )
  }
  let value = readOutput(source.from.node, source.from.output, reading)
  for (const key of source.path) {
    value = Predicate.hasProperty(value, key) ? value[key] : undefined
  }
  return value
}

const readOutput = (node: string, name: string, reading: Reading): unknown => {
  const output = reading.json.get(node)?.get(name)
  const written = reading.lookup(node, name)
  if (output === undefined || written === undefined) {
    reading.problems.add(`task "${node}" left no output "${name}"`)
    return undefined
  }
  const byNode = reading.decoded.get(output) ?? new Map<string, unknown>()
  reading.decoded.set(output, byNode)
  const key = JSON.stringify([node, name])
  if (byNode.has(key)) return byNode.get(key)
  const value = Result.match(output.decode(written), {
    onFailure: (problems) => {
      for (const problem of problems) {
        reading.problems.add(`output "${name}" of task "${node}": ${problem}`)
      }
    },
    onSuccess: (decoded) => decoded
  })
  byNode.set(key, value)
  return value
}

/**
 * Turns what an author gives as inputs into the input sources of a workflow node.
 *
 * @internal
 */
import type { InputSource, Json } from "@batchwave/core/Workflow"
import { isLocalFile } from "../File.ts"
import { isFileRef, isFilesRef, isRef, type Report } from "../Ref.ts"
import { isHandle } from "../Task.ts"
import type { Staging } from "./Staging.ts"

/** Deeper nesting than this is taken for a cycle. */
const depthMax = 100

/**
 * Makes the sources of a record of inputs. Whatever holds no reference becomes one literal.
 *
 * @internal
 */
export const inputSources = (
  inputs: { readonly [name: string]: unknown },
  staging: Staging,
  report: Report
): { readonly [name: string]: InputSource } =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      toSource(value, name, 0, staging, report)
    ])
  )

const nothing: InputSource = { _tag: "Literal", value: null }

const literal = (value: Json): InputSource => ({ _tag: "Literal", value })

const toSource = (
  value: unknown,
  place: string,
  depth: number,
  staging: Staging,
  report: Report
): InputSource => {
  if (isRef(value)) return value.source
  if (isFileRef(value) || isLocalFile(value)) return literal(staging.pathOf(value) ?? null)
  if (value === null || typeof value === "string" || typeof value === "boolean") {
    return literal(value)
  }
  if (typeof value === "number" && Number.isFinite(value)) return literal(value)
  if (depth >= depthMax) {
    report(`the input "${place}" is nested more than ${depthMax} deep or refers to itself`)
    return nothing
  }
  if (Array.isArray(value)) {
    return listSource(
      value.map((item: unknown, index) =>
        toSource(item, `${place}[${index}]`, depth + 1, staging, report)
      )
    )
  }
  if (isPlainRecord(value) && !isHandle(value) && !isFilesRef(value)) {
    return structSource(
      Object.fromEntries(
        Object.entries(value).map(([name, item]) => [
          name,
          toSource(item, `${place}.${name}`, depth + 1, staging, report)
        ])
      )
    )
  }
  report(`the input "${place}" is not JSON: ${describe(value)}`)
  return nothing
}

const listSource = (items: ReadonlyArray<InputSource>): InputSource => {
  const values: Array<Json> = []
  for (const item of items) {
    if (item._tag !== "Literal") return { _tag: "List", items }
    values.push(item.value)
  }
  return literal(values)
}

const structSource = (fields: { readonly [name: string]: InputSource }): InputSource => {
  const values: Array<[string, Json]> = []
  for (const [name, field] of Object.entries(fields)) {
    if (field._tag !== "Literal") return { _tag: "Struct", fields }
    values.push([name, field.value])
  }
  return literal(Object.fromEntries(values))
}

const isPlainRecord = (value: unknown): value is { readonly [name: string]: unknown } => {
  if (typeof value !== "object" || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

const describe = (value: unknown): string => {
  if (isHandle(value)) {
    return value._tag === "Task"
      ? `it is the task "${value.name}" itself; give its .output`
      : `it is the fan-out "${value.name}" itself; give its .outputs`
  }
  if (isFilesRef(value)) return "it is a set of files; choose one with .file(path)"
  switch (typeof value) {
    case "undefined":
      return "it is undefined; leave the key out or give null"
    case "number":
      return `${String(value)} has no JSON form; give null or text`
    case "object":
      return `it is a ${
        value?.constructor?.name ?? "special object"
      }; convert it to text, a number or a plain record`
    default:
      return `it is a ${typeof value}`
  }
}

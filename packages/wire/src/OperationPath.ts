/**
 * The paths of operations: filling in their parameters and matching a request's path against them.
 */
import type { Method, Operation } from "./Operation.ts"

const parameterForm = /\{(\w+)\}/g

/** The names of the parameters of a path template, in order. */
export const parametersOf = (template: string): ReadonlyArray<string> =>
  Array.from(template.matchAll(parameterForm), (match) => match[1] ?? "")

/** The parameters a path template needs, by name. */
export type PathParameters<Template extends string> = Template extends
  `${string}{${infer Name}}${infer Rest}` ? { readonly [K in Name]: string } & PathParameters<Rest>
  : unknown

/**
 * Fills a path template in, percent-encoding each parameter as one segment: a slash in a file path
 * becomes `%2F`.
 */
export const expand = <const Template extends string>(
  template: Template,
  parameters: PathParameters<Template> & Readonly<Record<string, string>>
): string =>
  template.replace(parameterForm, (_, name: string) => encodeURIComponent(parameters[name] ?? ""))

const decodeSegment = (segment: string): string | undefined => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

const matchSegment = (
  template: string,
  segment: string,
  found: Record<string, string>
): boolean => {
  if (!template.startsWith("{")) return template === segment.toLowerCase()
  const value = decodeSegment(segment)
  if (value === undefined || value === "") return false
  found[template.slice(1, -1)] = value
  return true
}

/**
 * Matches a request's path, without its query, against a template and returns the decoded
 * parameters, or `undefined`. Fixed segments match in any case. A `filePath` takes all that is left,
 * whether its slashes are encoded or not.
 */
export const match = (
  template: string,
  path: string
): Readonly<Record<string, string>> | undefined => {
  const wanted = template.split("/")
  const given = path.split("/")
  const last = wanted.length - 1
  if (wanted[last] === "{filePath}" && given.length > wanted.length) {
    given.splice(last, given.length - last, given.slice(last).join("/"))
  }
  if (wanted.length !== given.length) return undefined
  const found: Record<string, string> = {}
  for (let index = 0; index < wanted.length; index++) {
    if (!matchSegment(wanted[index] ?? "", given[index] ?? "", found)) return undefined
  }
  return found
}

/** An operation found for a request, with its decoded path parameters. */
export interface Match<O extends Operation> {
  readonly operation: O
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * Finds the operation of a request among some, or the methods its path does have, which are none
 * when no operation has the path.
 */
export const find = <O extends Operation>(
  operations: Iterable<O>,
  method: string,
  path: string
): Match<O> | { readonly allowed: ReadonlyArray<Method> } => {
  const allowed: Array<Method> = []
  for (const operation of operations) {
    const parameters = match(operation.path, path)
    if (parameters === undefined) continue
    if (operation.method === method) return { operation, parameters }
    allowed.push(operation.method)
  }
  return { allowed }
}

/**
 * `--param name=value`, as often as there are parameters.
 */
import * as Result from "effect/Result"

/**
 * Parameters by name, as they were given.
 *
 * @category models
 */
export type Parameters = { readonly [name: string]: string }

/**
 * Reads the flags. The first `=` ends the name, so that a value may hold more of them. Fails with
 * one sentence for each flag without a name and each name that is given twice.
 *
 * @category constructors
 */
export const parse = (
  flags: ReadonlyArray<string>
): Result.Result<Parameters, ReadonlyArray<string>> => {
  const parameters = new Map<string, string>()
  const problems: Array<string> = []
  for (const flag of flags) {
    const end = flag.indexOf("=")
    const name = flag.slice(0, end)
    if (end < 1) problems.push(`--param ${flag}: write it as --param name=value`)
    else if (parameters.has(name)) problems.push(`--param ${name} is given twice; give it once`)
    else parameters.set(name, flag.slice(end + 1))
  }
  return problems.length > 0
    ? Result.fail(problems)
    : Result.succeed(Object.fromEntries(parameters))
}

/**
 * The names whose value differs from the recorded one, in the order given.
 *
 * @category queries
 */
export const differing = (given: Parameters, recorded: Parameters): ReadonlyArray<string> =>
  Object.keys(given).filter((name) => recorded[name] !== given[name])

/**
 * What is known of a policy before it is asked: what its settings name, and what is wrong with them.
 */
import type { Policy } from "../Policy.ts"
import type { Json } from "../Workflow.ts"
import * as JsonCheck from "./JsonCheck.ts"

/**
 * The settings of a policy that gives a value in the place of outputs.
 */
export const substituteSettings = (value: Json): Pick<Policy, "problems" | "substitutes"> =>
  JsonCheck.isReadableJson(value)
    ? { substitutes: [value] }
    : { problems: ["substitute is given what is no JSON; give a value that a task could write"] }

/**
 * What the parts of a policy name, with the classes that the whole does.
 */
export const namedBy = (
  parts: ReadonlyArray<Policy>,
  own: ReadonlyArray<string> = []
): Required<Pick<Policy, "classes" | "substitutes">> => ({
  classes: [...own, ...parts.flatMap(({ classes }) => classes ?? [])],
  substitutes: parts.flatMap(({ substitutes }) => substitutes ?? [])
})

/**
 * What is wrong with an exit code or a range of them.
 */
export const problemOfCode = (
  code: number | readonly [from: number, to: number]
): string | undefined => {
  const [from, to] = typeof code === "number" ? [code, code] : code
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) {
    return `onExit has the code ${String(code)}; give whole numbers, or ranges [from, to] of them`
  }
  return from <= to ? undefined : `onExit has the range [${from}, ${to}]; give the lower code first`
}

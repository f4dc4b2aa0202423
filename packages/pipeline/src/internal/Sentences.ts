/**
 * Turns a schema issue into sentences, one a problem, each opening with the path of the value.
 *
 * @internal
 */
import * as SchemaIssue from "effect/SchemaIssue"

/**
 * Lists what is wrong as `path: expected …, got …` sentences. `root` names the whole value and opens
 * every path.
 *
 * @internal
 */
export const sentences = (issue: SchemaIssue.Issue, root: string): ReadonlyArray<string> => {
  const found = format(issue).issues
  const shown = found.slice(0, problemsMax).map((problem) =>
    `${root}${pathText(problem.path ?? [])}: ${messageText(problem.message)}`
  )
  const rest = found.length - problemsMax
  return rest > 0 ? [...shown, `${root}: and ${rest} further problems`] : shown
}

/** More problems of one value than this are only counted. */
const problemsMax = 20

/** A message that quotes a large value is cut here. */
const messageLengthMax = 200

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const pathText = (path: ReadonlyArray<unknown>): string =>
  path.map((part) => {
    const key: unknown = typeof part === "object" && part !== null && "key" in part
      ? part.key
      : part
    return typeof key === "number" ? `[${key}]` : `.${String(key)}`
  }).join("")

/**
 * The JSON form of a number schema also takes the three texts JSON has no number for; naming only
 * those would mislead.
 */
const numberTexts = "\"Infinity\" | \"-Infinity\" | \"NaN\""

const messageText = (message: string): string => {
  const plain = message.replace(numberTexts, "number")
  const text = plain.charAt(0).toLowerCase() + plain.slice(1)
  return text.length <= messageLengthMax ? text : `${text.slice(0, messageLengthMax)}…`
}

/**
 * Query strings as the service and its signature want them: a space is `%20`, a quote is `%27`.
 */

/** One query parameter: its name and its decoded value. */
export type QueryParameter = readonly [name: string, value: string]

/** Percent-encodes a value, quotes included. */
export const encode = (value: string): string => encodeURIComponent(value).replaceAll("'", "%27")

const decode = (text: string): string => {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text
  if (!spaced.includes("%")) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}

/** Writes parameters in their order. Names are written as they are: `$filter` keeps its sign. */
export const print = (parameters: Iterable<QueryParameter>): string => {
  let text = ""
  for (const [name, value] of parameters) {
    text += `${text === "" ? "" : "&"}${name}=${encode(value)}`
  }
  return text
}

/**
 * Reads the parameters of a query string without its question mark, in their order and with every
 * repetition. A plus is a space; an escape that is none stays as it is.
 */
export const parse = (query: string): ReadonlyArray<QueryParameter> =>
  query.split("&").flatMap((part) => {
    if (part === "") return []
    const equals = part.indexOf("=")
    return equals < 0
      ? [[decode(part), ""] as const]
      : [[decode(part.slice(0, equals)), decode(part.slice(equals + 1))] as const]
  })

/**
 * URLs of blob containers and blobs. Their queries hold signatures, so they are carried along byte
 * for byte and never shown.
 */
import * as Result from "effect/Result"

/** A URL without query, fragment and user information; for messages. */
export const shown = (url: string): string => {
  if (!URL.canParse(url)) return "a URL that cannot be read"
  const { host, pathname, protocol } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

/**
 * The URL of a blob in a container, with the container's query. Fails with a sentence when the name
 * is empty or has a segment `.` or `..`, which would lead to another blob.
 */
export const ofBlob = (containerUrl: string, name: string): Result.Result<string, string> => {
  const segments = name.split("/")
  if (name === "" || segments.some((segment) => segment === "." || segment === "..")) {
    return Result.fail(`${JSON.stringify(name)} cannot be the name of a blob here`)
  }
  return Result.succeed(below(containerUrl, segments))
}

/** The URL of a container of a storage account, with the account's query. */
export const ofContainer = (accountUrl: string, container: string): string =>
  below(accountUrl, [container])

/** A URL with more parameters behind those it has. */
export const withParameters = (
  url: string,
  parameters: Readonly<Record<string, string>>
): string => {
  const [base = "", query = ""] = split(url)
  const added = Object.entries(parameters).map(([name, value]) =>
    `${name}=${encodeURIComponent(value.toWellFormed())}`
  )
  return `${base}?${[...(query === "" ? [] : [query]), ...added].join("&")}`
}

const below = (url: string, segments: ReadonlyArray<string>): string => {
  const [base = "", query = ""] = split(url)
  const path = segments.map((segment) => encodeURIComponent(segment.toWellFormed())).join("/")
  return `${base.replace(/\/+$/, "")}/${path}${query === "" ? "" : `?${query}`}`
}

/** A URL without fragment, cut at its first question mark. */
const split = (url: string): ReadonlyArray<string> => {
  const [whole = ""] = url.split("#", 1)
  const question = whole.indexOf("?")
  return question < 0 ? [whole] : [whole.slice(0, question), whole.slice(question + 1)]
}

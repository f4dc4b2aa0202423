/**
 * What a request is aimed at: path and query exactly as they go on the request line and are signed,
 * made once per call however often the call is tried.
 */
import { apiVersion } from "@batchwave/wire/ApiVersion"
import * as OperationPath from "@batchwave/wire/OperationPath"
import * as QueryString from "@batchwave/wire/QueryString"

/** Fills a path template with encoded values and adds the query and the api version. */
export const make = (
  basePath: string,
  template: string,
  values: Readonly<Record<string, string>>,
  query: ReadonlyArray<QueryString.QueryParameter>
): string => {
  const path = basePath + OperationPath.expand(template, wellFormed(values))
  const last: QueryString.QueryParameter = ["api-version", apiVersion]
  return `${path}?${QueryString.print([...query, last].map(wellFormedValue))}`
}

/** The target of an absolute URL, byte for byte: what the service linked to is what is asked for. */
export const fromUrl = (url: URL): string => url.pathname + url.search

const wellFormed = (
  values: Readonly<Record<string, string>>
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(wellFormedValue))

/** Half a surrogate pair cannot be encoded; it travels as the replacement character. */
const wellFormedValue = (
  [name, value]: QueryString.QueryParameter
): QueryString.QueryParameter => [name, value.toWellFormed()]

/**
 * The text a shared key signs, as a pure function of the request. Whoever holds the key computes
 * the HMAC-SHA256 over the UTF-8 bytes of this text, with the base64-decoded key, and sends it in
 * base64 in the `Authorization` header.
 *
 * The text covers twelve fixed lines, each header that starts with `ocp-`, and the resource. It
 * must be built from exactly what is sent: the content type with its parameters, the path as it is
 * encoded, the length header when there is one.
 *
 * @source Authenticate requests to the Azure Batch service
 */
import * as QueryString from "./QueryString.ts"

/** A request to be signed. */
export interface SignedRequest {
  /** The account, as in the `Authorization` header and the first label of the host. */
  readonly account: string
  readonly method: string
  /** The path and query as they stand on the request line, percent-encoding included. */
  readonly target: string
  /** The headers with lower-case names. `ocp-date`, or else `date`, must be among them. */
  readonly headers: Readonly<Record<string, string | undefined>>
}

const signedHeaders = [
  "content-encoding",
  "content-language",
  "content-length",
  "content-md5",
  "content-type",
  "date",
  "if-modified-since",
  "if-match",
  "if-none-match",
  "if-unmodified-since",
  "range"
] as const

const byCodeUnit = (left: string, right: string): number => left < right ? -1 : left > right ? 1 : 0

const canonicalHeaders = (headers: SignedRequest["headers"]): string => {
  const names: Array<string> = []
  for (const name of Object.keys(headers)) {
    if (name.startsWith("ocp-") && headers[name] !== undefined) names.push(name)
  }
  if (names.length > 1) names.sort(byCodeUnit)
  let text = ""
  for (const name of names) text += `${name}:${headers[name] ?? ""}\n`
  return text
}

/**
 * The resource of a request as the signature sees it: the account, the path as it is encoded, and
 * the query parameters with lower-case names and decoded values, sorted by name. Parameters without
 * a value are left out, and of repeated ones the first counts. No newline ends it.
 */
export const canonicalResource = (account: string, target: string): string => {
  const question = target.indexOf("?")
  if (question < 0) return `/${account}${target}`
  const values = new Map<string, string>()
  for (const [name, value] of QueryString.parse(target.slice(question + 1))) {
    const key = name.toLowerCase()
    if (value !== "" && !values.has(key)) values.set(key, value)
  }
  const lines = Array.from(values, ([name, value]) => [name, value] as const)
    .toSorted(([left], [right]) => byCodeUnit(left, right))
    .map(([name, value]) => `\n${name}:${value}`)
  return `/${account}${target.slice(0, question)}${lines.join("")}`
}

/**
 * The text to sign. The date line is empty when `ocp-date` is sent. A body of no bytes may be sent
 * and signed with a length of `0` or without any: a verifier accepts either.
 */
export const stringToSign = (request: SignedRequest): string => {
  const { headers } = request
  const dateIsReplaced = headers["ocp-date"] !== undefined
  let text = request.method.toUpperCase()
  for (const name of signedHeaders) {
    text += `\n${name === "date" && dateIsReplaced ? "" : headers[name] ?? ""}`
  }
  return `${text}\n${canonicalHeaders(headers)}${
    canonicalResource(request.account, request.target)
  }`
}

/** The value of the `Authorization` header for a signature in base64. */
export const authorizationOf = (account: string, signature: string): string =>
  `SharedKey ${account}:${signature}`

const authorizationForm = /^SharedKey ([a-z0-9]{1,64}):([A-Za-z0-9+/]{1,128}={0,2})$/i

/** An `Authorization` header taken apart. */
export interface SharedKeyAuthorization {
  readonly account: string
  /** The signature in base64. */
  readonly signature: string
}

/** Takes an `Authorization` header apart, or gives `undefined` when it is of another scheme or form. */
export const parseAuthorization = (value: string): SharedKeyAuthorization | undefined => {
  const match = authorizationForm.exec(value)
  const [, account, signature] = match ?? []
  return account === undefined || signature === undefined ? undefined : { account, signature }
}

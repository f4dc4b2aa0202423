/**
 * Text from outside made fit to be shown: URLs lose their query (where signatures travel), control
 * characters become spaces and the length is bounded.
 */

/** Longest text kept from an error message, in UTF-16 units. */
export const textUnitsMax = 2000

/** Longest excerpt kept from a reply that is not an error document, in UTF-16 units. */
export const excerptUnitsMax = 200

const urlWithQuery = /\b([a-z][a-z0-9+.-]*:\/\/[^\s?"'<>]*)\?[^\s"'<>]*/gi
const signatureParameter = /\b(sig|signature|authorization|token|key)=[^\s&"'<>]+/gi
const userInformation = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"'<>]+@/gi
// oxlint-disable-next-line no-control-regex
const controlCharacters = /[\u0000-\u0009\u000b-\u001f\u007f]+/g

/** Cleans a text: no URL queries, no user information in URLs, no control characters, bounded. */
export const cleanText = (text: string, unitsMax: number = textUnitsMax): string => {
  const cleaned = text
    .slice(0, unitsMax * 4)
    .replace(userInformation, "$1")
    .replace(urlWithQuery, "$1?…")
    .replace(signatureParameter, "$1=…")
    .replace(controlCharacters, " ")
  return cleaned.length > unitsMax ? `${cleaned.slice(0, unitsMax)}…` : cleaned
}

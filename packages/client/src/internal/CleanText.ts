/**
 * Text from outside made fit to be shown: URLs lose their query (where signatures travel), keys, tokens
 * and passwords their value, control characters become spaces and the length is bounded.
 */

/** Longest text kept from an error message, in UTF-16 units. */
export const textUnitsMax = 2000

/** Longest excerpt kept from a reply that is not an error document, in UTF-16 units. */
export const excerptUnitsMax = 200

/** What follows the scheme of a URL. Each search below goes over the text once, whatever the text is. */
const afterScheme = /:\/\/[^\s"'<>]+/g
/** Names that end in one of these have secrets for values, in queries, connection strings and JSON. */
const secretValue =
  /(sig|signature|authorization|token|key|secret|password|pwd)("?'?\s?(?:=|:|%3D)\s?"?'?)(?:(?!%26)[^\s&"'<>;,])+/gi
/** A header of identity as a gateway may quote it; a plain word after "Bearer" is prose. */
const quotedIdentity =
  /\b([Bb]earer|BEARER|SharedKey(?:Lite)?)\s+(?![A-Za-z]+[.,;]?(?:\s|$))[^\s"'<>]+/g
const jsonWebToken = /\beyJ[\w-]{8,256}\.[\w-]+(?:\.[\w-]*)?/g
/** What the service says about a signature that does not match. */
const quotedSignature = /(signature found in the HTTP request\s+['"]?)[^\s'"]+/gi
// oxlint-disable-next-line no-control-regex
const controlCharacters = /[\u0000-\u0009\u000b-\u001f\u007f]+/g

/** Cleans a text: no URL queries, no user information in URLs, no control characters, bounded. */
export const cleanText = (text: string, unitsMax: number = textUnitsMax): string => {
  const cleaned = text
    .slice(0, unitsMax * 4)
    .replace(afterScheme, withoutQuery)
    .replace(quotedIdentity, "$1 …")
    .replace(jsonWebToken, "…")
    .replace(quotedSignature, "$1…")
    .replace(secretValue, "$1$2…")
    .replace(controlCharacters, " ")
  return cleaned.length > unitsMax ? `${cleaned.slice(0, unitsMax)}…` : cleaned
}

/** The rest of a URL without user information and without what follows the first question mark. */
const withoutQuery = (rest: string): string => {
  const question = rest.indexOf("?")
  const shown = (question < 0 ? rest : rest.slice(0, question)).replace(/\/\/[^/@]+@/g, "//")
  return question < 0 ? shown : `${shown}?…`
}

/**
 * The keys of artifacts that are known by what they contain.
 */

/**
 * The key of contents by their SHA-256 in hexadecimal digits, and their name.
 *
 * @category constructors
 */
export const keyOf = (digest: string, name: string): string =>
  `files/${digest.slice(0, 16)}/${name}`

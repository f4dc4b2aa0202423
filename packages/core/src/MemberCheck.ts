/**
 * Which members of a record are known. Modules of users run as they are, and nobody may have checked their
 * types: a member that is misspelt would count for nothing, without a word.
 */

/**
 * The members that records of a type may have, all of them.
 *
 * @category models
 */
export type Known<A> = { readonly [Name in keyof Required<A>]: true }

/**
 * The names of the members of a value that are not known.
 *
 * @category queries
 */
export const unknownNames = (
  value: object,
  known: { readonly [name: string]: true }
): ReadonlyArray<string> => Object.keys(value).filter((name) => !Object.hasOwn(known, name))

/**
 * Lists the members of a value that are not known, one sentence each, with `place` before the name.
 *
 * @category operations
 */
export const unknown = (
  value: object,
  known: { readonly [name: string]: true },
  place = ""
): ReadonlyArray<string> =>
  unknownNames(value, known).map((name) =>
    `${place}${name} is not known; there are ${Object.keys(known).join(", ")}.`
  )

/**
 * Documents as the JSON text of their members.
 *
 * @internal
 */

/** The members as JSON without the braces; only those selected, or all, and none without a value. */
export const members = (
  document: object,
  selected: ReadonlyArray<string> | undefined
): string => {
  const shown = selected === undefined
    ? document
    : Object.fromEntries(Object.entries(document).filter(([name]) => selected.includes(name)))
  return JSON.stringify(shown).slice(1, -1)
}

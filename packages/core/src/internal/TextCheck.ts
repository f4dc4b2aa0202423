/**
 * Whether a text reaches a process as it is written: arguments and settings end at NUL, and half a
 * surrogate pair has no UTF-8 form.
 */

/**
 * Why a text cannot, and what to do; `undefined` when it can.
 */
export const problem = (text: string): string | undefined => {
  if (text.includes("\0")) return "contains NUL; remove it"
  return text.isWellFormed() ? undefined : "contains half a surrogate pair; remove it"
}

/**
 * The account's notion of now (A4).
 *
 * @internal
 */
import type { Account } from "../Account.ts"

/**
 * Moves the account's time forward and answers with it.
 *
 * @internal
 */
export const tick = (account: Account, nowMs: number): number => {
  if (nowMs > account.nowMs) account.nowMs = nowMs
  return account.nowMs
}

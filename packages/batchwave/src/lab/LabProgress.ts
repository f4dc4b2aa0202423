/**
 * How far an experiment is, as one line.
 */

const barColumns = 30

/**
 * A bar and words; `done` and `total` count the same things.
 *
 * @category rendering
 */
export const lineOf = (done: number, total: number, words: string): string => {
  const filled = Math.round(done / Math.max(1, total) * barColumns)
  return `${"█".repeat(filled)}${"░".repeat(barColumns - filled)} ${done} of ${total} ${words}`
}

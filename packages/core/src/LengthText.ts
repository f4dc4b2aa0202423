/** A length of time in words, in the units that people would take: `250 ms`, `30 s`, `1 min 30 s`, `2 h`. */

const units = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000], ["s", 1_000]] as const

/**
 * The two largest units that are not zero; below a minute tenths of a second, below a second milliseconds.
 * What is no finite length is said as the number it is.
 *
 * @category rendering
 */
export const lengthText = (lengthMs: number): string => {
  if (!Number.isFinite(lengthMs)) return `${lengthMs} ms`
  const ms = Math.max(0, Math.round(lengthMs))
  if (ms < 1_000) return `${ms} ms`
  if (ms < 60_000) return `${Math.floor(ms / 100) / 10} s`
  const first = units.findIndex(([, unitMs]) => ms >= unitMs)
  const [unit, unitMs] = units[first]!
  const rest = units[first + 1]
  const lower = rest === undefined ? 0 : Math.floor(ms % unitMs / rest[1])
  return `${Math.floor(ms / unitMs)} ${unit}${
    rest === undefined || lower === 0 ? "" : ` ${lower} ${rest[0]}`
  }`
}

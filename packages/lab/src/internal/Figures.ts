/** Numbers as tables show them. */
import * as Measure from "../Measure.ts"
import * as Verdict from "../Verdict.ts"

/** Four digits that count, without an exponent; a true minus sign. */
export const figure = (value: number): string => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞"
  const size = Math.abs(value)
  const digits = size === 0 ? 0 : Math.max(0, Math.min(4, 3 - Math.floor(Math.log10(size))))
  const text = Number(size.toFixed(digits)).toLocaleString("en-US", {
    maximumFractionDigits: digits
  })
  return value < 0 && text !== "0" ? `−${text}` : text
}

/** The same with a sign in any case. */
export const signed = (value: number): string => value > 0 ? `+${figure(value)}` : figure(value)

/** A share as a percentage. */
export const percent = (share: number): string =>
  Number.isFinite(share) ? `${figure(Math.round(share * 1000) / 10)}%` : "–"

/** A measure with its unit, as the head of a column. */
export const headOf = (name: Measure.MeasureName): string => {
  const { unit } = Measure.get(name)
  return unit === name ? name : `${name} (${unit})`
}

/** The interval of a difference; where the trials that differ are too few to tell how much, their share. */
export const rangeOf = (
  { difference: { confidence, high, low }, differing, differingShareMax, trials }: Pick<
    Verdict.Comparison,
    "difference" | "differing" | "differingShareMax" | "trials"
  >
): string =>
  isSizeUnknown({ high, low }) && differing < 2 && trials >= Verdict.differingMin(confidence)
    ? `≤ ${percent(differingShareMax)} of trials, size unknown`
    : `${signed(low)} … ${signed(high)}`

const isSizeUnknown = ({ high, low }: { readonly high: number; readonly low: number }): boolean =>
  low === -Infinity && high === Infinity

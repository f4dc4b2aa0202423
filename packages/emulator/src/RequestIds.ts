/**
 * The ids of requests: GUIDs whose end counts up, so that none costs random bits, and a seeded emulator
 * gives the same ones again.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** Draws the beginning of the ids; answers what gives the next one. */
export const make: Effect.Effect<() => string> = Effect.gen(function*() {
  const high = yield* Random.nextIntBetween(0, 0xffff_ffff)
  const middle = yield* Random.nextIntBetween(0, 0xffff)
  const version = yield* Random.nextIntBetween(0x4000, 0x4fff)
  const variant = yield* Random.nextIntBetween(0x8000, 0xbfff)
  const prefix = `${hex(high, 8)}-${hex(middle, 4)}-${hex(version, 4)}-${hex(variant, 4)}-`
  let count = 0
  return () => prefix + hex(++count, 12)
})

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0")

/**
 * Bounds the attempts on the wire: whoever wants to send takes a slot, and waits its turn while there
 * is none. In the common case taking and giving back are plain calls, without an effect.
 *
 * S1 At most `slotsMax` holders have a slot, fewer after `resize`; slots above a lowered number are
 *    given back by their holders in their own time.
 * S2 Slots are given to those who wait in the order they came.
 * S3 A slot given to somebody who waits belongs to that holder at once, so that being interrupted
 *    before going on loses no slot: whoever ends a holder gives its slot back.
 */
import * as Effect from "effect/Effect"

/** Somebody who may have a slot. */
export interface Holder {
  hasSlot: boolean
}

/** Slots in use. */
export interface Slots {
  /** Takes a slot if one is free and nobody waits. */
  readonly take: (holder: Holder) => boolean
  /** Waits until the holder has a slot. */
  readonly wait: (holder: Holder) => Effect.Effect<void>
  /** Gives the holder's slot back, if it has one. */
  readonly giveBack: (holder: Holder) => void
  /** Changes the number of slots; at least 1. */
  readonly resize: (slotsMax: number) => void
}

interface Waiting {
  readonly holder: Holder
  readonly resume: (effect: Effect.Effect<void>) => void
}

/** Makes slots that nobody has. */
export const make = (initialMax: number): Slots => {
  const queue = new Set<Waiting>()
  let slotsMax = initialMax
  let taken = 0
  const grant = (): void => {
    for (const waiting of queue) {
      if (taken >= slotsMax) return
      queue.delete(waiting)
      taken++
      waiting.holder.hasSlot = true
      waiting.resume(Effect.void)
    }
  }
  return {
    take: (holder) => {
      if (taken >= slotsMax || queue.size > 0) return false
      taken++
      holder.hasSlot = true
      return true
    },
    wait: (holder) =>
      Effect.callback((resume) => {
        const waiting: Waiting = { holder, resume }
        queue.add(waiting)
        grant()
        return Effect.sync(() => {
          queue.delete(waiting)
        })
      }),
    giveBack: (holder) => {
      if (!holder.hasSlot) return
      holder.hasSlot = false
      taken--
      grant()
    },
    resize: (next) => {
      slotsMax = next
      grant()
    }
  }
}

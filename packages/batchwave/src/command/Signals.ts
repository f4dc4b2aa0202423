/**
 * SIGINT and SIGTERM. The first one asks the command to stop, in the command's own way when it
 * waits for it and by interruption otherwise; a later second one leaves at once.
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import process from "node:process"
import { ofSignal, type StopSignal } from "./ExitCode.ts"

/** Two signals within this time are one press of a key that reached us twice. */
const sameEventMs = 200

/**
 * What a command can do about signals.
 *
 * @category models
 */
export interface SignalsShape {
  /** Waits for the first signal; from the first call on, the command itself answers to it. */
  readonly first: Effect.Effect<StopSignal>
}

/**
 * The signals of the process.
 *
 * @category services
 */
export class Signals
  extends Context.Service<Signals, SignalsShape>()("batchwave/command/Signals")
{}

/**
 * Signals that are being listened to.
 *
 * @category models
 */
export interface Listening {
  readonly shape: SignalsShape
  /** The first signal, if there was one. */
  readonly received: () => StopSignal | undefined
}

/**
 * Listens from now on. `interrupt` stops a command that does not wait for signals, `leave` ends the
 * process.
 *
 * @category constructors
 */
export const listen = (
  interrupt: () => void,
  leave: (exitCode: number) => void
): Listening => {
  const first = Deferred.makeUnsafe<StopSignal>()
  let isAwaited = false
  let received: StopSignal | undefined
  let lastAtMs = -Infinity
  const onSignal = (signal: StopSignal): void => {
    const nowMs = performance.now()
    const isSameEvent = nowMs - lastAtMs < sameEventMs
    lastAtMs = nowMs
    if (received !== undefined) {
      if (!isSameEvent) leave(ofSignal(signal))
      return
    }
    received = signal
    if (isAwaited) Deferred.doneUnsafe(first, Effect.succeed(signal))
    else interrupt()
  }
  process.on("SIGINT", onSignal)
  process.on("SIGTERM", onSignal)
  return {
    shape: {
      first: Effect.suspend(() => {
        isAwaited = true
        return Deferred.await(first)
      })
    },
    received: () => received
  }
}

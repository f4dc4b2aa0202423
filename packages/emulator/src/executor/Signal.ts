/**
 * Signals to processes and groups of this machine.
 */
import process from "node:process"

/**
 * Sends a signal (0 only asks whether there is one) to a process, or with a negative id to a group; false
 * when it is gone or not ours.
 */
export const send = (id: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(id, signal)
  } catch {
    return false
  }
}

/**
 * One child process as if it had replaced this one: the same terminal, each signal delivered to it
 * exactly once, and the same ending.
 */

import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { constants } from "node:os"
import { isatty } from "node:tty"

const forwardedSignals = ["SIGINT", "SIGTERM", "SIGHUP"]

/**
 * `npm` repeats to us a signal that its whole process group received already; two of a kind within
 * this time are one event.
 */
const sameEventMs = 250

/**
 * Runs `file` to its end and answers `{ code, signal }`, one of them null. `onOutput` gets the chunks
 * of piped stdout and stderr. Fails when the file cannot be started.
 */
export function runChild(file, childArguments, options, onOutput = () => {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, childArguments, options)
    const removeForwarding = forwardSignals(child)
    child.stdout?.on("data", onOutput)
    child.stderr?.on("data", onOutput)
    child.once("error", (cause) => {
      removeForwarding()
      reject(new Error(`cannot start ${file}: ${cause.message}`, { cause }))
    })
    child.once("close", (code, signal) => {
      removeForwarding()
      resolve({ code, signal })
    })
  })
}

/** Ends this process like the child: with its exit code, or by the signal that ended it. */
export function endAs({ code, signal }) {
  if (signal === null) {
    process.exitCode = code
    return
  }
  process.kill(process.pid, signal)
  process.exit(128 + (constants.signals[signal] ?? 0))
}

function forwardSignals(child) {
  const lastAtMs = new Map()
  const forward = (signal) => {
    // The terminal sends these to every process in the foreground, the child among them.
    if (signal !== "SIGTERM" && isInForeground()) return
    const nowMs = performance.now()
    if (nowMs - (lastAtMs.get(signal) ?? -Infinity) < sameEventMs) return
    lastAtMs.set(signal, nowMs)
    child.kill(signal)
  }
  for (const signal of forwardedSignals) process.on(signal, forward)
  return () => {
    for (const signal of forwardedSignals) process.removeListener(signal, forward)
  }
}

/** Whether our process group is the one the terminal's keys go to. */
function isInForeground() {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8")
    // After the name in parentheses: state, parent, process group, session, terminal, foreground group.
    const [, , processGroup, , , foregroundGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    return processGroup === foregroundGroup
  } catch {
    return isatty(0) || isatty(2)
  }
}

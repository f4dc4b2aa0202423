/**
 * The process that starts the tasks of ours, and outlives it by a moment: it kills them when its pipe
 * closes, that is, when we are gone, however we ended. Then it ends.
 *
 * Started by `Supervisor` as a program of its own, in a session of its own, so that neither Ctrl-C nor
 * the end of a terminal reaches it. Its only argument is the variable all our processes carry; orders
 * come by its standard input and reports leave by its standard output (SupervisorMessage).
 *
 * V1 It is small and does nothing else, because starting a process takes the longer the more memory the
 *    one that starts it holds: with 50 MB a millisecond, with 450 MB ten to fifteen.
 * V2 A process that it starts is known to it in the same step, so none can be missed when it has to end
 *    all of them (OwnProcesses).
 * V3 When a leader has exited it looks for others in its group in the same step, so that nobody has to
 *    ask with an id that may be another's by then. What is left is for the one who gave the order to
 *    end, with or without a grace, and to forget.
 */
import { spawn } from "node:child_process"
import { closeSync, constants, openSync } from "node:fs"
import process from "node:process"
import * as OwnProcesses from "./OwnProcesses.ts"
import * as Signal from "./Signal.ts"
import * as SupervisorMessage from "./SupervisorMessage.ts"

/** How long new processes of ours are looked for at the end, and how often. */
const lookMsMax = 5_000
const lookPauseMs = 10

const [, , variable = ""] = process.argv
const leaders = new Map<number, "alive" | "reaped">()

const report = (message: SupervisorMessage.Report): void => {
  process.stdout.write(SupervisorMessage.encode(message))
}

/** Starts what an order asks for. */
const launch = (order: SupervisorMessage.Launch): void => {
  const { orderId, program } = order
  const refuse = (cause: unknown, path: string): void =>
    report({ _tag: "Refused", orderId, errno: errnoOf(cause), path })
  withOutput(order, order.stdout, refuse, (stdout) => {
    withOutput(order, order.stderr, refuse, (stderr) => {
      try {
        const child = spawn(program, order.programArguments, {
          cwd: order.workingDirectory,
          env: withVariable(order.environment),
          detached: true,
          stdio: ["ignore", stdout, stderr]
        })
        const { pid } = child
        if (pid === undefined) {
          child.once("error", (cause) => refuse(cause, program))
          return
        }
        leaders.set(pid, "alive")
        child.once("exit", (code, signal) => {
          const isGroupLeft = Signal.send(-pid, 0)
          if (isGroupLeft) leaders.set(pid, "reaped")
          else leaders.delete(pid)
          report({ _tag: "Exited", pid, code, signal, isGroupLeft })
        })
        report({ _tag: "Started", orderId, pid })
      } catch (cause) {
        refuse(cause, program)
      }
    })
  })
}

/**
 * Opens one output for `use` and closes it after. It is opened for appending, so that a process which
 * truncates its own standard output by name leaves no hole.
 */
const withOutput = (
  { keepsOutputs }: SupervisorMessage.Launch,
  file: string,
  refuse: (cause: unknown, path: string) => void,
  use: (descriptor: number) => void
): void => {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW
    | (keepsOutputs ? 0 : constants.O_EXCL)
  let descriptor: number
  try {
    descriptor = openSync(file, flags, 0o600)
  } catch (cause) {
    refuse(cause, file)
    return
  }
  use(descriptor)
  closeSync(descriptor)
}

const withVariable = (environment: Readonly<Record<string, string>>): Record<string, string> => {
  const sign = variable.indexOf("=")
  return { ...environment, [variable.slice(0, sign)]: variable.slice(sign + 1) }
}

const errnoOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string"
    ? cause.code
    : "UNKNOWN"

const obey = (order: SupervisorMessage.Order): void => {
  if (order._tag === "Launch") launch(order)
  else if (leaders.get(order.pid) === "reaped") leaders.delete(order.pid)
}

/** Kills until nothing is left to kill, since a process may start another before it dies; then ends. */
const end = (): void => {
  const signal = new Int32Array(new SharedArrayBuffer(4))
  const untilMs = performance.now() + lookMsMax
  while (performance.now() < untilMs && OwnProcesses.kill(variable, leaders) > 0) {
    Atomics.wait(signal, 0, 0, lookPauseMs)
  }
  process.exit()
}

for (const name of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
  process.on(name, () => undefined)
}
const linesOf = SupervisorMessage.lineReader()
process.stdin.setEncoding("utf8")
process.stdin.on("data", (piece: string) => {
  for (const line of linesOf(piece)) obey(JSON.parse(line))
})
process.stdin.on("end", end)
process.stdin.on("error", end)
process.stdout.on("error", end)

/**
 * Starts the processes of tasks by a second, small process, which also sees to it that none of them
 * outlives this one, whatever ends it.
 *
 * S1. There is one supervisor for all executors of this process. It is started before it is needed,
 *     and ends with this process.
 * S2. Should it be gone before, nobody learns any more how the processes it started end, so they are
 *     killed and count as ended by SIGKILL; the next start brings another supervisor.
 * S3. This process stays alive while it waits for a report, and not because of the supervisor else.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import process from "node:process"
import { fileURLToPath } from "node:url"
import * as OwnProcesses from "./OwnProcesses.ts"
import * as SupervisorMessage from "./SupervisorMessage.ts"

/** The value of the variable every process of ours carries: no other process of this machine has it. */
export const variableValue = randomUUID()

const variable = `${OwnProcesses.variableName}=${variableValue}`

/** Beside this module, in the same language. */
const program = fileURLToPath(import.meta.url).replace(
  /Supervisor(\.[cm]?[jt]s)$/,
  "SupervisorProcess$1"
)

/** Less memory and fewer threads: a process starts others in three quarters of the time. */
const runtimeFlags = ["--max-semi-space-size=1", "--v8-pool-size=0"]

/** What to start. */
export type Launch = Omit<SupervisorMessage.Launch, "_tag" | "orderId">

/** How a leader ended, and whether its group has members left. */
export type Departure = Pick<SupervisorMessage.Exited, "code" | "signal" | "isGroupLeft">

/** What is done on the reports about one launch: `onRefused`, or `onStarted` and later `onExited`. */
export interface Listener {
  readonly onStarted: (pid: number) => void
  readonly onRefused: (errno: string, path: string) => void
  readonly onExited: (departure: Departure) => void
}

/** A supervisor that lives, and those who wait for its reports. */
interface Link {
  readonly child: ChildProcess
  /** By the id of the order that was not answered yet. */
  readonly launching: Map<number, Listener>
  /** By the id of the leader that lives. */
  readonly running: Map<number, Listener>
  /** Leaders that exited and left members in their groups. */
  readonly departed: Set<number>
}

let current: Link | undefined
let ordersCount = 0

/** Starts the supervisor if there is none; throws what the system says when it cannot even try. */
export const ensure = (): void => {
  current ??= open()
}

/** Asks for a process; the listener learns what came of it. Throws as `ensure` does. */
export const start = (launch: Launch, listener: Listener): void => {
  const link = current ??= open()
  const orderId = ++ordersCount
  link.launching.set(orderId, listener)
  hold(link)
  tell(link, { _tag: "Launch", orderId, ...launch })
}

/** Says that nothing is left of a group, whose leader exited; to be called for each. */
export const forget = (pid: number): void => {
  if (current?.departed.delete(pid) === true) tell(current, { _tag: "Forget", pid })
}

const open = (): Link => {
  const child = spawn(process.execPath, [...runtimeFlags, program, variable], {
    detached: true,
    cwd: "/",
    env: {},
    stdio: ["pipe", "pipe", "ignore"]
  })
  const link: Link = {
    child,
    launching: new Map(),
    running: new Map(),
    departed: new Set()
  }
  // Only after everything that it had said.
  child.once("close", () => lose(link))
  child.once("error", () => lose(link))
  // A pipe that breaks tells nothing that the exit does not.
  child.stdin?.on("error", () => undefined)
  const linesOf = SupervisorMessage.lineReader()
  child.stdout?.setEncoding("utf8").on("data", (piece: string) => {
    for (const line of linesOf(piece)) hear(link, JSON.parse(line))
    hold(link)
  })
  child.unref()
  setHold(child.stdin, false)
  hold(link)
  return link
}

const hear = (link: Link, report: SupervisorMessage.Report): void => {
  if (report._tag === "Exited") {
    const { pid } = report
    const listener = link.running.get(pid)
    link.running.delete(pid)
    if (report.isGroupLeft) link.departed.add(pid)
    listener?.onExited(report)
    return
  }
  const { orderId } = report
  const listener = link.launching.get(orderId)
  link.launching.delete(orderId)
  if (listener === undefined) return
  if (report._tag === "Refused") {
    listener.onRefused(report.errno, report.path)
    return
  }
  link.running.set(report.pid, listener)
  listener.onStarted(report.pid)
}

/** S2. */
const lose = (link: Link): void => {
  if (current !== link) return
  current = undefined
  const { departed, launching, running } = link
  if (running.size + launching.size > 0) {
    process.emitWarning(
      "The process that starts the tasks of this one has ended; the tasks that ran were killed"
    )
    OwnProcesses.kill(
      variable,
      new Map([...running.keys(), ...departed].map((pid) => [pid, "reaped"]))
    )
  }
  for (const { onRefused } of launching.values()) onRefused("ECHILD", program)
  for (const { onExited } of running.values()) {
    onExited({ code: null, signal: "SIGKILL", isGroupLeft: true })
  }
}

const tell = ({ child: { stdin } }: Link, order: SupervisorMessage.Order): void => {
  if (stdin?.writable === true) stdin.write(SupervisorMessage.encode(order))
}

/** S3. */
const hold = ({ child, launching, running }: Link): void =>
  setHold(child.stdout, launching.size + running.size > 0)

/** A pipe keeps this process alive, or does not. */
const setHold = (pipe: object | null | undefined, isHeld: boolean): void => {
  // There are none when the start has failed.
  if (pipe === null || pipe === undefined) return
  const name = isHeld ? "ref" : "unref"
  const change: unknown = Reflect.get(pipe, name)
  if (typeof change === "function") Reflect.apply(change, pipe, [])
}

/**
 * What this process and its supervisor say to each other: one JSON document a line, both ways.
 *
 * Every `Launch` is answered by one `Started` or one `Refused`; after `Started` comes one `Exited`.
 */

/** Starts a process as the leader of a session and group of its own. */
export interface Launch {
  readonly _tag: "Launch"
  /** Names this order in its answer; used once. */
  readonly orderId: number
  readonly program: string
  readonly programArguments: ReadonlyArray<string>
  readonly workingDirectory: string
  readonly environment: Readonly<Record<string, string>>
  /** The files its outputs go to. */
  readonly stdout: string
  readonly stderr: string
  /** Whether the files may be there; if so, the outputs are added to them. */
  readonly keepsOutputs: boolean
}

/** Says that nothing is left of a group that had outlived its leader, so that its id may be anybody's. */
export interface Forget {
  readonly _tag: "Forget"
  readonly pid: number
}

/** What the supervisor is told. */
export type Order = Launch | Forget

/** The leader runs. */
export interface Started {
  readonly _tag: "Started"
  readonly orderId: number
  readonly pid: number
}

/** No process was started, and why: the system's errno, or Node's code for an argument it refuses. */
export interface Refused {
  readonly _tag: "Refused"
  readonly orderId: number
  readonly errno: string
  /** The output file that could not be made, or the program. */
  readonly path: string
}

/** A leader has exited by itself or by a signal. */
export interface Exited {
  readonly _tag: "Exited"
  readonly pid: number
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Whether its group has members that live on. */
  readonly isGroupLeft: boolean
}

/** What the supervisor tells. */
export type Report = Started | Refused | Exited

/** A message as a line. */
export const encode = (message: Order | Report): string => `${JSON.stringify(message)}\n`

/** Gives the whole lines of a text that comes in pieces, and keeps the rest for the next piece. */
export const lineReader = (): (piece: string) => ReadonlyArray<string> => {
  let rest = ""
  return (piece) => {
    const lines = (rest + piece).split("\n")
    rest = lines.pop() ?? ""
    return lines
  }
}

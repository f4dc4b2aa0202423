/**
 * The first record of a log: whose it is and in which form the rest is written; and why a log is
 * refused.
 *
 * @internal
 */
import { Buffer } from "node:buffer"

/** The form of snapshots and inputs. Raise it with every change of either that older code misreads. */
export const versionNow = 2

const formatName = "batchwave-emulator"

/** What a log says of itself. */
export interface LogHeader {
  readonly account: string
}

/** A log cannot be used; the message names it and says what to do. */
export interface LogRefused {
  readonly _tag: "LogRefused"
  readonly message: string
}

/** The header as it is written. */
export const encode = ({ account }: LogHeader): Buffer =>
  Buffer.from(JSON.stringify({ format: formatName, version: versionNow, account }))

/** Reads a header. Throws `LogRefused` for one of another format or version. */
export const decode = (path: string, content: Buffer): LogHeader => {
  const { account, format, version } = parse(content)
  if (format !== formatName || typeof version !== "number" || typeof account !== "string") {
    throw refuse(path, "is no log of an emulator")
  }
  if (version > versionNow) {
    throw refuse(path, `was written by a later version (format ${version}); update batchwave`)
  }
  if (version < versionNow) {
    throw refuse(path, `was written by an earlier version (format ${version})`)
  }
  return { account }
}

/** The refusal of a log for a reason that completes "The log FILE ...". */
export const refuse = (path: string, reason: string): LogRefused => ({
  _tag: "LogRefused",
  message: `The log ${path} ${reason}. Nothing was changed; give another data directory, or remove `
    + "this one to begin again."
})

/** The refusal of a log that is wrong at a place. */
export const damaged = (path: string, offset: number): LogRefused =>
  refuse(path, `is damaged at byte ${offset}`)

const parse = (content: Buffer): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(content.toString("utf8"))
    return typeof value === "object" && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/**
 * Tells what really happened, to a file and to listeners inside this process.
 *
 * G1 every fact of the account is told once, also when the emulator ended between an input and its
 *    line: the next start on the same data tells it.
 * G2 the events of processes are told when they happened, so one may be missing at the end of a log
 *    whose emulator was killed, and none is invented.
 *
 * @internal
 */
import * as MakeDirectory from "@batchwave/client/MakeDirectory"
import type { Fact } from "@batchwave/sim/Fact"
import { Buffer } from "node:buffer"
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs"
import * as Path from "node:path"
import { type ServiceEvent, type TruthEvent, truthVersion } from "./TruthEvent.ts"

/** Where events are told. */
export interface TruthLog {
  /** Whether anybody listens. */
  readonly isHeard: () => boolean
  /** Tells facts of the account that came with an input, unless an earlier process told them. */
  readonly facts: (input: number, facts: ReadonlyArray<Fact>) => void
  /** Tells something else. */
  readonly tell: (input: number, atMs: number, event: ServiceEvent) => void
  /** Tells that an emulator begins. */
  readonly open: (input: number, atMs: number, isResumed: boolean) => void
  /** Adds a listener; answers how to take it away. */
  readonly listen: (listener: (event: TruthEvent) => void) => () => void
  readonly close: () => void
}

/**
 * Opens a log on a file, which is added to and made when missing, or on none. Throws what the system
 * throws; what cannot be written later is kept for the next time.
 */
export const make = (path: string | undefined): TruthLog => {
  const file = path === undefined ? undefined : openFile(path)
  const listeners = new Set<(event: TruthEvent) => void>()
  let toldInput = file?.lastInput ?? -1
  let unwritten = ""
  const tell = (event: TruthEvent): void => {
    for (const listener of listeners) listener(event)
    if (file !== undefined) unwritten += `${JSON.stringify(event)}\n`
  }
  const flush = (): void => {
    if (file === undefined || unwritten === "") return
    const bytes = Buffer.from(unwritten)
    const endBytes = fstatSync(file.descriptor).size
    try {
      if (writeSync(file.descriptor, bytes) < bytes.length) throw new Error("the disk is full")
      unwritten = ""
    } catch {
      ftruncateSync(file.descriptor, endBytes)
    }
  }
  return {
    isHeard: () => file !== undefined || listeners.size > 0,
    facts: (input, facts) => {
      if (input <= toldInput) return
      const last = facts.length - 1
      facts.forEach((fact, index) =>
        tell(index === last ? { ...fact, input } : { ...fact, input, more: true })
      )
      flush()
    },
    tell: (input, atMs, event) => {
      tell({ ...event, atMs, input })
      flush()
    },
    open: (input, atMs, isResumed) => {
      toldInput = -1
      tell({ _tag: "Opened", version: truthVersion, isResumed, atMs, input })
      flush()
    },
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => {
      flush()
      if (file !== undefined) closeSync(file.descriptor)
    }
  }
}

interface TruthFile {
  readonly descriptor: number
  /** The input of the last complete line. */
  readonly lastInput: number
}

/** How much of the end of a file is looked at; the lines of one input are not longer together. */
const tailBytesMax = 16 * 1_048_576

const openFile = (path: string): TruthFile => {
  MakeDirectory.make(Path.dirname(path))
  const descriptor = openSync(path, "a+", 0o600)
  const sizeBytes = fstatSync(descriptor).size
  const bytes = Buffer.alloc(Math.min(sizeBytes, tailBytesMax))
  readSync(descriptor, bytes, 0, bytes.length, sizeBytes - bytes.length)
  const completeBytes = bytes.lastIndexOf(10) + 1
  const lines = bytes.toString("utf8", 0, completeBytes).trimEnd().split("\n").map(headOf)
  if (completeBytes === bytes.length && lines.at(-1)?.hasMore !== true) {
    return { descriptor, lastInput: lines.at(-1)?.input ?? -1 }
  }
  // The end of a process cut the lines of an input short: they are told again, all of them.
  let keptBytes = completeBytes
  const torn = lines.at(-1)?.input
  while (lines.length > 0 && lines.at(-1)?.input === torn && lines.at(-1)?.isFact === true) {
    keptBytes = bytes.lastIndexOf(10, keptBytes - 2) + 1
    lines.pop()
  }
  ftruncateSync(descriptor, sizeBytes - bytes.length + keptBytes)
  return { descriptor, lastInput: lines.at(-1)?.input ?? -1 }
}

interface LineHead {
  readonly input: number | undefined
  readonly isFact: boolean
  readonly hasMore: boolean
}

const serviceTags: ReadonlySet<unknown> = new Set<ServiceEvent["_tag"]>([
  "Opened",
  "ProcessStarted",
  "ProcessEnded",
  "RunFailed",
  "RunFaulted"
])

const noHead: LineHead = { input: undefined, isFact: false, hasMore: false }

const headOf = (line: string): LineHead => {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== "object" || value === null) return noHead
    return {
      input: "input" in value && typeof value.input === "number" ? value.input : undefined,
      isFact: "_tag" in value && !serviceTags.has(value._tag),
      hasMore: "more" in value
    }
  } catch {
    return noHead
  }
}

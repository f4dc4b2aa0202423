/**
 * Where an emulator writes its inputs down: one file that begins with a snapshot, and grows until it
 * is replaced by a new one.
 *
 * `state/{number}.log` holds a header, a snapshot and the inputs since, each a record of `RecordFile`.
 *
 * L1 an input that was appended survives the end of the process at any moment; the end of the power
 *    may take the last ones, never those in the middle.
 * L2 a file is made under another name and renamed when it is complete, so there is one complete file
 *    at any moment; of several the one with the highest number counts.
 * L3 while no snapshot is being written, the size of all files is at most a multiple of the size of a snapshot, and a constant.
 *
 * @internal
 */
import * as MakeDirectory from "@batchwave/client/MakeDirectory"
import type { Buffer } from "node:buffer"
import {
  close,
  closeSync,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  open,
  openSync,
  readdirSync,
  renameSync,
  rm,
  rmSync
} from "node:fs"
import * as Path from "node:path"
import * as Compaction from "./Compaction.ts"
import * as LogHeader from "./LogHeader.ts"
import * as RecordFile from "./RecordFile.ts"

/** A file is full when its inputs take this many bytes and this many times its snapshot. */
export const fullBytesDefault = 64 * 1_048_576
const fullFactor = 2

/** What the emulator can do with its ledger. */
export interface Ledger {
  /** Writes an input down; answers false, and has written nothing, when that is impossible. */
  readonly append: (content: Buffer) => boolean
  /** Writes an input down, at the latest before the next one. */
  readonly appendInTime: (content: Buffer) => boolean
  /** Whether it is time for a snapshot. */
  readonly isFull: () => boolean
  /** Goes on in a new file that begins with a snapshot; keeps the old one when that is impossible. */
  readonly compact: (snapshot: Buffer) => void
  /** The same with a snapshot that another thread writes, while this one goes on (`Compaction`). */
  readonly compactAside: () => void
  readonly close: () => void
}

/** What a ledger needs to know. */
export interface LedgerOptions {
  /** The directory of the files. */
  readonly directory: string
  readonly header: LogHeader.LogHeader
  /** @default fullBytesDefault */
  readonly fullBytes?: number
  /** Told when something could not be written. */
  readonly onProblem: (message: string, cause: unknown) => void
}

/** A file that is written to. */
interface OpenFile {
  readonly descriptor: number
  readonly number: number
  readonly beginBytes: number
  endBytes: number
}

/** Begins a ledger with a snapshot. Throws what the system throws. */
export const begin = (options: LedgerOptions, snapshot: Buffer): Ledger => {
  MakeDirectory.make(options.directory)
  return make(options, start(options, 1, snapshot))
}

/** The part of a ledger's file that counts. */
export interface Part {
  readonly header: LogHeader.LogHeader
  readonly path: string
  /** Calls back with the snapshot, then with every input, in order; an answer ends it and is damage. */
  readonly read: (
    onSnapshot: (content: Buffer) => void,
    onInput: (content: Buffer) => string | undefined
  ) => void
  /** Where the snapshot ends, and the last input that was read. */
  readonly ends: () => Pick<OpenFile, "beginBytes" | "endBytes">
}

/** What was found in a directory. */
export interface Found extends Part {
  /** Goes on where the last input ends; after `read`. */
  readonly resume: () => Ledger
  /** Bytes of a torn last record, which `resume` drops. */
  readonly tornBytes: () => number
}

/**
 * Finds the ledger of a directory, or nothing when none was begun there. Throws `LogRefused` when what
 * is there cannot be read, and what the system throws.
 */
export const find = (options: Omit<LedgerOptions, "header">): Found | undefined => {
  const number = latestNumber(options.directory)
  if (number === undefined) return undefined
  const path = pathOf(options.directory, number)
  const descriptor = openSync(path, "r+")
  const sizeBytes = fstatSync(descriptor).size
  const part = partOf(descriptor, path, sizeBytes)
  return {
    ...part,
    resume: () => {
      const ends = part.ends()
      if (ends.endBytes < sizeBytes) ftruncateSync(descriptor, ends.endBytes)
      for (const name of readdirSync(options.directory)) {
        if (name !== Path.basename(path)) rmSync(Path.join(options.directory, name))
      }
      return make({ ...options, header: part.header }, { descriptor, number, ...ends })
    },
    tornBytes: () => sizeBytes - part.ends().endBytes
  }
}

/**
 * The first `sizeBytes` of a file. Throws `LogRefused` when they cannot be read, and what the system
 * throws.
 */
export const partOf = (descriptor: number, path: string, sizeBytes: number): Part => {
  const head = RecordFile.read(descriptor, 0, sizeBytes)
  if (head._tag !== "Record") throw LogHeader.refuse(path, "is no log of an emulator")
  let beginBytes = 0
  let endBytes = 0
  return {
    header: LogHeader.decode(path, head.content),
    path,
    read: (onSnapshot, onInput) => {
      const image = RecordFile.read(descriptor, head.nextOffset, sizeBytes)
      if (image._tag !== "Record") throw LogHeader.damaged(path, head.nextOffset)
      onSnapshot(image.content)
      beginBytes = image.nextOffset
      endBytes = beginBytes
      for (;;) {
        const next = RecordFile.read(descriptor, endBytes, sizeBytes)
        if (next._tag === "Damage") throw LogHeader.damaged(path, endBytes)
        if (next._tag !== "Record") return
        const problem = onInput(next.content)
        if (problem !== undefined) throw LogHeader.refuse(path, problem)
        endBytes = next.nextOffset
      }
    },
    ends: () => ({ beginBytes, endBytes })
  }
}

const make = (options: LedgerOptions, first: OpenFile): Ledger => {
  const { fullBytes = fullBytesDefault, onProblem } = options
  let file = first
  let fullAtBytes = fullAt(file, fullBytes)
  let waiting: Array<Buffer> = []
  let stop: (() => void) | undefined
  const goOnIn = (next: OpenFile): void => {
    file = next
    fullAtBytes = fullAt(file, fullBytes)
  }
  const keepOld = (cause: unknown): void => {
    fullAtBytes = file.endBytes * fullFactor
    onProblem("The log could not be made smaller", cause)
  }
  const ended = <A>(go: (value: A) => void) => (value: A): void => {
    stop = undefined
    go(value)
  }
  return {
    append: (content) => {
      try {
        appendAll(file, waiting)
        file.endBytes = RecordFile.append(file.descriptor, file.endBytes, content)
        return true
      } catch (cause) {
        onProblem("A request was refused, as it could not be written down", cause)
        return false
      }
    },
    appendInTime: (content) => {
      waiting.push(content)
      try {
        appendAll(file, waiting)
      } catch (cause) {
        if (waiting.length === 1) onProblem("What happened could not be written down yet", cause)
      }
      return true
    },
    isFull: () => stop === undefined && file.endBytes > fullAtBytes,
    compact: (snapshot) => {
      try {
        const next = start(options, file.number + 1, snapshot)
        closeSync(file.descriptor)
        rmSync(pathOf(options.directory, file.number), { force: true })
        waiting = []
        goOnIn(next)
      } catch (cause) {
        keepOld(cause)
      }
    },
    compactAside: () => {
      try {
        stop = moveAside(options, () => file, ended(goOnIn), ended(keepOld))
      } catch (cause) {
        keepOld(cause)
      }
    },
    close: () => {
      stop?.()
      try {
        appendAll(file, waiting)
      } catch (cause) {
        onProblem("What happened could not be written down", cause)
      }
      closeSync(file.descriptor)
    }
  }
}

/** Writes down what could not be written before. */
const appendAll = (file: OpenFile, waiting: Array<Buffer>): void => {
  while (waiting.length > 0) {
    file.endBytes = RecordFile.append(file.descriptor, file.endBytes, waiting[0]!)
    waiting.shift()
  }
}

/** Begins a file beside the one that counts; it counts when it has caught up. Answers with how to stop. */
const moveAside = (
  { directory }: LedgerOptions,
  current: () => OpenFile,
  onMoved: (next: OpenFile) => void,
  onProblem: (cause: unknown) => void
): () => void =>
  Compaction.begin({
    fromPath: pathOf(directory, current().number),
    endBytes: () => current().endBytes,
    onCaughtUp: ({ beginBytes, descriptor, endBytes, partialPath }) => {
      const old = current()
      const number = old.number + 1
      try {
        renameSync(partialPath, pathOf(directory, number))
      } catch (cause) {
        closeSync(descriptor)
        rmSync(partialPath, { force: true })
        return onProblem(cause)
      }
      onMoved({ descriptor, number, beginBytes, endBytes })
      letGo(directory, old)
    },
    onProblem
  })

const fullAt = ({ beginBytes }: OpenFile, fullBytes: number): number =>
  beginBytes + Math.max(fullBytes, beginBytes * fullFactor)

/** Makes a complete file under a name of its own, then gives it its name (L2). */
const start = (options: LedgerOptions, number: number, snapshot: Buffer): OpenFile => {
  const partialPath = `${pathOf(options.directory, number)}.partial`
  const descriptor = openSync(partialPath, "w+", 0o600)
  let beginBytes: number
  try {
    beginBytes = writeBegin(descriptor, options.header, snapshot)
    fsyncSync(descriptor)
  } catch (cause) {
    closeSync(descriptor)
    rmSync(partialPath, { force: true })
    throw cause
  }
  return name(options, number, { descriptor, partialPath, beginBytes, endBytes: beginBytes })
}

/** Writes what a file begins with; answers where it ends. */
export const writeBegin = (
  descriptor: number,
  header: LogHeader.LogHeader,
  snapshot: Buffer
): number =>
  RecordFile.append(
    descriptor,
    RecordFile.append(descriptor, 0, LogHeader.encode(header)),
    snapshot
  )

/** Gives a complete file the name by which it counts; closes and removes it when that fails. */
const name = (
  { directory }: LedgerOptions,
  number: number,
  { beginBytes, descriptor, endBytes, partialPath }: Compaction.Compacted
): OpenFile => {
  const path = pathOf(directory, number)
  try {
    renameSync(partialPath, path)
    syncDirectory(directory)
    return { descriptor, number, beginBytes, endBytes }
  } catch (cause) {
    closeSync(descriptor)
    // A file that has its name already would count before the one that is gone on with.
    for (const made of [partialPath, path]) rmSync(made, { force: true })
    throw cause
  }
}

/**
 * Removes a file in whose place another counts, once that one's name is on the disk. Nobody waits for
 * it: a large file takes its time to go, and one that stays goes at the next start.
 */
const letGo = (directory: string, old: OpenFile): void => {
  const remove = (isNamed: boolean): void =>
    close(old.descriptor, () => {
      if (isNamed) rm(pathOf(directory, old.number), { force: true }, () => undefined)
    })
  open(directory, "r", (unopened, descriptor) => {
    if (unopened !== null) return remove(false)
    fsync(descriptor, (unsynced) => {
      close(descriptor, () => remove(unsynced === null))
    })
  })
}

const syncDirectory = (directory: string): void => {
  const descriptor = openSync(directory, "r")
  fsyncSync(descriptor)
  closeSync(descriptor)
}

const pathOf = (directory: string, number: number): string =>
  Path.join(directory, `${String(number).padStart(8, "0")}.log`)

const latestNumber = (directory: string): number | undefined => {
  const numbers = readdirSync(directory)
    .flatMap((name) => /^(\d{8,})\.log$/.exec(name)?.[1] ?? [])
    .map(Number)
  return numbers.length === 0 ? undefined : Math.max(...numbers)
}

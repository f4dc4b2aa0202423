/**
 * The making of a new ledger file beside the old one, while inputs go on being written to the old: a
 * thread of its own writes the snapshot, and what was written since is copied behind it.
 *
 * C1 nothing waits for the thread; what is done at once is the copy of at most `restBytesMax` bytes.
 * C2 the new file counts when it has its name, and has it only when it holds every input; until then
 *    the old one does, whatever ends the process.
 * C3 nothing is written after `stop`; a file that was begun goes.
 *
 * @internal
 */
import { Buffer } from "node:buffer"
import {
  closeSync,
  fdatasync,
  fstatSync,
  openSync,
  read,
  readSync,
  rmSync,
  write,
  writeSync
} from "node:fs"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"

/** What the thread is to do. */
export interface CompactionOrder {
  /** The file that counts. */
  readonly fromPath: string
  /** Where its inputs ended when the thread was asked for. */
  readonly untilBytes: number
  /** A file that is not there. */
  readonly toPath: string
}

/** A file that holds what the old one holds. */
export interface Compacted {
  readonly descriptor: number
  readonly partialPath: string
  /** Where its snapshot ends. */
  readonly beginBytes: number
  readonly endBytes: number
}

/** What a compaction needs. */
export interface CompactionOptions {
  readonly fromPath: string
  /** Where the inputs of the old file end now. */
  readonly endBytes: () => number
  /** Called once, in the same step in which the new file has caught up. */
  readonly onCaughtUp: (compacted: Compacted) => void
  /** Called once when there will be no new file. */
  readonly onProblem: (cause: unknown) => void
}

/** Beside this module, in the same language. */
const program = fileURLToPath(import.meta.url).replace(
  /Compaction(\.[cm]?[jt]s)$/,
  "CompactionThread$1"
)

/** What is copied at once at the end. */
export const restBytesMax = 262_144

/** How much is copied by the way at a time. */
const pieceBytes = 4_194_304

let count = 0

/** Begins; answers with how to stop. */
export const begin = (options: CompactionOptions): () => void => {
  const { endBytes, fromPath, onProblem } = options
  const untilBytes = endBytes()
  // No other emulator that finds the directory later makes a file of this name.
  const partialPath = `${fromPath}.${process.pid}-${count++}.partial`
  const order: CompactionOrder = { fromPath, untilBytes, toPath: partialPath }
  const thread = new Worker(program, { workerData: order })
  thread.unref()
  let isStopped = false
  let problem: unknown
  thread.once("error", (cause) => {
    problem = cause
  })
  thread.once("exit", (code) => {
    if (!isStopped && code === 0 && problem === undefined) {
      return catchUp(options, partialPath, untilBytes, () => isStopped)
    }
    rmSync(partialPath, { force: true })
    if (!isStopped) onProblem(problem ?? new Error(`the thread ended with code ${code}`))
  })
  return () => {
    isStopped = true
    void thread.terminate()
  }
}

/** The files of a copy and how far it is. */
interface Copy {
  readonly from: number
  readonly to: number
  readonly partialPath: string
  readonly beginBytes: number
  fromBytes: number
  toBytes: number
  /** Up to where of the old file the copy is synchronised. */
  readonly syncedBytes: number
}

const catchUp = (
  options: CompactionOptions,
  partialPath: string,
  untilBytes: number,
  isStopped: () => boolean
): void => {
  let copy: Copy | undefined
  const giveUp = (cause?: unknown): void => {
    if (copy !== undefined) { for (const file of [copy.from, copy.to]) closeSync(file) }
    rmSync(partialPath, { force: true })
    if (!isStopped()) options.onProblem(cause)
  }
  const go = (cause: unknown): void => {
    if (copy === undefined || isStopped() || cause !== null) return giveUp(cause)
    const restBytes = options.endBytes() - copy.fromBytes
    if (restBytes > restBytesMax) return copyPiece(copy, Math.min(restBytes, pieceBytes), go)
    try {
      copyRest(copy, restBytes)
    } catch (failure) {
      return giveUp(failure)
    }
    closeSync(copy.from)
    const { beginBytes, to: descriptor, toBytes } = copy
    options.onCaughtUp({ descriptor, partialPath, beginBytes, endBytes: toBytes })
  }
  try {
    const to = openSync(partialPath, "r+")
    const beginBytes = fstatSync(to).size
    const from = openSync(options.fromPath, "r")
    copy = {
      from,
      to,
      partialPath,
      beginBytes,
      fromBytes: untilBytes,
      toBytes: beginBytes,
      syncedBytes: options.endBytes()
    }
  } catch (cause) {
    return giveUp(cause)
  }
  go(null)
}

/** Copies some of the next bytes without keeping anyone waiting. */
const copyPiece = (copy: Copy, bytes: number, onEnd: (cause: unknown) => void): void => {
  const piece = Buffer.allocUnsafe(bytes)
  read(copy.from, piece, 0, bytes, copy.fromBytes, (unread, readBytes) => {
    if (unread !== null) return onEnd(unread)
    write(copy.to, piece, 0, readBytes, copy.toBytes, (unwritten, writtenBytes) => {
      copy.fromBytes += writtenBytes
      copy.toBytes += writtenBytes
      // Bit by bit, as what the emulator writes waits for the disk while a long sync goes on; and not
      // what it wrote during the copy, which might never catch up with it.
      if (unwritten !== null || copy.fromBytes > copy.syncedBytes) return onEnd(unwritten)
      fdatasync(copy.to, onEnd)
    })
  })
}

/** Copies the last bytes at once. */
const copyRest = (copy: Copy, restBytes: number): void => {
  const rest = Buffer.allocUnsafe(restBytes)
  for (let done = 0; done < restBytes;) {
    const readBytes = readSync(copy.from, rest, done, restBytes - done, copy.fromBytes + done)
    if (readBytes === 0) throw new Error(`the file ended ${restBytes - done} bytes too early`)
    done += readBytes
  }
  for (let done = 0; done < restBytes;) {
    done += writeSync(copy.to, rest, done, restBytes - done, copy.toBytes + done)
  }
  copy.fromBytes += restBytes
  copy.toBytes += restBytes
}

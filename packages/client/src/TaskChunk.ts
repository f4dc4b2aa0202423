/**
 * Packs tasks into the bodies of `add_collection` requests.
 *
 * C1 Every task lies in exactly one chunk, in input order, unless it is reported as too large.
 * C2 A chunk has at most `tasksMax` tasks, and its body at most `bytesMax` bytes of UTF-8, except that
 *    one task alone may use the configured limit when only a learnt one is smaller.
 * C3 A task whose body alone is over the configured limit is reported, once, and left out; the others
 *    go on.
 * C4 Splitting a chunk gives two chunks with the same tasks in the same order.
 * C5 Tasks are serialised together while whole chunks fit, one by one where bytes decide. Only tasks
 *    of a refused or partly answered request are serialised again, and those of chunks that were
 *    prepared before a smaller limit was learnt.
 * C6 Chunks may be prepared ahead, while others are on the way: at most `preparedMax`, and none when
 *    `preparedBytesMax` bytes are prepared. They are handed out in the order they were prepared.
 * C7 The bytes of a body belong to its chunk until it is given back; then they serve another one.
 *
 * @source Task_AddCollection 2024-02-01.19.0: 100 tasks; MaxLimit 1048576 in the service's own refusal
 */
import { type BodyBuffers, makeBodyBuffers } from "./internal/BodyBuffers.ts"
import type { TaskText } from "./internal/TaskText.ts"

const open = "{\"value\":["
const close = "]}"

/** Bytes of a body around its tasks. */
export const envelopeBytes = open.length + close.length

/** Tasks that travel in one request. */
export interface TaskChunk {
  /** Indexes of the tasks in the caller's input, ascending. */
  readonly indexes: ReadonlyArray<number>
  /** The body of the request that carries them, in UTF-8. */
  readonly body: Buffer
}

/** Hands out chunks until the input is used up. */
export interface Packer {
  /** The next chunk under the given limit, or `undefined` when every task has been handed out. */
  readonly next: (bytesMax: number) => TaskChunk | undefined
  /** Whether another chunk may be prepared ahead. */
  readonly canPrepare: () => boolean
  /** Prepares the chunk that follows those already prepared, under the given limit. */
  readonly prepare: (bytesMax: number) => void
  /**
   * Prepares the first chunk when it may be the only one; answers whether it is, so that one request
   * carries everything and nothing is left to prepare ahead.
   */
  readonly prepareWhole: (bytesMax: number) => boolean
  /** Gives the bytes of a chunk back that nobody reads any more. */
  readonly giveBack: (chunk: TaskChunk) => void
}

/** What a packer works on. */
export interface PackerOptions {
  readonly tasks: ReadonlyArray<unknown>
  /** Tasks per chunk. */
  readonly tasksMax: number
  /** The configured limit of a body, in bytes. */
  readonly bodyBytesMax: number
  /** Chunks prepared ahead at most. @default 0 */
  readonly preparedMax?: number
  /** Writes the tasks of whole chunks. @default JSON.stringify */
  readonly text?: TaskText
  /** Where bodies are written; the memory of one call serves the next. @default its own */
  readonly buffers?: BodyBuffers
  /** Told of each task that is too large even alone. */
  readonly onTooLarge: (index: number, bodyBytes: number) => void
}

/** Bytes prepared ahead after which nothing more is. */
export const preparedBytesMax = 8 * 1024 * 1024

/** Makes a packer. O(1) per task beside its serialisation. */
export const makePacker = (options: PackerOptions): Packer => {
  const { preparedMax = 0, tasks } = options
  const cutter = makeCutter(options)
  const prepared: Array<TaskChunk> = []
  let preparedBytes = 0
  const prepare = (bytesMax: number): void => {
    const chunk = cutter.cut(bytesMax)
    if (chunk === undefined) return
    prepared.push(chunk)
    preparedBytes += chunk.body.length
  }
  return {
    next: (bytesMax) => {
      const chunk = prepared.shift()
      if (chunk === undefined) return cutter.cut(bytesMax)
      if (chunk.body.length <= bytesMax || chunk.indexes.length === 1) {
        preparedBytes -= chunk.body.length
        return chunk
      }
      prepared.length = 0
      preparedBytes = 0
      cutter.returnTo(chunk.indexes[0] ?? 0)
      return cutter.cut(bytesMax)
    },
    canPrepare: () =>
      prepared.length < preparedMax && preparedBytes < preparedBytesMax
      && cutter.cursor() < tasks.length,
    prepare,
    prepareWhole: (bytesMax) => {
      if (tasks.length > options.tasksMax) return false
      prepare(bytesMax)
      return cutter.cursor() >= tasks.length
    },
    giveBack: (chunk) => cutter.giveBack(chunk.body)
  }
}

const plainText: TaskText = { write: (tasks) => JSON.stringify({ value: tasks }) }

/** Cuts chunks off the input: whole ones while they fit, task by task otherwise. */
const makeCutter = (options: PackerOptions) => {
  const { buffers = makeBodyBuffers(), tasks, tasksMax, text: { write } = plainText } = options
  const singly = makeSinglePacker(options)
  let isLight = true
  const together = (start: number, end: number, bytesMax: number): TaskChunk | undefined => {
    const text = write(tasks.slice(start, end))
    if (text.length > bytesMax) return undefined
    const body = buffers.write(text)
    if (body.length <= bytesMax) return { indexes: range(start, end), body }
    buffers.giveBack(body)
    return undefined
  }
  return {
    cut: (bytesMax: number): TaskChunk | undefined => {
      const start = singly.start()
      if (isLight && start !== undefined && start < tasks.length) {
        const end = Math.min(tasks.length, start + tasksMax)
        const chunk = together(start, end, bytesMax)
        if (chunk !== undefined) {
          singly.skipTo(end)
          return chunk
        }
      }
      const chunk = singly.next(bytesMax)
      isLight = chunk?.indexes.length === tasksMax
      return chunk
    },
    cursor: singly.cursor,
    returnTo: singly.skipTo,
    giveBack: buffers.giveBack
  }
}

const range = (start: number, end: number): ReadonlyArray<number> => {
  const indexes: Array<number> = []
  for (let index = start; index < end; index++) indexes.push(index)
  return indexes
}

/** Packs task by task, where bytes decide. */
const makeSinglePacker = ({ tasks, tasksMax, bodyBytesMax, onTooLarge }: PackerOptions) => {
  let cursor = 0
  /** Tasks before this index are not reported again. */
  let unreported = 0
  let held: { readonly text: string; readonly bytes: number } | undefined
  const peek = () => {
    while (held === undefined && cursor < tasks.length) {
      const text = JSON.stringify(tasks[cursor])
      const bytes = Buffer.byteLength(text)
      if (envelopeBytes + bytes <= bodyBytesMax) held = { text, bytes }
      else {
        if (cursor >= unreported) onTooLarge(cursor, envelopeBytes + bytes)
        cursor++
        unreported = Math.max(unreported, cursor)
      }
    }
    return held
  }
  return {
    /** Index of the next task, or `undefined` while that task is serialised already. */
    start: () => held === undefined ? cursor : undefined,
    /** Index of the next task. */
    cursor: () => cursor,
    skipTo: (index: number) => {
      cursor = index
      held = undefined
    },
    next: (bytesMax: number): TaskChunk | undefined => {
      const indexes: Array<number> = []
      const texts: Array<string> = []
      let bodyBytes = envelopeBytes - 1
      for (let task = peek(); task !== undefined && texts.length < tasksMax; task = peek()) {
        bodyBytes += task.bytes + 1
        if (texts.length > 0 && bodyBytes > bytesMax) break
        texts.push(task.text)
        indexes.push(cursor++)
        held = undefined
      }
      return texts.length === 0 ? undefined : { indexes, body: bodyOf(texts) }
    }
  }
}

const bodyOf = (texts: ReadonlyArray<string>): Buffer =>
  Buffer.from(open + texts.join(",") + close, "utf8")

/** Splits a chunk of at least two tasks into halves, the first not the smaller. */
export const split = (
  tasks: ReadonlyArray<unknown>,
  chunk: TaskChunk
): readonly [TaskChunk, TaskChunk] => {
  const middle = Math.ceil(chunk.indexes.length / 2)
  return [
    pick(tasks, chunk.indexes.slice(0, middle)),
    pick(tasks, chunk.indexes.slice(middle))
  ]
}

/** The tasks at some indexes of the input as a chunk of their own. */
export const pick = (
  tasks: ReadonlyArray<unknown>,
  indexes: ReadonlyArray<number>
): TaskChunk => ({
  indexes,
  body: bodyOf(indexes.map((index) => JSON.stringify(tasks[index])))
})

/**
 * Packs tasks into the bodies of `add_collection` requests.
 *
 * C1 Every task lies in exactly one chunk, in input order, unless it is reported as too large.
 * C2 A chunk has at most `tasksMax` tasks, and its body at most `bytesMax` bytes of UTF-8, except that
 *    one task alone may use the configured limit when only a learnt one is smaller.
 * C3 A task whose body alone is over the configured limit is reported and left out; the others go on.
 * C4 Splitting a chunk gives two chunks with the same tasks in the same order.
 * C5 Tasks are serialised once: together while whole chunks fit, one by one where bytes decide.
 *    Only tasks of a refused or partly answered request are serialised again.
 *
 * @source Task_AddCollection 2024-02-01.19.0: 100 tasks; MaxLimit 1048576 in the service's own refusal
 */

const open = "{\"value\":["
const close = "]}"

/** Bytes of a body around its tasks. */
export const envelopeBytes = open.length + close.length

/** Tasks that travel in one request. */
export interface TaskChunk {
  /** Indexes of the tasks in the caller's input, ascending. */
  readonly indexes: ReadonlyArray<number>
  /** The body of the request that carries them. */
  readonly body: string
}

/** Hands out chunks until the input is used up. */
export interface Packer {
  /** The next chunk under the given limit, or `undefined` when every task has been handed out. */
  readonly next: (bytesMax: number) => TaskChunk | undefined
}

/** What a packer works on. */
export interface PackerOptions {
  readonly tasks: ReadonlyArray<unknown>
  /** Tasks per chunk. */
  readonly tasksMax: number
  /** The configured limit of a body, in bytes. */
  readonly bodyBytesMax: number
  /** Told of each task that is too large even alone. */
  readonly onTooLarge: (index: number, bodyBytes: number) => void
}

/** Makes a packer. O(1) per task beside its serialisation. */
export const makePacker = (options: PackerOptions): Packer => {
  const { tasks, tasksMax } = options
  const singly = makeSinglePacker(options)
  let isLight = true
  return {
    next: (bytesMax) => {
      const start = singly.start()
      if (isLight && start !== undefined && start < tasks.length) {
        const chunk = together(tasks, start, Math.min(tasks.length, start + tasksMax))
        if (fits(chunk.body, bytesMax)) {
          singly.skipTo(start + chunk.indexes.length)
          return chunk
        }
      }
      const chunk = singly.next(bytesMax)
      isLight = chunk?.indexes.length === tasksMax
      return chunk
    }
  }
}

/** Serialises a range of tasks in one go. */
const together = (tasks: ReadonlyArray<unknown>, start: number, end: number): TaskChunk => {
  const indexes: Array<number> = []
  for (let index = start; index < end; index++) indexes.push(index)
  return { indexes, body: JSON.stringify({ value: tasks.slice(start, end) }) }
}

/** Three bytes per UTF-16 unit bound a text from above; only past that bound is it measured. */
const fits = (body: string, bytesMax: number): boolean =>
  body.length * 3 <= bytesMax || Buffer.byteLength(body) <= bytesMax

/** Packs task by task, where bytes decide. */
const makeSinglePacker = ({ tasks, tasksMax, bodyBytesMax, onTooLarge }: PackerOptions) => {
  let cursor = 0
  let held: { readonly text: string; readonly bytes: number } | undefined
  const peek = () => {
    while (held === undefined && cursor < tasks.length) {
      const text = JSON.stringify(tasks[cursor])
      const bytes = Buffer.byteLength(text)
      if (envelopeBytes + bytes <= bodyBytesMax) held = { text, bytes }
      else onTooLarge(cursor++, envelopeBytes + bytes)
    }
    return held
  }
  return {
    /** Index of the next task, or `undefined` while that task is serialised already. */
    start: () => held === undefined ? cursor : undefined,
    skipTo: (index: number) => {
      cursor = index
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

const bodyOf = (texts: ReadonlyArray<string>): string => open + texts.join(",") + close

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

/**
 * The two streams of the process: results go to stdout, everything else to stderr. On a terminal,
 * stderr may end in a block of lines that is redrawn in place; lines said in between stand above it.
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import process from "node:process"
import { isatty } from "node:tty"
import { clean } from "./CleanText.ts"
import * as Style from "./Style.ts"
import { clipped } from "./Words.ts"

/**
 * What a command can do with the streams.
 *
 * @category models
 */
export interface ScreenShape {
  /** Writes to stdout as it is, and waits for whoever reads it; the text ends with its own line break. */
  readonly result: (text: string) => Effect.Effect<void>
  /** Writes one line or more to stderr, above the block. */
  readonly say: (text: string) => Effect.Effect<void>
  /** Replaces the block; an empty one removes it. Does nothing unless `isLive`. */
  readonly block: (lines: ReadonlyArray<string>) => Effect.Effect<void>
  /** Whether stderr is watched by a person, so that a block makes sense. */
  readonly isLive: boolean
  /** Columns and rows of stderr. */
  readonly size: Effect.Effect<{ readonly columns: number; readonly rows: number }>
  readonly resultStyle: Style.Style
  readonly sayStyle: Style.Style
}

/**
 * How the streams are used.
 *
 * @category models
 */
export interface ScreenOptions {
  readonly color: Style.ColorFacts["flag"]
  /** Lines only, also where a block could be drawn. @default false */
  readonly plain?: boolean
}

/**
 * The streams of the process.
 *
 * @category services
 */
export class Screen extends Context.Service<Screen, ScreenShape>()("batchwave/screen/Screen") {
  /** The streams of this process. A reader that goes away (EPIPE) is no error. */
  static readonly layer = (options: ScreenOptions): Layer.Layer<Screen> =>
    Layer.effect(Screen, make(options))
}

const text = (name: string): Config.Config<string> =>
  Config.String(name).pipe(Config.withDefault(""))

const environment = Config.all({
  noColor: text("NO_COLOR"),
  forceColor: text("FORCE_COLOR"),
  term: text("TERM"),
  ci: text("CI")
})

const make = Effect.fnUntraced(function*(options: ScreenOptions) {
  const { ci, ...facts } = yield* Effect.orDie(environment)
  const { stderr, stdout } = process
  const isCi = ci !== "" && ci !== "false" && ci !== "0"
  const isLive = isatty(2) && options.plain !== true && facts.term !== "dumb" && !isCi
  const style = (isTerminal: boolean) =>
    Style.make(Style.wantsColor({ ...facts, flag: options.color, isTerminal }))
  let drawn: ReadonlyArray<string> = []
  const columns = () => stderr.columns || 80
  yield* Effect.acquireRelease(
    Effect.void,
    () => Effect.sync(() => stderr.write(erase(drawn)))
  )
  return Screen.of({
    result: (output) =>
      Effect.callback<void>((resume) => {
        // When the process ends, what is still in its buffer is lost.
        stdout.write(output, () => resume(Effect.void))
      }),
    say: (line) => Effect.sync(() => stderr.write(`${erase(drawn)}${line}\n${draw(drawn)}`)),
    block: (lines) =>
      Effect.sync(() => {
        if (!isLive) return
        const next = lines.map((line) => clippedVisibly(line, columns() - 1))
        stderr.write(erase(drawn) + draw(next))
        drawn = next
      }),
    isLive,
    size: Effect.sync(() => ({ columns: columns(), rows: stderr.rows || 24 })),
    resultStyle: style(isatty(1)),
    sayStyle: style(isatty(2))
  })
})

const hideCursor = "\u{1b}[?25l"
const showCursor = "\u{1b}[?25h"

/** Of the one terminal this process has. */
let isCursorHidden = false

/** Goes to the first line of the block and clears from there to the end of the screen. */
const erase = (lines: ReadonlyArray<string>): string => {
  if (lines.length === 0) return ""
  isCursorHidden = false
  return `\r\u{1b}[${lines.length}A\u{1b}[J${showCursor}`
}

const draw = (lines: ReadonlyArray<string>): string => {
  if (lines.length === 0) return ""
  isCursorHidden = true
  return `${hideCursor}${lines.join("\n")}\n`
}

/** A painted line is never cut inside a code: it is cut only when its plain text is too long. */
const clippedVisibly = (line: string, columns: number): string => {
  const plain = clean(line)
  return plain.length <= columns ? line : clipped(plain, columns)
}

/**
 * Makes the cursor visible again, for an exit that leaves everything else behind.
 *
 * @category operations
 */
export const restoreCursor = (): void => {
  if (isCursorHidden) process.stderr.write(showCursor)
}

/**
 * Ignores readers that go away, for the rest of the process.
 *
 * @category operations
 */
export const ignoreBrokenPipes = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error
    })
  }
}

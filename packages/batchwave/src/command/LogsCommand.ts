/**
 * `batchwave logs`: what tasks of a run have written, while they run and afterwards.
 */
import * as JournalDoctor from "@batchwave/engine/JournalDoctor"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { isatty } from "node:tty"
import { describe, type RunDirectory } from "../run/RunDirectory.ts"
import type * as TaskFiles from "../run/TaskFiles.ts"
import { clean, cleanLine } from "../screen/CleanText.ts"
import { Screen } from "../screen/Screen.ts"
import { counted } from "../screen/Words.ts"
import { CommandError, usage } from "./CommandError.ts"
import { ExitCode } from "./ExitCode.ts"
import * as KnownRun from "./KnownRun.ts"
import * as LogFollowing from "./LogFollowing.ts"
import * as RunTaskFiles from "./RunTaskFiles.ts"
import * as SteerCommand from "./SteerCommand.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface LogsSettings {
  readonly run: Option.Option<string>
  readonly data: string
  /** Nodes or groups. @default those that failed, the first five */
  readonly node: ReadonlyArray<string>
  /** The file, by its path from the task directory. */
  readonly file: string
  /** The last so many lines; 0 for all. */
  readonly lines: number
  /** Goes on until the nodes have settled; without names, follows what runs until the run has ended. */
  readonly follow: boolean
}

/** Bytes of the end that lines are looked for in. */
const tailBytes = 1_048_576

const Located = Schema.Struct({
  jobs: Schema.Array(Schema.String),
  tasks: Schema.Array(
    Schema.Struct({
      node: Schema.String,
      task: Schema.optionalKey(Schema.String),
      settled: Schema.optionalKey(Schema.Boolean)
    })
  )
})

const decodeLocated = Schema.decodeUnknownOption(Located)

/**
 * Prints a file of each task to stdout, and which one it is to stderr. Fails when none of them is there.
 *
 * @category operations
 */
export const run: (
  settings: LogsSettings
) => Effect.Effect<void, CommandError, Screen> = Effect.fn("LogsCommand.run")(
  function*(settings) {
    const screen = yield* Screen
    const directory = yield* KnownRun.find(settings.data, settings.run)
    if (describe(directory)?.executor === "simulated") {
      return yield* usage(
        `run ${directory.runId} was simulated: no command was run, so nothing was written`
      )
    }
    if (settings.follow) return yield* follow(settings, directory)
    const { jobs, tasks } = yield* locate(directory, settings.node)
    if (tasks.length === 0) {
      return yield* usage(
        `no node of run ${directory.runId} has failed; name one, or a fan-out, by --node`
      )
    }
    const find = yield* RunTaskFiles.finderOf(directory)
    let shown = 0
    for (const { node, task } of tasks) {
      const name = cleanLine(node)
      const file = task === undefined ? undefined : yield* find(jobs, task, settings.file)
      if (file === undefined) {
        yield* screen.say(
          task === undefined
            ? `${name}: it has no task yet`
            : `${name}: its task ${task} has no ${settings.file}; it may not have started, or its `
              + "files are gone with their node or retention time"
        )
        continue
      }
      shown++
      const size = counted(file.contentBytes, "byte")
      yield* screen.say(`${name}: ${settings.file} of task ${task} (${size})`)
      yield* print(file, settings.lines, screen.result)
    }
    if (shown === 0) {
      return yield* new CommandError({
        exitCode: ExitCode.usage,
        message: `no ${settings.file} was found`
      })
    }
  },
  Effect.scoped
)

/** Where the tasks of nodes are, as the run tells now. */
const locate = Effect.fnUntraced(function*(
  directory: RunDirectory,
  nodes: ReadonlyArray<string>,
  isRunning = false
) {
  const { value } = yield* SteerCommand.ask(directory, {
    _tag: "Locate",
    nodes,
    ...(isRunning ? { running: true } : {})
  })
  const located = decodeLocated(value)
  if (Option.isSome(located)) return located.value
  return yield* usage(
    `the process that works on run ${directory.runId} answers in another way; is it older?`
  )
})

/** Between two looks at files on this machine, and at those of an account. */
const intervalMs = { local: 300, account: 2_000 }

const follow = Effect.fnUntraced(function*(settings: LogsSettings, directory: RunDirectory) {
  const screen = yield* Screen
  const find = yield* RunTaskFiles.finderOf(directory)
  let shownLast = ""
  let isLeft = false
  let open: ReadonlyArray<string> = []
  const count = yield* LogFollowing.follow({
    locate: Effect.gen(function*() {
      // Asked first: who leaves meanwhile has told its end to the journal.
      const isLive = yield* JournalDoctor.isHeld(directory.journal)
      const isAll = settings.node.length === 0
      const { jobs, tasks } = yield* isAll
        ? locateRunning(directory, open)
        : locate(directory, settings.node)
      isLeft = !isLive && tasks.some(({ settled }) => settled === false)
      const nodes = tasks.map(({ node, settled, task }): LogFollowing.FollowedNode => {
        const isSettled = !isLive || settled !== false
        return task === undefined ? { node, isSettled } : { node, task, isSettled }
      })
      open = nodes.filter(({ isSettled }) => !isSettled).map(({ node }) => node)
      return { jobs, nodes, ...(isAll ? { isOver: !isLive } : {}) }
    }),
    find,
    path: settings.file,
    intervalMs: describe(directory)?.backend === "azure" ? intervalMs.account : intervalMs.local,
    startOf: (file) => startOf(file, settings.lines),
    show: Effect.fnUntraced(function*({ node, task }, text) {
      if (shownLast !== `${node} ${task}`) {
        shownLast = `${node} ${task}`
        yield* screen.say(`${cleanLine(node)}: ${settings.file} of task ${task}`)
      }
      yield* screen.result(shown(text))
    })
  })
  if (isLeft) {
    const { runId } = directory
    yield* screen.say(
      `nobody works on run ${runId} any more; this is what was there (batchwave resume ${runId} goes on)`
    )
  }
  if (count > 0) return
  return yield* usage(
    settings.node.length === 0
      ? `nothing of run ${directory.runId} runs and has a ${settings.file}; name a node, or a fan-out, by --node`
      : `no ${settings.file} was found`
  )
})

/** What runs, and what ran when it was looked last: it is shown to its end. */
const locateRunning = Effect.fnUntraced(function*(
  directory: RunDirectory,
  before: ReadonlyArray<string>
) {
  const running = yield* locate(directory, [], true)
  const names = new Set(running.tasks.map(({ node }) => node))
  const gone = before.filter((node) => !names.has(node))
  if (gone.length === 0) return running
  const { tasks } = yield* locate(directory, gone)
  return { jobs: running.jobs, tasks: [...running.tasks, ...tasks] }
}) satisfies (
  directory: RunDirectory,
  before: ReadonlyArray<string>
) => Effect.Effect<typeof Located.Type, CommandError, Screen>

/** Where the last lines of a file begin. */
const startOf = (
  file: TaskFiles.TaskFile<CommandError>,
  lines: number
): Effect.Effect<number, CommandError> => {
  const startByte = Math.max(0, file.contentBytes - tailBytes)
  if (lines === 0) return Effect.succeed(0)
  return file.from(startByte).pipe(
    Stream.runFold(
      (): Array<Uint8Array> => [],
      (all, chunk) => {
        all.push(chunk)
        return all
      }
    ),
    Effect.map((chunks) => {
      const bytes = Buffer.concat(chunks)
      let from = bytes.length
      for (let line = 0; line < lines && from > 0; line++) {
        from = from === 1 ? 0 : bytes.lastIndexOf(10, from - 2) + 1
      }
      return startByte + from
    })
  )
}

/** What tasks write may steer a terminal; a file or another program gets it as it is. */
const shown = (text: string): string => isatty(1) ? clean(text) : text

const print = (
  file: TaskFiles.TaskFile<CommandError>,
  lines: number,
  write: (text: string) => Effect.Effect<void>
): Effect.Effect<void, CommandError> => {
  if (lines === 0) {
    return file.from(0).pipe(
      Stream.decodeText,
      Stream.runForEach((text) => write(shown(text)))
    )
  }
  const startByte = Math.max(0, file.contentBytes - tailBytes)
  return file.from(startByte).pipe(
    Stream.decodeText,
    Stream.mkString,
    Effect.flatMap((text) => write(shown(lastLines(text, lines, startByte > 0))))
  )
}

const lastLines = (text: string, count: number, isCut: boolean): string => {
  const all = text.replace(/\n$/, "").split("\n")
  // The first line of a part may be half of one.
  const whole = isCut && all.length > 1 ? all.slice(1) : all
  return text === "" ? "" : `${whole.slice(-count).join("\n")}\n`
}

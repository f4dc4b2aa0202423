/**
 * Starts orchestrators, with or without `strace` around them, and says how they ended.
 */
import type { Report } from "@batchwave/core/Report"
import type { Json } from "@batchwave/core/Workflow"
import type { RunConfig } from "@batchwave/engine/RunConfig"
import type { ResiliencePolicy } from "@batchwave/wire/Resilience"
import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "vite"
import type { EmulatorCoordinates } from "../e2e/Command.ts"

/** What an orchestrator is told. */
export interface Order extends EmulatorCoordinates {
  readonly story: string
  readonly runId: string
  /** Of the journal and the artifacts. */
  readonly directory: string
  /** Waits for a byte on its standard input before it begins. */
  readonly isGated?: boolean
  readonly config?: Partial<RunConfig>
  readonly client?: Partial<ResiliencePolicy>
}

/** What an orchestrator tells at its end. */
export type Ending =
  | {
    readonly _tag: "Finished"
    readonly report: Report
    readonly outputs: { readonly [node: string]: Json }
  }
  | { readonly _tag: "Failed"; readonly error: string; readonly message: string }

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly isKilled: boolean
  /** Absent when the process was killed, or ended in another way than by its own word. */
  readonly ending: Ending | undefined
  readonly stderr: string
}

/** A process that works on a run. */
export interface Orchestrator {
  readonly child: ChildProcess
  /** It is about to begin. */
  readonly ready: Promise<void>
  readonly exit: Promise<Exit>
}

/** The program in one file, which starts in a third of the time of its many. */
export interface Program {
  readonly file: string
  readonly environment: NodeJS.ProcessEnv
}

/** Makes the program below a directory. */
export const prepare = async (directory: string): Promise<Program> => {
  await build({
    configFile: false,
    logLevel: "error",
    root: directory,
    build: {
      ssr: fileURLToPath(new URL("orchestrate.ts", import.meta.url)),
      outDir: join(directory, "program"),
      minify: false,
      rolldownOptions: { output: { entryFileNames: "orchestrate.mjs" } }
    },
    ssr: { noExternal: true }
  })
  return {
    file: join(directory, "program", "orchestrate.mjs"),
    environment: { ...process.env, NODE_COMPILE_CACHE: join(directory, "compiled") }
  }
}

/** Nobody is left stopped or at work when this process ends. */
const alive = new Set<ChildProcess>()
process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL")
})

/** Starts an orchestrator; `wrapper` is a command and its arguments that run it. */
export const start = (
  { environment, file }: Program,
  order: Order,
  wrapper: ReadonlyArray<string> = []
): Orchestrator => {
  const program = [process.execPath, file, JSON.stringify(order)] as const
  const [command, ...args] = [...wrapper, ...program]
  const child = spawn(command, args, { env: environment, stdio: ["pipe", "pipe", "pipe"] })
  alive.add(child)
  const text = { stdout: "", stderr: "" }
  const isReady = Promise.withResolvers<void>()
  child.stdin?.on("error", () => {})
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    text.stdout += chunk
    if (text.stdout.startsWith("ready\n")) isReady.resolve()
  })
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    text.stderr += chunk
  })
  const exit = new Promise<Exit>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code, signal) => {
      alive.delete(child)
      isReady.resolve()
      resolve({
        code,
        isKilled: signal === "SIGKILL" || code === 137,
        ending: endingOf(text.stdout),
        stderr: text.stderr
      })
    })
  })
  return { child, ready: isReady.promise, exit }
}

const endingOf = (stdout: string): Ending | undefined => {
  const line = stdout.split("\n").find((one) => one.startsWith("{") && one.endsWith("}"))
  return line === undefined ? undefined : JSON.parse(line)
}

/** Runs one to its end. */
export const run = (
  program: Program,
  order: Order,
  wrapper?: ReadonlyArray<string>
): Promise<Exit> => start(program, order, wrapper).exit

/** Opens the gate of one that waits at it. */
export const release = ({ child }: Orchestrator): void => {
  child.stdin?.end("\n")
}

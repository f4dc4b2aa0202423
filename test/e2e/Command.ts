/**
 * Runs the `batchwave` command as a process of its own, in a directory of its own.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, realpathSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const bin = fileURLToPath(new URL("../../packages/batchwave/src/bin.ts", import.meta.url))

export const makeDirectory = (): string =>
  realpathSync(mkdtempSync(join(tmpdir(), "batchwave-command-")))

export interface Started {
  readonly child: ChildProcess
  readonly output: () => { readonly stdout: string; readonly stderr: string }
  readonly ended: Promise<{
    readonly code: number | null
    readonly signal: NodeJS.Signals | null
    readonly stdout: string
    readonly stderr: string
  }>
}

export interface StartOptions {
  readonly cwd: string
  readonly env?: { readonly [name: string]: string }
}

/** Variables of the surroundings that would change what the command does. */
const withoutBatch = (): NodeJS.ProcessEnv => {
  const env: NodeJS.ProcessEnv = { ...process.env, CI: "true" }
  for (const name of Object.keys(env)) if (/^(AZURE|BATCHWAVE)_/.test(name)) delete env[name]
  return env
}

/** Those that have not ended. */
const alive = new Set<ChildProcess>()

/** Kills them with all that is in their process groups. */
export const endAll = (): void => {
  for (const { pid } of alive) {
    try {
      if (pid !== undefined) process.kill(-pid, "SIGKILL")
    } catch {
      // It has ended, and nobody has told us yet.
    }
  }
}

export const start = (args: ReadonlyArray<string>, options: StartOptions): Started => {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: options.cwd,
    env: { ...withoutBatch(), ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true
  })
  alive.add(child)
  child.on("exit", () => alive.delete(child))
  let stdout = ""
  let stderr = ""
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
  })
  return {
    child,
    output: () => ({ stdout, stderr }),
    ended: new Promise((resolve, reject) => {
      child.on("error", reject)
      child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }))
    })
  }
}

export const run = (args: ReadonlyArray<string>, options: StartOptions): Started["ended"] =>
  start(args, options).ended

/** Waits for a condition, looking every 20 ms; names what did not happen. */
export const eventually = async <A>(
  what: string,
  look: () => A | undefined | false,
  timeoutMs = 45_000
): Promise<A> => {
  const untilMs = performance.now() + timeoutMs
  for (;;) {
    const found = look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > untilMs) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Writes a pipeline file that can import the packages of this workspace. */
export const writePipeline = (directory: string, name: string, body: string): string => {
  const batchwave = new URL("../../packages/batchwave/src/index.ts", import.meta.url).href
  const effect = import.meta.resolve("effect")
  const file = join(directory, name)
  writeFileSync(
    file,
    body.replaceAll("\"batchwave\"", JSON.stringify(batchwave))
      .replaceAll("\"effect\"", JSON.stringify(effect))
  )
  return file
}

export interface EmulatorCoordinates {
  readonly endpoint: string
  readonly account: string
  readonly key: string
  readonly pool: string
}

/** Starts `batchwave emulate --json` and waits for its one line. */
export const startEmulator = async (
  cwd: string,
  args: ReadonlyArray<string> = [],
  environment: StartOptions["env"] = {}
) => {
  const started = start(["emulate", "--json", ...args], { cwd, env: environment })
  const line = await eventually("the emulator's line", () => {
    const { stdout } = started.output()
    return stdout.includes("\n") && stdout
  })
  const coordinates: EmulatorCoordinates = JSON.parse(line)
  return {
    started,
    line,
    coordinates,
    env: {
      AZURE_BATCH_ENDPOINT: coordinates.endpoint,
      AZURE_BATCH_ACCOUNT: coordinates.account,
      AZURE_BATCH_ACCESS_KEY: coordinates.key,
      AZURE_BATCH_POOL: coordinates.pool
    }
  }
}

export const stop = async (started: Started): Promise<void> => {
  started.child.kill("SIGTERM")
  await started.ended
}

/** Whether a process with this id exists. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

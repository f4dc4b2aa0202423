/**
 * The Azure CLI, unmodified, against an emulator that the command started: with the variables that
 * `batchwave emulate --env` prints and with nothing else that tells it where to go.
 */
import { execFile, spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Python } from "../../../packages/bench/src/PythonPackages.ts"
import * as Command from "../../e2e/Command.ts"

/** The pinned packages. */
export const requirements = "azure_cli_requirements.txt"

const program = fileURLToPath(new URL("azure_cli.py", import.meta.url))

/** How a command ended. */
export interface Ending {
  /** The exit code of `az`. */
  readonly code: number
  /** What it printed to its standard output. */
  readonly output: string
  /** Its error, or nothing. */
  readonly error: string
}

/** An emulator and the CLI that talks to it. */
export interface Session {
  /** A directory for files, which is the CLI's working directory. */
  readonly directory: string
  /** Carries out `az batch COMMAND WORDS`, in a process that stays; the command has no spaces in words. */
  readonly az: (command: string, ...words: ReadonlyArray<string>) => Promise<Ending>
  /** Runs a shell script in which every `az` is a process of its own; answers its standard output. */
  readonly shell: (script: string) => Promise<string>
  readonly end: () => Promise<void>
}

/** What the CLI may see of the surroundings; a proxy that nobody listens on keeps it on loopback. */
const environmentOf = (python: Python, directory: string): Readonly<Record<string, string>> => ({
  PATH: process.env["PATH"] ?? "",
  PYTHONPATH: python.packages,
  PYTHONUTF8: "1",
  HOME: directory,
  AZURE_CONFIG_DIR: join(directory, "azure"),
  AZURE_CORE_COLLECT_TELEMETRY: "0",
  AZURE_CORE_NO_COLOR: "1",
  AZURE_CORE_ONLY_SHOW_ERRORS: "1",
  HTTPS_PROXY: "http://127.0.0.1:9",
  HTTP_PROXY: "http://127.0.0.1:9",
  NO_PROXY: "127.0.0.1"
})

/** Starts an emulator with the flags, and the CLI beside it. */
export const start = async (
  python: Python,
  flags: ReadonlyArray<string>,
  variables: Readonly<Record<string, string>> = {}
): Promise<Session> => {
  const directory = Command.makeDirectory()
  const emulator = Command.start(["emulate", "--env", ...flags], { cwd: directory })
  const lines = await Command.eventually("the emulator is ready", () => {
    const { stdout } = emulator.output()
    return stdout.endsWith("\n") && stdout
  })
  const options = { cwd: directory, env: { ...environmentOf(python, directory), ...variables } }
  const cli = spawn("sh", ["-euc", `${lines}\nexec "$@"`, "sh", python.program, program], {
    ...options,
    stdio: ["pipe", "pipe", "pipe"]
  })
  let complaints = ""
  cli.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text))
  const replies = createInterface({ input: cli.stdout })[Symbol.asyncIterator]()
  return {
    directory,
    az: async (command, ...words) => {
      cli.stdin.write(`${JSON.stringify(["batch", ...command.split(" "), ...words])}\n`)
      const reply = await replies.next()
      if (reply.done === true) throw new Error(`the Azure CLI ended:\n${complaints}`)
      const ending: Ending = JSON.parse(reply.value)
      return ending
    },
    shell: async (script) => {
      const az = "az() { \"$PYTHON\" -m azure.cli \"$@\"; }"
      const { stdout } = await promisify(execFile)("sh", ["-euc", `${lines}\n${az}\n${script}`], {
        ...options,
        env: { ...options.env, PYTHON: python.program }
      })
      return stdout
    },
    end: async () => {
      cli.stdin.end()
      emulator.child.kill("SIGINT")
      await emulator.ended
    }
  }
}

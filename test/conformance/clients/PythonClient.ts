/**
 * The original client, Python `azure-batch` 14.2.0, unmodified, carrying out steps in a process of its
 * own. Its packages are installed once, at the versions of `requirements.txt`, into a directory of the
 * cache that is named after those versions and the Python that runs them.
 */
import { execFile, type ExecFileException, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Step } from "./Scenario.ts"
import type { Target } from "./Target.ts"
import type { View } from "./View.ts"

/** A Python that has the original client. */
export interface Python {
  /** The path of the interpreter. */
  readonly program: string
  /** The directory with the packages. */
  readonly packages: string
}

/** Why there is none, in one sentence. */
export interface Missing {
  readonly reason: string
}

const directory = fileURLToPath(new URL(".", import.meta.url))
const cachePath = fileURLToPath(
  new URL("../../../node_modules/.cache/batchwave-conformance", import.meta.url)
)

/** The oldest Python the pinned packages run on. */
const oldest = [3, 10] as const

/** Longest time of the installation, and of a run of steps, in milliseconds. */
const timeoutMs = 180_000

/** Finds a Python with pip and brings the packages of a list, or says what is missing. */
export const prepare = async (requirements = "requirements.txt"): Promise<Python | Missing> => {
  const command = process.env["PYTHON"] ?? "python3"
  const about = await output(command, [
    "-c",
    "import platform, sys; print(sys.executable, *sys.version_info[:2], platform.platform(), sep='\\n')"
  ])
  if ("reason" in about) return { reason: `there is no ${command}: ${about.reason}` }
  const [program = command, major = "", minor = ""] = about.text.split("\n")
  if (Number(major) !== oldest[0] || Number(minor) < oldest[1]) {
    return { reason: `${command} is ${major}.${minor}, and ${oldest.join(".")} is needed` }
  }
  const requirementsPath = join(directory, requirements)
  const name = createHash("sha256")
    .update(readFileSync(requirementsPath)).update(about.text)
    .digest("hex").slice(0, 16)
  const packages = join(cachePath, `python-${name}`)
  return existsSync(packages)
    ? { program, packages }
    : install(program, requirementsPath, packages)
}

/** Exactly the listed packages, without running anything of theirs; the list and goal follow. */
const pipInstall = [
  "-m",
  "pip",
  "install",
  "--quiet",
  "--disable-pip-version-check",
  "--no-input",
  "--no-deps",
  "--no-compile",
  "--only-binary",
  ":all:"
] as const

/** Installs beside the goal and moves it there, so that a directory that exists is complete. */
const install = async (
  program: string,
  requirementsPath: string,
  packages: string
): Promise<Python | Missing> => {
  mkdirSync(cachePath, { recursive: true })
  const unfinished = mkdtempSync(join(cachePath, "unfinished-"))
  try {
    const installed = await output(program, [
      ...pipInstall,
      "--requirement",
      requirementsPath,
      "--target",
      unfinished
    ])
    if ("reason" in installed) {
      return { reason: `${program} -m pip could not install the packages: ${installed.reason}` }
    }
    if (!existsSync(packages)) renameSync(unfinished, packages)
    return { program, packages }
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

const output = (
  program: string,
  programArguments: ReadonlyArray<string>
): Promise<{ readonly text: string } | Missing> =>
  new Promise((resolve) => {
    const done = (error: ExecFileException | null, stdout: string, stderr: string): void => {
      const lastLine = stderr.trim().split("\n").at(-1) ?? ""
      resolve(error === null ? { text: stdout.trim() } : { reason: lastLine || error.message })
    }
    execFile(program, programArguments, { timeout: timeoutMs }, done)
  })

/** Carries the steps out, one after another, in the job `jobId`. */
export const run = (python: Python) =>
(
  target: Target,
  jobId: string,
  steps: ReadonlyArray<Step>
): Promise<ReadonlyArray<View>> =>
  new Promise((resolve, reject) => {
    const child = spawn(python.program, [join(directory, "azure_batch_client.py")], {
      env: {
        PATH: process.env["PATH"] ?? "",
        PYTHONPATH: python.packages,
        PYTHONUTF8: "1",
        NO_PROXY: "*"
      },
      stdio: ["pipe", "pipe", "pipe"],
      timeout: timeoutMs
    })
    const texts = { stdout: "", stderr: "" }
    child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (texts.stderr += text))
    child.once("error", reject)
    child.once("close", (code) => {
      if (code !== 0) return reject(new Error(`Python ended with ${code}:\n${texts.stderr}`))
      const views: ReadonlyArray<View> = JSON.parse(texts.stdout)
      resolve(views)
    })
    child.stdin.end(JSON.stringify({ target, jobId, steps }))
  })

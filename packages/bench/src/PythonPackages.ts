/**
 * Python packages that comparisons need: exactly those of a list, installed once into a directory of
 * the cache that is named after the list and the Python that runs them. `PYTHON` names another
 * interpreter than `python3`.
 */
import { execFile, type ExecFileException } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"

/** A Python, and where packages for it are or would be. */
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

const cachePath = fileURLToPath(
  new URL("../../../node_modules/.cache/batchwave-conformance", import.meta.url)
)

/** The oldest Python the pinned packages run on. */
const oldest = [3, 10] as const

/** Longest time of an installation, in milliseconds. */
const timeoutMs = 180_000

/** Finds a Python, and says where the packages of a list are once `prepare` has brought them. */
export const locate = async (requirementsPath: string): Promise<Python | Missing> => {
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
  const name = createHash("sha256")
    .update(readFileSync(requirementsPath)).update(about.text)
    .digest("hex").slice(0, 16)
  return { program, packages: join(cachePath, `python-${name}`) }
}

/** Finds a Python with pip and brings the packages of a list, or says what is missing. */
export const prepare = async (requirementsPath: string): Promise<Python | Missing> => {
  const python = await locate(requirementsPath)
  return "reason" in python || existsSync(python.packages)
    ? python
    : install(python, requirementsPath)
}

/** The environment in which the packages are found, beside what `PYTHONPATH` names; no proxy is used. */
export const environmentOf = ({ packages }: Python): Readonly<Record<string, string>> => ({
  PATH: process.env["PATH"] ?? "",
  PYTHONPATH: [process.env["PYTHONPATH"] ?? "", packages].filter((path) => path !== "").join(
    delimiter
  ),
  PYTHONDONTWRITEBYTECODE: "1",
  PYTHONUTF8: "1",
  NO_PROXY: "*"
})

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
const install = async (python: Python, requirementsPath: string): Promise<Python | Missing> => {
  const { packages, program } = python
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
    return python
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

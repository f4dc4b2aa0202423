/**
 * Keeps `node_modules` equal to `pnpm-lock.yaml` without a global pnpm.
 *
 * A stamp in `node_modules/.cache` holds the fingerprint of the last finished install. When it does not
 * match, `npx` fetches the pinned pnpm and installs. Everything said here goes to stderr: stdout
 * belongs to the command that follows.
 */

import { createHash } from "node:crypto"
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { endAs, runChild } from "./child.mjs"

const pnpmVersion = "12.21.0"

/** How long to wait for another install of the same checkout. */
const lockWaitMsMax = 600_000
const lockPollMs = 200

/** What is kept of the installer's output to say why it failed. */
const outputKeptBytes = 16_384

const networkFailure =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|error sending request|dns error|network request/i

/** Installs when needed. `quiet` holds the installer's output back unless it fails. */
export async function ensureInstalled(root, { quiet }) {
  if (isInstalled(root)) return
  const release = await acquireLock(root)
  try {
    if (isInstalled(root)) return
    const { signal } = await install(root, quiet)
    if (signal === null) return
    release()
    endAs({ code: null, signal })
  } finally {
    release()
  }
}

/** Whether the last finished install was made from the present lockfile, and nothing went missing since. */
function isInstalled(root) {
  return existsSync(join(root, "node_modules", ".bin", "node"))
    && readIfThere(stampPath(root)) === fingerprint(root)
    && workspacePackages(root).every((path) => existsSync(join(path, "node_modules")))
}

async function install(root, quiet) {
  const startedAtMs = performance.now()
  say("installing the pinned tools and packages (Node 24 among them; once per checkout) ...")
  let tail = ""
  const ending = await runInstaller(root, (chunk) => {
    if (!quiet) process.stderr.write(chunk)
    tail = (tail + chunk.toString("utf8")).slice(-outputKeptBytes)
  })
  if (ending.signal !== null) return ending
  if (ending.code !== 0) {
    if (quiet) process.stderr.write(tail)
    throw new Error(failureText(ending.code, tail))
  }
  mkdirSync(join(root, "node_modules", ".cache"), { recursive: true })
  writeFileSync(stampPath(root), fingerprint(root))
  say(`installed in ${Math.round((performance.now() - startedAtMs) / 1000)} s`)
  return ending
}

function runInstaller(root, onOutput) {
  const npx = process.platform === "win32" ? "npx.cmd" : "npx"
  return runChild(
    npx,
    ["--yes", `pnpm@${pnpmVersion}`, "install", "--frozen-lockfile"],
    {
      cwd: root,
      env: installerEnvironment(root, process.env),
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32"
    },
    onOutput
  ).catch((error) => {
    throw new Error(`${error.message}; npx comes with npm, and both must be on PATH`, {
      cause: error
    })
  })
}

/**
 * The caller's environment without what would make the installer depend on the tree it replaces, or
 * hide why it fails: `npm run -s` passes its own silence on.
 */
function installerEnvironment(root, environment) {
  const outside = (environment.PATH ?? "").split(delimiter).filter((entry) =>
    !entry.startsWith(join(root, "node_modules"))
  )
  const { npm_config_loglevel: _loglevel, npm_config_silent: _silent, ...rest } = environment
  return {
    npm_config_fetch_retry_mintimeout: "1000",
    npm_config_fetch_retry_maxtimeout: "5000",
    ...rest,
    PATH: outside.join(delimiter),
    CI: "true"
  }
}

function failureText(code, output) {
  return networkFailure.test(output)
    ? "the install could not reach the package registry. Check the network connection and npm's proxy and "
      + "registry settings, then run the same command again; what is already downloaded is kept"
    : `the install failed (pnpm ${pnpmVersion} ended with code ${code}); its messages above say why`
}

function stampPath(root) {
  return join(root, "node_modules", ".cache", "batchwave-install")
}

function fingerprint(root) {
  const hash = createHash("sha256")
  for (const name of ["pnpm-lock.yaml", "pnpm-workspace.yaml"]) {
    hash.update(readIfThere(join(root, name)))
  }
  return hash.update(`${process.platform} ${process.arch} ${pnpmVersion}`).digest("hex")
}

/** Workspace directories that have dependencies of their own, hence a `node_modules`. */
function workspacePackages(root) {
  const packages = join(root, "packages")
  const nested = existsSync(packages)
    ? readdirSync(packages).map((name) => join(packages, name))
    : []
  return [...nested, join(root, "examples"), join(root, "test")].filter((path) => {
    const manifest = readIfThere(join(path, "package.json"))
    if (manifest === "") return false
    const { dependencies = {}, devDependencies = {} } = JSON.parse(manifest)
    return Object.keys(dependencies).length + Object.keys(devDependencies).length > 0
  })
}

/**
 * Two commands started together must not install into one tree. The lock is a file with the owner's
 * process id; one whose owner is gone is taken over. Answers the release.
 */
async function acquireLock(root) {
  const owner = process.getuid?.() ?? 0
  const key = createHash("sha256").update(root).digest("hex").slice(0, 16)
  const path = join(tmpdir(), `batchwave-install-${owner}-${key}.lock`)
  const deadlineAtMs = performance.now() + lockWaitMsMax
  for (let waits = 0;; waits += 1) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx" })
      return () => rmSync(path, { force: true })
    } catch (error) {
      if (error.code !== "EEXIST") throw error
    }
    if (!isHeld(path)) {
      rmSync(path, { force: true })
      continue
    }
    if (waits === 0) say("another command is installing in this checkout; waiting for it ...")
    if (performance.now() > deadlineAtMs) {
      throw new Error(
        `another install has held ${path} for 10 minutes; remove the file if none is running`
      )
    }
    await pause(lockPollMs)
  }
}

function isHeld(path) {
  const owner = Number(readIfThere(path))
  // Between creating the file and writing the id into it, it is empty: young means held.
  if (!Number.isInteger(owner) || owner <= 0) return ageMs(path) < lockPollMs * 10
  try {
    process.kill(owner, 0)
    return true
  } catch (error) {
    return error.code === "EPERM"
  }
}

function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs
  } catch {
    return Infinity
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path, "utf8")
  } catch (error) {
    if (error.code === "ENOENT") return ""
    throw error
  }
}

function say(text) {
  process.stderr.write(`batchwave: ${text}\n`)
}

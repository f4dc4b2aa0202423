/**
 * Installs a folder of the tree that is not part of the workspace, from its own lock file: what only
 * one kind of test needs and what is too large for everybody.
 */

import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { endAs, runChild } from "./child.mjs"

/** What is kept of the installer's output to say why it failed. */
const outputKeptBytes = 4096

/** How many lines of it are told: npm names the cause first. */
const reasonLinesMax = 4

/**
 * Makes `node_modules` of `directory` equal to its `package-lock.json`. Answers undefined when it is,
 * else why it could not be made so.
 */
export async function ensureNested(directory) {
  const stampPath = join(directory, "node_modules", ".batchwave-install")
  const wanted = createHash("sha256").update(readFileSync(join(directory, "package-lock.json")))
    .update(`${process.platform} ${process.arch}`).digest("hex")
  if (existsSync(stampPath) && readFileSync(stampPath, "utf8") === wanted) return undefined
  process.stderr.write(`batchwave: installing ${directory} (once per checkout) ...\n`)
  let tail = ""
  const ending = await runChild(
    process.platform === "win32" ? "npm.cmd" : "npm",
    ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: directory,
      env: {
        ...process.env,
        PATH: (process.env.PATH ?? "").split(delimiter).filter((entry) =>
          !entry.includes("node_modules")
        ).join(delimiter)
      },
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32"
    },
    (chunk) => {
      tail = (tail + chunk.toString("utf8")).slice(-outputKeptBytes)
    }
  ).catch((error) => ({ code: 1, signal: null, reason: error.message }))
  if (ending.signal !== null) {
    endAs(ending)
    return `npm was ended by ${ending.signal}`
  }
  if (ending.code === 0) {
    writeFileSync(stampPath, wanted)
    return undefined
  }
  const reason = (ending.reason ?? tail).trim().split("\n").slice(0, reasonLinesMax).join("; ")
  return `npm ci ended with code ${ending.code}: ${reason}`
}

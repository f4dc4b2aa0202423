/**
 * The original client, Python `azure-batch` 14.2.0, unmodified, carrying out steps in a process of its
 * own, with the packages of `requirements.txt`.
 */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as PythonPackages from "../../../packages/bench/src/PythonPackages.ts"
import type { Step } from "./Scenario.ts"
import type { Target } from "./Target.ts"
import type { View } from "./View.ts"

const directory = fileURLToPath(new URL(".", import.meta.url))

/** Longest time of a run of steps, in milliseconds. */
const timeoutMs = 180_000

/** Finds a Python with pip and brings the packages of a list of this directory, or says what is missing. */
export const prepare = (requirements = "requirements.txt") =>
  PythonPackages.prepare(join(directory, requirements))

/** Carries the steps out, one after another, in the job `jobId`. */
export const run = (python: PythonPackages.Python) =>
(
  target: Target,
  jobId: string,
  steps: ReadonlyArray<Step>
): Promise<ReadonlyArray<View>> =>
  new Promise((resolve, reject) => {
    const child = spawn(python.program, [join(directory, "azure_batch_client.py")], {
      env: PythonPackages.environmentOf(python),
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

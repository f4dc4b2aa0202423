/**
 * The commands behind the `npm` scripts: which tool each one starts, with what, and where.
 *
 * Tools come from `node_modules/.bin`, `node` among them, so that every command runs on the pinned
 * Node 24 whatever the machine has.
 */

import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { endAs, runChild } from "./child.mjs"
import { ensureInstalled } from "./install.mjs"
import { ensureNested } from "./nested.mjs"

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "")
const cliPath = join(root, "packages", "batchwave", "src", "bin.ts")
const benchPath = join("packages", "bench", "src", "main.ts")
const azuriteFolder = join("test", "azurite")
const conformanceConfig = join("test", "conformance", "clients", "vitest.config.ts")

/**
 * `tool` is a file in `node_modules/.bin`; `arguments` come before those of the caller. `quiet` holds
 * the installer's output back; `nested` is a folder that is installed first, and without which the
 * command is skipped, except on CI; `whereTyped` runs the tool in the directory `npm` was called from, so
 * that relative paths mean what they mean in the caller's shell; `variables` are set unless the caller
 * has set them.
 */
const commands = {
  "install": { arguments: [] },
  "start": { tool: "node", arguments: [cliPath, "run", join("examples", "01-flights.ts")] },
  "batchwave": { tool: "node", arguments: [cliPath], quiet: true, whereTyped: true },
  "test": { tool: "vitest", arguments: ["run"] },
  "test:conformance": { tool: "vitest", arguments: ["run", "--config", conformanceConfig] },
  "test:azurite": {
    tool: "vitest",
    arguments: ["run", "--config", join(azuriteFolder, "vitest.config.ts")],
    nested: azuriteFolder
  },
  "test:fuzz": {
    tool: "vitest",
    arguments: ["run", "--project", "unit", "Fuzz.test.ts", "--reporter=verbose"],
    variables: { BATCHWAVE_FUZZ: "1000000" }
  },
  "test:load": {
    tool: "node",
    arguments: ["--expose-gc", join("test", "e2e", "loadMain.ts")]
  },
  "test:simulation": { tool: "node", arguments: [join("test", "simulation", "simulate.ts")] },
  "test:studies": { tool: "node", arguments: [join("test", "studies", "studies.ts")] },
  "test:lab": { tool: "node", arguments: [join("test", "simulation", "labIsEngine.ts")] },
  "test:crash": { tool: "node", arguments: [join("test", "crash", "crash.ts")] },
  "build": { tool: "node", arguments: [join("scripts", "build.ts")] },
  "check": { tool: "tsc", arguments: ["-b"] },
  "lint": { tool: "oxlint", arguments: ["--type-aware"] },
  "format": { tool: "dprint", arguments: ["fmt"] },
  "format:check": { tool: "dprint", arguments: ["check"] },
  "bench": { tool: "node", arguments: ["--expose-gc", benchPath] },
  "bench:peers": { tool: "node", arguments: ["--expose-gc", benchPath, "peers", "--install"] }
}

/** Runs one command with the caller's arguments and ends this process the way the tool ended. */
export async function main([name, ...callerArguments]) {
  const command = Object.hasOwn(commands, name ?? "") ? commands[name] : undefined
  if (command === undefined) {
    const known = Object.keys(commands).join(", ")
    throw new Error(`unknown command "${name ?? ""}" for scripts/bootstrap.mjs; known are ${known}`)
  }
  await ensureInstalled(root, { quiet: command.quiet === true })
  if (command.tool === undefined) return
  if (command.nested !== undefined) {
    const problem = await ensureNested(join(root, command.nested))
    if (problem !== undefined && (process.env.CI ?? "") !== "") throw new Error(problem)
    if (problem !== undefined) {
      process.stderr.write(`batchwave: skipped ${name}: ${problem}\n`)
      return
    }
  }
  const ending = await runChild(
    join(root, "node_modules", ".bin", command.tool),
    [...command.arguments, ...callerArguments],
    {
      cwd: command.whereTyped === true ? callerDirectory() : root,
      env: withToolsFirst({ ...command.variables, ...process.env }),
      stdio: "inherit"
    }
  )
  endAs(ending)
}

/** `npm` runs scripts in the package root and keeps the caller's directory in `INIT_CWD`. */
function callerDirectory() {
  const directory = process.env.INIT_CWD
  return directory !== undefined && existsSync(directory) ? directory : root
}

function withToolsFirst(environment) {
  const tools = join(root, "node_modules", ".bin")
  return { ...environment, PATH: [tools, environment.PATH ?? ""].join(delimiter) }
}

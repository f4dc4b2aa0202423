#!/usr/bin/env node
/**
 * The `batchwave` command: checks the version of Node, answers `--version` without loading anything,
 * and hands everything else over.
 */
import module from "node:module"
import process from "node:process"
import * as PackageVersion from "./PackageVersion.ts"

const nodeVersionMin = [22, 19] as const

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
const isOldNode = major < nodeVersionMin[0]
  || (major === nodeVersionMin[0] && minor < nodeVersionMin[1])

const commandArguments = process.argv.slice(2)
const last = commandArguments.at(-1)
const isVersionAsked = (last === "--version" || last === "-v")
  && (commandArguments.length === 1
    || (commandArguments.length === 2 && /^(?:plan|run|emulate)$/.test(commandArguments[0] ?? "")))

if (isOldNode) {
  process.stderr.write(
    `error: batchwave needs Node ${
      nodeVersionMin.join(".")
    } or newer, and this is Node ${process.versions.node}; `
      + "install a newer Node\n"
  )
  process.exitCode = 2
} else if (isVersionAsked) {
  process.stdout.write(`batchwave ${PackageVersion.read()}\n`)
} else {
  module.enableCompileCache()
  const DirectImports = await import("./DirectImports.ts")
  const { main } = await DirectImports.load(() => import("./command/Main.ts"))
  main(commandArguments, PackageVersion.read())
}

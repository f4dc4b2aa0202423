/**
 * Makes what is published: compiles all packages, and bundles those that programs import.
 */
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bundle, bundledPackages } from "./Bundle.ts"

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "")
const packagesPath = join(root, "packages")

const compiled = spawnSync(
  join(root, "node_modules", ".bin", "tsc"),
  ["-b", "tsconfig.packages.json"],
  { cwd: root, stdio: "inherit" }
)
if (compiled.error !== undefined) throw compiled.error
if (compiled.status === 0) {
  for (const name of bundledPackages) {
    await bundle(packagesPath, name, join(packagesPath, name, "bundle"))
  }
} else {
  process.exitCode = compiled.status ?? 1
}

/**
 * Writes the page of claims: `node test/conformance/operations/run.ts --write`; without `--write`, prints it.
 */
import { writeFileSync } from "node:fs"
import process from "node:process"
import { fileURLToPath } from "node:url"
import * as ConformancePage from "./ConformancePage.ts"

const path = fileURLToPath(new URL("../../../docs/conformance.md", import.meta.url))

if (process.argv.includes("--write")) writeFileSync(path, ConformancePage.page())
else process.stdout.write(ConformancePage.page())

/**
 * Prints the page of the fault matrix, or writes it to `docs/fault-matrix.md` with `--write`.
 */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as FaultMatrixPage from "./FaultMatrixPage.ts"

const text = FaultMatrixPage.page()
if (process.argv.includes("--write")) {
  const path = fileURLToPath(new URL("../../../docs/fault-matrix.md", import.meta.url))
  writeFileSync(path, text)
  console.log(`written: ${path}; run \`npm run format\` to align its table`)
} else console.log(text)
